/** Shell words and where they may stand. Nothing that comes from a lab file reaches a shell in any other way. */

const BARE = /^[A-Za-z0-9_@%+=:,./-]+$/;
/** What docker, kubectl and helm take as a Go template (`{{.Name}}`, `{{json .}}`, `{{range .Items}}`, `{{end}}`): left alone. */
const GO_TEMPLATE =
  /^-?\s*(?:[.$]|(?:block|else|end|if|index|join|json|len|not|printf|println|range|with)\b(?!\.))/;

/**
 * One shell word that expands to exactly `value`, whatever is in it.
 * @throws RangeError for NUL, newlines and other control characters: they cannot be shown faithfully on one line.
 */
export function shellWord(value: string): string {
  if (/\p{Cc}/u.test(value)) throw new RangeError('a value for a script holds a control character');
  if (BARE.test(value)) return value;
  return `'${value.replaceAll("'", String.raw`'\''`)}'`;
}

/** A placeholder as it stands in a script. */
export interface Placeholder {
  readonly name: string;
  /** Offset of `{{`. */
  readonly start: number;
  readonly end: number;
  /** Only `word` is a place where a quoted shell word means what it says. */
  readonly context: 'word' | 'single' | 'double' | 'heredoc' | 'comment';
}

interface Heredoc {
  readonly delimiter: string;
  readonly stripTabs: boolean;
}

/**
 * Finds every `{{name}}` of a bash script and says in which quoting it stands. Follows quotes, comments, here-documents
 * and `$( )` inside double quotes; what it does not know (e.g. `case` patterns with a lone parenthesis inside `$( )`)
 * errs towards reporting a context other than `word`, which the loader refuses.
 */
export function findPlaceholders(script: string): readonly Placeholder[] {
  const found: Placeholder[] = [];
  const pending: Heredoc[] = [];
  const stack: ('top' | 'double' | 'paren')[] = ['top'];
  let i = 0;
  const inside = (): 'top' | 'double' | 'paren' => stack.at(-1) ?? 'top';
  const take = (context: Placeholder['context']): boolean => {
    const match = /^\{\{([^{}\n]*)\}\}/.exec(script.slice(i, i + 200));
    if (match === null || GO_TEMPLATE.test(match[1] ?? '')) return false;
    found.push({ name: (match[1] ?? '').trim(), start: i, end: i + match[0].length, context });
    i += match[0].length;
    return true;
  };

  while (i < script.length) {
    const c = script[i];
    if (script.startsWith('{{', i) && take(inside() === 'double' ? 'double' : 'word')) continue;
    if (c === '\\') {
      i += 2;
    } else if (inside() === 'double') {
      if (c === '"') stack.pop();
      else if (script.startsWith('$(', i)) {
        stack.push('paren');
        i += 1;
      }
      i += 1;
    } else if (c === '"') {
      stack.push('double');
      i += 1;
    } else if (c === "'") {
      i += 1;
      while (i < script.length && script[i] !== "'") {
        if (!(script.startsWith('{{', i) && take('single'))) i += 1;
      }
      i += 1;
    } else if (c === '#' && startsWord(script, i)) {
      while (i < script.length && script[i] !== '\n') {
        if (!(script.startsWith('{{', i) && take('comment'))) i += 1;
      }
    } else if (script.startsWith('<<', i) && !script.startsWith('<<<', i)) {
      const match = /^<<(-?)[ \t]*(?:'([^'\n]+)'|"([^"\n]+)"|\\?([A-Za-z0-9_.-]+))/.exec(
        script.slice(i, i + 200),
      );
      if (match === null) i += 2;
      else {
        pending.push({ delimiter: match[2] ?? match[3] ?? match[4] ?? '', stripTabs: match[1] === '-' });
        i += match[0].length;
      }
    } else if (script.startsWith('<<<', i)) {
      i += 3;
    } else if (c === '(') {
      stack.push('paren');
      i += 1;
    } else if (c === ')') {
      if (inside() === 'paren') stack.pop();
      i += 1;
    } else if (c === '\n' && pending.length > 0) {
      i += 1;
      for (const heredoc of pending.splice(0)) skipHeredoc(heredoc);
    } else {
      i += 1;
    }
  }
  return found;

  function skipHeredoc(heredoc: Heredoc): void {
    while (i < script.length) {
      const lineEnd = script.indexOf('\n', i);
      const end = lineEnd === -1 ? script.length : lineEnd;
      const line = script.slice(i, end);
      if ((heredoc.stripTabs ? line.replace(/^\t+/, '') : line) === heredoc.delimiter) {
        i = end + 1;
        return;
      }
      while (i < end) if (!(script.startsWith('{{', i) && take('heredoc'))) i += 1;
      i = end + 1;
    }
  }
}

function startsWord(script: string, index: number): boolean {
  return index === 0 || /[\s;&|()]/.test(script[index - 1] ?? ' ');
}
