/** mysqldump: databases as SQL that makes them again. */
import type { Around } from '../apps/around.js';
import type { Options, OptionSpec } from '../commands/options.js';
import type { Program } from '../kernel/kernel.js';
import { open, readClient } from './connection.js';
import { isNumeric } from './create-table.js';
import type { Session } from './session.js';
import { NotSimulatedSql, SqlError } from './sql-words.js';
import type { Value } from './state.js';

/** Locks, ways of reading, and things that no database here can hold make no difference to the dump. */
const MYSQLDUMP: OptionSpec = {
  flags: 'BdtRqlE',
  values: 'r',
  long: [
    'databases',
    'no-data',
    'no-create-info',
    'no-create-db',
    'add-drop-table',
    'skip-add-drop-table',
    'result-file=',
    'skip-comments',
    'compact',
    'single-transaction',
    'no-tablespaces',
    'quick',
    'lock-tables',
    'skip-lock-tables',
    'routines',
    'triggers',
    'skip-triggers',
    'events',
    'hex-blob',
    'set-gtid-purged=',
    'column-statistics=',
    'opt',
    'extended-insert',
    'create-options',
    'add-locks',
    'skip-add-locks',
    'disable-keys',
    'set-charset',
    'quote-names',
  ],
};
const REFUSED = [
  ...['-A', '-w', '-T', '-c', '-e', '-f', '-n', '-x', '-X', '-v', '-F', '-y', '-Y', '-K', '-Q'],
  ...['--all-databases', '--where', '--ignore-table', '--tables', '--tab', '--xml', '--complete-insert'],
  ...['--skip-extended-insert', '--skip-opt', '--insert-ignore', '--replace', '--order-by-primary'],
  ...['--add-drop-database', '--source-data', '--master-data', '--flush-logs', '--flush-privileges'],
  ...['--lock-all-tables', '--verbose', '--force', '--compatible', '--dump-date', '--skip-dump-date'],
  ...['--skip-quote-names', '--skip-disable-keys', '--skip-set-charset', '--ignore-error', '--init-command'],
  ...['--fields-terminated-by', '--lines-terminated-by', '--log-error', '--no-autocommit', '--tz-utc'],
  ...['--skip-tz-utc', '--all-tablespaces', '--login-path', '--max-statement-time', '--network-timeout'],
];
const quoted = (name: string) => `\`${name.replaceAll('`', '``')}\``;
/** A value as SQL: numbers bare where the column holds numbers, everything else in quotes. */
function literal(value: Value, type: string): string {
  if (value === null) return 'NULL';
  if (isNumeric(type)) return String(value);
  const text = String(value)
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "\\'")
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\0', '\\0');
  return `'${text}'`;
}
const column = (session: Session, sql: string, at = 0): readonly string[] =>
  session.run(sql).rows.map((row) => String(row[at] ?? ''));

/** One table of the chosen database. @throws SqlError */
function tableText(session: Session, table: string, options: Options): string {
  const lines: string[] = [];
  const compact = options.has('compact');
  if (!options.has('t', 'no-create-info')) {
    if (!compact && !options.has('skip-add-drop-table'))
      lines.push(`DROP TABLE IF EXISTS ${quoted(table)};\n`);
    lines.push(`${column(session, `SHOW CREATE TABLE ${quoted(table)}`, 1).join('')};\n`);
  }
  if (!options.has('d', 'no-data')) {
    const types = column(session, `DESCRIBE ${quoted(table)}`, 1);
    const { rows } = session.run(`SELECT * FROM ${quoted(table)}`);
    const values = rows.map(
      (row) => `(${row.map((value, index) => literal(value, types[index] ?? '')).join(',')})`,
    );
    if (values.length > 0) lines.push(`INSERT INTO ${quoted(table)} VALUES ${values.join(',')};\n`);
  }
  return lines.join('');
}
/** A table that was named and is not there. */
class NoTable extends Error {
  override readonly name = 'NoTable';
}
/** One database, whole or some tables of it. @throws SqlError, NoTable */
export function databaseText(
  session: Session,
  database: string,
  only: readonly string[],
  options: Options,
): readonly string[] {
  session.use(database);
  const lines: string[] = [];
  if (options.has('B', 'databases')) {
    if (!options.has('no-create-db'))
      lines.push(`CREATE DATABASE IF NOT EXISTS ${quoted(database)} DEFAULT CHARACTER SET utf8mb4;\n`);
    lines.push(`USE ${quoted(database)};\n`);
  }
  const tables = column(session, 'SHOW TABLES');
  const missing = only.find((one) => !tables.includes(one));
  if (missing !== undefined) throw new NoTable(missing);
  for (const table of only.length > 0 ? only : tables) lines.push(tableText(session, table, options));
  return lines;
}

export const mysqldump =
  (around: Around): Program =>
  async (process, args) => {
    const client = await readClient(process, args, MYSQLDUMP, REFUSED);
    if (typeof client === 'number') return client;
    const { options } = client;
    const [database = '', ...more] = options.operands;
    if (database === '') {
      await process.err(
        'Usage: mysqldump [OPTIONS] database [tables]\nOR     mysqldump [OPTIONS] --databases [OPTIONS] DB1 [DB2 DB3...]\n',
      );
      return 1;
    }
    const session = open(around, process, client, '');
    if (typeof session === 'string') {
      await process.err(
        `mysqldump: Got error: ${session.replace(/^ERROR (\d+) \(\w+\): /, '$1: ')} when trying to connect\n`,
      );
      return 2;
    }
    const several = options.has('B', 'databases');
    const comments = !options.has('skip-comments', 'compact');
    const lines: string[] = [];
    try {
      const [version = ''] = column(session, 'SELECT VERSION()');
      if (comments)
        lines.push(
          `-- MySQL dump 10.13  Distrib ${version}, for Linux (x86_64)\n--\n-- Host: ${client.host}    Database: ${several ? '' : database}\n`,
        );
      for (const one of several ? options.operands : [database])
        lines.push(...databaseText(session, one, several ? [] : more, options));
    } catch (error) {
      if (error instanceof NotSimulatedSql) return process.refuse(error.message);
      if (error instanceof NoTable) {
        await process.err(`mysqldump: Couldn't find table: "${error.message}"\n`);
        return 6;
      }
      if (!(error instanceof SqlError)) throw error;
      await process.err(
        `mysqldump: Got error: ${error.code}: ${error.message} when selecting the database\n`,
      );
      return 2;
    }
    if (comments)
      lines.push(
        `-- Dump completed on ${new Date(process.kernel.now()).toISOString().slice(0, 19).replace('T', ' ')}\n`,
      );
    const into = options.value('r', 'result-file');
    if (into === undefined) await process.out(lines.join('\n'));
    else process.view.write(process.path(into), Buffer.from(lines.join('\n')));
    return 0;
  };
