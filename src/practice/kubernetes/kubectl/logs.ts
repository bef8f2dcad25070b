/** kubectl logs: fetched from the kubelet of the pod's node, at the address that the node told. */
import type { ContainerRun } from '../container-run.js';
import { listAt, textAt, type JsonMap } from '../json.js';
import { nameOf } from '../store.js';
import { connect, KubectlError, type Call, type Session } from './call.js';
import { containersOf, podsOf, throughKubelet } from './pods-of.js';
import { matchesSelector } from './select.js';

function waiting(found: ContainerRun, pod: JsonMap): KubectlError {
  const what = found.reason === '' ? 'ContainerCreating' : found.reason;
  const pulls = /^(ErrImagePull|ImagePullBackOff)$/.test(what) ? 'trying and failing to pull image' : what;
  return new KubectlError(
    `Error from server (BadRequest): container "${found.name}" in pod "${nameOf(pod)}" is waiting to start: ${pulls}`,
  );
}
async function show(session: Session, pod: JsonMap, name: string): Promise<void> {
  const { options, process } = session;
  const found = await throughKubelet(session, pod, name, 'containerLogs');
  const previous = options.has('p', 'previous');
  if (previous && found.restarts === 0)
    throw new KubectlError(
      `Error from server (BadRequest): previous terminated container "${name}" in pod "${nameOf(pod)}" not found`,
    );
  if (!previous && found.state === 'waiting' && found.restarts === 0) throw waiting(found, pod);
  const mark = options.has('prefix') ? `[pod/${nameOf(pod)}/${name}] ` : '';
  const lines = () => (previous ? found.previousLog : found.log)?.texts ?? [];
  const tail = Number(options.value('tail') ?? (options.has('l', 'selector') ? 10 : -1));
  let seen = tail >= 0 ? Math.max(0, lines().length - tail) : 0;
  const print = async () => {
    const all = lines();
    for (const line of all.slice(seen)) await process.out(`${mark}${line}\n`);
    seen = all.length;
  };
  await print();
  if (!options.has('f', 'follow') || previous) return;
  const output = process.descriptor(1);
  while (found.state === 'running' && !output.broken) {
    await process.sleep(250);
    await print();
  }
  await print();
}
export async function logs(call: Call): Promise<number> {
  const session = await connect(call);
  const { options, process, api } = session;
  const selector = options.value('l', 'selector');
  const [word = '', second] = options.operands;
  const pods =
    selector === undefined
      ? podsOf(session, word)
      : api.cluster.store.list('Pod', session.namespace).filter((pod) => matchesSelector(pod, selector));
  if (pods.length === 0) {
    await process.err(`No resources found in ${session.namespace} namespace.\n`);
    return 0;
  }
  if (selector === undefined && pods.length > 1 && word.includes('/'))
    await process.err(`Found ${pods.length} pods, using pod/${nameOf(pods[0])}\n`);
  for (const pod of selector === undefined ? pods.slice(0, 1) : pods) {
    const chosen = second ?? options.value('c', 'container');
    const all = containersOf(pod);
    const first = textAt(pod, 'spec', 'containers', 0, 'name');
    if (
      chosen === undefined &&
      !options.has('all-containers') &&
      listAt(pod, 'spec', 'containers').length > 1
    )
      await process.err(`Defaulted container "${first}" out of: ${all.join(', ')}\n`);
    for (const name of options.has('all-containers') ? all : [chosen ?? first]) {
      try {
        await show(session, pod, name);
      } catch (error) {
        if (!(error instanceof KubectlError) || !options.has('all-containers', 'ignore-errors')) throw error;
        await process.err(`${error.message}\n`);
      }
    }
  }
  return 0;
}
