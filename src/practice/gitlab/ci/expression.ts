/** Conditions of `rules: - if:`, as GitLab writes them. */

type Value = string | null | { readonly pattern: RegExp };
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}
const TOKEN =
  /\s*(\$\{\w+\}|\$\w+|"(?:[^"\\]|\\.)*"|'[^']*'|\/(?:[^/\\]|\\.)+\/[imsx]*|null\b|==|!=|=~|!~|&&|\|\||!|\(|\))/y;

/**
 * A pattern between slashes. GitLab matches with RE2; `(?i)` at its beginning is the one spelling that differs here.
 * @throws ExpressionError for what is no regular expression
 */
function patternOf(source: string, flags: string): RegExp {
  const head = /^\(\?([ims]+)\)/.exec(source);
  const wanted = new Set(`${flags}${head?.[1] ?? ''}`.replaceAll(/[^ims]/g, ''));
  try {
    return new RegExp(source.slice(head?.[0].length ?? 0), [...wanted].join(''));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ExpressionError('Invalid regular expression!');
  }
}
/** `/^release-/i` of `only:` and `except:`; null for a plain name. @throws ExpressionError */
export function refPattern(text: string): RegExp | null {
  const match = /^\/(.*)\/(i?)$/.exec(text);
  return match === null ? null : patternOf(match[1] ?? '', match[2] ?? '');
}
/** Words between slashes of a condition. @throws ExpressionError */
function patternWord(word: string): RegExp {
  const end = word.lastIndexOf('/');
  return patternOf(word.slice(1, end), word.slice(end + 1));
}
/** Looks for mistakes that do not depend on any variable. @throws ExpressionError */
export function checkExpression(text: string): void {
  for (const token of tokens(text)) if (token.startsWith('/')) patternWord(token);
}
function tokens(text: string): readonly string[] {
  const found: string[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; text.slice(at).trim() !== '';) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) throw new ExpressionError('invalid expression syntax');
    found.push(match[1] ?? '');
    at = TOKEN.lastIndex;
  }
  return found;
}
/** @throws ExpressionError */
export function isTrue(text: string, variables: ReadonlyMap<string, string>): boolean {
  const list = tokens(text);
  let at = 0;
  const peek = () => list[at];
  const next = () => list[(at += 1) - 1] ?? '';
  const operand = (): Value => {
    const word = next();
    if (word === 'null') return null;
    if (/^["']/.test(word)) return word.slice(1, -1);
    if (word.startsWith('/')) return { pattern: patternWord(word) };
    if (word.startsWith('$')) return variables.get(word.replaceAll(/[${}]/g, '')) ?? null;
    throw new ExpressionError('invalid expression syntax');
  };
  const matches = (left: Value, right: Value): boolean => {
    const expression =
      typeof right === 'string' && /^\/.*\/[ims]*$/s.test(right)
        ? patternWord(right)
        : typeof right === 'object'
          ? right?.pattern
          : undefined;
    if (expression === undefined) throw new ExpressionError('invalid expression syntax');
    return typeof left === 'string' && expression.test(left);
  };
  const comparison = (): boolean => {
    if (peek() === '!') {
      next();
      return !comparison();
    }
    if (peek() === '(') {
      next();
      const inner = either();
      if (next() !== ')') throw new ExpressionError('invalid expression syntax');
      return inner;
    }
    const left = operand();
    switch (peek()) {
      case '==':
        next();
        return left === operand();
      case '!=':
        next();
        return left !== operand();
      case '=~':
        next();
        return matches(left, operand());
      case '!~':
        next();
        return !matches(left, operand());
      default:
        return typeof left === 'string' && left !== '';
    }
  };
  const both = (): boolean => {
    let value = comparison();
    while (peek() === '&&') {
      next();
      const right = comparison();
      value = value && right;
    }
    return value;
  };
  const either = (): boolean => {
    let value = both();
    while (peek() === '||') {
      next();
      const right = both();
      value = value || right;
    }
    return value;
  };
  const value = either();
  if (at < list.length) throw new ExpressionError('invalid expression syntax');
  return value;
}
