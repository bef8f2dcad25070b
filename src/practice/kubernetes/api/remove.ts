/** Deleting: at once, in good time, with or without what an object owns. */
import { instant } from '../access.js';
import type { ApiServer } from '../control-plane.js';
import { endPod } from '../controllers/pods.js';
import { isMap, listAt, mapAt, numberAt, textAt, type Json, type JsonMap } from '../json.js';
import type { Resource } from '../resources.js';
import { nameOf, namespaceOf, uidOf } from '../store.js';
import { bodyOf, json, wantsDryRun, whole, type Answer, type Place, type Question } from './call.js';
import { found } from './change.js';
import { encoded } from './encode.js';
import { selectionOf } from './fields.js';
import type { History } from './history.js';
import { list } from './list.js';
import { conflict, invalid, success } from './status.js';

interface Options {
  readonly grace: number | undefined;
  readonly orphan: boolean;
  readonly dryRun: boolean;
  readonly uid: string;
  readonly version: string;
}
/** @throws ApiError 400, 422 */
function optionsOf(place: Place, question: Question): Options {
  const { searchParams } = question.url;
  const body: Json = question.body.length === 0 ? {} : bodyOf(question, 'DeleteOptions');
  const policy = textAt(body, 'propagationPolicy') || (searchParams.get('propagationPolicy') ?? '');
  if (!['', 'Background', 'Foreground', 'Orphan'].includes(policy))
    throw invalid(
      place.resource,
      '',
      'propagationPolicy',
      `Invalid value: "${policy}": must be "Foreground", "Background", "Orphan", or nil`,
    );
  const grace = searchParams.get('gracePeriodSeconds') ?? '';
  return {
    grace: numberAt(body, 'gracePeriodSeconds') ?? (/^\d+$/.test(grace) ? Number(grace) : undefined),
    orphan:
      policy === 'Orphan' ||
      textAt(body, 'orphanDependents') === 'true' ||
      searchParams.get('orphanDependents') === 'true',
    dryRun: wantsDryRun(searchParams) || listAt(body, 'dryRun').includes('All'),
    uid: textAt(body, 'preconditions', 'uid'),
    version: textAt(body, 'preconditions', 'resourceVersion'),
  };
}
/** What an object owned belongs to nobody afterwards. */
function orphan(api: ApiServer, owner: JsonMap): void {
  const { store } = api.cluster;
  for (const resource of store.resources)
    for (const object of store.list(resource.kind, namespaceOf(owner) || undefined)) {
      const owners = listAt(object, 'metadata', 'ownerReferences');
      const kept = owners.filter((one) => textAt(one, 'uid') !== uidOf(owner));
      if (kept.length === owners.length) continue;
      const { ownerReferences: _gone, ...metadata } = mapAt(object, 'metadata');
      store.update(resource, {
        ...object,
        metadata: { ...metadata, ...(kept.length === 0 ? {} : { ownerReferences: kept }) },
      });
    }
}
/** Gives what is left of the object for now; null when nothing is. */
function end(api: ApiServer, resource: Resource, object: JsonMap, options: Options): JsonMap | null {
  const { store } = api.cluster;
  const [namespace, name] = [namespaceOf(object), nameOf(object)];
  const stamped = () =>
    store.change(resource, namespace, name, (one) => ({
      ...one,
      metadata: {
        ...mapAt(one, 'metadata'),
        deletionTimestamp: textAt(one, 'metadata', 'deletionTimestamp') || instant(api.host.machine.now()),
        deletionGracePeriodSeconds: 0,
      },
    })) ?? null;
  if (resource.kind === 'Namespace') {
    stamped();
    store.setStatus(resource, '', name, { phase: 'Terminating' });
    return store.get('Namespace', '', name) ?? null;
  }
  if (listAt(object, 'metadata', 'finalizers').length > 0) return stamped();
  if (options.orphan) orphan(api, object);
  if (resource.kind === 'Pod' && options.grace !== 0) {
    endPod(api.cluster, object, options.grace);
    return store.get('Pod', namespace, name) ?? object;
  }
  store.delete(resource, namespace, name);
  return resource.kind === 'Pod' ? object : null;
}
/** @throws ApiError 400, 404, 409, 422 */
export function remove(api: ApiServer, place: Place, question: Question): Answer {
  const object = found(api, place);
  const options = optionsOf(place, question);
  const { resource } = place;
  const version = textAt(object, 'metadata', 'resourceVersion');
  if (options.uid !== '' && options.uid !== uidOf(object))
    throw conflict(
      resource,
      nameOf(object),
      `Precondition failed: UID in precondition: ${options.uid}, UID in object meta: ${uidOf(object)}`,
    );
  if (options.version !== '' && options.version !== version)
    throw conflict(
      resource,
      nameOf(object),
      `Precondition failed: ResourceVersion in precondition: ${options.version}, ResourceVersion in object meta: ${version}`,
    );
  const left = options.dryRun ? object : end(api, resource, object, options);
  return isMap(left)
    ? whole(200, `${encoded(place, left)}\n`)
    : json(200, success(resource, nameOf(object), uidOf(object)));
}
/** Deletes all that a selection fits. @throws ApiError 400, 422 */
export function removeAll(api: ApiServer, history: History, place: Place, question: Question): Answer {
  const options = optionsOf(place, question);
  const { searchParams } = question.url;
  const selection = selectionOf(place, searchParams);
  const before = list(place, history, searchParams);
  const objects = api.cluster.store.list(place.resource.kind, place.namespace ?? undefined);
  if (!options.dryRun)
    for (const object of objects) if (selection.matches(object)) end(api, place.resource, object, options);
  return before;
}
