/** Pods that the words of a command line mean, and the way to a container of theirs through the kubelet of its node. */
import type { ContainerRun } from '../container-run.js';
import { isReady, leaving } from '../controllers/pods.js';
import { listAt, mapAt, textAt, type JsonMap } from '../json.js';
import { nameOf, namespaceOf, uidOf } from '../store.js';
import { KubectlError, notFound, resourceFor, type Session } from './call.js';

/** Pods behind `NAME`, `pod/NAME`, `deploy/NAME`, `job/NAME`; the one to take first comes first. @throws KubectlError */
export function podsOf(session: Session, word: string): readonly JsonMap[] {
  const { store } = session.api.cluster;
  const [kind = 'pod', name = ''] = word.includes('/') ? word.split('/') : ['pod', word];
  const resource = resourceFor(session, kind);
  const object = store.get(resource.kind, session.namespace, name);
  if (object === undefined) throw new KubectlError(notFound(resource, name));
  if (resource.kind === 'Pod') return [object];
  const spec = mapAt(object, 'spec', 'selector');
  const labels = Object.entries(
    'matchLabels' in spec ? mapAt(spec, 'matchLabels') : resource.kind === 'Service' ? spec : {},
  );
  const pods = store
    .list('Pod', session.namespace)
    .filter((pod) =>
      labels.length > 0
        ? labels.every(([key, value]) => textAt(pod, 'metadata', 'labels', key) === textAt(value))
        : listAt(pod, 'metadata', 'ownerReferences').some((owner) => textAt(owner, 'uid') === uidOf(object)),
    );
  if (pods.length === 0) throw new KubectlError(`error: timed out waiting for the condition`);
  const rank = (pod: JsonMap) => (leaving(pod) ? 2 : isReady(pod) ? 0 : 1);
  return pods.toSorted((a, b) => rank(a) - rank(b));
}
export const containersOf = (pod: JsonMap): readonly string[] =>
  ['initContainers', 'containers'].flatMap((key) =>
    listAt(pod, 'spec', key).map((one) => textAt(one, 'name')),
  );

/**
 * The record of a container at its node, reached as the API server reaches it.
 * @param path of the kubelet's API, `containerLogs` or `exec`
 * @throws KubectlError
 */
export async function throughKubelet(
  session: Session,
  pod: JsonMap,
  container: string,
  path: string,
): Promise<ContainerRun> {
  const { api, host, process } = session;
  if (!containersOf(pod).includes(container))
    throw new KubectlError(
      path === 'exec'
        ? `Error from server (BadRequest): container ${container} is not valid for pod ${nameOf(pod)}`
        : `error: container ${container} is not valid for pod ${nameOf(pod)}`,
    );
  const place = [...host.world.hosts.values()]
    .flatMap((node) => [...node.kube.kubelet.pods.values()].map((podRun) => ({ node, podRun })))
    .find(({ podRun }) => nameOf(podRun.pod) === nameOf(pod) && namespaceOf(podRun.pod) === namespaceOf(pod));
  const found = place?.podRun.container(container);
  if (found === undefined)
    throw new KubectlError(
      path === 'exec'
        ? `error: unable to upgrade connection: container not found ("${container}")`
        : `Error from server (BadRequest): container "${container}" in pod "${nameOf(pod)}" is waiting to start: ContainerCreating`,
    );
  const node = api.cluster.store.get('Node', '', textAt(pod, 'spec', 'nodeName'));
  const address = listAt(node, 'status', 'addresses').map((one) => textAt(one, 'address'))[0] ?? '';
  const reach = api.host.world.reach(api.host, address, 10_250);
  const request = `${path === 'exec' ? 'Post' : 'Get'} "https://${address}:10250/${path}/${namespaceOf(pod)}/${nameOf(pod)}/${container}"`;
  if (reach !== 'open') {
    await process.sleep(reach === 'silent' ? 30_000 : 1000);
    const why =
      reach === 'refused'
        ? 'connect: connection refused'
        : reach === 'silent'
          ? 'i/o timeout'
          : 'connect: no route to host';
    throw new KubectlError(
      path === 'exec'
        ? `Error from server: error dialing backend: dial tcp ${address}:10250: ${why}`
        : `Error from server: ${request}: dial tcp ${address}:10250: ${why}`,
    );
  }
  if (place?.node.machine.addresses.includes(address) === false)
    throw new KubectlError(
      `Error from server (NotFound): the server could not find the requested resource ( pods/${path === 'exec' ? 'exec' : 'log'} ${nameOf(pod)})`,
    );
  return found;
}
