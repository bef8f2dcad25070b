/** SQL that changes the rows of tables: INSERT, UPDATE, and the rows that a WHERE names. */
import { expression, isTrue, type Scope } from './expressions.js';
import { NotSimulatedSql, SqlError, type Cursor } from './sql-words.js';
import { own, type Column, type Key, type Row, type Table, type Value } from './state.js';

export type Tables = Record<string, Table>;
/** What an expression outside a table may refer to. */
export type Constants = Omit<Scope, 'row' | 'group'>;

export function tableOf(tables: Tables, database: string, name: string): Table {
  const key = Object.keys(tables).find((one) => one.toLowerCase() === name.toLowerCase());
  const found = key === undefined ? undefined : own(tables, key);
  if (found === undefined) throw new SqlError(1146, '42S02', `Table '${database}.${name}' doesn't exist`);
  return found;
}
/** Its keys; for data of an older practice lab the column that counts by itself. */
export const keysOf = (table: Table): readonly Key[] =>
  table.keys ??
  table.columns.filter(({ auto }) => auto).map(({ name }) => ({ name: 'PRIMARY', columns: [name] }));

/** @throws SqlError 1062 when two rows have the same values in a key; NULL is never the same */
function demandUnique(table: Table, name: string, rows: readonly Row[]): void {
  for (const key of keysOf(table)) {
    const seen = new Set<string>();
    for (const row of rows) {
      const values = key.columns.map((column) => own(row, column) ?? null);
      if (values.includes(null)) continue;
      const mark = JSON.stringify(values.map((value) => String(value).toLowerCase()));
      if (seen.has(mark))
        throw new SqlError(
          1062,
          '23000',
          `Duplicate entry '${values.join('-')}' for key '${name}.${key.name}'`,
        );
      seen.add(mark);
    }
  }
}
function stored(column: Column, value: Value): Value {
  if (value === null) return null;
  const decimals = /^decimal\(\d+,(\d+)\)/.exec(column.type)?.[1];
  if (decimals !== undefined) return Number(value).toFixed(Number(decimals));
  if (/^(big|small|medium|tiny)?int/.test(column.type)) return Math.round(Number(value));
  return String(value);
}
/** The value of a column that none was given for. @throws SqlError 1364 */
function fallbackOf(column: Column, constants: Constants['constants']): Value {
  const { fallback } = column;
  if (fallback === undefined) {
    if (column.nullable) return null;
    throw new SqlError(1364, 'HY000', `Field '${column.name}' doesn't have a default value`);
  }
  if (typeof fallback === 'object') return fallback === null ? null : (constants['NOW'] ?? null);
  return stored(column, fallback);
}
function given(column: Column, value: Value): Value {
  if (value === null && !column.nullable)
    throw new SqlError(1048, '23000', `Column '${column.name}' cannot be null`);
  return stored(column, value);
}
/** The column of a table; names are compared without regard to case. @throws SqlError 1054 */
function columnNamed(table: Table, name: string): Column {
  const found = table.columns.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (found === undefined) throw new SqlError(1054, '42S22', `Unknown column '${name}' in 'field list'`);
  return found;
}
function freshRow(table: Table, values: ReadonlyMap<string, Value>, constants: Constants['constants']): Row {
  return Object.fromEntries(
    table.columns.map((column) => {
      const value = values.get(column.name);
      if (!column.auto)
        return [column.name, value === undefined ? fallbackOf(column, constants) : given(column, value)];
      const number =
        value === undefined || value === null || Number(value) === 0 ? table.next : Number(value);
      table.next = Math.max(table.next, number + 1);
      return [column.name, number];
    }),
  );
}
/**
 * INSERT: all rows of the statement or, with a mistake in one of them, none.
 * @param name the table's, for messages
 * @throws SqlError 1048, 1054, 1062, 1136, 1364
 */
export function insert(table: Table, name: string, cursor: Cursor, constants: Constants): number {
  const columns: Column[] = [];
  if (cursor.eat('(')) {
    do columns.push(columnNamed(table, cursor.name()));
    while (cursor.eat(','));
    cursor.expect(')');
  } else columns.push(...table.columns);
  for (const word of ['SELECT', 'SET', 'TABLE', 'WITH'])
    if (cursor.sees(word)) throw new NotSimulatedSql(`INSERT … ${word}`);
  if (!cursor.eat('VALUES') && !cursor.eat('VALUE')) throw cursor.fail();
  const rows: ReadonlyMap<string, Value>[] = [];
  do {
    cursor.expect('(');
    const values: (Value | undefined)[] = [];
    do {
      if (cursor.eat('DEFAULT')) values.push(undefined);
      else values.push(expression(cursor).value({ ...constants, row: null, group: [] }));
    } while (cursor.eat(','));
    cursor.expect(')');
    if (values.length !== columns.length)
      throw new SqlError(1136, '21S01', `Column count doesn't match value count at row ${rows.length + 1}`);
    rows.push(
      new Map(
        columns.flatMap((column, index) => {
          const value = values[index];
          return value === undefined ? [] : [[column.name, value] as const];
        }),
      ),
    );
  } while (cursor.eat(','));
  if (cursor.sees('ON') || cursor.sees('AS')) throw new NotSimulatedSql('INSERT … ON DUPLICATE KEY UPDATE');
  if (!cursor.done) throw cursor.fail();
  const all = [...table.rows, ...rows.map((row) => freshRow(table, row, constants.constants))];
  demandUnique(table, name, all);
  table.rows = all;
  return rows.length;
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
/** UPDATE: all rows that it names or, with a mistake in one of them, none. @throws SqlError 1048, 1054, 1062 */
export function update(table: Table, name: string, cursor: Cursor, constants: Constants): number {
  cursor.expect('SET');
  const changes: { readonly column: Column; readonly made: ReturnType<typeof expression> }[] = [];
  do {
    const column = columnNamed(table, cursor.name());
    cursor.expect('=');
    changes.push({ column, made: expression(cursor) });
  } while (cursor.eat(','));
  const rows = chosen(table, cursor, constants);
  if (!cursor.done) throw cursor.fail();
  const changed = new Map(
    rows.map((before) => {
      const row = { ...before };
      for (const { column, made } of changes)
        row[column.name] = given(column, made.value({ ...constants, row, group: [row] }));
      return [before, row] as const;
    }),
  );
  const all = table.rows.map((row) => changed.get(row) ?? row);
  demandUnique(table, name, all);
  table.rows = all;
  return rows.length;
}
