/** Expressions of SQL: what stands in a select list, a WHERE, a SET. */
import { NotSimulatedSql, SqlError, type Cursor } from './sql-words.js';
import type { Row, Value } from './state.js';

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
const truth = (value: Value): boolean => value !== null && Number(value) !== 0;
function compare(a: Value, b: Value): number {
  if (a === null || b === null) return Number.NaN;
  if (typeof a === 'number' || typeof b === 'number') return Number(a) - Number(b);
  const [left, right] = [a.toLowerCase(), b.toLowerCase()];
  return left < right ? -1 : left > right ? 1 : 0;
}
export function like(text: string, pattern: string): boolean {
  const escaped = pattern
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('%', '.*')
    .replaceAll('_', '.');
  return new RegExp(`^${escaped}$`, 'is').test(text);
}
const plain = (value: (scope: Scope) => Value, parts: readonly Expression[]) => ({
  value,
  aggregate: parts.some((part) => part.aggregate),
});

function call(cursor: Cursor, name: string): Omit<Expression, 'title'> {
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
function atom(cursor: Cursor): Omit<Expression, 'title'> {
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
        const found = variables[name];
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
function sum(cursor: Cursor): Omit<Expression, 'title'> {
  let left = atom(cursor);
  for (;;) {
    const sign = ['+', '-', '*', '/'].find((one) => cursor.eat(one));
    if (sign === undefined) return left;
    const [first, second] = [left, atom(cursor)];
    left = {
      aggregate: first.aggregate || second.aggregate,
      value: (scope) => {
        const [a, b] = [first.value(scope), second.value(scope)];
        if (a === null || b === null) return null;
        const [x, y] = [Number(a), Number(b)];
        return sign === '+' ? x + y : sign === '-' ? x - y : sign === '*' ? x * y : y === 0 ? null : x / y;
      },
    };
  }
}
function comparison(cursor: Cursor): Omit<Expression, 'title'> {
  if (cursor.eat('NOT')) {
    const inner = comparison(cursor);
    return { ...inner, value: (scope) => (truth(inner.value(scope)) ? 0 : 1) };
  }
  const left = sum(cursor);
  if (cursor.eat('IS')) {
    const not = cursor.eat('NOT');
    cursor.expect('NULL');
    return { ...left, value: (scope) => ((left.value(scope) === null) === not ? 0 : 1) };
  }
  const not = cursor.eat('NOT');
  if (cursor.eat('IN')) {
    cursor.expect('(');
    const list: Expression[] = [];
    do list.push(expression(cursor));
    while (cursor.eat(','));
    cursor.expect(')');
    return {
      ...left,
      value: (scope) =>
        list.some((one) => compare(left.value(scope), one.value(scope)) === 0) === not ? 0 : 1,
    };
  }
  if (cursor.eat('LIKE')) {
    const pattern = sum(cursor);
    return {
      ...left,
      value: (scope) =>
        like(String(left.value(scope) ?? ''), String(pattern.value(scope) ?? '')) === not ? 0 : 1,
    };
  }
  if (not) throw cursor.fail();
  const sign = ['<=>', '<>', '!=', '>=', '<=', '=', '<', '>'].find((one) => cursor.eat(one));
  if (sign === undefined) return left;
  const right = sum(cursor);
  return {
    aggregate: left.aggregate || right.aggregate,
    value: (scope) => {
      const order = compare(left.value(scope), right.value(scope));
      if (Number.isNaN(order)) return null;
      const met =
        sign === '=' || sign === '<=>'
          ? order === 0
          : sign === '<>' || sign === '!='
            ? order !== 0
            : sign === '>'
              ? order > 0
              : sign === '<'
                ? order < 0
                : sign === '>='
                  ? order >= 0
                  : order <= 0;
      return met ? 1 : 0;
    },
  };
}
/** @throws SqlError, NotSimulatedSql */
export function expression(cursor: Cursor): Expression {
  const from = cursor.next?.at ?? 0;
  let left = comparison(cursor);
  for (;;) {
    const both = cursor.eat('AND') || cursor.eat('&&');
    const either = !both && (cursor.eat('OR') || cursor.eat('||'));
    if (!both && !either) break;
    const [first, second] = [left, comparison(cursor)];
    left = {
      aggregate: first.aggregate || second.aggregate,
      value: (scope) =>
        (
          both
            ? truth(first.value(scope)) && truth(second.value(scope))
            : truth(first.value(scope)) || truth(second.value(scope))
        )
          ? 1
          : 0,
    };
  }
  return { ...left, title: cursor.sql.slice(from, cursor.next?.at ?? cursor.sql.length).trim() };
}
export const isTrue = (made: Expression, scope: Scope): boolean => truth(made.value(scope));
