/** What helm does in the cluster: makes and renews objects, runs hooks, waits until all of it is ready, takes it away. */
import { endPod, ownedPods } from '../kubernetes/controllers/pods.js';
import { isMap, listAt, mergeDeep, numberAt, sameJson, textAt, type JsonMap } from '../kubernetes/json.js';
import { admitted } from '../kubernetes/kubectl/admission.js';
import { authorise, KubectlError, type Session } from '../kubernetes/kubectl/call.js';
import { builtIn, type Resource } from '../kubernetes/resources.js';
import { nameOf, namespaceOf } from '../kubernetes/store.js';
import { HelmError } from './helm-error.js';

const MANAGED = 'app.kubernetes.io/managed-by';
const RELEASE = 'meta.helm.sh/release-name';
const NAMESPACE = 'meta.helm.sh/release-namespace';
const HOOK = 'helm.sh/hook';

export const isHook = (object: JsonMap): boolean => textAt(object, 'metadata', 'annotations', HOOK) !== '';
export const hooksFor = (objects: readonly JsonMap[], moment: string): readonly JsonMap[] =>
  objects.filter((one) => textAt(one, 'metadata', 'annotations', HOOK).split(',').includes(moment));

function resourceOf(session: Session, object: JsonMap): Resource {
  const found = session.api.cluster.store.resourceOf(object);
  if (found !== undefined) return found;
  throw new HelmError(
    `unable to build kubernetes objects from release manifest: resource mapping not found for name: "${nameOf(object)}" namespace: "${namespaceOf(object)}" from "": no matches for kind "${textAt(object, 'kind')}" in version "${textAt(object, 'apiVersion')}"\nensure CRDs are installed first`,
  );
}
const live = (session: Session, resource: Resource, object: JsonMap): JsonMap | undefined =>
  session.api.cluster.store.get(
    resource.kind,
    resource.namespaced ? namespaceOf(object) : '',
    nameOf(object),
  );

export interface Owner {
  readonly release: string;
  readonly namespace: string;
}
/** With the marks by which helm knows its own. */
const marked = (object: JsonMap, { release, namespace }: Owner): JsonMap =>
  mergeDeep(object, {
    metadata: { labels: { [MANAGED]: 'Helm' }, annotations: { [RELEASE]: release, [NAMESPACE]: namespace } },
  });

/** Definitions are only ever added. */
export function install(session: Session, definitions: readonly JsonMap[]): void {
  for (const object of definitions) {
    const resource = builtIn('CustomResourceDefinition');
    if (live(session, resource, object) === undefined) session.api.cluster.store.create(resource, object);
  }
}
/** Refuses what belongs to somebody else. @throws HelmError */
export function checkOwners(
  session: Session,
  objects: readonly JsonMap[],
  owner: Owner,
  verb: 'install' | 'update',
): void {
  for (const object of objects) {
    const resource = session.api.cluster.store.resourceOf(object);
    if (resource === undefined) continue;
    const there = live(session, resource, object);
    if (there === undefined) continue;
    const annotation = (key: string) => textAt(there, 'metadata', 'annotations', key);
    if (annotation(RELEASE) === owner.release && annotation(NAMESPACE) === owner.namespace) continue;
    const wrong = [
      ...(textAt(there, 'metadata', 'labels', MANAGED) === 'Helm'
        ? []
        : [`label validation error: missing key "${MANAGED}": must be set to "Helm"`]),
      annotation(RELEASE) === ''
        ? `annotation validation error: missing key "${RELEASE}": must be set to "${owner.release}"`
        : `annotation validation error: key "${RELEASE}" must equal "${owner.release}": current value is "${annotation(RELEASE)}"`,
      ...(annotation(NAMESPACE) === ''
        ? [`annotation validation error: missing key "${NAMESPACE}": must be set to "${owner.namespace}"`]
        : []),
    ];
    throw new HelmError(
      `Unable to continue with ${verb}: ${resource.kind} "${nameOf(object)}" in namespace "${namespaceOf(object)}" exists and cannot be imported into the current release: invalid ownership metadata; ${wrong.join('; ')}`,
    );
  }
}
/** Makes or renews objects. What only the old manifest had goes. @throws HelmError */
export function applyAll(
  session: Session,
  objects: readonly JsonMap[],
  old: readonly JsonMap[],
  owner: Owner,
): void {
  const { store } = session.api.cluster;
  try {
    for (const object of objects) {
      const resource = resourceOf(session, object);
      authorise(session, 'patch', resource, owner.namespace);
      const there = live(session, resource, object);
      const wanted = marked(object, owner);
      if (there === undefined) store.create(resource, admitted(session, resource, wanted));
      else {
        const merged = mergeDeep(there, wanted);
        const next =
          resource.kind === 'Service' || resource.kind === 'Secret'
            ? admitted(session, resource, merged)
            : merged;
        if (!sameJson(there, next)) store.update(resource, next);
      }
    }
  } catch (error) {
    if (error instanceof KubectlError)
      throw new HelmError(error.message.replace(/^Error from server \(\w+\): /, ''));
    throw error;
  }
  const same = (a: JsonMap, b: JsonMap) =>
    textAt(a, 'kind') === textAt(b, 'kind') && nameOf(a) === nameOf(b) && namespaceOf(a) === namespaceOf(b);
  remove(
    session,
    old.filter((one) => !objects.some((other) => same(one, other))),
  );
}
export function remove(session: Session, objects: readonly JsonMap[]): void {
  const { cluster } = session.api;
  for (const object of objects.toReversed()) {
    const resource = cluster.store.resourceOf(object);
    if (resource === undefined || live(session, resource, object) === undefined) continue;
    if (resource.kind === 'Pod') endPod(cluster, object);
    else cluster.store.delete(resource, namespaceOf(object), nameOf(object));
  }
}
export function ensureNamespace(session: Session, namespace: string, make: boolean): void {
  const { store } = session.api.cluster;
  if (store.get('Namespace', '', namespace) !== undefined) return;
  if (!make) throw new HelmError(`create: failed to create: namespaces "${namespace}" not found`);
  store.create(
    builtIn('Namespace'),
    admitted(session, builtIn('Namespace'), { metadata: { name: namespace, labels: { name: namespace } } }),
  );
}

/** Whether an object is as ready as helm wants it. */
function isReady(session: Session, object: JsonMap): boolean {
  const resource = session.api.cluster.store.resourceOf(object);
  const now = resource === undefined ? undefined : live(session, resource, object);
  if (resource === undefined) return true;
  if (now === undefined) return false;
  const status = (key: string) => numberAt(now, 'status', key) ?? 0;
  const wanted = numberAt(now, 'spec', 'replicas') ?? 1;
  const seen = status('observedGeneration') >= (numberAt(now, 'metadata', 'generation') ?? 1);
  switch (resource.kind) {
    case 'Deployment':
      return (
        seen &&
        status('updatedReplicas') >= wanted &&
        status('readyReplicas') >= wanted - Math.floor(wanted / 4)
      );
    case 'StatefulSet':
      return seen && status('readyReplicas') >= wanted;
    case 'DaemonSet':
      // One pod of a set may be missing: that is its maxUnavailable.
      return (
        seen &&
        status('numberReady') >= Math.max(0, status('desiredNumberScheduled') - 1) &&
        status('desiredNumberScheduled') > 0
      );
    case 'PersistentVolumeClaim':
      return textAt(now, 'status', 'phase') === 'Bound';
    case 'Job':
      return listAt(now, 'status', 'conditions').some((one) => textAt(one, 'type') === 'Complete');
    default:
      return true;
  }
}
/** Waits in the cluster's own seconds. False when the time is over. */
async function until(session: Session, seconds: number, met: () => boolean): Promise<boolean> {
  const { simulation } = session.host.world;
  session.host.kube.wake();
  const start = simulation.seconds;
  while (!met()) {
    if (simulation.seconds - start >= seconds) return false;
    session.api.host.kube.wake();
    await session.process.sleep(250);
    if (session.api.host.kube.controlPlane.api === null)
      throw new HelmError(`client rate limiter Wait returned an error: context deadline exceeded`);
  }
  return true;
}
/** @param seconds how long at most @throws HelmError when it is not all ready then */
export async function waitReady(
  session: Session,
  objects: readonly JsonMap[],
  seconds: number,
): Promise<void> {
  // What controllers have not looked at yet says nothing: one second passes first.
  const begin = session.host.world.simulation.seconds;
  await until(session, 2, () => session.host.world.simulation.seconds > begin);
  if (await until(session, seconds, () => objects.every((one) => isReady(session, one)))) return;
  throw new HelmError('context deadline exceeded');
}
/** Runs the hooks of a moment, one after the other. @throws HelmError */
export async function runHooks(
  session: Session,
  objects: readonly JsonMap[],
  moment: string,
  seconds: number,
): Promise<void> {
  const { cluster } = session.api;
  for (const hook of hooksFor(objects, moment)) {
    const resource = resourceOf(session, hook);
    remove(session, [hook]);
    cluster.store.create(resource, hook);
    if (resource.kind !== 'Job') continue;
    const ended = () =>
      listAt(live(session, resource, hook), 'status', 'conditions').some((one) =>
        ['Complete', 'Failed'].includes(textAt(one, 'type')),
      );
    const over = await until(session, seconds, ended);
    const done = isReady(session, hook);
    if (!over || !done)
      throw new HelmError(
        `${moment} hooks failed: 1 error occurred:\n\t* ${over ? `job ${nameOf(hook)} failed: BackoffLimitExceeded` : 'timed out waiting for the condition'}\n\n`,
      );
    if (textAt(hook, 'metadata', 'annotations', 'helm.sh/hook-delete-policy').includes('hook-succeeded'))
      remove(session, [hook]);
  }
}
/** Waits until nothing of it is left, the pods too. */
export async function waitGone(
  session: Session,
  objects: readonly JsonMap[],
  pods: readonly JsonMap[],
  seconds: number,
): Promise<void> {
  const { store } = session.api.cluster;
  const gone = () =>
    objects.every((one) => {
      const resource = store.resourceOf(one);
      return resource === undefined || live(session, resource, one) === undefined;
    }) && pods.every((pod) => store.get('Pod', namespaceOf(pod), nameOf(pod)) === undefined);
  if (!(await until(session, seconds, gone))) throw new HelmError('timed out waiting for the condition');
}
/** Pods that belong to objects, directly or through what these made. */
export function podsOf(session: Session, objects: readonly JsonMap[]): readonly JsonMap[] {
  const { cluster } = session.api;
  const owners = objects.flatMap((one) => {
    const resource = cluster.store.resourceOf(one);
    return resource === undefined ? [] : (live(session, resource, one) ?? []);
  });
  const below = ['ReplicaSet', 'StatefulSet'].flatMap((kind) =>
    cluster.store
      .list(kind)
      .filter((one) =>
        listAt(one, 'metadata', 'ownerReferences').some((ref) =>
          owners.some((owner) => textAt(owner, 'metadata', 'uid') === textAt(ref, 'uid')),
        ),
      ),
  );
  return [...owners, ...below].filter(isMap).flatMap((owner) => ownedPods(cluster, owner));
}
