/** Connections from a node into its cluster: to addresses of pods, and through kube-proxy to those of services. */
import type { Host } from '../host.js';
import type { Reach } from '../model/network.js';
import { addressOf, type Cluster } from './cluster.js';
import { isReady } from './controllers/pods.js';
import { portNumber } from './controllers/services.js';
import { listAt, mapAt, textAt, type JsonMap } from './json.js';
import { namespaceOf } from './store.js';

/** Calico's nodes talk BGP; where that gets through, so do the tunnels in this model. */
const BGP = 179;

function toPod(from: Host, cluster: Cluster, pod: JsonMap, port: number): Reach {
  const node = textAt(pod, 'spec', 'nodeName');
  if (!isReady(pod)) return 'refused';
  const ports = listAt(pod, 'spec', 'containers').flatMap((container) =>
    listAt(container, 'ports').map((one) => Number(textAt(one, 'containerPort'))),
  );
  if (ports.length > 0 && !ports.includes(port)) return 'refused';
  if (node === from.kube.kubelet.nodeName || textAt(pod, 'spec', 'hostNetwork') === 'true') return 'open';
  return from.world.reach(from, addressOf(cluster.node(node)), BGP) === 'open' ? 'open' : 'silent';
}

/** What a connection to an address inside the cluster meets; null when it is not one. */
export function reachInCluster(from: Host, address: string, port: number): Reach | null {
  const { cluster } = from.kube.services;
  if (cluster === null) return null;
  const { store } = cluster;
  const pod = store
    .list('Pod')
    .find(
      (one) => textAt(one, 'status', 'podIP') === address && textAt(one, 'spec', 'hostNetwork') !== 'true',
    );
  if (pod !== undefined) return toPod(from, cluster, pod, port);
  if (!from.kube.controlPlane.proxy) return null;
  const service = store.list('Service').find((one) => textAt(one, 'spec', 'clusterIP') === address);
  if (service === undefined) return null;
  const entry = listAt(service, 'spec', 'ports').find((one) => Number(textAt(one, 'port')) === port);
  if (entry === undefined) return 'refused';
  const selector = Object.entries(mapAt(service, 'spec', 'selector'));
  if (selector.length === 0) {
    // The API's own service: it leads to where the control plane listens.
    const [target] = listAt(
      store.get('Endpoints', namespaceOf(service), textAt(service, 'metadata', 'name')),
      'subsets',
    );
    return from.world.reach(
      from,
      textAt(target, 'addresses', 0, 'ip'),
      Number(textAt(target, 'ports', 0, 'port')),
    );
  }
  const answers = store
    .list('Pod', namespaceOf(service))
    .filter(
      (one) =>
        isReady(one) &&
        selector.every(([key, value]) => textAt(one, 'metadata', 'labels', key) === textAt(value)),
    )
    .map((one) => toPod(from, cluster, one, portNumber(entry, one)));
  return answers.includes('open') ? 'open' : answers.includes('silent') ? 'silent' : 'refused';
}
