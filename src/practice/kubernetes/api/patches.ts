/** The patches that the API takes: JSON patch (RFC 6902), merge patch (RFC 7386), strategic merge, and apply. */
import { at, isMap, mergePatch, sameJson, textAt, type Json, type JsonMap } from '../json.js';
import { ApiError, badRequest } from './status.js';

/** By which key the members of a list are told apart, after the patch merge keys of the API's types. */
const MERGE_KEYS: Readonly<Record<string, readonly string[]>> = {
  conditions: ['type'],
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  env: ['name'],
  volumes: ['name'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  imagePullSecrets: ['name'],
  ownerReferences: ['uid'],
  secrets: ['name'],
  hostAliases: ['ip'],
  topologySpreadConstraints: ['topologyKey'],
  addresses: ['type'],
};
function keyFor(list: string, members: readonly Json[]): string | null {
  if (list === 'ports')
    return members.some((one) => isMap(one) && 'containerPort' in one) ? 'containerPort' : 'port';
  return MERGE_KEYS[list]?.[0] ?? null;
}
function mergeList(name: string, old: readonly Json[], over: readonly Json[]): Json[] {
  const key = keyFor(name, [...old, ...over]);
  if (name === 'finalizers')
    return [...old, ...over.filter((one) => !old.some((known) => sameJson(known, one)))];
  if (key === null || !over.every(isMap)) return [...over];
  if (over.some((one) => textAt(one, '$patch') === 'replace'))
    return over.filter((one) => textAt(one, '$patch') !== 'replace');
  const gone = over.filter((one) => textAt(one, '$patch') === 'delete').map((one) => textAt(one, key));
  const kept = over.filter((one) => textAt(one, '$patch') !== 'delete');
  return [
    ...old
      .filter((one) => !gone.includes(textAt(one, key)))
      .map((one) => {
        const mine = kept.find((entry) => textAt(entry, key) === textAt(one, key));
        return isMap(one) && isMap(mine) ? strategicPatch(one, mine) : one;
      }),
    ...kept.filter((entry) => !old.some((one) => textAt(one, key) === textAt(entry, key))),
  ];
}
/** Maps are laid over each other; lists whose members have a name of their own are merged member by member. */
export function strategicPatch(base: JsonMap, patch: JsonMap): JsonMap {
  if (textAt(patch, '$patch') === 'replace') {
    const { $patch: _directive, ...rest } = patch;
    return rest;
  }
  const merged: JsonMap = { ...base };
  for (const [key, value] of Object.entries(patch)) {
    const old = merged[key];
    if (key === '$retainKeys') {
      if (Array.isArray(value))
        for (const known of Object.keys(merged)) if (!value.includes(known)) delete merged[known];
    } else if (key.startsWith('$')) continue;
    else if (value === null) delete merged[key];
    else if (isMap(value)) {
      if (textAt(value, '$patch') === 'delete') delete merged[key];
      else merged[key] = strategicPatch(isMap(old) ? old : {}, value);
    } else if (Array.isArray(value) && Array.isArray(old)) merged[key] = mergeList(key, old, value);
    else merged[key] = value;
  }
  return merged;
}
const unfit = () =>
  new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
const pointer = (path: string): readonly string[] =>
  path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));

function child(here: Json | undefined, part: string): Json | undefined {
  return Array.isArray(here) ? here[Number(part)] : at(here, part);
}
/** Puts or removes at a place that must be there. */
function edit(
  root: Json,
  path: readonly string[],
  operation: 'add' | 'replace' | 'remove',
  value: Json,
): Json {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  const known = child(root, part);
  if (rest.length > 0) {
    if (known === undefined) throw unfit();
    const next = edit(known, rest, operation, value);
    if (Array.isArray(root)) return root.with(Number(part), next);
    return isMap(root) ? { ...root, [part]: next } : root;
  }
  if (operation !== 'add' && known === undefined) throw unfit();
  if (Array.isArray(root)) {
    const index = part === '-' ? root.length : Number(part);
    if (!Number.isInteger(index) || index < 0 || index > root.length) throw unfit();
    return root.toSpliced(index, operation === 'add' ? 0 : 1, ...(operation === 'remove' ? [] : [value]));
  }
  if (!isMap(root)) throw unfit();
  if (operation === 'remove') {
    const { [part]: _gone, ...kept } = root;
    return kept;
  }
  return { ...root, [part]: value };
}
/** @throws ApiError 400, 422 when a step does not fit the object */
export function jsonPatch(base: JsonMap, steps: readonly Json[]): JsonMap {
  let result: Json = base;
  for (const step of steps) {
    const path = pointer(textAt(step, 'path'));
    const value: Json = isMap(step) ? (step['value'] ?? null) : null;
    const operation = textAt(step, 'op');
    const from = pointer(textAt(step, 'from'));
    const source = from.reduce<Json | undefined>(child, result);
    switch (operation) {
      case 'add':
      case 'replace':
      case 'remove':
        result = edit(result, path, operation, value);
        break;
      case 'test':
        if (!sameJson(path.reduce<Json | undefined>(child, result), value)) throw unfit();
        break;
      case 'copy':
      case 'move':
        if (source === undefined) throw unfit();
        if (operation === 'move') result = edit(result, from, 'remove', null);
        result = edit(result, path, 'add', source);
        break;
      default:
        throw badRequest(`Unexpected kind: ${operation}`);
    }
  }
  if (!isMap(result)) throw unfit();
  return result;
}
export const PATCH_TYPES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
] as const;
export type PatchType = (typeof PATCH_TYPES)[number];
export const APPLY: PatchType = 'application/apply-patch+yaml';

/** @throws ApiError 415 */
export function patchTypeOf(contentType: string): PatchType {
  const type = contentType.split(';')[0]?.trim() ?? '';
  const found = PATCH_TYPES.find((one) => one === type);
  if (found === undefined)
    throw new ApiError(
      415,
      'UnsupportedMediaType',
      `the body of the request was in an unknown format - accepted media types include: ${PATCH_TYPES.join(', ')}`,
    );
  return found;
}
/** @throws ApiError 400, 422 */
export function patched(type: PatchType, base: JsonMap, patch: Json): JsonMap {
  if (type === 'application/json-patch+json') {
    if (!Array.isArray(patch))
      throw badRequest(
        'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
      );
    return jsonPatch(base, patch);
  }
  if (!isMap(patch))
    throw badRequest(
      'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}',
    );
  return type === 'application/merge-patch+json' ? mergePatch(base, patch) : strategicPatch(base, patch);
}
