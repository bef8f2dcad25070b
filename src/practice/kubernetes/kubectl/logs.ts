/** kubectl logs: fetched from the kubelet of the pod's node, at the address that the node told. */
import { listAt, textAt } from '../json.js';
import { nameOf, namespaceOf } from '../store.js';
import { connect, KubectlError, notFound, resourceFor, type Call } from './call.js';
import { matchesSelector } from './select.js';

export async function logs(call: Call): Promise<number> {
  const session = await connect(call);
  const { options, process, api, host } = session;
  const selector = options.value('l', 'selector');
  const [word = '', container] = options.operands;
  const { store } = api.cluster;
  let pods =
    selector === undefined
      ? []
      : store.list('Pod', session.namespace).filter((pod) => matchesSelector(pod, selector));
  if (selector === undefined) {
    const [kind, name = ''] = word.includes('/') ? word.split('/') : ['pod', word];
    const resource = resourceFor(session, kind ?? 'pod');
    const object = store.get(resource.kind, session.namespace, name);
    if (object === undefined) throw new KubectlError(notFound(resource, name));
    pods =
      resource.kind === 'Pod'
        ? [object]
        : store.list('Pod', session.namespace).filter((pod) => matchesOwner(object, pod));
  }
  for (const pod of pods) {
    const name = container ?? options.value('c', 'container') ?? textAt(pod, 'spec', 'containers', 0, 'name');
    const here = [...host.world.hosts.values()].flatMap((node) =>
      [...node.kube.kubelet.pods.values()].map((podRun) => ({ node, podRun })),
    );
    const place = here.find(
      ({ podRun }) => nameOf(podRun.pod) === nameOf(pod) && namespaceOf(podRun.pod) === namespaceOf(pod),
    );
    const found = place?.podRun.container(name);
    if (found === undefined) {
      if (place !== undefined)
        throw new KubectlError(`error: container ${name} is not valid for pod ${nameOf(pod)}`);
      throw new KubectlError(
        `Error from server (BadRequest): container "${name}" in pod "${nameOf(pod)}" is waiting to start: ContainerCreating`,
      );
    }
    // The API server fetches logs from the kubelet's address as the node told it.
    const address =
      listAt(store.get('Node', '', textAt(pod, 'spec', 'nodeName')), 'status', 'addresses').map((one) =>
        textAt(one, 'address'),
      )[0] ?? '';
    const reach = api.host.world.reach(api.host, address, 10_250);
    const request = `Get "https://${address}:10250/containerLogs/${namespaceOf(pod)}/${nameOf(pod)}/${name}"`;
    if (reach !== 'open') {
      await process.sleep(reach === 'silent' ? 30_000 : 1000);
      throw new KubectlError(
        `Error from server: ${request}: dial tcp ${address}:10250: ${reach === 'refused' ? 'connect: connection refused' : reach === 'silent' ? 'i/o timeout' : 'connect: no route to host'}`,
      );
    }
    if (place?.node.machine.addresses.includes(address) === false)
      throw new KubectlError(
        `Error from server (NotFound): the server could not find the requested resource ( pods/log ${nameOf(pod)})`,
      );
    if (found.state === 'waiting' && found.restarts === 0)
      throw new KubectlError(
        `Error from server (BadRequest): container "${name}" in pod "${nameOf(pod)}" is waiting to start: ${found.reason}`,
      );
    const tail = Number(options.value('tail') ?? -1);
    for (const line of tail >= 0 ? found.log.slice(-tail) : found.log) await process.out(`${line}\n`);
  }
  return 0;
}
const matchesOwner = (owner: Parameters<typeof nameOf>[0], pod: Parameters<typeof nameOf>[0]): boolean =>
  listAt(pod, 'metadata', 'ownerReferences').some(
    (one) =>
      textAt(owner, 'metadata', 'name') !== '' &&
      textAt(one, 'name').startsWith(textAt(owner, 'metadata', 'name')),
  );
