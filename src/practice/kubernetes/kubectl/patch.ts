/** kubectl patch: strategic, merge and JSON patches. */
import { isJson, isMap, textAt, type Json, type JsonMap } from '../json.js';
import { parseYaml } from '../kubeconfig.js';
import { connect, KubectlError, type Call } from './call.js';
import { select } from './select.js';
import { each } from './edit.js';

export async function patch(call: Call): Promise<number> {
  const session = await connect(call);
  const type = call.options.value('type') ?? 'strategic';
  const text =
    call.options.value('p', 'patch') ??
    (call.options.value('patch-file') === undefined
      ? ''
      : call.process.view.readText(call.process.path(call.options.value('patch-file') ?? '')));
  if (text === '') throw new KubectlError('error: must specify -p to patch');
  let parsed: unknown;
  try {
    parsed = parseYaml(text);
  } catch {
    throw new KubectlError(`error: unable to parse "${text}": yaml: did not find expected node content`);
  }
  const found = select(session, call.options.operands);
  return each(session, found.groups, found.missing, 'patched', (object) => {
    if (type === 'json') {
      if (!Array.isArray(parsed))
        throw new KubectlError(
          `Error from server (BadRequest): json: cannot unmarshal object into Go value of type jsonpatch.Patch`,
        );
      return parsed.reduce<JsonMap>(
        (value, step: unknown) => (isJson(step) ? jsonPatch(value, step) : value),
        object,
      );
    }
    return isJson(parsed) && isMap(parsed) ? strategic(object, parsed) : object;
  });
}
function strategic(object: JsonMap, over: JsonMap): JsonMap {
  const result: JsonMap = { ...object };
  for (const [key, value] of Object.entries(over)) {
    const old = result[key];
    if (value === null) delete result[key];
    else if (isMap(value)) result[key] = strategic(isMap(old) ? old : {}, value);
    else if (Array.isArray(value) && Array.isArray(old) && value.every((one) => isMap(one) && 'name' in one))
      result[key] = [
        ...old.map((one) => {
          const mine = value.find((entry) => textAt(entry, 'name') === textAt(one, 'name'));
          return isMap(one) && isMap(mine) ? strategic(one, mine) : one;
        }),
        ...value.filter((entry) => !old.some((one) => textAt(one, 'name') === textAt(entry, 'name'))),
      ];
    else result[key] = value;
  }
  return result;
}
function jsonPatch(object: JsonMap, step: Json): JsonMap {
  const path = textAt(step, 'path')
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const copy = structuredClone(object);
  let here: Json = copy;
  for (const part of path.slice(0, -1)) {
    const next: Json | undefined = Array.isArray(here)
      ? here[Number(part)]
      : isMap(here)
        ? here[part]
        : undefined;
    if (next === undefined)
      throw new KubectlError(
        `The request is invalid: the server rejected our request due to an error in our request`,
      );
    here = next;
  }
  const last = path.at(-1) ?? '';
  const operation = textAt(step, 'op');
  const value: Json = isMap(step) ? (step['value'] ?? null) : null;
  if (Array.isArray(here)) {
    const index = last === '-' ? here.length : Number(last);
    if (operation === 'remove') here.splice(index, 1);
    else if (operation === 'add') here.splice(index, 0, value);
    else here[index] = value;
  } else if (isMap(here)) {
    if (operation === 'remove') {
      if (!(last in here))
        throw new KubectlError(
          'The request is invalid: the server rejected our request due to an error in our request',
        );
      delete here[last];
    } else here[last] = value;
  }
  return copy;
}
