/** `$((…))`: 64-bit integer arithmetic over a shell's variables. */

export class ArithmeticError extends Error {
  override readonly name = 'ArithmeticError';
}

export interface Names {
  get(name: string, subscript: string | null): string | undefined;
  set(name: string, subscript: string | null, value: string): void;
}

const BINARY: Readonly<Record<string, number>> = {
  ',': 1,
  '||': 4,
  '&&': 5,
  '|': 6,
  '^': 7,
  '&': 8,
  '==': 9,
  '!=': 9,
  '<': 10,
  '>': 10,
  '<=': 10,
  '>=': 10,
  '<<': 11,
  '>>': 11,
  '+': 12,
  '-': 12,
  '*': 13,
  '/': 13,
  '%': 13,
  '**': 14,
};
const ASSIGN = new Set(['=', '+=', '-=', '*=', '/=', '%=', '<<=', '>>=', '&=', '|=', '^=']);
const TOKEN =
  /\s*(?:(\d+#[0-9a-zA-Z@_]+|0[xX][0-9a-fA-F]+|\d+)|([A-Za-z_]\w*)|(<<=|>>=|\*\*|\+\+|--|&&|\|\||[-+*/%&|^<>=!]=|<<|>>|[-+*/%&|^<>=!~?:,()[\]]))/y;

type Token = { readonly kind: 'number' | 'name' | 'operator'; readonly text: string; readonly at: number };

function tokens(text: string): Token[] {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) {
      if (text.slice(from).trim() === '') break;
      throw new ArithmeticError(
        `${text}: syntax error: operand expected (error token is "${text.slice(from).trim()}")`,
      );
    }
    const [, number, name, operator] = match;
    if (number !== undefined) found.push({ kind: 'number', text: number, at: from });
    else if (name !== undefined) found.push({ kind: 'name', text: name, at: from });
    else found.push({ kind: 'operator', text: operator ?? '', at: from });
  }
  return found;
}

function numberOf(text: string): bigint {
  const based = /^(\d+)#(.+)$/.exec(text);
  if (based !== null) {
    const base = BigInt(based[1] ?? '10');
    const digits = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ@_';
    let value = 0n;
    for (const char of based[2] ?? '') {
      const digit = BigInt(digits.indexOf(base <= 36n ? char.toLowerCase() : char));
      if (digit < 0n || digit >= base) throw new ArithmeticError(`${text}: value too great for base`);
      value = value * base + digit;
    }
    return value;
  }
  if (/^0[xX]/.test(text)) return BigInt(text);
  if (/^0\d/.test(text)) {
    if (/[89]/.test(text))
      throw new ArithmeticError(`${text}: value too great for base (error token is "${text}")`);
    return BigInt(`0o${text.slice(1)}`);
  }
  return BigInt(text);
}

class Evaluation {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  readonly #names: Names;
  readonly #depth: number;
  #next = 0;
  /** 0 while the value counts; above that, an operand that is skipped (the other side of `?:`). */
  #skipping = 0;

  constructor(text: string, names: Names, depth: number) {
    if (depth > 32) throw new ArithmeticError(`${text}: expression recursion level exceeded`);
    this.#text = text;
    this.#tokens = tokens(text);
    this.#names = names;
    this.#depth = depth;
  }
  whole(): bigint {
    if (this.#tokens.length === 0) return 0n;
    const value = this.#expression(0);
    if (this.#next < this.#tokens.length) this.#wrong();
    return value;
  }
  #wrong(): never {
    const token = this.#tokens[this.#next];
    const rest = token === undefined ? '' : this.#text.slice(token.at).trim();
    throw new ArithmeticError(`${this.#text}: syntax error in expression (error token is "${rest}")`);
  }
  #peek(): string {
    const token = this.#tokens[this.#next];
    return token?.kind === 'operator' ? token.text : '';
  }
  #accept(operator: string): boolean {
    if (this.#peek() !== operator) return false;
    this.#next += 1;
    return true;
  }
  #expression(minimum: number): bigint {
    let left = this.#unary();
    for (;;) {
      const operator = this.#peek();
      if (operator === '?' && minimum <= 3) {
        this.#next += 1;
        const truth = left !== 0n;
        const yes = this.#maybe(truth, 1);
        if (!this.#accept(':')) this.#wrong();
        const no = this.#maybe(!truth, 3);
        left = truth ? yes : no;
        continue;
      }
      const power = BINARY[operator];
      if (power === undefined || power < minimum) return left;
      this.#next += 1;
      if (operator === '&&' || operator === '||') {
        const decided = operator === '&&' ? left === 0n : left !== 0n;
        const right = this.#maybe(!decided, power + 1);
        left = decided ? (operator === '&&' ? 0n : 1n) : right === 0n ? 0n : 1n;
        continue;
      }
      left = this.#apply(operator, left, this.#expression(operator === '**' ? power : power + 1));
    }
  }
  #maybe(counts: boolean, minimum: number): bigint {
    if (!counts) this.#skipping += 1;
    const value = this.#expression(minimum);
    if (!counts) this.#skipping -= 1;
    return value;
  }
  #apply(operator: string, a: bigint, b: bigint): bigint {
    const truth = (value: boolean) => (value ? 1n : 0n);
    switch (operator) {
      case ',':
        return b;
      case '|':
        return a | b;
      case '^':
        return a ^ b;
      case '&':
        return a & b;
      case '==':
        return truth(a === b);
      case '!=':
        return truth(a !== b);
      case '<':
        return truth(a < b);
      case '>':
        return truth(a > b);
      case '<=':
        return truth(a <= b);
      case '>=':
        return truth(a >= b);
      case '<<':
        return BigInt.asIntN(64, a << (b & 63n));
      case '>>':
        return a >> (b & 63n);
      case '+':
        return BigInt.asIntN(64, a + b);
      case '-':
        return BigInt.asIntN(64, a - b);
      case '*':
        return BigInt.asIntN(64, a * b);
      case '**':
        return BigInt.asIntN(64, a ** b);
      case '/':
      case '%':
        if (b === 0n) {
          if (this.#skipping > 0) return 0n;
          throw new ArithmeticError(`${this.#text}: division by 0 (error token is "${b}")`);
        }
        return operator === '/' ? a / b : a % b;
      default:
        return this.#wrong();
    }
  }
  #unary(): bigint {
    const operator = this.#peek();
    if (operator === '++' || operator === '--') {
      this.#next += 1;
      const place = this.#place();
      return this.#store(place, this.#load(place) + (operator === '++' ? 1n : -1n));
    }
    if (['!', '~', '-', '+'].includes(operator)) {
      this.#next += 1;
      const value = this.#unary();
      if (operator === '!') return value === 0n ? 1n : 0n;
      return operator === '~' ? ~value : operator === '-' ? -value : value;
    }
    if (this.#accept('(')) {
      const value = this.#expression(0);
      if (!this.#accept(')')) this.#wrong();
      return value;
    }
    const token = this.#tokens[this.#next];
    if (token?.kind === 'number') {
      this.#next += 1;
      return numberOf(token.text);
    }
    if (token?.kind !== 'name') this.#wrong();
    const place = this.#place();
    const after = this.#peek();
    if (ASSIGN.has(after)) {
      this.#next += 1;
      const right = this.#expression(2);
      return this.#store(
        place,
        after === '=' ? right : this.#apply(after.slice(0, -1), this.#load(place), right),
      );
    }
    const old = this.#load(place);
    if (after === '++' || after === '--') {
      this.#next += 1;
      this.#store(place, old + (after === '++' ? 1n : -1n));
    }
    return old;
  }
  #place(): { readonly name: string; readonly subscript: string | null } {
    const token = this.#tokens[this.#next];
    if (token?.kind !== 'name') this.#wrong();
    this.#next += 1;
    if (!this.#accept('[')) return { name: token.text, subscript: null };
    const from = this.#tokens[this.#next]?.at ?? 0;
    let depth = 1;
    for (;;) {
      const inner = this.#tokens[this.#next];
      if (inner === undefined) this.#wrong();
      this.#next += 1;
      if (inner.text === '[') depth += 1;
      if (inner.text === ']') depth -= 1;
      if (depth === 0) return { name: token.text, subscript: this.#text.slice(from, inner.at).trim() };
    }
  }
  #load(place: { readonly name: string; readonly subscript: string | null }): bigint {
    const text = this.#names.get(place.name, place.subscript) ?? '';
    if (text.trim() === '') return 0n;
    if (/^[+-]?[1-9]\d*$|^0$/.test(text)) return BigInt(text);
    return new Evaluation(text, this.#names, this.#depth + 1).whole();
  }
  #store(place: { readonly name: string; readonly subscript: string | null }, value: bigint): bigint {
    const kept = BigInt.asIntN(64, value);
    if (this.#skipping === 0) this.#names.set(place.name, place.subscript, String(kept));
    return kept;
  }
}

/**
 * Evaluates an expression whose `$…` have been expanded.
 * @throws ArithmeticError with bash's words
 */
export function evaluate(text: string, names: Names): bigint {
  return new Evaluation(text, names, 0).whole();
}
