/** Lists: whole or page by page, now or as they were. */
import { isMap, numberAt, textAt, type Json, type JsonMap } from '../json.js';
import { whole, type Answer, type Place } from './call.js';
import { encodedItem } from './encode.js';
import { selectionOf } from './fields.js';
import { keyOf, type History } from './history.js';
import { ApiError, badRequest, expired } from './status.js';

/** Version of a token that goes on without minding what changed meanwhile. */
const INCONSISTENT = -1;
const TOO_OLD =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

interface Token {
  readonly version: number;
  /** Key of the last object that was given. */
  readonly after: string;
}
const writeToken = ({ version, after }: Token): string =>
  Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: version, start: `${after}\u0000` })).toString(
    'base64url',
  );
function readToken(text: string): Token {
  const refused = badRequest(`continue key is not valid: ${text.slice(0, 40)}`);
  let value: Json;
  try {
    value = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    throw refused;
  }
  const version = numberAt(value, 'rv');
  const start = textAt(value, 'start');
  if (!isMap(value) || version === undefined || !start.endsWith('\u0000')) throw refused;
  return { version, after: start.slice(0, -1) };
}
const optionError = (field: string, words: string) =>
  new ApiError(422, 'Invalid', `ListOptions.meta.k8s.io "" is invalid: ${field}: Forbidden: ${words}`, {
    group: 'meta.k8s.io',
    kind: 'ListOptions',
    causes: [{ reason: 'FieldValueForbidden', message: `Forbidden: ${words}`, field }],
  });
const tooLarge = (asked: number, known: number) =>
  new ApiError(504, 'Timeout', `Timeout: Too large resource version: ${asked}, current: ${known}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });

/** A version as it stands in a request; null when none does. @throws ApiError 400 */
export function versionIn(query: URLSearchParams): number | null {
  const text = query.get('resourceVersion') ?? '';
  if (text === '') return null;
  if (!/^\d+$/.test(text)) throw badRequest(`invalid resource version "${text}"`);
  return Number(text);
}
/** Which version to list, and from where on. */
function wanted(history: History, query: URLSearchParams): { version: number; token: Token | null } {
  const asked = versionIn(query);
  const match = query.get('resourceVersionMatch') ?? '';
  const text = query.get('continue') ?? '';
  if (match !== '' && asked === null)
    throw optionError(
      'resourceVersionMatch',
      'resourceVersionMatch is forbidden unless resourceVersion is provided',
    );
  if (match !== '' && text !== '')
    throw optionError('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided');
  if (match === 'Exact' && asked === 0)
    throw optionError(
      'resourceVersionMatch',
      'resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
    );
  if (text !== '') {
    if (asked !== null && asked !== 0)
      throw badRequest('specifying resource version is not allowed when using continue');
    const token = readToken(text);
    return { version: token.version === INCONSISTENT ? history.version : token.version, token };
  }
  if (asked !== null && asked > history.version) throw tooLarge(asked, history.version);
  return { version: match === 'Exact' && asked !== null ? asked : history.version, token: null };
}
/** @throws ApiError 400, 410, 422, 504 */
export function list(place: Place, history: History, query: URLSearchParams): Answer {
  const selection = selectionOf(place, query);
  const limitText = query.get('limit') ?? '';
  if (limitText !== '' && !/^\d+$/.test(limitText))
    throw badRequest(`strconv.ParseInt: parsing "${limitText}": invalid syntax`);
  const { version, token } = wanted(history, query);
  // What is served from the cache at any version is not paged.
  const limit = query.get('resourceVersion') === '0' && token === null ? 0 : Number(limitText);
  const objects = history.listAt(place.resource.kind, place.namespace ?? undefined, version);
  if (objects === null) {
    if (token === null) throw expired('The resourceVersion for the provided list is too old.');
    const again = writeToken({ version: INCONSISTENT, after: token.after });
    throw new ApiError(410, 'Expired', TOO_OLD, undefined, { continue: again });
  }
  const items: string[] = [];
  let last: JsonMap | null = null;
  let index = token === null ? 0 : firstAfter(objects, token.after);
  for (; index < objects.length && (limit === 0 || items.length < limit); index += 1) {
    const object = objects[index];
    if (object === undefined) break;
    last = object;
    if (selection.matches(object)) items.push(encodedItem(place, object));
  }
  const left = objects.length - index;
  const more =
    left > 0 && last !== null
      ? {
          continue: writeToken({
            version: token?.version === INCONSISTENT ? INCONSISTENT : version,
            after: keyOf(last),
          }),
          ...(selection.all ? { remainingItemCount: left } : {}),
        }
      : {};
  const metadata = JSON.stringify({ resourceVersion: String(version), ...more });
  return whole(
    200,
    `{"kind":"${place.resource.kind}List","apiVersion":"${place.apiVersion}","metadata":${metadata},"items":[${items.join(',')}]}\n`,
  );
}
/** Index of the first object whose key comes after this one. */
function firstAfter(objects: readonly JsonMap[], key: string): number {
  let low = 0;
  let high = objects.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const object = objects[middle];
    if (object !== undefined && keyOf(object) <= key) low = middle + 1;
    else high = middle;
  }
  return low;
}
