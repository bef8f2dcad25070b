/** Pods that controllers make and end. */
import { instant } from '../access.js';
import type { Cluster } from '../cluster.js';
import { listAt, mapAt, numberAt, textAt, type JsonMap } from '../json.js';
import { builtIn } from '../resources.js';
import { hexOf } from '../runtime.js';
import { nameOf, namespaceOf, uidOf } from '../store.js';

const SAFE = 'bcdfghjklmnpqrstvwxz2456789';
/** Five letters as Kubernetes makes them for names. */
export function suffix(seed: string, length = 5): string {
  const hex = hexOf(seed);
  return Array.from(
    { length },
    (_, index) => SAFE[Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16) % SAFE.length],
  ).join('');
}
export const isReady = (pod: JsonMap): boolean =>
  listAt(pod, 'status', 'conditions').some(
    (one) => textAt(one, 'type') === 'Ready' && textAt(one, 'status') === 'True',
  );
export const leaving = (pod: JsonMap) => textAt(pod, 'metadata', 'deletionTimestamp') !== '';
export const over = (pod: JsonMap) => ['Succeeded', 'Failed'].includes(textAt(pod, 'status', 'phase'));

export function ownerReference(owner: JsonMap): JsonMap {
  return {
    apiVersion: textAt(owner, 'apiVersion'),
    kind: textAt(owner, 'kind'),
    name: nameOf(owner),
    uid: uidOf(owner),
    controller: true,
    blockOwnerDeletion: true,
  };
}
export function ownedPods(cluster: Cluster, owner: JsonMap): readonly JsonMap[] {
  return cluster.store
    .list('Pod', namespaceOf(owner))
    .filter((pod) =>
      listAt(pod, 'metadata', 'ownerReferences').some((one) => textAt(one, 'uid') === uidOf(owner)),
    );
}
export function makePod(
  cluster: Cluster,
  owner: JsonMap,
  name: string,
  extra: JsonMap = {},
  labels: JsonMap = {},
): void {
  const template = mapAt(owner, 'spec', 'template');
  const account = textAt(template, 'spec', 'serviceAccountName') || 'default';
  const holder = cluster.store.get('ServiceAccount', namespaceOf(owner), account);
  const secrets = listAt(holder, 'imagePullSecrets');
  const pod: JsonMap = {
    metadata: {
      ...mapAt(template, 'metadata'),
      name,
      namespace: namespaceOf(owner),
      labels: { ...mapAt(template, 'metadata', 'labels'), ...labels },
      ownerReferences: [ownerReference(owner)],
    },
    spec: {
      ...(secrets.length > 0 && listAt(template, 'spec', 'imagePullSecrets').length === 0
        ? { imagePullSecrets: [...secrets] }
        : {}),
      restartPolicy: 'Always',
      schedulerName: 'default-scheduler',
      serviceAccountName: account,
      ...mapAt(template, 'spec'),
      ...extra,
    },
    status: { phase: 'Pending', qosClass: 'Burstable' },
  };
  const made = cluster.store.create(builtIn('Pod'), pod);
  cluster.event(
    owner,
    'Normal',
    'SuccessfulCreate',
    textAt(owner, 'kind') === 'StatefulSet'
      ? `create Pod ${nameOf(made)} in StatefulSet ${nameOf(owner)} successful`
      : `Created pod: ${nameOf(made)}`,
    controllerOf(owner),
  );
}
const controllerOf = (owner: JsonMap) => `${textAt(owner, 'kind').toLowerCase()}-controller`;
/** Ends a pod that its owner does not want any more, and says so. */
export function endOwned(cluster: Cluster, owner: JsonMap, pod: JsonMap): void {
  if (leaving(pod)) return;
  endPod(cluster, pod);
  cluster.event(
    owner,
    'Normal',
    'SuccessfulDelete',
    textAt(owner, 'kind') === 'StatefulSet'
      ? `delete Pod ${nameOf(pod)} in StatefulSet ${nameOf(owner)} successful`
      : `Deleted pod: ${nameOf(pod)}`,
    controllerOf(owner),
  );
}
/** Asks for a pod's end; one that no node has goes at once. @param grace seconds that it may take; its own without */
export function endPod(cluster: Cluster, pod: JsonMap, grace?: number): void {
  const { store } = cluster;
  const node = textAt(pod, 'spec', 'nodeName');
  if (node === '' || cluster.node(node) === undefined)
    store.delete(builtIn('Pod'), namespaceOf(pod), nameOf(pod));
  else if (!leaving(pod))
    store.update(builtIn('Pod'), {
      ...pod,
      metadata: {
        ...mapAt(pod, 'metadata'),
        deletionTimestamp: instant(cluster.host.machine.now()),
        deletionGracePeriodSeconds: grace ?? numberAt(pod, 'spec', 'terminationGracePeriodSeconds') ?? 30,
      },
    });
}
export const hashOf = (template: JsonMap) => suffix(JSON.stringify(template), 10);
