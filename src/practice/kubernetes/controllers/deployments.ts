/** Deployments and the ReplicaSets that they make. */
import { instant } from '../access.js';
import type { Cluster } from '../cluster.js';
import { listAt, mapAt, numberAt, textAt, type JsonMap } from '../json.js';
import { builtIn } from '../resources.js';
import { nameOf, namespaceOf, uidOf } from '../store.js';
import {
  suffix,
  isReady,
  leaving,
  over,
  ownerReference,
  ownedPods,
  makePod,
  endOwned,
  hashOf,
} from './pods.js';

export function replicaSet(cluster: Cluster, set: JsonMap): void {
  const wanted = numberAt(set, 'spec', 'replicas') ?? 1;
  const pods = ownedPods(cluster, set).filter((pod) => !leaving(pod) && !over(pod));
  for (let index = pods.length; index < wanted; index += 1)
    makePod(
      cluster,
      set,
      `${nameOf(set)}-${suffix(`${uidOf(set)}${cluster.store.resourceVersion}${index}`)}`,
    );
  for (const pod of pods
    .toSorted((a, b) => Number(isReady(a)) - Number(isReady(b)))
    .slice(0, Math.max(0, pods.length - wanted)))
    endOwned(cluster, set, pod);
  const ready = pods.filter(isReady).length;
  cluster.store.setStatus(builtIn('ReplicaSet'), namespaceOf(set), nameOf(set), {
    replicas: pods.length,
    readyReplicas: ready,
    availableReplicas: ready,
    fullyLabeledReplicas: pods.length,
    observedGeneration: numberAt(set, 'metadata', 'generation') ?? 1,
  });
}
export const REVISION = 'deployment.kubernetes.io/revision';
/** When each deployment began to wait for the pods of its present template, simulated seconds. */
const waits = new WeakMap<Cluster, Map<string, { readonly hash: string; readonly since: number }>>();
/** Whether a deployment has waited longer than it may. */
function late(cluster: Cluster, object: JsonMap, hash: string, waiting: boolean): boolean {
  const all = waits.get(cluster) ?? new Map<string, { readonly hash: string; readonly since: number }>();
  waits.set(cluster, all);
  const { seconds } = cluster.host.world.simulation;
  if (!waiting) {
    all.delete(uidOf(object));
    return false;
  }
  const known = all.get(uidOf(object));
  if (known === undefined || known.hash !== hash) {
    all.set(uidOf(object), { hash, since: seconds });
    return false;
  }
  return seconds - known.since >= (numberAt(object, 'spec', 'progressDeadlineSeconds') ?? 600);
}
export function deployment(cluster: Cluster, object: JsonMap): void {
  const { store } = cluster;
  const template = mapAt(object, 'spec', 'template');
  const hash = hashOf(template);
  const wanted = numberAt(object, 'spec', 'replicas') ?? 1;
  const sets = store
    .list('ReplicaSet', namespaceOf(object))
    .filter((set) =>
      listAt(set, 'metadata', 'ownerReferences').some((one) => textAt(one, 'uid') === uidOf(object)),
    );
  const name = `${nameOf(object)}-${hash}`;
  const labels = { ...mapAt(template, 'metadata', 'labels'), 'pod-template-hash': hash };
  const current = sets.find((set) => nameOf(set) === name);
  const number = (set: JsonMap | undefined) => Number(textAt(set, 'metadata', 'annotations', REVISION) || 0);
  const newest = Math.max(0, ...sets.map(number));
  // What comes back after others is the newest again.
  const revision = String(current !== undefined && number(current) === newest ? newest : newest + 1);
  const scaled = (set: JsonMap | undefined, called: string, to: number): void => {
    const from = set === undefined ? 0 : (numberAt(set, 'spec', 'replicas') ?? 1);
    if (from === to) return;
    cluster.event(
      object,
      'Normal',
      'ScalingReplicaSet',
      set === undefined
        ? `Scaled up replica set ${called} to ${to}`
        : `Scaled ${to > from ? 'up' : 'down'} replica set ${called} to ${to} from ${from}`,
      'deployment-controller',
    );
  };
  scaled(current, name, wanted);
  if (current === undefined)
    store.create(builtIn('ReplicaSet'), {
      metadata: {
        name,
        namespace: namespaceOf(object),
        labels,
        ownerReferences: [ownerReference(object)],
        annotations: { [REVISION]: revision },
      },
      spec: {
        replicas: wanted,
        selector: {
          matchLabels: { ...mapAt(object, 'spec', 'selector', 'matchLabels'), 'pod-template-hash': hash },
        },
        template: { ...template, metadata: { ...mapAt(template, 'metadata'), labels } },
      },
      status: { replicas: 0 },
    });
  else
    store.change(builtIn('ReplicaSet'), namespaceOf(object), name, (set) => ({
      ...set,
      metadata: {
        ...mapAt(set, 'metadata'),
        annotations: { ...mapAt(set, 'metadata', 'annotations'), [REVISION]: revision },
      },
      spec: { ...mapAt(set, 'spec'), replicas: wanted },
    }));
  // Old ones that hold nothing are kept for a way back, and no more of them than wanted.
  const history = numberAt(object, 'spec', 'revisionHistoryLimit') ?? 10;
  const idle = sets.filter(
    (set) =>
      nameOf(set) !== name &&
      numberAt(set, 'spec', 'replicas') === 0 &&
      (numberAt(set, 'status', 'replicas') ?? 0) === 0,
  );
  for (const set of idle
    .toSorted((a, b) => number(a) - number(b))
    .slice(0, Math.max(0, idle.length - history)))
    store.delete(builtIn('ReplicaSet'), namespaceOf(set), nameOf(set));
  const ready = numberAt(current, 'status', 'readyReplicas') ?? 0;
  for (const set of sets) {
    // The old ones make room once the new ones are ready.
    if (
      nameOf(set) === name ||
      (ready < wanted && wanted > 0 && textAt(object, 'spec', 'strategy', 'type') !== 'Recreate')
    )
      continue;
    scaled(set, nameOf(set), 0);
    store.change(builtIn('ReplicaSet'), namespaceOf(set), nameOf(set), (old) => ({
      ...old,
      spec: { ...mapAt(old, 'spec'), replicas: 0 },
    }));
  }
  const all = sets.reduce((sum, set) => sum + (numberAt(set, 'status', 'replicas') ?? 0), 0);
  const alive = sets.reduce((sum, set) => sum + (numberAt(set, 'status', 'readyReplicas') ?? 0), 0);
  const now = instant(cluster.host.machine.now());
  const old = (type: string) =>
    listAt(object, 'status', 'conditions').find((one) => textAt(one, 'type') === type);
  const condition = (type: string, met: boolean, reason: string, message: string): JsonMap => ({
    type,
    status: met ? 'True' : 'False',
    reason,
    message,
    lastTransitionTime:
      textAt(old(type), 'status') === (met ? 'True' : 'False')
        ? textAt(old(type), 'lastTransitionTime')
        : now,
    lastUpdateTime: textAt(old(type), 'lastUpdateTime') || now,
  });
  const exceeded = late(cluster, object, `${hash} ${wanted}`, ready < wanted);
  const status: JsonMap = {
    observedGeneration: numberAt(object, 'metadata', 'generation') ?? 1,
    replicas: all,
    updatedReplicas: numberAt(current, 'status', 'replicas') ?? 0,
    readyReplicas: alive,
    availableReplicas: alive,
    unavailableReplicas: Math.max(0, wanted - alive),
    conditions: [
      condition(
        'Available',
        alive >= wanted,
        alive >= wanted ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
        alive >= wanted
          ? 'Deployment has minimum availability.'
          : 'Deployment does not have minimum availability.',
      ),
      condition(
        'Progressing',
        !exceeded,
        ready >= wanted
          ? 'NewReplicaSetAvailable'
          : exceeded
            ? 'ProgressDeadlineExceeded'
            : 'ReplicaSetUpdated',
        `ReplicaSet "${name}" ${ready >= wanted ? 'has successfully progressed.' : exceeded ? 'has timed out progressing.' : 'is progressing.'}`,
      ),
    ],
  };
  // Counts of nothing are left out of the real object.
  for (const key of [
    'replicas',
    'updatedReplicas',
    'readyReplicas',
    'availableReplicas',
    'unavailableReplicas',
  ])
    if (status[key] === 0) delete status[key];
  store.change(builtIn('Deployment'), namespaceOf(object), nameOf(object), (one) => ({
    ...one,
    metadata: {
      ...mapAt(one, 'metadata'),
      annotations: {
        ...mapAt(one, 'metadata', 'annotations'),
        [REVISION]: revision,
      },
    },
    status,
  }));
}
