/** JSONPath as kubectl understands it: templates with `{…}`, ranges, filters, wildcards, recursive descent. */
import { isMap, sameJson, type Json } from '../json.js';

export class JsonPathError extends Error {
  override readonly name = 'JsonPathError';
}
type Step =
  | { readonly kind: 'key'; readonly names: readonly string[] }
  | { readonly kind: 'all' }
  | { readonly kind: 'deep'; readonly name: string }
  | { readonly kind: 'index'; readonly indices: readonly number[] }
  | {
      readonly kind: 'slice';
      readonly from: number | null;
      readonly to: number | null;
      readonly step: number;
    }
  | {
      readonly kind: 'filter';
      readonly left: Operand;
      readonly operator: string;
      readonly right: Operand | null;
    };
type Operand =
  | { readonly kind: 'path'; readonly steps: readonly Step[]; readonly root: boolean }
  | { readonly kind: 'value'; readonly value: Json };
type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'path'; readonly steps: readonly Step[]; readonly root: boolean }
  | {
      readonly kind: 'range';
      readonly steps: readonly Step[];
      readonly root: boolean;
      readonly body: readonly Part[];
    };

const unescape = (text: string) =>
  text.replace(/\\(.)/g, (_whole, letter: string) => ({ n: '\n', t: '\t', r: '\r' })[letter] ?? letter);

/** Where the bracket that opens at `start` closes. */
function closing(text: string, start: number, open: string, close: string): number {
  let depth = 0;
  let quote = '';
  for (let at = start; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (quote !== '') {
      if (char === '\\') at += 1;
      else if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (char === open) depth += 1;
    else if (char === close) {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  throw new JsonPathError(open === '{' ? 'unclosed action' : 'unterminated array');
}
function operand(text: string): Operand {
  const plain = text.trim();
  const quoted = /^(["'])([\s\S]*)\1$/.exec(plain);
  if (quoted !== null) return { kind: 'value', value: unescape(quoted[2] ?? '') };
  if (plain === 'true' || plain === 'false') return { kind: 'value', value: plain === 'true' };
  if (/^-?\d+(\.\d+)?$/.test(plain)) return { kind: 'value', value: Number(plain) };
  if (/^[@$.]/.test(plain))
    return { kind: 'path', steps: steps(plain.replace(/^[@$]/, '')), root: plain.startsWith('$') };
  throw new JsonPathError(`unrecognized identifier ${plain}`);
}
function filter(text: string): Step {
  const match = /^((?:[^"'=!<>]|"[^"]*"|'[^']*'|\[[^\]]*\])*?)\s*(==|!=|<=|>=|<|>)\s*([\s\S]+)$/.exec(text);
  return match === null
    ? { kind: 'filter', left: operand(text), operator: 'exists', right: null }
    : {
        kind: 'filter',
        left: operand(match[1] ?? ''),
        operator: match[2] ?? '==',
        right: operand(match[3] ?? ''),
      };
}
function bracket(inner: string): Step {
  const text = inner.trim();
  if (text === '*') return { kind: 'all' };
  if (text.startsWith('?(')) return filter(text.slice(2, closing(text, 1, '(', ')')));
  if (/^["']/.test(text))
    return { kind: 'key', names: [...text.matchAll(/(["'])(.*?)\1/g)].map((match) => match[2] ?? '') };
  const slice = /^(-?\d*):(-?\d*)(?::(-?\d+))?$/.exec(text);
  if (slice !== null) {
    const number = (part: string | undefined) => (part === undefined || part === '' ? null : Number(part));
    return { kind: 'slice', from: number(slice[1]), to: number(slice[2]), step: Number(slice[3] ?? 1) };
  }
  if (/^-?\d+(\s*,\s*-?\d+)*$/.test(text)) return { kind: 'index', indices: text.split(',').map(Number) };
  throw new JsonPathError(`invalid array index ${text}`);
}
function steps(text: string): readonly Step[] {
  const found: Step[] = [];
  for (let at = 0; at < text.length;) {
    const char = text[at] ?? '';
    if (char === '[') {
      const end = closing(text, at, '[', ']');
      found.push(bracket(text.slice(at + 1, end)));
      at = end + 1;
      continue;
    }
    const deep = text.startsWith('..', at);
    if (char === '.') at += deep ? 2 : 1;
    else if (found.length > 0 || at > 0) throw new JsonPathError(`unexpected character ${char}`);
    const match = /^(?:\\.|[^.[\]\s\\])*/.exec(text.slice(at));
    const name = match?.[0] ?? '';
    at += name.length;
    if (name === '') {
      if (deep) throw new JsonPathError('unexpected end of path');
      if (at < text.length && text[at] !== '[' && text[at] !== '.')
        throw new JsonPathError(`unrecognized character in action: ${text[at] ?? ''}`);
      continue;
    }
    if (name === '*') found.push({ kind: 'all' });
    else if (deep) found.push({ kind: 'deep', name: unescape(name) });
    else found.push({ kind: 'key', names: [unescape(name)] });
  }
  return found;
}

/** @throws JsonPathError */
export function parseTemplate(text: string): readonly Part[] {
  const read = (
    from: number,
    inRange: boolean,
  ): { readonly parts: readonly Part[]; readonly next: number } => {
    const parts: Part[] = [];
    let at = from;
    while (at < text.length) {
      const open = text.indexOf('{', at);
      const plain = text.slice(at, open < 0 ? text.length : open);
      if (plain !== '') parts.push({ kind: 'text', text: plain });
      if (open < 0) {
        at = text.length;
        break;
      }
      const end = closing(text, open, '{', '}');
      const inner = text.slice(open + 1, end).trim();
      at = end + 1;
      if (inner === 'end') {
        if (!inRange) throw new JsonPathError('not in range, nothing to end');
        return { parts, next: at };
      }
      const range = /^range\s+([\s\S]*)$/.exec(inner);
      if (range !== null) {
        const body = read(at, true);
        const path = (range[1] ?? '').trim();
        parts.push({
          kind: 'range',
          steps: steps(path.replace(/^[@$]/, '')),
          root: path.startsWith('$'),
          body: body.parts,
        });
        at = body.next;
        continue;
      }
      const quoted = /^(["'])([\s\S]*)\1$/.exec(inner);
      if (quoted !== null) parts.push({ kind: 'text', text: unescape(quoted[2] ?? '') });
      else if (inner !== '')
        parts.push({ kind: 'path', steps: steps(inner.replace(/^[@$]/, '')), root: inner.startsWith('$') });
    }
    if (inRange) throw new JsonPathError('unexpected end of range, missing {end}');
    return { parts, next: at };
  };
  return read(0, false).parts;
}

function compare(left: Json | undefined, operator: string, right: Json | undefined): boolean {
  if (left === undefined || right === undefined) return false;
  switch (operator) {
    case '==':
      return sameJson(left, right);
    case '!=':
      return !sameJson(left, right);
    default: {
      const [a, b] =
        typeof left === 'number' && typeof right === 'number' ? [left, right] : [String(left), String(right)];
      return operator === '<' ? a < b : operator === '>' ? a > b : operator === '<=' ? a <= b : a >= b;
    }
  }
}
function descend(value: Json, name: string): Json[] {
  const below = Array.isArray(value) ? value : isMap(value) ? Object.values(value) : [];
  const here = isMap(value) && name in value ? [value[name] ?? null] : [];
  return [...here, ...below.flatMap((part) => descend(part, name))];
}
function take(values: readonly Json[], step: Step, root: Json): Json[] {
  return values.flatMap((value): Json[] => {
    switch (step.kind) {
      case 'key':
        return isMap(value) ? step.names.flatMap((name) => (name in value ? [value[name] ?? null] : [])) : [];
      case 'all':
        return Array.isArray(value) ? value : isMap(value) ? Object.values(value) : [];
      case 'deep':
        return descend(value, step.name);
      case 'index':
        return Array.isArray(value) ? step.indices.flatMap((index) => value.at(index) ?? []) : [];
      case 'slice': {
        if (!Array.isArray(value)) return [];
        return value
          .slice(step.from ?? 0, step.to ?? undefined)
          .filter((_one, index) => index % step.step === 0);
      }
      case 'filter': {
        const list = Array.isArray(value) ? value : isMap(value) ? Object.values(value) : [];
        const resolve = (one: Operand | null, item: Json): Json | undefined =>
          one === null
            ? undefined
            : one.kind === 'value'
              ? one.value
              : evaluate(one.root ? root : item, one.steps, root)[0];
        return list.filter((item) =>
          step.operator === 'exists'
            ? resolve(step.left, item) !== undefined
            : compare(resolve(step.left, item), step.operator, resolve(step.right, item)),
        );
      }
    }
  });
}
function evaluate(value: Json, path: readonly Step[], root: Json): Json[] {
  return path.reduce<Json[]>((values, step) => take(values, step, root), [value]);
}
const shown = (value: Json) =>
  typeof value === 'string'
    ? value
    : value === null
      ? ''
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value);

/** What a template makes of a value; what is not there leaves nothing. */
export function render(parts: readonly Part[], value: Json, root: Json = value): string {
  return parts
    .map((part) => {
      switch (part.kind) {
        case 'text':
          return part.text;
        case 'path':
          return evaluate(part.root ? root : value, part.steps, root)
            .map(shown)
            .join(' ');
        case 'range':
          return evaluate(part.root ? root : value, part.steps, root)
            .map((item) => render(part.body, item, root))
            .join('');
      }
    })
    .join('');
}
/** Values at one path without braces, as --sort-by and custom-columns have it. @throws JsonPathError */
export function valuesAt(value: Json, path: string): readonly Json[] {
  const bare = path
    .trim()
    .replace(/^\{([\s\S]*)\}$/, '$1')
    .replace(/^[$@]/, '');
  return evaluate(value, steps(bare.startsWith('.') || bare.startsWith('[') ? bare : `.${bare}`), value);
}
export const textOf = shown;
