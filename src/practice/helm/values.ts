/** Values for a chart: files and --set, laid over the chart's own. */
import { parseDocument } from 'yaml';
import { SystemError } from '../vfs/inode.js';
import type { Process } from '../kernel/process.js';
import { isJson, isMap, mergeDeep, put, type Json, type JsonMap } from '../kubernetes/json.js';
import { HelmError } from './helm-error.js';

/** Where a value is null in what is laid over, the key goes: that is how defaults are taken away. */
export function without(values: JsonMap): JsonMap {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) =>
      value === null ? [] : [[key, isMap(value) ? without(value) : value]],
    ),
  );
}
function fromFile(process: Process, name: string): JsonMap {
  let text: string;
  try {
    text = process.view.readText(process.path(name));
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    throw new HelmError(`open ${name}: ${error.message.toLowerCase()}`);
  }
  const document = parseDocument(text);
  const [problem] = document.errors;
  if (problem !== undefined)
    throw new HelmError(
      `failed to parse ${name}: error converting YAML to JSON: yaml: line ${problem.linePos?.[0].line ?? 1}: ${problem.message.split('\n')[0]?.replace(/ at line.*$/, '') ?? ''}`,
    );
  const value: unknown = document.toJS();
  if (value === null || value === undefined) return {};
  if (!isJson(value) || !isMap(value))
    throw new HelmError(
      `failed to parse ${name}: error unmarshaling JSON: json: cannot unmarshal into Go value of type map[string]interface {}`,
    );
  return value;
}
/** `a.b=1,c={x,y}` as --set reads it. */
function fromSet(text: string, plain: boolean): JsonMap {
  const made: JsonMap = {};
  for (const pair of text.split(/(?<!\\),(?![^{]*\})/)) {
    const at = pair.indexOf('=');
    if (at < 0) throw new HelmError(`failed parsing --set data: key "${pair}" has no value`);
    const path = pair
      .slice(0, at)
      .split(/(?<!\\)\./)
      .map((part) => part.replaceAll('\\.', '.'));
    const raw = pair.slice(at + 1).replaceAll('\\,', ',');
    const typed = (word: string): Json =>
      plain
        ? word
        : word === 'true'
          ? true
          : word === 'false'
            ? false
            : word === 'null'
              ? null
              : /^-?\d+$/.test(word)
                ? Number(word)
                : word;
    const list = /^\{(.*)\}$/.exec(raw);
    put(made, path, list === null ? typed(raw) : (list[1] ?? '').split(',').map(typed));
  }
  return made;
}
export interface ValueWords {
  readonly files: readonly string[];
  readonly sets: readonly (readonly [text: string, plain: boolean])[];
}
/** @throws HelmError */
export function readValueWords(process: Process, words: ValueWords): JsonMap {
  let values: JsonMap = {};
  for (const name of words.files) values = mergeDeep(values, fromFile(process, name));
  for (const [text, plain] of words.sets) values = mergeDeep(values, fromSet(text, plain));
  return values;
}
