/** Dockerfiles: lines, continuations, here-documents, variables, and what BuildKit says to mistakes. */
import { BuildError } from './build-error.js';
import { checkFlag } from './flags.js';

export { BuildError };
export interface Instruction {
  /** In capitals. */
  readonly name: string;
  /** As written, continuations joined. */
  readonly text: string;
  /** Options before the first argument: `--from=build`. */
  readonly flags: ReadonlyMap<string, string>;
  /** Lines of the file, from 1. */
  readonly first: number;
  readonly last: number;
  /** Bodies of here-documents. */
  readonly documents: readonly string[];
}
const NAMES = [
  'FROM',
  'ARG',
  'ENV',
  'RUN',
  'COPY',
  'ADD',
  'WORKDIR',
  'USER',
  'EXPOSE',
  'CMD',
  'ENTRYPOINT',
  'LABEL',
  'HEALTHCHECK',
  'STOPSIGNAL',
  'VOLUME',
  'SHELL',
  'ONBUILD',
  'MAINTAINER',
] as const;

/** @throws BuildError with BuildKit's words */
export function parseDockerfile(text: string): readonly Instruction[] {
  const lines = text.split(/\r?\n/);
  const found: Instruction[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const first = at + 1;
    let line = lines[at] ?? '';
    if (/^\s*(#|$)/.test(line)) continue;
    while (/\\\s*$/.test(line) && at + 1 < lines.length) {
      at += 1;
      const next = lines[at] ?? '';
      // Comments between continued lines are left out.
      line = /^\s*#/.test(next) ? line : `${line.replace(/\\\s*$/, '')}${next}`;
      if (/^\s*#/.test(next) && at + 1 >= lines.length) line = line.replace(/\\\s*$/, '');
    }
    const match = /^\s*([A-Za-z]+)(?:\s+([\s\S]*))?$/.exec(line);
    const name = (match?.[1] ?? line.trim().split(/\s/)[0] ?? '').toUpperCase();
    if (!NAMES.some((known) => known === name))
      throw new BuildError(
        `dockerfile parse error on line ${first}: unknown instruction: ${match?.[1] ?? line.trim()}`,
      );
    let rest = (match?.[2] ?? '').trim();
    const documents: string[] = [];
    if (name === 'RUN' || name === 'COPY')
      for (const mark of rest.matchAll(/<<-?(["']?)(\w+)\1/g)) {
        const body: string[] = [];
        at += 1;
        while (at < lines.length && (lines[at] ?? '').trim() !== mark[2]) {
          body.push(lines[at] ?? '');
          at += 1;
        }
        documents.push(`${body.join('\n')}\n`);
      }
    const flags = new Map<string, string>();
    for (
      let flag = /^--([a-z-]+)(?:=(\S+))?\s+/.exec(rest);
      flag !== null;
      flag = /^--([a-z-]+)(?:=(\S+))?\s+/.exec(rest)
    ) {
      checkFlag(name, flag[1] ?? '', flag[2] ?? '', first);
      flags.set(flag[1] ?? '', flag[2] ?? '');
      rest = rest.slice(flag[0].length);
    }
    if (rest === '' && documents.length === 0)
      throw new BuildError(`dockerfile parse error on line ${first}: ${name} requires at least one argument`);
    found.push({ name, text: rest, flags, first, last: at + 1, documents });
  }
  if (found.length === 0) throw new BuildError('the Dockerfile cannot be empty');
  const start = found.find((one) => one.name !== 'ARG');
  if (start?.name !== 'FROM') throw new BuildError('no build stage in current context');
  return found;
}
/** Replaces `$NAME`, `${NAME}`, `${NAME:-word}` and `${NAME:+word}`. */
export function expand(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(
    /\\\$|\$\{(\w+)(?::([-+])([^}]*))?\}|\$(\w+)/g,
    (
      whole,
      name: string | undefined,
      sign: string | undefined,
      word: string | undefined,
      bare: string | undefined,
    ) => {
      if (whole === '\\$') return '$';
      const value = values.get(name ?? bare ?? '') ?? '';
      if (sign === '-') return value === '' ? (word ?? '') : value;
      if (sign === '+') return value === '' ? '' : (word ?? '');
      return value;
    },
  );
}
/** `["a", "b"]`; null for the shell form. */
export function execForm(text: string): readonly string[] | null {
  if (!text.startsWith('[')) return null;
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) && parsed.every((one) => typeof one === 'string') ? parsed : null;
  } catch {
    return null;
  }
}
/** Words with their quotes taken off. */
export function plainWords(text: string): readonly string[] {
  return (text.match(/(?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'])+/g) ?? []).map((word) =>
    word.replace(
      /"((?:[^"\\]|\\.)*)"|'([^']*)'/g,
      (_whole, double: string | undefined, single: string | undefined) =>
        double === undefined ? (single ?? '') : double.replace(/\\(.)/g, '$1'),
    ),
  );
}
/** Pairs of ENV and LABEL: `a=b c="d e"`, or the old `NAME some words`. */
export function pairsOf(text: string): readonly (readonly [string, string])[] {
  if (/^[\w.-]+=/.test(text))
    return plainWords(text).map((word) => {
      const at = word.indexOf('=');
      return at < 0 ? ([word, ''] as const) : ([word.slice(0, at), word.slice(at + 1)] as const);
    });
  const [name = '', value = ''] = text.split(/\s+(.*)/s);
  return [[name, value]];
}
