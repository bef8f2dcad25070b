/** Creating, replacing and patching objects, and their statuses. */
import { randomBytes } from 'node:crypto';
import type { ApiServer } from '../control-plane.js';
import { isMap, listAt, mapAt, textAt, type JsonMap } from '../json.js';
import { groupOf, type Resource } from '../resources.js';
import { nameOf, namespaceOf, uidOf } from '../store.js';
import {
  bodyOf,
  EVENTS_V1,
  objectIn,
  wantsDryRun,
  whole,
  type Answer,
  type Place,
  type Question,
} from './call.js';
import { encoded, eventFromV1 } from './encode.js';
import { APPLY, patched, patchTypeOf, strategicPatch } from './patches.js';
import {
  ApiError,
  alreadyExists,
  badRequest,
  conflict,
  invalid,
  methodNotAllowed,
  notFound,
} from './status.js';
import { checkedChange, checkedNew } from './validate.js';

const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';
const answerWith = (code: number, place: Place, object: JsonMap): Answer =>
  whole(code, `${encoded(place, object)}\n`);

export const stored = (api: ApiServer, place: Place): JsonMap | undefined =>
  api.cluster.store.get(place.resource.kind, place.namespace ?? '', place.name ?? '');
/** @throws ApiError 404 */
export function found(api: ApiServer, place: Place): JsonMap {
  const object = stored(api, place);
  if (object === undefined) throw notFound(place.resource, place.name ?? '');
  return object;
}
/** The object of a request, of the right kind and in the right namespace. @throws ApiError 400 */
function given(place: Place, object: JsonMap): JsonMap {
  const kind = textAt(object, 'kind');
  const apiVersion = textAt(object, 'apiVersion');
  if (kind !== '' && (kind !== place.resource.kind || (apiVersion !== '' && apiVersion !== place.apiVersion)))
    throw badRequest(
      `${kind} in version "${apiVersion.split('/').at(-1) ?? ''}" cannot be handled as a ${place.resource.kind}`,
    );
  const own = place.apiVersion === EVENTS_V1 ? eventFromV1(object) : object;
  const namespace = textAt(own, 'metadata', 'namespace');
  if (place.resource.namespaced && namespace !== '' && namespace !== place.namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  return {
    ...own,
    apiVersion: place.resource.apiVersion,
    kind: place.resource.kind,
    metadata: {
      ...mapAt(own, 'metadata'),
      ...(place.namespace === null ? {} : { namespace: place.namespace }),
    },
  };
}
function named(object: JsonMap): JsonMap {
  const stem = textAt(object, 'metadata', 'generateName');
  if (nameOf(object) !== '' || stem === '') return object;
  const suffix = Array.from(randomBytes(5), (byte) => LETTERS[byte % LETTERS.length]).join('');
  return { ...object, metadata: { ...mapAt(object, 'metadata'), name: `${stem}${suffix}` } };
}
/** @throws ApiError 400, 403, 404, 409, 415, 422 */
export function create(api: ApiServer, place: Place, question: Question): Answer {
  return createObject(api, place, question, objectIn(question));
}
function createObject(api: ApiServer, place: Place, question: Question, object: JsonMap): Answer {
  const { store } = api.cluster;
  const { resource } = place;
  const wanted = named(given(place, object));
  if (store.get(resource.kind, namespaceOf(wanted), nameOf(wanted)) !== undefined)
    throw alreadyExists(resource, nameOf(wanted));
  const made = checkedNew(api, resource, wanted);
  return answerWith(201, place, wantsDryRun(question.url.searchParams) ? made : store.create(resource, made));
}
/** Fields that only the server writes, as they were. */
function withIdentity(old: JsonMap, next: JsonMap): JsonMap {
  const kept = mapAt(old, 'metadata');
  const held = Object.fromEntries(
    ['uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'generation'].flatMap(
      (key) => (key in kept ? [[key, kept[key] ?? null] as const] : []),
    ),
  );
  const { uid: _uid, creationTimestamp: _made, deletionTimestamp: _gone, ...rest } = mapAt(next, 'metadata');
  return { ...next, metadata: { ...rest, ...held, name: nameOf(old), ...inNamespace(old) } };
}
const inNamespace = (object: JsonMap) =>
  namespaceOf(object) === '' ? {} : { namespace: namespaceOf(object) };

/** Keeps a change, when nobody was faster. @throws ApiError 409, 422 */
function keep(api: ApiServer, place: Place, question: Question, old: JsonMap, next: JsonMap): Answer {
  const { resource, subresource } = place;
  const version = textAt(next, 'metadata', 'resourceVersion');
  const uid = uidOf(next);
  if (uid !== '' && uid !== uidOf(old))
    throw conflict(
      resource,
      nameOf(old),
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${uidOf(old)}`,
    );
  if (version !== '' && version !== textAt(old, 'metadata', 'resourceVersion'))
    throw conflict(resource, nameOf(old));
  const wanted = withIdentity(old, next);
  const changed =
    subresource === 'status'
      ? { ...old, status: wanted['status'] ?? {} }
      : checkedChange(api, resource, old, withStatusOf(resource, old, wanted));
  if (wantsDryRun(question.url.searchParams)) return answerWith(200, place, changed);
  const { store } = api.cluster;
  const kept = store.update(resource, changed);
  // What waited for its last finalizer goes with it.
  if (
    textAt(kept, 'metadata', 'deletionTimestamp') !== '' &&
    listAt(old, 'metadata', 'finalizers').length > 0 &&
    listAt(kept, 'metadata', 'finalizers').length === 0
  )
    store.delete(resource, namespaceOf(kept), nameOf(kept));
  return answerWith(200, place, kept);
}
/** A status is not written together with its object, where it has a place of its own. */
function withStatusOf(resource: Resource, old: JsonMap, next: JsonMap): JsonMap {
  const group = groupOf(resource);
  if (group.includes('.') && !group.endsWith('.k8s.io')) return next;
  const { status: _status, ...rest } = next;
  return 'status' in old ? { ...rest, status: old['status'] ?? {} } : rest;
}
/** @throws ApiError 400, 404, 409, 415, 422 */
export function replace(api: ApiServer, place: Place, question: Question): Answer {
  const next = given(place, objectIn(question));
  if (nameOf(next) !== '' && nameOf(next) !== place.name)
    throw badRequest(
      `the name of the object (${nameOf(next)}) does not match the name on the URL (${place.name ?? ''})`,
    );
  return keep(api, place, question, found(api, place), next);
}
/** @throws ApiError 400, 404, 409, 415, 422 */
export function patch(api: ApiServer, place: Place, question: Question): Answer {
  const type = patchTypeOf(question.headers.get('content-type') ?? '');
  const body = bodyOf(question, 'patch');
  if (type === APPLY) return apply(api, place, question, isMap(body) ? body : {});
  const old = found(api, place);
  const next = patched(type, old, body);
  if (nameOf(next) !== nameOf(old))
    throw invalid(
      place.resource,
      nameOf(old),
      'metadata.name',
      `Invalid value: "${nameOf(next)}": field is immutable`,
    );
  const sent = isMap(body) ? textAt(body, 'metadata', 'resourceVersion') : '';
  if (sent !== '' && sent !== textAt(old, 'metadata', 'resourceVersion'))
    throw conflict(place.resource, nameOf(old));
  return keep(api, place, question, old, next);
}
/** Server-side apply, as far as nobody else owns a field: what is sent is laid over what is there. */
function apply(api: ApiServer, place: Place, question: Question, body: JsonMap): Answer {
  if ((question.url.searchParams.get('fieldManager') ?? '') === '')
    throw new ApiError(
      422,
      'Invalid',
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
      { group: 'meta.k8s.io', kind: 'PatchOptions' },
    );
  const object = given(place, body);
  if (nameOf(object) !== (place.name ?? ''))
    throw badRequest(
      `the name of the object (${nameOf(object)}) does not match the name on the URL (${place.name ?? ''})`,
    );
  const old = stored(api, place);
  if (old === undefined) {
    if (place.subresource !== null) throw notFound(place.resource, place.name ?? '');
    return createObject(api, place, question, body);
  }
  return keep(api, place, question, old, strategicPatch(old, object));
}
/** Reads one object. @throws ApiError 404, 405 */
export function read(api: ApiServer, place: Place): Answer {
  if (place.name === null) throw methodNotAllowed();
  return answerWith(200, place, found(api, place));
}
