/** One request to the API server after it was read: who asks, for what, and what can come back. */
import { isJson, isMap, type Json, type JsonMap } from '../json.js';
import { parseYaml } from '../kubeconfig.js';
import type { Resource } from '../resources.js';
import type { ObjectStore } from '../store.js';
import { ApiError, badRequest, noSuchPath } from './status.js';

export interface Identity {
  readonly user: string;
  readonly groups: readonly string[];
}
/** A request as it came over the wire. */
export interface Question {
  readonly method: string;
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  /** PEM of the certificate that the client showed; null when it showed none. */
  readonly certificate: string | null;
}
/** Where a streamed answer goes. */
export interface Sink {
  write(text: string): void;
  end(): void;
  /** Bytes that the client has not taken yet. */
  readonly pending: number;
  /** The connection is torn down. */
  abort(): void;
  /** Called once, when the client is gone or the answer is over. */
  onClose(listener: () => void): void;
}
export interface Whole {
  readonly kind: 'whole';
  readonly code: number;
  readonly type: string;
  readonly body: string;
}
export interface Stream {
  readonly kind: 'stream';
  readonly type: string;
  readonly begin: (sink: Sink) => void;
}
export type Answer = Whole | Stream;

const JSON_TYPE = 'application/json';
export const whole = (code: number, body: string): Whole => ({ kind: 'whole', code, type: JSON_TYPE, body });
export const json = (code: number, value: Json): Whole => whole(code, `${JSON.stringify(value)}\n`);
export const plain = (code: number, body: string): Whole => ({
  kind: 'whole',
  code,
  type: 'text/plain; charset=utf-8',
  body,
});
export const refusal = (error: ApiError): Whole => json(error.code, error.status);

/** What a path of the API means. */
export interface Place {
  readonly resource: Resource;
  /** `v1`, `events.k8s.io/v1`: the group and version that were asked for. */
  readonly apiVersion: string;
  readonly namespace: string | null;
  readonly name: string | null;
  readonly subresource: string | null;
}
/** Where events are served a second time, under newer names of their fields. */
export const EVENTS_V1 = 'events.k8s.io/v1';

/** @throws ApiError 404 for what is not served */
export function placeOf(store: ObjectStore, pathname: string): Place {
  const parts = pathname.split('/').slice(1).map(decode);
  if (parts.at(-1) === '') parts.pop();
  const core = parts[0] === 'api' && parts[1] === 'v1';
  if (!core && (parts[0] !== 'apis' || parts.length < 4)) throw noSuchPath();
  const apiVersion = core ? 'v1' : `${parts[1] ?? ''}/${parts[2] ?? ''}`;
  const rest = parts.slice(core ? 2 : 3);
  let namespace: string | null = null;
  // A namespace is an object itself, and what other objects stand below.
  if (rest[0] === 'namespaces' && rest.length > 2 && !['status', 'finalize'].includes(rest[2] ?? '')) {
    namespace = rest[1] ?? '';
    rest.splice(0, 2);
  }
  const [plural = '', name = null, subresource = null, ...more] = rest;
  const resource = store.resources.find((one) =>
    apiVersion === EVENTS_V1
      ? one.kind === 'Event' && plural === 'events'
      : one.plural === plural && one.apiVersion === apiVersion,
  );
  const misplaced =
    resource !== undefined &&
    (resource.namespaced ? name !== null && namespace === null : namespace !== null);
  if (resource === undefined || more.length > 0 || misplaced) throw noSuchPath();
  return { resource, apiVersion, namespace, name, subresource };
}
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw badRequest(`invalid URL escape "${part}"`);
  }
}
/** The body of a writing request. @throws ApiError 400, 415 */
export function bodyOf(question: Question, kind = 'object'): Json {
  const type = (question.headers.get('content-type') ?? JSON_TYPE).split(';')[0]?.trim() ?? '';
  const text = question.body.toString('utf8');
  let value: unknown;
  try {
    value = /yaml/.test(type) ? structuredClone(parseYaml(text)) : JSON.parse(text);
  } catch (error) {
    throw badRequest(
      `couldn't get version/kind; json parse error: ${error instanceof Error ? error.message : kind}`,
    );
  }
  if (!isJson(value)) throw badRequest('the body of the request was not readable');
  return value;
}
/** @throws ApiError 400, 415 */
export function objectIn(question: Question): JsonMap {
  const type = (question.headers.get('content-type') ?? JSON_TYPE).split(';')[0]?.trim() ?? '';
  if (type !== '' && type !== '*/*' && !/^application\/(json|yaml)$/.test(type))
    throw new ApiError(
      415,
      'UnsupportedMediaType',
      'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml',
    );
  const value = bodyOf(question);
  if (!isMap(value)) throw badRequest('the object provided is unrecognized (must be of type Object)');
  return value;
}
export const wantsDryRun = (query: URLSearchParams) => query.getAll('dryRun').includes('All');
