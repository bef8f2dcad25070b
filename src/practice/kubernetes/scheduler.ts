/** Which node a pod goes to, and why none will do. */
import { instant } from './access.js';
import type { Cluster } from './cluster.js';
import { listAt, mapAt, textAt, type Json, type JsonMap } from './json.js';
import { taintsOf } from './node-object.js';
import { builtIn } from './resources.js';
import { nameOf, namespaceOf } from './store.js';

export function tolerates(tolerations: readonly Json[], taint: JsonMap): boolean {
  return tolerations.some((one) => {
    const key = textAt(one, 'key');
    const effect = textAt(one, 'effect');
    if (effect !== '' && effect !== textAt(taint, 'effect')) return false;
    if (key === '') return textAt(one, 'operator') === 'Exists';
    if (key !== textAt(taint, 'key')) return false;
    return textAt(one, 'operator') === 'Exists' || textAt(one, 'value') === textAt(taint, 'value');
  });
}
/** Quantities like `100m`, `512Mi`, `2`. */
export function quantity(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(m|[kKMGT]i?)?$/.exec(text);
  if (match === null) return 0;
  const factors: Readonly<Record<string, number>> = {
    m: 0.001,
    k: 1e3,
    K: 1e3,
    M: 1e6,
    G: 1e9,
    T: 1e12,
    Ki: 2 ** 10,
    Mi: 2 ** 20,
    Gi: 2 ** 30,
    Ti: 2 ** 40,
  };
  return Number(match[1]) * (factors[match[2] ?? ''] ?? 1);
}
export function requests(pod: JsonMap, resource: 'cpu' | 'memory'): number {
  const of = (key: string) =>
    listAt(pod, 'spec', key).map((one) => quantity(textAt(one, 'resources', 'requests', resource)));
  return Math.max(
    of('containers').reduce((sum, value) => sum + value, 0),
    ...of('initContainers'),
  );
}
function selects(terms: readonly Json[], node: JsonMap): boolean {
  return terms.some((term) =>
    listAt(term, 'matchExpressions').every((rule) => {
      const value = mapAt(node, 'metadata', 'labels')[textAt(rule, 'key')];
      const values = listAt(rule, 'values').map((one) => textAt(one));
      switch (textAt(rule, 'operator')) {
        case 'In':
          return value !== undefined && values.includes(textAt(value));
        case 'NotIn':
          return value === undefined || !values.includes(textAt(value));
        case 'Exists':
          return value !== undefined;
        case 'DoesNotExist':
          return value === undefined;
        default:
          return false;
      }
    }),
  );
}

/** Why a pod cannot go to a node; null when it can. */
function objection(cluster: Cluster, pod: JsonMap, node: JsonMap): string | null {
  if (textAt(node, 'spec', 'unschedulable') === 'true') return 'node(s) were unschedulable';
  const taint = taintsOf(node).find(
    (one) =>
      ['NoSchedule', 'NoExecute'].includes(textAt(one, 'effect')) &&
      !tolerates(listAt(pod, 'spec', 'tolerations'), one),
  );
  if (taint !== undefined)
    return `node(s) had untolerated taint {${textAt(taint, 'key')}: ${textAt(taint, 'value')}}`;
  const selector = mapAt(pod, 'spec', 'nodeSelector');
  const affinity = listAt(
    pod,
    'spec',
    'affinity',
    'nodeAffinity',
    'requiredDuringSchedulingIgnoredDuringExecution',
    'nodeSelectorTerms',
  );
  if (
    Object.entries(selector).some(
      ([key, value]) => textAt(node, 'metadata', 'labels', key) !== textAt(value),
    ) ||
    (affinity.length > 0 && !selects(affinity, node))
  )
    return "node(s) didn't match Pod's node affinity/selector";
  for (const claim of listAt(pod, 'spec', 'volumes').map((volume) =>
    textAt(volume, 'persistentVolumeClaim', 'claimName'),
  )) {
    if (claim === '') continue;
    const found = cluster.store.get('PersistentVolumeClaim', namespaceOf(pod), claim);
    const volume = cluster.store.get('PersistentVolume', '', textAt(found, 'spec', 'volumeName'));
    const terms = listAt(volume, 'spec', 'nodeAffinity', 'required', 'nodeSelectorTerms');
    if (terms.length > 0 && !selects(terms, node)) return 'node(s) had volume node affinity conflict';
  }
  const here = cluster.store
    .list('Pod')
    .filter(
      (one) =>
        textAt(one, 'spec', 'nodeName') === nameOf(node) &&
        !['Succeeded', 'Failed'].includes(textAt(one, 'status', 'phase')),
    );
  for (const resource of ['cpu', 'memory'] as const) {
    const used = here.reduce((sum, one) => sum + requests(one, resource), 0);
    if (used + requests(pod, resource) > quantity(textAt(node, 'status', 'allocatable', resource)))
      return `Insufficient ${resource}`;
  }
  return null;
}
function waitsForVolume(cluster: Cluster, pod: JsonMap): string | null {
  for (const volume of listAt(pod, 'spec', 'volumes')) {
    const claim = textAt(volume, 'persistentVolumeClaim', 'claimName');
    if (claim === '') continue;
    const found = cluster.store.get('PersistentVolumeClaim', namespaceOf(pod), claim);
    if (found === undefined) return `persistentvolumeclaim "${claim}" not found`;
    if (textAt(found, 'status', 'phase') !== 'Bound')
      return 'pod has unbound immediate PersistentVolumeClaims';
  }
  return null;
}

export function schedule(cluster: Cluster): void {
  const { store } = cluster;
  const nodes = store.list('Node');
  for (const pod of store.list('Pod')) {
    if (textAt(pod, 'spec', 'nodeName') !== '' || textAt(pod, 'metadata', 'deletionTimestamp') !== '')
      continue;
    const waits = waitsForVolume(cluster, pod);
    const answers = nodes.map((node) => ({ node, why: objection(cluster, pod, node) }));
    const fit = answers
      .filter(({ why }) => why === null)
      .toSorted((a, b) => load(cluster, a.node) - load(cluster, b.node))[0];
    const now = instant(cluster.host.machine.now());
    if (waits === null && fit !== undefined) {
      store.update(builtIn('Pod'), { ...pod, spec: { ...mapAt(pod, 'spec'), nodeName: nameOf(fit.node) } });
      cluster.event(
        pod,
        'Normal',
        'Scheduled',
        `Successfully assigned ${namespaceOf(pod)}/${nameOf(pod)} to ${nameOf(fit.node)}`,
        'default-scheduler',
      );
      continue;
    }
    const counts = new Map<string, number>();
    for (const { why } of answers) if (why !== null) counts.set(why, (counts.get(why) ?? 0) + 1);
    const reasons = waits ?? [...counts].map(([why, count]) => `${count} ${why}`).join(', ');
    const message = `0/${nodes.length} nodes are available: ${reasons === '' ? 'no nodes available to schedule pods' : reasons}. preemption: 0/${nodes.length} nodes are available: ${nodes.length} Preemption is not helpful for scheduling.`;
    const known = listAt(pod, 'status', 'conditions').find((one) => textAt(one, 'type') === 'PodScheduled');
    if (textAt(known, 'message') === message) continue;
    cluster.event(pod, 'Warning', 'FailedScheduling', message, 'default-scheduler');
    store.setStatus(builtIn('Pod'), namespaceOf(pod), nameOf(pod), {
      phase: 'Pending',
      conditions: [
        {
          type: 'PodScheduled',
          status: 'False',
          reason: 'Unschedulable',
          message,
          lastProbeTime: null,
          lastTransitionTime: now,
        },
      ],
    });
  }
}
const load = (cluster: Cluster, node: JsonMap) =>
  cluster.store.list('Pod').filter((pod) => textAt(pod, 'spec', 'nodeName') === nameOf(node)).length;
