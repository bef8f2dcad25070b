/** The way from the API server to a container: through the kubelet of its pod's node, at the address that the node told. */
import { addressOf } from '../cluster.js';
import type { ContainerRun } from '../container-run.js';
import type { ApiServer } from '../control-plane.js';
import { listAt, textAt, type JsonMap } from '../json.js';
import { nameOf, namespaceOf, uidOf } from '../store.js';
import { ApiError, badRequest } from './status.js';

const KUBELET = 10_250;
/** How long a server waits for a node that does not answer, simulated ms. */
const DIAL_MS = 30_000;

export const containersOf = (pod: JsonMap): readonly string[] =>
  ['initContainers', 'containers', 'ephemeralContainers'].flatMap((key) =>
    listAt(pod, 'spec', key).map((one) => textAt(one, 'name')),
  );
/** The container that a request means. @throws ApiError 400 when it must be said which one, or there is none such */
export function chosenContainer(pod: JsonMap, asked: string): string {
  const all = containersOf(pod);
  if (asked !== '') {
    if (!all.includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${nameOf(pod)}`);
    return asked;
  }
  const own = listAt(pod, 'spec', 'containers').map((one) => textAt(one, 'name'));
  const init = listAt(pod, 'spec', 'initContainers').map((one) => textAt(one, 'name'));
  const marked = textAt(pod, 'metadata', 'annotations', 'kubectl.kubernetes.io/default-container');
  if (own.includes(marked)) return marked;
  if (own.length === 1 && init.length === 0) return own[0] ?? '';
  throw badRequest(
    `a container name must be specified for pod ${nameOf(pod)}, choose one of: [${own.join(' ')}]${init.length === 0 ? '' : ` or one of the init containers: [${init.join(' ')}]`}`,
  );
}
/**
 * The record of a container at its node; null when the node knows nothing of it yet.
 * @param path of the kubelet's API, `containerLogs` or `exec`
 * @throws ApiError 500 when the kubelet cannot be reached
 */
export async function containerAt(
  api: ApiServer,
  pod: JsonMap,
  container: string,
  path: 'containerLogs' | 'exec',
): Promise<ContainerRun | null> {
  const { host } = api;
  const node = textAt(pod, 'spec', 'nodeName');
  if (node === '') return null;
  const address = addressOf(api.cluster.node(node));
  const reach = host.world.reach(host, address, KUBELET);
  if (reach !== 'open') {
    if (reach === 'silent')
      await host.clock.patience(DIAL_MS, new AbortController().signal).catch(() => undefined);
    const why =
      reach === 'refused'
        ? 'connect: connection refused'
        : reach === 'silent'
          ? 'i/o timeout'
          : 'connect: no route to host';
    const dial = `dial tcp ${address}:${KUBELET}: ${why}`;
    throw new ApiError(
      500,
      'InternalError',
      path === 'exec'
        ? `error dialing backend: ${dial}`
        : `Get "https://${address}:${KUBELET}/${path}/${namespaceOf(pod)}/${nameOf(pod)}/${container}": ${dial}`,
    );
  }
  const target = [host, ...host.world.hosts.values()].find((one) => one.machine.addresses.includes(address));
  // A mirror of a static pod bears the uid that the API gave it; its node goes by another.
  const run = [...(target?.kube.kubelet.pods.values() ?? [])].find(
    (one) =>
      one.uid === uidOf(pod) ||
      (one.isStatic && nameOf(one.pod) === nameOf(pod) && namespaceOf(one.pod) === namespaceOf(pod)),
  );
  return run?.container(container) ?? null;
}
