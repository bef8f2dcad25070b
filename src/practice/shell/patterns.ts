/** Shell patterns (`*`, `?`, `[…]`, extended globs) as regular expressions, and the file names they match. */
import type { View } from '../vfs/view.js';
import { joinPath } from '../vfs/volume.js';

const CLASSES: Readonly<Record<string, string>> = {
  alpha: 'a-zA-Z',
  digit: '0-9',
  alnum: 'a-zA-Z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  blank: ' \\t',
  punct: '!-\\/:-@\\[-`{-~',
  xdigit: '0-9a-fA-F',
  word: '\\w',
  print: '\\x20-\\x7e',
  graph: '\\x21-\\x7e',
  cntrl: '\\x00-\\x1f\\x7f',
};
const escapeRegExp = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
const escapeInClass = (text: string) => text.replace(/[\\^[\]-]/g, '\\$&');

/** Puts a backslash before everything that a pattern would take as special. */
export function escapePattern(text: string): string {
  return text.replace(/[\\*?[\]()|!+@]/g, '\\$&');
}

/** Whether a pattern holds anything that is not to be taken literally. */
export function isPattern(pattern: string): boolean {
  return /(?:^|[^\\])(?:\\\\)*(?:[*?]|\[.*\]|[@!+]\()/.test(pattern);
}

function bracket(pattern: string, start: number): { source: string; end: number } | null {
  let at = start + 1;
  let negated = false;
  if (pattern[at] === '!' || pattern[at] === '^') {
    negated = true;
    at += 1;
  }
  let inside = '';
  for (let first = true; at < pattern.length; first = false) {
    const char = pattern[at] ?? '';
    if (char === ']' && !first) return { source: `[${negated ? '^' : ''}${inside}]`, end: at + 1 };
    const named = /^\[:(\w+):\]/.exec(pattern.slice(at));
    if (named !== null) {
      inside += CLASSES[named[1] ?? ''] ?? '';
      at += named[0].length;
      continue;
    }
    if (char === '\\') {
      at += 1;
      inside += escapeInClass(pattern[at] ?? '');
    } else inside += char === '-' ? '-' : escapeInClass(char);
    at += 1;
  }
  return null;
}

function groupEnd(pattern: string, open: number): number {
  let depth = 0;
  for (let at = open; at < pattern.length; at += 1) {
    if (pattern[at] === '\\') at += 1;
    else if (pattern[at] === '(') depth += 1;
    else if (pattern[at] === ')') {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return -1;
}
function alternatives(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let current = '';
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (char === '\\') {
      current += char + (text[at + 1] ?? '');
      at += 1;
      continue;
    }
    if (char === '(') depth += 1;
    if (char === ')') depth -= 1;
    if (char === '|' && depth === 0) {
      parts.push(current);
      current = '';
    } else current += char;
  }
  return [...parts, current];
}

/** The source of a regular expression that matches what the pattern does. `inPath`: `*` and `?` stop at slashes. */
export function patternSource(pattern: string, inPath = false, greedy = true): string {
  const any = inPath ? '[^/]' : '[\\s\\S]';
  const lazy = greedy ? '' : '?';
  let source = '';
  for (let at = 0; at < pattern.length;) {
    const char = pattern[at] ?? '';
    const end = '@!+?*'.includes(char) && pattern[at + 1] === '(' ? groupEnd(pattern, at + 1) : -1;
    if (end > 0) {
      const inner = alternatives(pattern.slice(at + 2, end))
        .map((part) => patternSource(part, inPath, greedy))
        .join('|');
      const forms: Readonly<Record<string, string>> = {
        '@': `(?:${inner})`,
        '?': `(?:${inner})?`,
        '*': `(?:${inner})*`,
        '+': `(?:${inner})+`,
        '!': `(?:(?!(?:${inner})$)${any}*?)`,
      };
      source += forms[char] ?? '';
      at = end + 1;
    } else if (char === '\\') {
      source += escapeRegExp(pattern[at + 1] ?? '\\');
      at += 2;
    } else if (char === '*') {
      source += `${any}*${lazy}`;
      at += 1;
    } else if (char === '?') {
      source += any;
      at += 1;
    } else {
      const set = char === '[' ? bracket(pattern, at) : null;
      source += set?.source ?? escapeRegExp(char);
      at = set?.end ?? at + 1;
    }
  }
  return source;
}

export function matchesPattern(text: string, pattern: string, ignoreCase = false): boolean {
  return new RegExp(`^(?:${patternSource(pattern)})$`, ignoreCase ? 'iu' : 'u').test(text);
}

/** Removes the shortest or longest match at one end: `${x#p}`, `${x##p}`, `${x%p}`, `${x%%p}`. */
export function removeMatch(
  text: string,
  pattern: string,
  side: 'prefix' | 'suffix',
  greedy: boolean,
): string {
  const whole = new RegExp(`^(?:${patternSource(pattern)})$`, 'u');
  const cuts = Array.from({ length: text.length + 1 }, (_, index) => index);
  if ((side === 'prefix') === greedy) cuts.reverse();
  for (const cut of cuts) {
    const part = side === 'prefix' ? text.slice(0, cut) : text.slice(cut);
    if (whole.test(part)) return side === 'prefix' ? text.slice(cut) : text.slice(0, cut);
  }
  return text;
}

/** Files that match a pattern, sorted; empty when none does. Hidden names need a leading dot or `dotglob`. */
export function globPaths(view: View, cwd: string, pattern: string, dotGlob: boolean): string[] {
  const absolute = pattern.startsWith('/');
  const parts = pattern.split('/').filter((part) => part !== '');
  let found: string[] = [absolute ? '/' : ''];
  for (const [index, part] of parts.entries()) {
    const last = index === parts.length - 1;
    const next: string[] = [];
    for (const base of found) {
      const prefix = base === '' || base.endsWith('/') ? base : `${base}/`;
      if (!isPattern(part)) {
        const name = prefix + part.replaceAll(/\\(.)/g, '$1');
        if (view.peek(joinPath(cwd, name), false) !== undefined) next.push(name);
        continue;
      }
      const dir = joinPath(cwd, base === '' ? '.' : base);
      const inode = view.peek(dir);
      if (inode?.kind !== 'directory' && inode?.kind !== 'live-directory') continue;
      if (!view.may(inode, 4)) continue;
      for (const name of view.list(dir)) {
        if (name.startsWith('.') && !part.startsWith('.') && !dotGlob) continue;
        if (!matchesPattern(name, part)) continue;
        if (!last && view.peek(joinPath(dir, name))?.kind === 'file') continue;
        next.push(prefix + name);
      }
    }
    found = next;
  }
  const slash = pattern.endsWith('/') ? '/' : '';
  return found.map((path) => path + slash).toSorted();
}
