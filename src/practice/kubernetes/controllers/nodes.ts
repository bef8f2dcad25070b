/** Nodes: address ranges, taints that follow conditions, and what becomes of a node that says nothing any more. */
import { instant } from '../access.js';
import type { ApiServer } from '../control-plane.js';
import { flagOf } from '../control-plane.js';
import { poolOf } from '../calico.js';
import type { Cluster } from '../cluster.js';
import { isMap, listAt, mapAt, textAt, type Json, type JsonMap } from '../json.js';
import { parseYaml } from '../kubeconfig.js';
import { nodeConditions, taintsOf } from '../node-object.js';
import { builtIn } from '../resources.js';
import { nameOf, namespaceOf, type ObjectStore } from '../store.js';

/** Seconds without a sign of life until a node counts as lost, and until its pods are moved. */
const GRACE = 40;
const EVICTION = 300;

function clusterCidr(api: ApiServer): string {
  const text = api.host.volume.text('/etc/kubernetes/manifests/kube-controller-manager.yaml');
  if (text === null) return '';
  const container = listAt(parseYaml(text), 'spec', 'containers')[0];
  return isMap(container) ? flagOf(container, 'cluster-cidr') : '';
}
function nextRange(store: ObjectStore, cidr: string): string {
  const [a = '10', b = '244', c = '0'] = cidr.split('.');
  const used = store.list('Node').map((node) => textAt(node, 'spec', 'podCIDR'));
  for (let part = Number(c); part < 256; part += 1) {
    const range = `${a}.${b}.${part}.0/24`;
    if (!used.includes(range)) return range;
  }
  return '';
}
const withoutTaint = (taints: readonly JsonMap[], ...keys: readonly string[]) =>
  taints.filter((taint) => !keys.includes(textAt(taint, 'key')));
const taint = (key: string, effect: string): JsonMap => ({ key, effect });

/** Taints as the conditions want them. */
function wantedTaints(node: JsonMap): readonly JsonMap[] {
  const conditions = nodeConditions(node);
  const kept = withoutTaint(
    taintsOf(node),
    'node.kubernetes.io/not-ready',
    'node.kubernetes.io/unreachable',
    'node.kubernetes.io/disk-pressure',
    'node.kubernetes.io/network-unavailable',
  );
  return [
    ...kept,
    ...(conditions['Ready'] === 'False'
      ? [
          taint('node.kubernetes.io/not-ready', 'NoSchedule'),
          taint('node.kubernetes.io/not-ready', 'NoExecute'),
        ]
      : []),
    ...(conditions['Ready'] === 'Unknown'
      ? [
          taint('node.kubernetes.io/unreachable', 'NoSchedule'),
          taint('node.kubernetes.io/unreachable', 'NoExecute'),
        ]
      : []),
    ...(conditions['Ready'] === undefined ? [taint('node.kubernetes.io/not-ready', 'NoSchedule')] : []),
    ...(conditions['DiskPressure'] === 'True'
      ? [taint('node.kubernetes.io/disk-pressure', 'NoSchedule')]
      : []),
    ...(conditions['NetworkUnavailable'] === 'True'
      ? [taint('node.kubernetes.io/network-unavailable', 'NoSchedule')]
      : []),
  ];
}

function lose(api: ApiServer, node: JsonMap): void {
  const { store } = api.cluster;
  const now = instant(api.host.machine.now());
  const conditions: Json[] = listAt(node, 'status', 'conditions').map((one) => ({
    ...mapAt(one),
    status: 'Unknown',
    lastTransitionTime: now,
    reason: 'NodeStatusUnknown',
    message: 'Kubelet stopped posting node status.',
  }));
  store.setStatus(builtIn('Node'), '', nameOf(node), { conditions });
  api.cluster.event(
    node,
    'Normal',
    'NodeNotReady',
    `Node ${nameOf(node)} status is now: NodeNotReady`,
    'node-controller',
  );
  for (const pod of store.list('Pod')) {
    if (textAt(pod, 'spec', 'nodeName') !== nameOf(node)) continue;
    const changed: Json[] = listAt(pod, 'status', 'conditions').map((one) =>
      textAt(one, 'type') === 'Ready' ? { ...mapAt(one), status: 'False', lastTransitionTime: now } : one,
    );
    store.setStatus(builtIn('Pod'), namespaceOf(pod), nameOf(pod), { conditions: changed });
    api.cluster.event(pod, 'Warning', 'NodeNotReady', 'Node is not ready', 'node-controller');
  }
}
function evict(cluster: Cluster, node: string, now: string): void {
  const { store } = cluster;
  for (const pod of store.list('Pod')) {
    if (textAt(pod, 'spec', 'nodeName') !== node || textAt(pod, 'metadata', 'deletionTimestamp') !== '')
      continue;
    const owner = listAt(pod, 'metadata', 'ownerReferences')[0];
    if (
      textAt(pod, 'metadata', 'annotations', 'kubernetes.io/config.mirror') !== '' ||
      textAt(owner, 'kind') === 'DaemonSet'
    )
      continue;
    store.update(builtIn('Pod'), { ...pod, metadata: { ...mapAt(pod, 'metadata'), deletionTimestamp: now } });
    cluster.event(
      pod,
      'Normal',
      'TaintManagerEviction',
      `Marking for deletion Pod ${namespaceOf(pod)}/${nameOf(pod)}`,
      'taint-eviction-controller',
    );
  }
}

export function settleNodes(api: ApiServer, second: number): void {
  const { store } = api.cluster;
  const cidr = clusterCidr(api);
  for (const node of store.list('Node')) {
    const name = nameOf(node);
    const lease = store.get('Lease', 'kube-node-lease', name);
    const silent = second - Number(textAt(lease, 'spec', 'renewTime') || 0);
    if (lease !== undefined && silent > GRACE && nodeConditions(node)['Ready'] !== 'Unknown') lose(api, node);
    if (lease !== undefined && silent > GRACE + EVICTION)
      evict(api.cluster, name, instant(api.host.machine.now()));
    store.change(builtIn('Node'), '', name, (object) => {
      const range = textAt(object, 'spec', 'podCIDR') || (cidr === '' ? '' : nextRange(store, cidr));
      const taints = [...wantedTaints(object)];
      const { taints: _old, ...spec } = mapAt(object, 'spec');
      return {
        ...object,
        spec: {
          ...(range === '' ? {} : { podCIDR: range, podCIDRs: [range] }),
          ...spec,
          ...(taints.length === 0 ? {} : { taints }),
        },
      };
    });
  }
  calicoPool(api);
}

/** The pool that the first calico-node makes. */
function calicoPool({ cluster }: ApiServer): void {
  const { store } = cluster;
  const pools = store.resources.find((resource) => resource.kind === 'IPPool');
  if (pools === undefined || store.list('IPPool').length > 0) return;
  const running = store
    .list('Node')
    .some((node) => textAt(node, 'metadata', 'annotations', 'projectcalico.org/IPv4Address') !== '');
  if (!running) return;
  store.create(pools, {
    metadata: { name: 'default-ipv4-ippool' },
    spec: {
      allowedUses: ['Workload', 'Tunnel'],
      blockSize: 26,
      cidr: poolOf(cluster),
      ipipMode: 'Always',
      natOutgoing: true,
      nodeSelector: 'all()',
      vxlanMode: 'Never',
    },
  });
}
