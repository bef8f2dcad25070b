/** What owns pods: all of it settled once a second; StatefulSets in person. */
import type { Cluster } from '../cluster.js';
import { isMap, listAt, mapAt, numberAt, textAt, type JsonMap } from '../json.js';
import { builtIn } from '../resources.js';
import { nameOf, namespaceOf, uidOf } from '../store.js';
import { daemonSet } from './daemon-sets.js';
import { deployment, replicaSet } from './deployments.js';
import { job } from './jobs.js';
import { isReady, leaving, ownedPods, makePod, endOwned, endPod, hashOf } from './pods.js';

function statefulSet(cluster: Cluster, set: JsonMap): void {
  const { store } = cluster;
  const wanted = numberAt(set, 'spec', 'replicas') ?? 1;
  const hash = hashOf(mapAt(set, 'spec', 'template'));
  const pods = ownedPods(cluster, set);
  for (let index = 0; index < wanted; index += 1) {
    const name = `${nameOf(set)}-${index}`;
    const pod = pods.find((one) => nameOf(one) === name);
    if (pod !== undefined) {
      if (
        textAt(pod, 'metadata', 'labels', 'controller-revision-hash') !== `${nameOf(set)}-${hash}` &&
        !leaving(pod)
      )
        endOwned(cluster, set, pod);
      if (!isReady(pod)) break;
      continue;
    }
    makePod(
      cluster,
      set,
      name,
      { hostname: name, subdomain: textAt(set, 'spec', 'serviceName') },
      { 'controller-revision-hash': `${nameOf(set)}-${hash}`, 'statefulset.kubernetes.io/pod-name': name },
    );
    break;
  }
  for (const pod of pods)
    if (Number(/-(\d+)$/.exec(nameOf(pod))?.[1] ?? 0) >= wanted) endOwned(cluster, set, pod);
  const ready = pods.filter(isReady).length;
  store.setStatus(builtIn('StatefulSet'), namespaceOf(set), nameOf(set), {
    replicas: pods.length,
    readyReplicas: ready,
    availableReplicas: ready,
    currentReplicas: pods.length,
    updatedReplicas: pods.length,
    observedGeneration: numberAt(set, 'metadata', 'generation') ?? 1,
    currentRevision: `${nameOf(set)}-${hash}`,
    updateRevision: `${nameOf(set)}-${hash}`,
  });
}
export function settleWorkloads(cluster: Cluster): void {
  const { store } = cluster;
  for (const pod of store.list('Pod')) {
    const owner = listAt(pod, 'metadata', 'ownerReferences')[0];
    const node = textAt(pod, 'spec', 'nodeName');
    // A pod whose node or owner is gone goes too.
    if (node !== '' && cluster.node(node) === undefined)
      store.delete(builtIn('Pod'), namespaceOf(pod), nameOf(pod));
    else if (
      isMap(owner) &&
      textAt(owner, 'kind') !== 'Node' &&
      // One of that name may be another one meanwhile.
      uidOf(store.get(textAt(owner, 'kind'), namespaceOf(pod), textAt(owner, 'name'))) !==
        textAt(owner, 'uid')
    )
      endPod(cluster, pod);
  }
  for (const set of store.list('DaemonSet')) daemonSet(cluster, set);
  for (const object of store.list('Deployment')) deployment(cluster, object);
  for (const set of store.list('ReplicaSet')) replicaSet(cluster, set);
  for (const set of store.list('StatefulSet')) statefulSet(cluster, set);
  for (const object of store.list('Job')) job(cluster, object);
}
