/** .gitignore: patterns and which of them decides about a path. */

export interface Rule {
  /** Where it was found, as `check-ignore -v` says: file and line. */
  readonly source: string;
  readonly line: number;
  readonly text: string;
  readonly negated: boolean;
  readonly directoryOnly: boolean;
  /** Directory of the file it stands in, with a slash at the end; empty at the top. */
  readonly base: string;
  readonly matches: (path: string) => boolean;
}

/** A pattern with `*`, `?`, `[…]` and `**` as an expression for a path below the rule's directory. */
export function globExpression(pattern: string): RegExp {
  let out = '';
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern[at] ?? '';
    if (pattern.startsWith('**/', at) && (at === 0 || pattern[at - 1] === '/')) {
      out += '(?:.*/)?';
      at += 2;
    } else if (pattern.startsWith('/**', at) && at + 3 === pattern.length) {
      out += '/.+';
      at += 2;
    } else if (char === '*') {
      while (pattern[at + 1] === '*') at += 1;
      out += '[^/]*';
    } else if (char === '?') out += '[^/]';
    else if (char === '[') {
      const end = pattern.indexOf(']', at + 2);
      if (end < 0) out += '\\[';
      else {
        out += `[${pattern
          .slice(at + 1, end)
          .replace(/^!/, '^')
          .replaceAll('\\', '\\\\')}]`;
        at = end;
      }
    } else if (char === '\\' && at + 1 < pattern.length) {
      at += 1;
      out += escaped(pattern[at] ?? '');
    } else out += escaped(char);
  }
  return new RegExp(`^${out}$`, 's');
}
const escaped = (char: string): string => char.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');

/** @param base directory of the file, `''` or with a slash at the end */
export function readRules(text: string, source: string, base: string): readonly Rule[] {
  return text.split('\n').flatMap((raw, index) => {
    let pattern = raw.replace(/\r$/, '').replace(/(?<!\\)\s+$/, '');
    if (pattern === '' || pattern.startsWith('#')) return [];
    const negated = pattern.startsWith('!');
    if (negated) pattern = pattern.slice(1);
    const directoryOnly = pattern.endsWith('/');
    if (directoryOnly) pattern = pattern.slice(0, -1);
    const anchored = pattern.includes('/');
    const expression = globExpression(pattern.replace(/^\//, ''));
    const matches = (path: string): boolean => {
      if (!path.startsWith(base)) return false;
      const below = path.slice(base.length);
      return expression.test(anchored ? below : below.slice(below.lastIndexOf('/') + 1));
    };
    return [{ source, line: index + 1, text: raw, negated, directoryOnly, base, matches }];
  });
}
/** The last rule that speaks of this very path, not of a directory above it. */
export function decisive(rules: readonly Rule[], path: string, isDirectory: boolean): Rule | undefined {
  return rules.findLast((rule) => (isDirectory || !rule.directoryOnly) && rule.matches(path));
}
