/** SQL that defines and changes tables: CREATE TABLE, DROP, TRUNCATE, INSERT, UPDATE, DELETE. */
import { expression, isTrue, type Scope } from './expressions.js';
import { SqlError, type Cursor, type Word } from './sql-words.js';
import type { Column, Row, Table, Value } from './state.js';

export type Tables = Record<string, Table>;
/** What an expression outside a table may refer to. */
export type Constants = Omit<Scope, 'row' | 'group'>;

export function tableOf(tables: Tables, database: string, name: string): Table {
  const key = Object.keys(tables).find((one) => one.toLowerCase() === name.toLowerCase());
  const found = key === undefined ? undefined : tables[key];
  if (found === undefined) throw new SqlError(1146, '42S02', `Table '${database}.${name}' doesn't exist`);
  return found;
}
export function emptyTable(columns: readonly Column[]): Table {
  return { columns: [...columns], rows: [], next: 1 };
}
/** Splits the words between brackets at the commas of the outermost level. */
function parts(words: readonly Word[]): readonly (readonly Word[])[] {
  const found: Word[][] = [[]];
  let depth = 0;
  for (const word of words) {
    if (word.kind === 'sign' && word.text === '(') depth += 1;
    if (word.kind === 'sign' && word.text === ')') depth -= 1;
    if (depth === 0 && word.kind === 'sign' && word.text === ',') found.push([]);
    else found.at(-1)?.push(word);
  }
  return found;
}
function columnOf(words: readonly Word[]): Column | null {
  const [first, ...rest] = words;
  if (first === undefined) return null;
  if (
    first.kind === 'name' &&
    /^(PRIMARY|UNIQUE|KEY|INDEX|CONSTRAINT|FOREIGN|FULLTEXT|CHECK)$/i.test(first.text)
  )
    return null;
  const tail = rest.map((word) => (word.kind === 'text' ? `'${word.text}'` : word.text)).join(' ');
  const type =
    /^\w+(?: \( [^)]*\))?(?: unsigned)?/i.exec(tail)?.[0].replace(/ (?=[(),])|(?<=[(,]) /g, '') ?? '';
  const given = /\bDEFAULT ('(?:[^']*)'|[\w.-]+)/i.exec(tail)?.[1];
  const fallback =
    given === undefined || /^null$/i.test(given)
      ? undefined
      : /^(CURRENT_TIMESTAMP|NOW)$/i.test(given)
        ? ({ now: true } as const)
        : given.startsWith("'")
          ? given.slice(1, -1)
          : Number(given);
  return {
    name: first.text,
    type: type.toLowerCase(),
    nullable: !/\bNOT NULL\b|\bPRIMARY KEY\b/i.test(tail),
    auto: /\bAUTO_INCREMENT\b/i.test(tail),
    ...(fallback === undefined ? {} : { fallback }),
  };
}
export function createTable(tables: Tables, cursor: Cursor): void {
  const lenient = cursor.eat('IF', 'NOT', 'EXISTS');
  const name = cursor.name();
  cursor.expect('(');
  const columns = parts(cursor.inBrackets()).flatMap((words) => columnOf(words) ?? []);
  cursor.skip();
  if (tables[name] !== undefined) {
    if (!lenient) throw new SqlError(1050, '42S01', `Table '${name}' already exists`);
    return;
  }
  tables[name] = emptyTable(columns);
}
function stored(column: Column, value: Value): Value {
  if (value === null) return null;
  const decimals = /^decimal\(\d+,(\d+)\)/.exec(column.type)?.[1];
  if (decimals !== undefined) return Number(value).toFixed(Number(decimals));
  if (/^(big|small|medium|tiny)?int/.test(column.type)) return Math.round(Number(value));
  return String(value);
}
/** Adds a row; columns that are not given get their defaults. @throws SqlError 1364, 1054 */
export function addRow(table: Table, given: Row, constants: Constants['constants']): void {
  const unknown = Object.keys(given).find((key) => !table.columns.some(({ name }) => name === key));
  if (unknown !== undefined) throw new SqlError(1054, '42S22', `Unknown column '${unknown}' in 'field list'`);
  const row: Row = {};
  for (const column of table.columns) {
    const value = given[column.name];
    if (column.auto) {
      const number =
        value === undefined || value === null || Number(value) === 0 ? table.next : Number(value);
      table.next = Math.max(table.next, number + 1);
      row[column.name] = number;
    } else if (value === undefined) {
      const { fallback } = column;
      if (fallback === undefined && !column.nullable)
        throw new SqlError(1364, 'HY000', `Field '${column.name}' doesn't have a default value`);
      const now = constants['NOW'] ?? null;
      row[column.name] =
        fallback === undefined
          ? null
          : typeof fallback === 'object'
            ? fallback === null
              ? null
              : now
            : stored(column, fallback);
    } else {
      if (value === null && !column.nullable)
        throw new SqlError(1048, '23000', `Column '${column.name}' cannot be null`);
      row[column.name] = stored(column, value);
    }
  }
  table.rows.push(row);
}
export function insert(table: Table, cursor: Cursor, constants: Constants): number {
  const names: string[] = [];
  if (cursor.eat('(')) {
    do names.push(cursor.name());
    while (cursor.eat(','));
    cursor.expect(')');
  } else names.push(...table.columns.map(({ name }) => name));
  if (!cursor.eat('VALUES') && !cursor.eat('VALUE')) throw cursor.fail();
  let count = 0;
  do {
    cursor.expect('(');
    const values: Value[] = [];
    do {
      if (cursor.eat('DEFAULT')) values.push(null);
      else values.push(expression(cursor).value({ ...constants, row: null, group: [] }));
    } while (cursor.eat(','));
    cursor.expect(')');
    if (values.length !== names.length)
      throw new SqlError(1136, '21S01', `Column count doesn't match value count at row ${count + 1}`);
    addRow(
      table,
      Object.fromEntries(names.map((name, index) => [name, values[index] ?? null])),
      constants.constants,
    );
    count += 1;
  } while (cursor.eat(','));
  return count;
}
/** Rows that a WHERE clause names. */
export function chosen(
  table: { readonly rows: readonly Row[] },
  cursor: Cursor,
  constants: Constants,
): readonly Row[] {
  if (!cursor.eat('WHERE')) return table.rows;
  const rule = expression(cursor);
  return table.rows.filter((row) => isTrue(rule, { ...constants, row, group: [row] }));
}
export function update(table: Table, cursor: Cursor, constants: Constants): number {
  cursor.expect('SET');
  const changes: { readonly name: string; readonly made: ReturnType<typeof expression> }[] = [];
  do {
    const name = cursor.name();
    cursor.expect('=');
    changes.push({ name, made: expression(cursor) });
  } while (cursor.eat(','));
  const rows = chosen(table, cursor, constants);
  for (const row of rows)
    for (const { name, made } of changes) {
      const column = table.columns.find((one) => one.name === name);
      if (column === undefined) throw new SqlError(1054, '42S22', `Unknown column '${name}' in 'field list'`);
      row[name] = stored(column, made.value({ ...constants, row, group: [row] }));
    }
  return rows.length;
}
