/** What a kubelet tells of its node: that it is there, that it lives, and how it is. */
import type { Host } from '../host.js';
import type { Cluster } from './cluster.js';
import { listAt, mapAt, sameJson } from './json.js';
import { nodeConditions, nodeObject, nodeStatus } from './node-object.js';
import { builtIn } from './resources.js';

/** @param anyway whether it is time for a status even when nothing has changed */
export function reportNode(host: Host, cluster: Cluster, name: string, anyway: boolean): void {
  const { store } = cluster;
  if (cluster.node(name) === undefined) {
    const made = store.create(builtIn('Node'), nodeObject(host));
    const words = `Node ${name} event: Registered Node ${name} in Controller`;
    cluster.event(made, 'Normal', 'RegisteredNode', words, 'node-controller');
  }
  const node = cluster.node(name);
  if (node === undefined) return;
  const status = nodeStatus(host, listAt(node, 'status', 'conditions'));
  const before = nodeConditions(node);
  const now = nodeConditions({ status });
  const changed = ['Ready', 'DiskPressure', 'MemoryPressure'].some((type) => before[type] !== now[type]);
  const renew = store.get('Lease', 'kube-node-lease', name);
  store.update(builtIn('Lease'), {
    ...renew,
    metadata: { ...mapAt(renew, 'metadata'), name, namespace: 'kube-node-lease' },
    spec: {
      holderIdentity: name,
      leaseDurationSeconds: 40,
      renewTime: String(host.world.simulation.seconds),
    },
  });
  const ready = now['Ready'] === 'True' ? 'NodeReady' : 'NodeNotReady';
  if (before['Ready'] !== now['Ready'])
    cluster.event(node, 'Normal', ready, `Node ${name} status is now: ${ready}`, 'kubelet', { host: name });
  const same =
    sameJson(mapAt(node, 'status', 'nodeInfo'), mapAt(status, 'nodeInfo')) &&
    sameJson([...listAt(node, 'status', 'addresses')], [...listAt(status, 'addresses')]);
  if (changed || !same || anyway) store.setStatus(builtIn('Node'), '', name, status);
}
