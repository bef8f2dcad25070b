/** Connections inside a cluster: to a pod's port, and through kube-proxy's rules to those of a service. */
import type { Dialled } from '../apps/net.js';
import type { Host } from '../host.js';
import { addressOf, type Cluster } from './cluster.js';
import { isReady } from './controllers/pods.js';
import { portNumber } from './controllers/services.js';
import { listAt, mapAt, textAt, type JsonMap } from './json.js';
import { namespaceOf, uidOf } from './store.js';

/** Calico's nodes talk BGP; where that gets through, so do the tunnels in this model. */
const BGP = 179;
const NOBODY = (reach: Dialled['reach']): Dialled => ({ reach, server: null, from: '' });

/** Pods that a service selects and that have an address. */
export function selected(cluster: Cluster, service: JsonMap): readonly JsonMap[] {
  const selector = Object.entries(mapAt(service, 'spec', 'selector'));
  if (selector.length === 0) return [];
  return cluster.store
    .list('Pod', namespaceOf(service))
    .filter(
      (pod) =>
        textAt(pod, 'status', 'podIP') !== '' &&
        textAt(pod, 'metadata', 'deletionTimestamp') === '' &&
        selector.every(([key, value]) => textAt(pod, 'metadata', 'labels', key) === textAt(value)),
    );
}
/** The kubelet's record of a pod, wherever it runs. */
function runOf(from: Host, pod: JsonMap) {
  for (const host of from.world.hosts.values()) {
    const run = host.kube.kubelet.pods.get(uidOf(pod));
    if (run !== undefined && host.power === 'on') return run;
  }
  return null;
}
/** A connection from a node to a pod's port. @param source the client's address as it leaves the node */
export function dialPod(from: Host, cluster: Cluster, pod: JsonMap, port: number, source: string): Dialled {
  const node = textAt(pod, 'spec', 'nodeName');
  const here = node === from.kube.kubelet.nodeName;
  if (!here && textAt(pod, 'spec', 'hostNetwork') !== 'true') {
    const tunnel = from.world.reach(from, addressOf(cluster.node(node)), BGP);
    if (tunnel !== 'open') return NOBODY('silent');
  }
  const run = runOf(from, pod);
  if (run === null) return NOBODY('silent');
  if (run.hasProcesses) {
    const server = run.net.at(port);
    return { reach: server === null ? 'refused' : 'open', server, from: source };
  }
  // Programs that are known by their behaviour only: ready is what can be said of them.
  const ports = listAt(pod, 'spec', 'containers').flatMap((container) =>
    listAt(container, 'ports').map((one) => Number(textAt(one, 'containerPort'))),
  );
  return NOBODY(isReady(pod) && (ports.length === 0 || ports.includes(port)) ? 'open' : 'refused');
}
/** A connection to an address of a pod or a service; null when it is neither. */
export function dialCluster(
  from: Host,
  cluster: Cluster,
  address: string,
  port: number,
  source: string,
): Dialled | null {
  const { store } = cluster;
  const pod = store
    .list('Pod')
    .find(
      (one) => textAt(one, 'status', 'podIP') === address && textAt(one, 'spec', 'hostNetwork') !== 'true',
    );
  if (pod !== undefined) return dialPod(from, cluster, pod, port, source);
  const service = store.list('Service').find((one) => textAt(one, 'spec', 'clusterIP') === address);
  if (service === undefined || !from.kube.controlPlane.proxy) return null;
  const entry = listAt(service, 'spec', 'ports').find((one) => Number(textAt(one, 'port')) === port);
  if (entry === undefined || Object.keys(mapAt(service, 'spec', 'selector')).length === 0) return null;
  return dialService(from, cluster, service, mapAt(entry), source);
}
let turn = 0;
/** A connection to a service's port: to one of its ready pods, in turn. */
export function dialService(
  from: Host,
  cluster: Cluster,
  service: JsonMap,
  entry: JsonMap,
  source: string,
): Dialled {
  const ready = selected(cluster, service).filter(isReady);
  turn += 1;
  const pod = ready[turn % Math.max(1, ready.length)];
  if (pod === undefined) return NOBODY('refused');
  return dialPod(from, cluster, pod, portNumber(entry, pod), source);
}
