/** What owns pods: all of it settled once a second; StatefulSets and Jobs in person. */
import { instant } from '../access.js';
import type { Cluster } from '../cluster.js';
import { isMap, listAt, mapAt, numberAt, textAt, type JsonMap } from '../json.js';
import { builtIn } from '../resources.js';
import { nameOf, namespaceOf, uidOf } from '../store.js';
import { daemonSet } from './daemon-sets.js';
import { deployment, replicaSet } from './deployments.js';
import { suffix, isReady, leaving, ownedPods, makePod, endPod, hashOf } from './pods.js';

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
        endPod(cluster, pod);
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
  for (const pod of pods) if (Number(/-(\d+)$/.exec(nameOf(pod))?.[1] ?? 0) >= wanted) endPod(cluster, pod);
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
function job(cluster: Cluster, object: JsonMap): void {
  const { store } = cluster;
  const pods = ownedPods(cluster, object);
  const succeeded = pods.filter((pod) => textAt(pod, 'status', 'phase') === 'Succeeded').length;
  const failed = pods.filter((pod) => textAt(pod, 'status', 'phase') === 'Failed').length;
  const wanted = numberAt(object, 'spec', 'completions') ?? 1;
  const limit = numberAt(object, 'spec', 'backoffLimit') ?? 6;
  const active = pods.length - succeeded - failed;
  const now = instant(cluster.host.machine.now());
  const ended = listAt(object, 'status', 'conditions').length > 0;
  if (!ended && active === 0 && succeeded < wanted && failed <= limit)
    makePod(
      cluster,
      object,
      `${nameOf(object)}-${suffix(uidOf(object) + String(pods.length))}`,
      { restartPolicy: textAt(object, 'spec', 'template', 'spec', 'restartPolicy') || 'Never' },
      { 'batch.kubernetes.io/job-name': nameOf(object), 'job-name': nameOf(object) },
    );
  const done = succeeded >= wanted;
  const lost = failed > limit;
  store.setStatus(builtIn('Job'), namespaceOf(object), nameOf(object), {
    active,
    succeeded,
    failed,
    ready: pods.filter(isReady).length,
    startTime: textAt(object, 'status', 'startTime') || now,
    ...(done && !ended
      ? {
          completionTime: now,
          conditions: [{ type: 'Complete', status: 'True', lastTransitionTime: now, lastProbeTime: now }],
        }
      : {}),
    ...(lost && !ended
      ? {
          conditions: [
            {
              type: 'Failed',
              status: 'True',
              reason: 'BackoffLimitExceeded',
              message: 'Job has reached the specified backoff limit',
              lastTransitionTime: now,
              lastProbeTime: now,
            },
          ],
        }
      : {}),
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
      store.get(textAt(owner, 'kind'), namespaceOf(pod), textAt(owner, 'name')) === undefined &&
      textAt(owner, 'kind') !== 'Node'
    )
      endPod(cluster, pod);
  }
  for (const set of store.list('DaemonSet')) daemonSet(cluster, set);
  for (const object of store.list('Deployment')) deployment(cluster, object);
  for (const set of store.list('ReplicaSet')) replicaSet(cluster, set);
  for (const set of store.list('StatefulSet')) statefulSet(cluster, set);
  for (const object of store.list('Job')) job(cluster, object);
}
