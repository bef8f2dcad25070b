/** DaemonSets: one pod on every node that it may be on. */
import type { Cluster } from '../cluster.js';
import { listAt, mapAt, numberAt, textAt, type Json, type JsonMap } from '../json.js';
import { taintsOf } from '../node-object.js';
import { builtIn } from '../resources.js';
import { tolerates } from '../scheduler.js';
import { nameOf, namespaceOf, uidOf } from '../store.js';
import { suffix, isReady, leaving, ownedPods, makePod, endOwned, hashOf } from './pods.js';

export function daemonSet(cluster: Cluster, set: JsonMap): void {
  const { store } = cluster;
  const template = mapAt(set, 'spec', 'template');
  const hash = hashOf(template);
  const selector = mapAt(template, 'spec', 'nodeSelector');
  const tolerations: Json[] = [
    ...listAt(template, 'spec', 'tolerations'),
    ...['not-ready', 'unreachable'].map((name) => ({
      key: `node.kubernetes.io/${name}`,
      operator: 'Exists',
      effect: 'NoExecute',
    })),
    ...['disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable', 'network-unavailable'].map(
      (name) => ({ key: `node.kubernetes.io/${name}`, operator: 'Exists', effect: 'NoSchedule' }),
    ),
    { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoSchedule' },
    { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoSchedule' },
  ];
  const nodes = store
    .list('Node')
    .filter(
      (node) =>
        Object.entries(selector).every(
          ([key, value]) => textAt(node, 'metadata', 'labels', key) === textAt(value),
        ) &&
        taintsOf(node).every(
          (taint) => textAt(taint, 'effect') === 'PreferNoSchedule' || tolerates(tolerations, taint),
        ),
    );
  const pods = ownedPods(cluster, set);
  const wanted = new Map(nodes.map((node) => [nameOf(node), node]));
  for (const pod of pods) {
    const stale = textAt(pod, 'metadata', 'labels', 'controller-revision-hash') !== hash;
    if ((stale || !wanted.has(textAt(pod, 'spec', 'nodeName'))) && !leaving(pod)) endOwned(cluster, set, pod);
  }
  for (const name of wanted.keys()) {
    if (pods.some((pod) => textAt(pod, 'spec', 'nodeName') === name)) continue;
    makePod(
      cluster,
      set,
      `${nameOf(set)}-${suffix(uidOf(set) + name + store.resourceVersion)}`,
      { nodeName: name, tolerations },
      { 'controller-revision-hash': hash },
    );
  }
  const ready = pods.filter((pod) => isReady(pod) && wanted.has(textAt(pod, 'spec', 'nodeName'))).length;
  store.setStatus(builtIn('DaemonSet'), namespaceOf(set), nameOf(set), {
    currentNumberScheduled: pods.length,
    desiredNumberScheduled: wanted.size,
    numberAvailable: ready,
    numberMisscheduled: 0,
    numberReady: ready,
    observedGeneration: numberAt(set, 'metadata', 'generation') ?? 1,
    updatedNumberScheduled: pods.filter(
      (pod) => textAt(pod, 'metadata', 'labels', 'controller-revision-hash') === hash,
    ).length,
    ...(ready < wanted.size ? { numberUnavailable: wanted.size - ready } : { numberUnavailable: 0 }),
  });
}
