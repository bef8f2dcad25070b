/** Expressions of SQL: what stands in a select list, a WHERE, a SET. */
import { NotSimulatedSql, SqlError, type Cursor } from './sql-words.js';
import { compare, joined, like, met, reckoned, told, truth, within } from './values.js';
import { own, type Row, type Value } from './state.js';

export interface Scope {
  /** The row that is looked at; null where there is no table. */
  readonly row: Row | null;
  /** All rows of the group, for COUNT and the like. */
  readonly group: readonly Row[];
  readonly constants: Readonly<Record<string, Value>>;
  readonly variables: Readonly<Record<string, Value>>;
}
export interface Expression {
  readonly value: (scope: Scope) => Value;
  /** Whether it looks at all rows together. */
  readonly aggregate: boolean;
  /** As the column is named in the answer. */
  readonly title: string;
}
type Part = Omit<Expression, 'title'>;
const plain = (value: (scope: Scope) => Value, parts: readonly Part[]): Part => ({
  value,
  aggregate: parts.some((part) => part.aggregate),
});

function call(cursor: Cursor, name: string): Part {
  const word = name.toUpperCase();
  if (word === 'COUNT' && cursor.eat('*')) {
    cursor.expect(')');
    return { value: ({ group }) => group.length, aggregate: true };
  }
  const distinct = cursor.eat('DISTINCT');
  const args: Expression[] = [];
  while (!cursor.eat(')')) {
    args.push(expression(cursor));
    if (!cursor.eat(',') && !cursor.sees(')')) throw cursor.fail();
  }
  const [first] = args;
  const each = (scope: Scope): Value[] => {
    const values = scope.group
      .map((row) => first?.value({ ...scope, row }) ?? null)
      .filter((value) => value !== null);
    return distinct ? [...new Set(values)] : values;
  };
  const numbers = (scope: Scope) => each(scope).map(Number);
  switch (word) {
    case 'COUNT':
      return { value: (scope) => each(scope).length, aggregate: true };
    case 'SUM':
      return {
        value: (scope) => (each(scope).length === 0 ? null : numbers(scope).reduce((a, b) => a + b, 0)),
        aggregate: true,
      };
    case 'MIN':
    case 'MAX':
      return {
        value: (scope) =>
          each(scope).toSorted((a, b) => (word === 'MIN' ? compare(a, b) : compare(b, a)))[0] ?? null,
        aggregate: true,
      };
    case 'GROUP_CONCAT':
      return { value: (scope) => each(scope).join(','), aggregate: true };
    case 'IFNULL':
    case 'COALESCE':
      return plain(
        (scope) => args.map((arg) => arg.value(scope)).find((value) => value !== null) ?? null,
        args,
      );
    case 'CONCAT':
      return plain((scope) => args.map((arg) => String(arg.value(scope) ?? '')).join(''), args);
    case 'LENGTH':
      return plain((scope) => String(first?.value(scope) ?? '').length, args);
    case 'VERSION':
    case 'DATABASE':
    case 'SCHEMA':
    case 'USER':
    case 'CURRENT_USER':
    case 'NOW':
    case 'CONNECTION_ID':
      return {
        value: ({ constants }) => constants[word === 'SCHEMA' ? 'DATABASE' : word] ?? null,
        aggregate: false,
      };
    default:
      throw new NotSimulatedSql(`the function ${word}()`);
  }
}
function atom(cursor: Cursor): Part {
  if (cursor.sees('EXISTS') || cursor.sees('(', 'SELECT')) throw new NotSimulatedSql('a subquery');
  for (const word of ['CASE', 'INTERVAL', 'BINARY', '~', '!', '@'])
    if (cursor.sees(word)) throw new NotSimulatedSql(`${word} in an expression`);
  if (cursor.eat('(')) {
    const inner = expression(cursor);
    cursor.expect(')');
    return inner;
  }
  if (cursor.eat('-')) {
    const inner = atom(cursor);
    return { ...inner, value: (scope) => -Number(inner.value(scope)) };
  }
  if (cursor.eat('@@')) {
    const words = [cursor.name()];
    while (cursor.eat('.')) words.push(cursor.name());
    const name = (words.at(-1) ?? '').toLowerCase();
    return {
      value: ({ variables }) => {
        const found = own(variables, name);
        if (found === undefined) throw new SqlError(1193, 'HY000', `Unknown system variable '${name}'`);
        return found;
      },
      aggregate: false,
    };
  }
  const word = cursor.take();
  switch (word.kind) {
    case 'text':
      return { value: () => word.text, aggregate: false };
    case 'number':
      return { value: () => Number(word.text), aggregate: false };
    case 'sign':
      throw cursor.fail();
    case 'name':
    case 'quoted': {
      const upper = word.text.toUpperCase();
      if (word.kind === 'name') {
        if (cursor.eat('(')) return call(cursor, word.text);
        if (upper === 'NULL') return { value: () => null, aggregate: false };
        if (upper === 'TRUE' || upper === 'FALSE')
          return { value: () => (upper === 'TRUE' ? 1 : 0), aggregate: false };
        if (upper === 'CURRENT_TIMESTAMP')
          return { value: ({ constants }) => constants['NOW'] ?? null, aggregate: false };
        if (upper === 'CURRENT_USER')
          return { value: ({ constants }) => constants['CURRENT_USER'] ?? null, aggregate: false };
      }
      let name = word.text;
      while (cursor.eat('.')) name = cursor.name();
      return {
        value: ({ row }) => {
          const key =
            row === null
              ? undefined
              : Object.keys(row).find((one) => one.toLowerCase() === name.toLowerCase());
          if (row === null || key === undefined)
            throw new SqlError(1054, '42S22', `Unknown column '${name}' in 'field list'`);
          return row[key] ?? null;
        },
        aggregate: false,
      };
    }
  }
}
/** Operators of one rank, worked off from left to right. */
function chain(
  cursor: Cursor,
  signs: readonly string[],
  part: (cursor: Cursor) => Part,
  value: (sign: string, a: Value, b: Value) => Value,
): Part {
  let left = part(cursor);
  for (;;) {
    const sign = signs.find((one) => cursor.eat(one));
    if (sign === undefined) return left;
    const [first, second] = [left, part(cursor)];
    left = {
      aggregate: first.aggregate || second.aggregate,
      value: (scope) => value(sign, first.value(scope), second.value(scope)),
    };
  }
}
const product = (cursor: Cursor): Part => chain(cursor, ['*', '/'], atom, reckoned);
function sum(cursor: Cursor): Part {
  const made = chain(cursor, ['+', '-'], product, reckoned);
  for (const word of ['%', '|', '&', '^', 'DIV', 'MOD'])
    if (cursor.sees(word)) throw new NotSimulatedSql(`the operator ${word}`);
  return made;
}
function comparison(cursor: Cursor): Part {
  const left = sum(cursor);
  if (cursor.eat('IS')) {
    const not = cursor.eat('NOT');
    for (const word of ['TRUE', 'FALSE', 'UNKNOWN'])
      if (cursor.sees(word)) throw new NotSimulatedSql(`IS ${word}`);
    cursor.expect('NULL');
    return { ...left, value: (scope) => told(left.value(scope) === null, not) };
  }
  const not = cursor.eat('NOT');
  for (const word of ['REGEXP', 'RLIKE', 'SOUNDS', 'MEMBER', 'COLLATE', '->'])
    if (cursor.sees(word)) throw new NotSimulatedSql(`the operator ${word}`);
  if (cursor.eat('IN')) {
    cursor.expect('(');
    if (cursor.sees('SELECT')) throw new NotSimulatedSql('a subquery');
    const list: Expression[] = [];
    do list.push(expression(cursor));
    while (cursor.eat(','));
    cursor.expect(')');
    const values = (scope: Scope) => list.map((one) => one.value(scope));
    return plain((scope) => told(within(left.value(scope), values(scope)), not), [left, ...list]);
  }
  if (cursor.eat('BETWEEN')) {
    const low = sum(cursor);
    cursor.expect('AND');
    const high = sum(cursor);
    return plain(
      (scope) => {
        const value = left.value(scope);
        const ends = [met('>=', value, low.value(scope)), met('<=', value, high.value(scope))];
        return told(ends.includes(false) ? false : ends.includes(null) ? null : true, not);
      },
      [left, low, high],
    );
  }
  if (cursor.eat('LIKE')) {
    const pattern = sum(cursor);
    if (cursor.sees('ESCAPE')) throw new NotSimulatedSql('LIKE … ESCAPE');
    return plain(
      (scope) => {
        const [text, wanted] = [left.value(scope), pattern.value(scope)];
        return told(text === null || wanted === null ? null : like(String(text), String(wanted)), not);
      },
      [left, pattern],
    );
  }
  if (not) throw cursor.fail();
  return chainFrom(left, cursor);
}
/** `a = b`, and `a = b = c` as MySQL reads it: the first truth compared with c. */
function chainFrom(start: Part, cursor: Cursor): Part {
  let first = true;
  return chain(
    cursor,
    ['<=>', '<>', '!=', '>=', '<=', '=', '<', '>'],
    () => {
      if (!first) return sum(cursor);
      first = false;
      return start;
    },
    (sign, a, b) => told(met(sign, a, b), false),
  );
}
function negation(cursor: Cursor): Part {
  if (!cursor.eat('NOT')) return comparison(cursor);
  const inner = negation(cursor);
  return {
    ...inner,
    value: (scope) => {
      const value = inner.value(scope);
      return told(value === null ? null : truth(value), true);
    },
  };
}
const both = (cursor: Cursor): Part =>
  chain(cursor, ['AND', '&&'], negation, (_, a, b) => joined(a, b, false));

/**
 * AND binds tighter than OR, NOT tighter than both.
 * Source: https://dev.mysql.com/doc/refman/8.4/en/operator-precedence.html
 * @throws SqlError, NotSimulatedSql
 */
export function expression(cursor: Cursor): Expression {
  const from = cursor.next?.at ?? 0;
  const made = chain(cursor, ['OR', '||'], both, (_, a, b) => joined(a, b, true));
  if (cursor.sees('XOR')) throw new NotSimulatedSql('the operator XOR');
  return { ...made, title: cursor.sql.slice(from, cursor.next?.at ?? cursor.sql.length).trim() };
}
export const isTrue = (made: Expression, scope: Scope): boolean => truth(made.value(scope));
