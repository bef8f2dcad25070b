/** Conditions of `rules: - if:`, as GitLab writes them. */

type Value = string | null | { readonly pattern: RegExp };
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}
const TOKEN =
  /\s*(\$\{\w+\}|\$\w+|"(?:[^"\\]|\\.)*"|'[^']*'|\/(?:[^/\\]|\\.)+\/[imsx]*|null\b|==|!=|=~|!~|&&|\|\||!|\(|\))/y;

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
  const pattern = (word: string): RegExp => {
    const end = word.lastIndexOf('/');
    return new RegExp(word.slice(1, end), word.slice(end + 1).replaceAll(/[^ims]/g, ''));
  };
  const operand = (): Value => {
    const word = next();
    if (word === 'null') return null;
    if (/^["']/.test(word)) return word.slice(1, -1);
    if (word.startsWith('/')) return { pattern: pattern(word) };
    if (word.startsWith('$')) return variables.get(word.replaceAll(/[${}]/g, '')) ?? null;
    throw new ExpressionError('invalid expression syntax');
  };
  const matches = (left: Value, right: Value): boolean => {
    const expression =
      typeof right === 'string' && /^\/.*\/[ims]*$/s.test(right)
        ? pattern(right)
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
