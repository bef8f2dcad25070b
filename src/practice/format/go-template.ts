/** Go templates as `--format` takes them: fields, pipelines, if, range, with, variables, and docker's functions. */

export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}
type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly body: string }
  | {
      readonly kind: 'block';
      readonly what: 'if' | 'range' | 'with';
      readonly body: string;
      readonly inner: readonly Node[];
      readonly otherwise: readonly Node[];
    };

function parse(source: string): readonly Node[] {
  const parts = source.split(/(\{\{-?\s*[\s\S]*?\s*-?\}\})/);
  const flat: { text: string; action: boolean }[] = [];
  for (const part of parts) {
    const match = /^\{\{(-?)\s*([\s\S]*?)\s*(-?)\}\}$/.exec(part);
    if (match === null) {
      if (part.includes('{{')) throw new TemplateError('unclosed action');
      flat.push({ text: part, action: false });
      continue;
    }
    const last = flat.at(-1);
    if (match[1] === '-' && last !== undefined && !last.action) last.text = last.text.trimEnd();
    flat.push({ text: match[2] ?? '', action: true });
    if (match[3] === '-') flat.push({ text: '\u0000', action: false });
  }
  let at = 0;
  const nodes = (inside: boolean): { readonly list: Node[]; readonly end: string } => {
    const list: Node[] = [];
    for (;;) {
      const next = flat[at];
      if (next === undefined) {
        if (inside) throw new TemplateError('unexpected EOF');
        return { list, end: '' };
      }
      at += 1;
      if (!next.action) {
        const trimmed = flat[at - 2]?.text === '\u0000' ? next.text.trimStart() : next.text;
        if (next.text !== '\u0000') list.push({ kind: 'text', text: trimmed });
        continue;
      }
      const body = next.text;
      const [word = ''] = body.split(/\s+/);
      if (word === 'end' || word === 'else') return { list, end: body };
      if (word === 'if' || word === 'range' || word === 'with') {
        const first = nodes(true);
        let otherwise: readonly Node[] = [];
        if (first.end.startsWith('else')) {
          const nested = /^else\s+if\s+([\s\S]+)$/.exec(first.end);
          if (nested === null) otherwise = nodes(true).list;
          else {
            const rest = nodes(true);
            const last = rest.end.startsWith('else') ? nodes(true).list : [];
            otherwise = [
              { kind: 'block', what: 'if', body: nested[1] ?? '', inner: rest.list, otherwise: last },
            ];
          }
        }
        list.push({
          kind: 'block',
          what: word,
          body: body.slice(word.length).trim(),
          inner: first.list,
          otherwise,
        });
      } else if (word !== '' && !body.startsWith('/*')) list.push({ kind: 'action', body });
    }
  };
  return nodes(false).list;
}

type Scope = ReadonlyMap<string, unknown>;
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const truth = (value: unknown): boolean =>
  Array.isArray(value) ? value.length > 0 : isRecord(value) ? Object.keys(value).length > 0 : Boolean(value);

export function printed(value: unknown): string {
  if (value === undefined) return '<no value>';
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(printed).join(' ')}]`;
  if (isRecord(value))
    return `map[${Object.keys(value)
      .toSorted()
      .map((key) => `${key}:${printed(value[key])}`)
      .join(' ')}]`;
  return String(value);
}

function field(value: unknown, path: string, strict: boolean): unknown {
  let current = value;
  for (const name of path.split('.').filter((part) => part !== '')) {
    if (!isRecord(current)) {
      if (current === null || current === undefined) {
        if (strict) throw new TemplateError(`map has no entry for key "${name}"`);
        return undefined;
      }
      throw new TemplateError(`can't evaluate field ${name} in type ${typeof current}`);
    }
    if (!(name in current) && strict) throw new TemplateError(`map has no entry for key "${name}"`);
    current = current[name];
  }
  return current;
}

/** Words of a pipeline's command: strings, numbers, fields, variables, groups in parentheses. */
function words(text: string): string[] {
  return [...text.matchAll(/"(?:[^"\\]|\\.)*"|`[^`]*`|\((?:[^()]|\([^()]*\))*\)(?:\.[\w.]+)?|[^\s()]+/g)].map(
    (match) => match[0],
  );
}
function compare(a: unknown, b: unknown): number {
  return typeof a === 'number' && typeof b === 'number'
    ? a - b
    : printed(a) < printed(b)
      ? -1
      : printed(a) > printed(b)
        ? 1
        : 0;
}
const FUNCTIONS: Readonly<Record<string, (...args: readonly unknown[]) => unknown>> = {
  json: (value) => JSON.stringify(value === undefined ? null : value),
  len: (value) =>
    Array.isArray(value) || typeof value === 'string'
      ? value.length
      : isRecord(value)
        ? Object.keys(value).length
        : 0,
  index: (value, ...keys) =>
    keys.reduce<unknown>((current, key) => {
      if (Array.isArray(current)) {
        if (Number(key) >= current.length)
          throw new TemplateError(`error calling index: index out of range: ${printed(key)}`);
        return current[Number(key)];
      }
      return isRecord(current) ? (current[String(key)] ?? '') : '';
    }, value),
  eq: (first, ...others) => others.some((other) => printed(other) === printed(first)),
  ne: (a, b) => printed(a) !== printed(b),
  lt: (a, b) => compare(a, b) < 0,
  le: (a, b) => compare(a, b) <= 0,
  gt: (a, b) => compare(a, b) > 0,
  ge: (a, b) => compare(a, b) >= 0,
  not: (value) => !truth(value),
  and: (...values) => values.find((value) => !truth(value)) ?? values.at(-1),
  or: (...values) => values.find(truth) ?? values.at(-1),
  print: (...values) => values.map(printed).join(' '),
  println: (...values) => `${values.map(printed).join(' ')}\n`,
  printf: (format, ...values) => {
    let at = 0;
    return String(format).replace(/%[-\d.]*[sdvqt%]/g, (spec) =>
      spec === '%%'
        ? '%'
        : spec.endsWith('q')
          ? JSON.stringify(printed(values[at++]))
          : printed(values[at++]),
    );
  },
  join: (list, separator) => (Array.isArray(list) ? list.map(printed).join(String(separator)) : ''),
  split: (text, separator) => String(text).split(String(separator)),
  lower: (text) => String(text).toLowerCase(),
  upper: (text) => String(text).toUpperCase(),
  title: (text) => String(text).replace(/\b\w/g, (letter) => letter.toUpperCase()),
  truncate: (text, length) => String(text).slice(0, Number(length)),
  pad: (text, before, after) => ' '.repeat(Number(before)) + String(text) + ' '.repeat(Number(after)),
};

class Run {
  readonly #root: unknown;
  readonly #strict: boolean;
  constructor(root: unknown, strict: boolean) {
    this.#root = root;
    this.#strict = strict;
  }
  #value(word: string, dot: unknown, scope: Scope): unknown {
    if (/^["`]/.test(word)) return word.startsWith('"') ? JSON.parse(word) : word.slice(1, -1);
    if (/^-?\d+(\.\d+)?$/.test(word)) return Number(word);
    if (word === 'true' || word === 'false') return word === 'true';
    if (word === 'nil') return null;
    if (word === '.') return dot;
    if (word.startsWith('(')) {
      const [, inner = '', rest = ''] = /^\(([\s\S]*)\)((?:\.[\w.]+)?)$/.exec(word) ?? [];
      return field(this.pipeline(inner, dot, scope), rest, false);
    }
    if (word.startsWith('.')) return field(dot, word, this.#strict);
    if (word.startsWith('$')) {
      const [, name = '', rest = ''] = /^(\$\w*)(.*)$/.exec(word) ?? [];
      if (name === '$') return field(this.#root, rest, this.#strict);
      if (!scope.has(name)) throw new TemplateError(`undefined variable "${name}"`);
      return field(scope.get(name), rest, this.#strict);
    }
    const call = FUNCTIONS[word];
    if (call === undefined) throw new TemplateError(`function "${word}" not defined`);
    return call();
  }
  pipeline(text: string, dot: unknown, scope: Scope): unknown {
    const commands = text.split(/\|(?=(?:[^"]*"[^"]*")*[^"]*$)/).map((part) => part.trim());
    let passed: { value: unknown } | null = null;
    for (const command of commands) {
      const [first = '', ...rest] = words(command);
      const call = FUNCTIONS[first];
      const args = rest.map((word) => this.#value(word, dot, scope));
      if (call === undefined) {
        if (rest.length > 0) throw new TemplateError(`can't give argument to non-function ${first}`);
        passed = { value: this.#value(first, dot, scope) };
      } else passed = { value: call(...args, ...(passed === null ? [] : [passed.value])) };
    }
    return passed?.value;
  }
  render(nodes: readonly Node[], dot: unknown, outer: Scope): string {
    const scope = new Map(outer);
    let out = '';
    for (const node of nodes) {
      if (node.kind === 'text') out += node.text;
      else if (node.kind === 'action') {
        const set = /^(\$\w+)\s*:?=\s*([\s\S]+)$/.exec(node.body);
        if (set === null) out += printed(this.pipeline(node.body, dot, scope));
        else scope.set(set[1] ?? '', this.pipeline(set[2] ?? '', dot, scope));
      } else out += this.#block(node, dot, scope);
    }
    return out;
  }
  #block(node: Extract<Node, { kind: 'block' }>, dot: unknown, scope: Scope): string {
    const names = /^(\$\w+)(?:\s*,\s*(\$\w+))?\s*:=\s*([\s\S]+)$/.exec(node.body);
    const value = this.pipeline(names?.[3] ?? node.body, dot, scope);
    if (node.what !== 'range') {
      const inner = new Map(scope);
      if (names?.[1] !== undefined) inner.set(names[1], value);
      return truth(value)
        ? this.render(node.inner, node.what === 'with' ? value : dot, inner)
        : this.render(node.otherwise, dot, scope);
    }
    const entries: readonly (readonly [unknown, unknown])[] = Array.isArray(value)
      ? value.map((item, index) => [index, item] as const)
      : isRecord(value)
        ? Object.keys(value)
            .toSorted()
            .map((key) => [key, value[key]] as const)
        : [];
    if (entries.length === 0) return this.render(node.otherwise, dot, scope);
    return entries
      .map(([key, item]) => {
        const inner = new Map(scope);
        if (names?.[2] !== undefined) inner.set(names[1] ?? '', key).set(names[2], item);
        else if (names?.[1] !== undefined) inner.set(names[1], item);
        return this.render(node.inner, item, inner);
      })
      .join('');
  }
}

/**
 * @param strict a missing key is an error, as `docker inspect` has it
 * @throws TemplateError
 */
export function renderTemplate(template: string, value: unknown, strict = false): string {
  const text = template.replace(/\\t/g, '\t').replace(/\\n/g, '\n');
  return new Run(value, strict).render(parse(text), value, new Map());
}
