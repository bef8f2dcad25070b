/** Connections from a node into its cluster: to addresses of pods, and through kube-proxy to those of services. */
import type { Host } from '../host.js';
import type { Reach } from '../model/network.js';
import { isReady } from './controllers/pods.js';
import { portNumber } from './controllers/services.js';
import { listAt, mapAt, textAt } from './json.js';
import { dialPod } from './pod-dial.js';
import { namespaceOf } from './store.js';

/** What a connection to an address inside the cluster meets; null when it is not one. */
export function reachInCluster(from: Host, address: string, port: number): Reach | null {
  const { cluster } = from.kube.services;
  if (cluster === null) return null;
  // What a machine of the lab has is no pod's own.
  if (from.world.holder(address) !== undefined) return null;
  const { store } = cluster;
  const pod = store
    .list('Pod')
    .find(
      (one) => textAt(one, 'status', 'podIP') === address && textAt(one, 'spec', 'hostNetwork') !== 'true',
    );
  if (pod !== undefined) return dialPod(from, cluster, pod, port, from.address).reach;
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
    .map((one) => dialPod(from, cluster, one, portNumber(entry, one), from.address).reach);
  return answers.includes('open') ? 'open' : answers.includes('silent') ? 'silent' : 'refused';
}
