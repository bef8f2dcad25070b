/** What stands below an object and is asked for by itself: its scale, an eviction, a token. */
import { instant } from '../access.js';
import type { ApiServer } from '../control-plane.js';
import { endPod } from '../controllers/pods.js';
import { isMap, listAt, mapAt, numberAt, textAt, type JsonMap } from '../json.js';
import { nameOf } from '../store.js';
import { bodyOf, json, objectIn, wantsDryRun, type Answer, type Place, type Question } from './call.js';
import { found } from './change.js';
import { issueToken } from './identity.js';
import { APPLY, patched, patchTypeOf } from './patches.js';
import { badRequest, conflict, invalid, methodNotAllowed } from './status.js';

function scaleOf(object: JsonMap): JsonMap {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = mapAt(object, 'metadata');
  const replicas = numberAt(object, 'spec', 'replicas') ?? 1;
  const selector = Object.entries(mapAt(object, 'spec', 'selector', 'matchLabels'))
    .map(([key, value]) => `${key}=${textAt(value)}`)
    .join(',');
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      name: name ?? '',
      namespace: namespace ?? '',
      uid: uid ?? '',
      resourceVersion: resourceVersion ?? '',
      creationTimestamp: creationTimestamp ?? null,
    },
    // Nothing is not written down, as in Go's JSON.
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: numberAt(object, 'status', 'replicas') ?? 0, selector },
  };
}
/** @throws ApiError 400, 404, 405, 409, 415, 422 */
export function scale(api: ApiServer, place: Place, question: Question): Answer {
  const object = found(api, place);
  const { resource } = place;
  const now = scaleOf(object);
  let next: JsonMap;
  if (question.method === 'GET') return json(200, now);
  if (question.method === 'PUT') next = objectIn(question);
  else if (question.method === 'PATCH') {
    const type = patchTypeOf(question.headers.get('content-type') ?? '');
    next = patched(type === APPLY ? 'application/merge-patch+json' : type, now, bodyOf(question, 'patch'));
  } else throw methodNotAllowed();
  const version = textAt(next, 'metadata', 'resourceVersion');
  if (version !== '' && version !== textAt(object, 'metadata', 'resourceVersion'))
    throw conflict(resource, nameOf(object));
  const replicas = numberAt(next, 'spec', 'replicas') ?? 0;
  if (!Number.isInteger(replicas) || replicas < 0)
    throw invalid(
      resource,
      nameOf(object),
      'spec.replicas',
      `Invalid value: ${replicas}: must be greater than or equal to 0`,
    );
  const changed: JsonMap = { ...object, spec: { ...mapAt(object, 'spec'), replicas } };
  return json(
    200,
    scaleOf(wantsDryRun(question.url.searchParams) ? changed : api.cluster.store.update(resource, changed)),
  );
}
/** @throws ApiError 400, 404, 405 */
export function evict(api: ApiServer, place: Place, question: Question): Answer {
  if (question.method !== 'POST') throw methodNotAllowed();
  const body = bodyOf(question, 'Eviction');
  if (isMap(body) && textAt(body, 'kind') !== '' && textAt(body, 'kind') !== 'Eviction')
    throw badRequest(`${textAt(body, 'kind')} cannot be handled as a Eviction`);
  const pod = found(api, place);
  if (!wantsDryRun(question.url.searchParams))
    endPod(api.cluster, pod, numberAt(body, 'deleteOptions', 'gracePeriodSeconds'));
  return json(201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
}
/** @throws ApiError 404, 405, 500 */
export function requestToken(api: ApiServer, place: Place, question: Question): Answer {
  if (question.method !== 'POST') throw methodNotAllowed();
  const account = found(api, place);
  const body = bodyOf(question, 'TokenRequest');
  const audiences = listAt(body, 'spec', 'audiences').map((one) => textAt(one));
  const made = issueToken(api, account, audiences, numberAt(body, 'spec', 'expirationSeconds'));
  return json(201, {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name: nameOf(account), namespace: place.namespace ?? '', creationTimestamp: null },
    spec: {
      audiences: [...made.audiences],
      expirationSeconds: Math.round((made.expires - api.host.machine.now()) / 1000),
      boundObjectRef: null,
    },
    status: { token: made.token, expirationTimestamp: instant(made.expires) },
  });
}
