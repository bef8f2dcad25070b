/** Tables that a MySQL server makes up about itself: those of information_schema and mysql that are asked for. */
import { demand, sees, seesTable } from './rights.js';
import { NotSimulatedSql } from './sql-words.js';
import { own, SYSTEM_DATABASES, type Account, type Row, type State, type Value } from './state.js';

export interface Rows {
  readonly names: readonly string[];
  readonly rows: readonly Row[];
}
const made = (names: readonly string[], rows: readonly (readonly Value[])[]): Rows => ({
  names,
  rows: rows.map((row) => Object.fromEntries(names.map((one, index) => [one, row[index] ?? null]))),
});

/**
 * Rows of such a table as an account sees them; null for a table of a person's own.
 * @throws NotSimulatedSql for one that is not made up here; SqlError without the right to see it
 */
export function systemRows(
  state: State,
  account: Account,
  client: string,
  database: string,
  name: string,
): Rows | null {
  const { databases, accounts } = state;
  const seen = Object.keys(databases).filter((one) => sees(account, one));
  const tables = seen.flatMap((one) =>
    Object.entries(own(databases, one) ?? {})
      .filter(([table]) => seesTable(account, one, table))
      .map(([table, content]) => ({ database: one, table, content })),
  );
  switch (`${database}.${name}`.toLowerCase()) {
    case 'information_schema.schemata':
      return made(
        ['SCHEMA_NAME'],
        [...SYSTEM_DATABASES, ...seen].map((one) => [one]),
      );
    case 'information_schema.tables':
      return made(
        ['TABLE_SCHEMA', 'TABLE_NAME', 'TABLE_TYPE', 'ENGINE', 'TABLE_ROWS'],
        tables.map((one) => [one.database, one.table, 'BASE TABLE', 'InnoDB', one.content.rows.length]),
      );
    case 'information_schema.columns':
      return made(
        ['TABLE_SCHEMA', 'TABLE_NAME', 'COLUMN_NAME', 'COLUMN_TYPE'],
        tables.flatMap((one) =>
          one.content.columns.map((column) => [one.database, one.table, column.name, column.type]),
        ),
      );
    case 'mysql.user':
      demand(account, client, 'SELECT', 'mysql');
      return made(
        ['Host', 'User', 'plugin'],
        accounts.map((one) => [one.host, one.user, 'caching_sha2_password']),
      );
    default:
      if (SYSTEM_DATABASES.some((one) => one === database.toLowerCase()))
        throw new NotSimulatedSql(`the table ${database}.${name}`);
      return null;
  }
}
