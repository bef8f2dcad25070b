/** One question to the API server, from who asks to what is answered. */
import type { ApiServer } from '../control-plane.js';
import {
  json,
  placeOf,
  plain,
  refusal,
  type Answer,
  type Identity,
  type Place,
  type Question,
} from './call.js';
import { create, patch, read, replace } from './change.js';
import { canScale, discover, isOpenPath, WITH_STATUS } from './discovery.js';
import type { History } from './history.js';
import { authenticate } from './identity.js';
import { list } from './list.js';
import { podLog } from './pod-log.js';
import { authorise, authorisePath } from './rbac.js';
import { remove, removeAll } from './remove.js';
import { ApiError, badRequest, methodNotAllowed, noSuchPath } from './status.js';
import { evict, requestToken, scale } from './subresources.js';
import type { Watches } from './watch.js';

/** What an API server remembers beside its objects. */
export interface Memory {
  readonly history: History;
  readonly watches: Watches;
}
const isWatch = (query: URLSearchParams) => /^(true|1)$/.test(query.get('watch') ?? '');

function verbOf(question: Question, place: Place): string {
  switch (question.method) {
    case 'GET':
    case 'HEAD':
      if (place.subresource === 'exec') return 'create';
      if (isWatch(question.url.searchParams)) return 'watch';
      return place.name === null ? 'list' : 'get';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return place.name === null ? 'deletecollection' : 'delete';
    default:
      throw methodNotAllowed();
  }
}
/** JSON is what is spoken here; a client that takes nothing else is told so. @throws ApiError 406 */
function checkAccept(question: Question): void {
  const accept = question.headers.get('accept') ?? '';
  const fits = accept
    .split(',')
    .map((one) => one.trim())
    .some(
      (one) =>
        one === '' ||
        (/^(\*\/\*|application\/\*|application\/json)\s*(;|$)/.test(one) && !/;\s*as=/.test(one)) ||
        /^text\/(plain|\*)/.test(one),
    );
  if (!fits)
    throw new ApiError(
      406,
      'NotAcceptable',
      'only the following media types are accepted: application/json, application/json;stream=watch',
    );
}
function onObject(api: ApiServer, memory: Memory, place: Place, question: Question): Answer {
  const { searchParams } = question.url;
  switch (question.method) {
    case 'GET':
    case 'HEAD':
      if (isWatch(searchParams)) return memory.watches.answer(place, memory.history, searchParams);
      return place.name === null ? list(place, memory.history, searchParams) : read(api, place);
    case 'POST':
      if (place.name !== null || (place.resource.namespaced && place.namespace === null))
        throw methodNotAllowed();
      return create(api, place, question);
    case 'PUT':
      if (place.name === null) throw methodNotAllowed();
      return replace(api, place, question);
    case 'PATCH':
      if (place.name === null) throw methodNotAllowed();
      return patch(api, place, question);
    case 'DELETE':
      if (place.resource.namespaced && place.namespace === null) throw methodNotAllowed();
      return place.name === null
        ? removeAll(api, memory.history, place, question)
        : remove(api, place, question);
    default:
      throw methodNotAllowed();
  }
}
async function below(api: ApiServer, place: Place, question: Question): Promise<Answer> {
  const { resource, subresource } = place;
  switch (subresource) {
    case 'status':
      if (!WITH_STATUS.includes(resource.kind)) throw noSuchPath();
      if (question.method === 'GET') return read(api, place);
      if (question.method === 'PUT') return replace(api, place, question);
      if (question.method === 'PATCH') return patch(api, place, question);
      throw methodNotAllowed();
    case 'scale':
      if (!canScale(resource)) throw noSuchPath();
      return scale(api, place, question);
    case 'eviction':
      if (resource.kind !== 'Pod') throw noSuchPath();
      return evict(api, place, question);
    case 'token':
      if (resource.kind !== 'ServiceAccount') throw noSuchPath();
      return requestToken(api, place, question);
    case 'log':
      if (resource.kind !== 'Pod') throw noSuchPath();
      if (question.method !== 'GET') throw methodNotAllowed();
      return podLog(api, place, question.url.searchParams);
    case 'exec':
      if (resource.kind !== 'Pod') throw noSuchPath();
      throw badRequest('Upgrade request required');
    case 'attach':
    case 'portforward':
    case 'proxy':
      if (resource.kind !== 'Pod') throw noSuchPath();
      throw new ApiError(
        501,
        'NotImplemented',
        `practice lab: ${subresource} is not simulated; exec and log are`,
      );
    default:
      throw noSuchPath();
  }
}
/** Who asks for what, after both were checked. @throws ApiError 401, 403, 404, 405 */
export function admit(api: ApiServer, question: Question): { readonly who: Identity; readonly place: Place } {
  const who = authenticate(api, question);
  let place: Place;
  try {
    place = placeOf(api.cluster.store, question.url.pathname);
  } catch (error) {
    // Whether there is such a path is told only to those who may ask for any.
    if (error instanceof ApiError && error.code === 404)
      authorisePath(api.cluster, who, question.method.toLowerCase(), question.url.pathname);
    throw error;
  }
  // Joining machines read this one before they are anybody.
  const open =
    place.name === 'cluster-info' && place.namespace === 'kube-public' && question.method === 'GET';
  if (!open) authorise(api.cluster, who, verbOf(question, place), place);
  return { who, place };
}
/** Answers anything that does not become a WebSocket. */
export async function answerQuestion(api: ApiServer, memory: Memory, question: Question): Promise<Answer> {
  try {
    const { pathname } = question.url;
    if (isOpenPath(pathname)) {
      const who = authenticate(api, question);
      authorisePath(
        api.cluster,
        who,
        question.method === 'GET' ? 'get' : question.method.toLowerCase(),
        pathname,
      );
      if (!/^\/(healthz|livez|readyz)/.test(pathname)) checkAccept(question);
      const found = discover(api, question.url);
      if (found === null) throw noSuchPath();
      if (question.method !== 'GET' && question.method !== 'HEAD') throw methodNotAllowed();
      return found;
    }
    const { place } = admit(api, question);
    if (place.subresource !== null) return await below(api, place, question);
    checkAccept(question);
    return onObject(api, memory, place, question);
  } catch (error) {
    if (error instanceof ApiError)
      return error.code === 404 && error.details !== undefined && Object.keys(error.details).length === 0
        ? plainOrStatus(question, error)
        : refusal(error);
    throw error;
  }
}
/** A path that leads nowhere is answered in plain text, outside of the known API groups. */
function plainOrStatus(question: Question, error: ApiError): Answer {
  return /^\/apis?\//.test(question.url.pathname) && placeLike(question.url.pathname)
    ? json(error.code, error.status)
    : plain(404, '404 page not found\n');
}
const placeLike = (path: string) => /^\/api\/v1\/|^\/apis\/[^/]+\/[^/]+\/|^\/apis?\/[^/]+/.test(path);
