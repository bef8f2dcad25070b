/** From words of a script to the arguments a program gets: expansions, field splitting, pathname matching. */
import { parseText, type Part, type WordNode, type WordPart } from './ast.js';
import { evaluate } from './arithmetic.js';
import { ExpansionError } from './flow.js';
import { expandParameter } from './parameters.js';
import { escapePattern, globPaths, isPattern } from './patterns.js';
import type { Shell } from './shell.js';

/** A stretch of expanded text, and what may still be done with it. `break` is where `"$@"` starts a new field. */
export type Piece =
  | {
      readonly kind: 'text';
      readonly text: string;
      /** Came out of quotes: makes a field even when empty, and is never split or matched. */
      readonly quoted: boolean;
      /** Came out of an unquoted expansion: is split at IFS. */
      readonly split: boolean;
      /** `*`, `?` and `[` in it are special. */
      readonly active: boolean;
    }
  | { readonly kind: 'break' };

export const quotedPiece = (text: string): Piece => ({ kind: 'text', text, quoted: true, split: false, active: false });
export const expandedPiece = (text: string, quoted: boolean): Piece => ({
  kind: 'text',
  text,
  quoted,
  split: !quoted,
  active: !quoted,
});
const literalPiece = (text: string): Piece => ({ kind: 'text', text, quoted: false, split: false, active: false });

function homeOf(shell: Shell, user: string | null): string | undefined {
  if (user === null) return shell.parameter('HOME') ?? '/root';
  if (user === '+') return shell.process.cwd;
  const line = (shell.process.kernel.volume.text('/etc/passwd') ?? '')
    .split('\n')
    .find((entry) => entry.startsWith(`${user}:`));
  return line?.split(':')[5];
}

async function expandPart(shell: Shell, part: WordPart, quoted: boolean): Promise<Piece[]> {
  switch (part.type) {
    case 'Literal':
      return [quoted ? quotedPiece(part.value) : literalPiece(part.value)];
    case 'SingleQuoted':
    case 'Escaped':
      return [quotedPiece(part.value)];
    case 'Glob':
      return quoted
        ? [quotedPiece(part.pattern)]
        : [{ kind: 'text', text: await globText(shell, part.pattern), quoted: false, split: false, active: true }];
    case 'DoubleQuoted': {
      const pieces = await expandParts(shell, part.parts, true);
      return pieces.length === 0 && part.parts.length > 0 ? [] : pieces.length === 0 ? [quotedPiece('')] : pieces;
    }
    case 'ParameterExpansion':
      return expandParameter(shell, part, quoted);
    case 'CommandSubstitution':
      return [expandedPiece(await shell.substitute(part.body), quoted)];
    case 'ArithmeticExpansion':
      return [expandedPiece(String(await arithmetic(shell, part.expression)), quoted)];
    case 'ProcessSubstitution':
      return [quotedPiece(await shell.connect(part.body, part.direction))];
    case 'TildeExpansion': {
      const home = homeOf(shell, part.user);
      return [quotedPiece(home ?? `~${part.user ?? ''}`)];
    }
    case 'BraceExpansion':
      // Word-level expansion has dealt with braces; one inside quotes is plain text.
      return [literalPiece('')];
  }
}

/** `[$x]` keeps its `$x` inside a glob part of the tree. */
async function globText(shell: Shell, pattern: string): Promise<string> {
  return pattern.includes('$') ? expandText(shell, pattern) : pattern;
}

export async function expandParts(shell: Shell, parts: readonly WordPart[], quoted: boolean): Promise<Piece[]> {
  const pieces: Piece[] = [];
  for (const part of parts) pieces.push(...(await expandPart(shell, part, quoted)));
  return pieces;
}

/** Evaluates an arithmetic expression of the tree. */
export async function arithmetic(
  shell: Shell,
  node: { readonly originalText?: string },
): Promise<bigint> {
  return arithmeticText(shell, node.originalText ?? '');
}
/** Evaluates arithmetic written as text, with `$x` in it. @throws ExpansionError */
export async function arithmeticText(shell: Shell, text: string): Promise<bigint> {
  const plain = /[$`\\]/.test(text) ? await expandText(shell, text) : text;
  try {
    return evaluate(plain.replaceAll('"', ''), shell.names);
  } catch (error) {
    if (error instanceof Error) throw new ExpansionError(error.message, false);
    throw error;
  }
}

/** Expands a text as a here-document is expanded. */
export async function expandText(shell: Shell, text: string): Promise<string> {
  return plainText(await expandParts(shell, parseText(text).parts, true));
}

function plainText(pieces: readonly Piece[]): string {
  return pieces.map((piece) => (piece.kind === 'break' ? ' ' : piece.text)).join('');
}
/** A word that stays one word: the right side of an assignment, a here-document, the word of `case`. */
export async function expandToText(shell: Shell, word: WordNode | null): Promise<string> {
  if (word === null) return '';
  return plainText(await expandParts(shell, unbraced(word.parts), false));
}
/** A word used as a pattern: what was quoted is literal. */
export async function expandToPattern(shell: Shell, word: WordNode): Promise<string> {
  const pieces = await expandParts(shell, word.parts, false);
  return pieces
    .map((piece) => (piece.kind === 'break' ? ' ' : piece.active ? piece.text : escapePattern(piece.text)))
    .join('');
}
/** A word used as the right side of `=~`: what was quoted is literal, all else is a regular expression. */
export async function expandToRegExp(shell: Shell, word: WordNode): Promise<string> {
  const pieces = await expandParts(shell, word.parts, false);
  return pieces
    .map((piece) => {
      if (piece.kind === 'break') return ' ';
      return piece.quoted ? piece.text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&') : piece.text;
    })
    .join('');
}

/** In an assignment braces are text: `x={a,b}`. */
function unbraced(parts: readonly WordPart[]): WordPart[] {
  return parts.flatMap((part) => (part.type === 'BraceExpansion' ? braceText(part) : [part]));
}
function braceText(part: Part<'BraceExpansion'>): WordPart[] {
  const inner: WordPart[] = [{ type: 'Literal', value: '{' }];
  for (const [index, item] of part.items.entries()) {
    if (index > 0) inner.push({ type: 'Literal', value: ',' });
    if (item.type === 'Word') inner.push(...unbraced(item.word.parts));
    else inner.push({ type: 'Literal', value: `${item.startStr ?? item.start}..${item.endStr ?? item.end}` });
  }
  return [...inner, { type: 'Literal', value: '}' }];
}

function rangeItems(item: Extract<Part<'BraceExpansion'>['items'][number], { type: 'Range' }>): string[] {
  const letters = typeof item.start === 'string';
  const from = letters ? String(item.start).codePointAt(0) ?? 0 : Number(item.start);
  const to = typeof item.end === 'string' ? item.end.codePointAt(0) ?? 0 : item.end;
  const step = Math.max(1, Math.abs(item.step ?? 1));
  const first = item.startStr ?? '';
  const last = item.endStr ?? '';
  const width = /^-?0\d/.test(first) || /^-?0\d/.test(last) ? Math.max(first.length, last.length) : 0;
  const items: string[] = [];
  for (let value = from; from <= to ? value <= to : value >= to; value += from <= to ? step : -step) {
    items.push(letters ? String.fromCodePoint(value) : String(value).padStart(width, '0'));
  }
  return items;
}
/** Braces come first: one word becomes several. */
function braced(parts: readonly WordPart[]): WordPart[][] {
  const at = parts.findIndex((part) => part.type === 'BraceExpansion');
  const part = parts[at];
  if (part?.type !== 'BraceExpansion') return [[...parts]];
  const before = parts.slice(0, at);
  const rests = braced(parts.slice(at + 1));
  const choices = part.items.flatMap((item): WordPart[][] =>
    item.type === 'Word'
      ? braced(item.word.parts)
      : rangeItems(item).map((value) => [{ type: 'Literal', value } satisfies WordPart]),
  );
  return choices.flatMap((choice) => rests.map((rest) => [...before, ...choice, ...rest]));
}

type Field = Extract<Piece, { kind: 'text' }>[];

/** Cuts pieces into fields at IFS and at the breaks of `"$@"`. */
export function splitFields(pieces: readonly Piece[], ifs: string): Field[] {
  const fields: Field[] = [];
  let current: Field | null = null;
  let afterSpace = false;
  const finish = () => {
    if (current !== null) fields.push(current);
    current = null;
  };
  for (const piece of pieces) {
    if (piece.kind === 'break') {
      finish();
      continue;
    }
    if (!piece.split || ifs === '') {
      if (piece.text === '' && !piece.quoted) continue;
      current ??= [];
      current.push(piece);
      afterSpace = false;
      continue;
    }
    let run = '';
    const flush = () => {
      if (run === '') return;
      current ??= [];
      current.push({ ...piece, text: run });
      run = '';
    };
    for (const char of piece.text) {
      if (!ifs.includes(char)) {
        run += char;
        afterSpace = false;
      } else if (' \t\n'.includes(char)) {
        flush();
        if (current !== null) afterSpace = true;
        finish();
      } else {
        flush();
        if (current === null && !afterSpace) fields.push([]);
        finish();
        afterSpace = false;
      }
    }
    flush();
  }
  finish();
  return fields;
}

function fileNames(shell: Shell, field: Field): string[] {
  const text = field.map((piece) => piece.text).join('');
  if (shell.options.noglob || !field.some((piece) => piece.active && /[*?[(]/.test(piece.text))) return [text];
  const pattern = field.map((piece) => (piece.active ? piece.text : escapePattern(piece.text))).join('');
  if (!isPattern(pattern)) return [text];
  const found = globPaths(shell.process.view, shell.process.cwd, pattern, shell.shopt.has('dotglob'));
  if (found.length > 0) return found;
  if (shell.shopt.has('failglob')) throw new ExpansionError(`no match: ${text}`, false);
  return shell.shopt.has('nullglob') ? [] : [text];
}

/** Expands words to arguments, the whole way. */
export async function expandWords(shell: Shell, words: readonly WordNode[]): Promise<string[]> {
  const fields: string[] = [];
  for (const word of words) {
    const only = word.parts[0];
    if (word.parts.length === 1 && only?.type === 'Literal') {
      fields.push(only.value);
      continue;
    }
    for (const parts of braced(word.parts)) {
      const pieces = await expandParts(shell, parts, false);
      for (const field of splitFields(pieces, shell.ifs)) fields.push(...fileNames(shell, field));
    }
  }
  return fields;
}
