/** From words of a script to the arguments a program gets: expansions, field splitting, pathname matching. */
import { parseText, type WordNode, type WordPart } from './ast.js';
import { evaluate } from './arithmetic.js';
import { ExpansionError } from './flow.js';
import { expandParameter, type Expander } from './parameters.js';
import { escapePattern, globPaths, isPattern } from './patterns.js';
import type { Shell } from './shell.js';
import { type Field, type Piece, expandedPiece, literalPiece, quotedPiece, splitFields } from './pieces.js';
import { braced, unbraced } from './braces.js';

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
        : [
            {
              kind: 'text',
              text: await globText(shell, part.pattern),
              quoted: false,
              split: false,
              active: true,
            },
          ];
    case 'DoubleQuoted': {
      const pieces = await expandParts(shell, part.parts, true);
      return pieces.length === 0 && part.parts.length > 0
        ? []
        : pieces.length === 0
          ? [quotedPiece('')]
          : pieces;
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

export async function expandParts(
  shell: Shell,
  parts: readonly WordPart[],
  quoted: boolean,
): Promise<Piece[]> {
  const pieces: Piece[] = [];
  for (const part of parts) pieces.push(...(await expandPart(shell, part, quoted)));
  return pieces;
}

/** Evaluates an arithmetic expression of the tree. */
export async function arithmetic(shell: Shell, node: { readonly originalText?: string }): Promise<bigint> {
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

function fileNames(shell: Shell, field: Field): string[] {
  const text = field.map((piece) => piece.text).join('');
  if (shell.options.noglob || !field.some((piece) => piece.active && /[*?[(]/.test(piece.text)))
    return [text];
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

export const expander: Expander = {
  arithmetic,
  arithmeticText,
  expandParts,
  expandText,
  expandToPattern,
  expandToText,
};
