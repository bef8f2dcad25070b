/** The clients in MySQL's image: mysql, mysqladmin, mysqldump. */
import type { Around } from '../apps/around.js';
import { openDatabase, failed, type Failure } from '../apps/database.js';
import { OptionError, readOptions, type Options, type OptionSpec } from '../commands/options.js';
import type { Program } from '../kernel/kernel.js';
import type { Process } from '../kernel/process.js';
import { localServer, SOCKET } from './server.js';
import type { Session, SqlAnswer } from './session.js';
import { NotSimulatedSql, shownValue, SqlError, statementsOf } from './sql-words.js';

const CONNECTION: OptionSpec = {
  flags: 'BNsrtvCw',
  values: 'huPeDS',
  long: [
    'host=',
    'user=',
    'port=',
    'execute=',
    'database=',
    'socket=',
    'password=',
    'password',
    'protocol=',
    'batch',
    'skip-column-names',
    'silent',
    'raw',
    'table',
    'connect-timeout=',
    'default-character-set=',
    'defaults-extra-file=',
    'defaults-file=',
    'ssl-mode=',
    'wait',
    'wait=',
    'no-tablespaces',
    'single-transaction',
    'databases',
    'skip-ssl',
    'get-server-public-key',
    'verbose',
    'force',
    'no-data',
    'routines',
    'triggers',
    'all-databases',
    'result-file=',
    'no-auto-rehash',
    'set-gtid-purged=',
    'column-statistics=',
    'quick',
    'compact',
    'add-drop-table',
    'skip-add-drop-table',
    'no-create-info',
    'lock-tables',
    'skip-lock-tables',
    'hex-blob',
    'events',
    'default-auth=',
    'skip-comments',
  ],
};
interface Client {
  readonly options: Options;
  readonly password: string;
  readonly user: string;
  readonly host: string;
  readonly port: number;
}
/** Settings of a file in the form of my.cnf, those of its groups together. */
function fileSettings(process: Process, path: string | undefined): ReadonlyMap<string, string> {
  if (path === undefined) return new Map();
  return new Map(
    process.view
      .readText(process.path(path))
      .split('\n')
      .flatMap((line) => {
        const match = /^\s*([\w-]+)\s*=\s*(.*?)\s*$/.exec(line);
        return match === null
          ? []
          : [[match[1] ?? '', (match[2] ?? '').replace(/^(["'])(.*)\1$/, '$2')] as const];
      }),
  );
}
async function readClient(process: Process, args: readonly string[]): Promise<Client | number> {
  // -p takes its value only when it is written without a space; alone it would ask for one.
  const plain = args.filter((arg) => !arg.startsWith('-p'));
  const short = args.find((arg) => arg.startsWith('-p'))?.slice(2);
  let options: Options;
  try {
    options = readOptions(plain, CONNECTION);
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    await process.err(`${process.name}: [ERROR] unknown option '${error.option}'.\n`);
    return 7;
  }
  const file = fileSettings(process, options.value('defaults-extra-file', 'defaults-file'));
  const typed = options.value('password') ?? short;
  if (typed !== undefined && typed !== '')
    await process.err(
      `${process.name}: [Warning] Using a password on the command line interface can be insecure.\n`,
    );
  return {
    options,
    password: typed ?? file.get('password') ?? process.env.get('MYSQL_PWD') ?? '',
    user: options.value('u', 'user') ?? file.get('user') ?? process.credentials.user,
    host: options.value('h', 'host') ?? file.get('host') ?? 'localhost',
    port: Number(options.value('P', 'port') ?? file.get('port') ?? 3306),
  };
}
function words(failure: Failure, client: Client): string {
  switch (failure.kind) {
    case 'no-such-host':
      return `ERROR 2005 (HY000): Unknown MySQL server host '${client.host}' (-2)`;
    case 'refused':
      return `ERROR 2003 (HY000): Can't connect to MySQL server on '${client.host}:${client.port}' (111)`;
    case 'timeout':
      return `ERROR 2003 (HY000): Can't connect to MySQL server on '${client.host}:${client.port}' (110)`;
    case 'unreachable':
      return `ERROR 2003 (HY000): Can't connect to MySQL server on '${client.host}:${client.port}' (113)`;
    case 'sql':
      return failure.error.shown;
  }
}
/** A session, or the client's complaint. */
function open(around: Around, process: Process, client: Client, database: string): Session | string {
  if (client.host === 'localhost' && client.options.value('protocol')?.toLowerCase() !== 'tcp') {
    const server = localServer(process);
    if (server === undefined)
      return `ERROR 2002 (HY000): Can't connect to local MySQL server through socket '${client.options.value('S', 'socket') ?? SOCKET}' (2)`;
    try {
      const session = server.connect(client.user, client.password, 'localhost');
      if (database !== '') session.use(database);
      return session;
    } catch (error) {
      if (error instanceof SqlError) return error.shown;
      throw error;
    }
  }
  const made = openDatabase(around, { ...client, database });
  return failed(made) ? words(made, client) : made;
}
function shown(answer: SqlAnswer, client: Client, terminal: boolean): string {
  const { options } = client;
  if (answer.columns.length === 0) return '';
  const heads = !options.has('N', 'skip-column-names');
  const rows = answer.rows.map((row) => row.map(shownValue));
  if (!options.has('t', 'table') && (!terminal || options.has('B', 'batch', 's', 'silent')))
    return [...(heads ? [answer.columns] : []), ...rows].map((row) => `${row.join('\t')}\n`).join('');
  const widths = answer.columns.map((title, index) =>
    Math.max(title.length, ...rows.map((row) => (row[index] ?? '').length)),
  );
  const rule = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+\n`;
  const line = (row: readonly string[]) =>
    `|${row.map((cell, index) => ` ${cell.padEnd(widths[index] ?? 0)} `).join('|')}|\n`;
  return `${rule}${heads ? `${line(answer.columns)}${rule}` : ''}${rows.map(line).join('')}${rule}`;
}

export const mysql =
  (around: Around): Program =>
  async (process, args) => {
    const client = await readClient(process, args);
    if (typeof client === 'number') return client;
    const { options } = client;
    const database = options.value('D', 'database') ?? options.operands[0] ?? '';
    const session = open(around, process, client, database);
    if (typeof session === 'string') {
      await process.err(`${session}\n`);
      return 1;
    }
    const given = options.value('e', 'execute') ?? (await process.readText(0));
    for (const [index, statement] of statementsOf(given).entries()) {
      try {
        await process.out(shown(session.run(statement), client, process.tty));
      } catch (error) {
        if (error instanceof NotSimulatedSql) return process.refuse(error.message);
        if (!(error instanceof SqlError)) throw error;
        await process.err(`${error.shown.replace('): ', `) at line ${index + 1}: `)}\n`);
        if (!options.has('force')) return 1;
      }
    }
    return 0;
  };

export const mysqladmin =
  (around: Around): Program =>
  async (process, args) => {
    const client = await readClient(process, args);
    if (typeof client === 'number') return client;
    const [verb = ''] = client.options.operands;
    const session = open(around, process, client, '');
    const denied = typeof session === 'string' && session.startsWith('ERROR 1045');
    if (typeof session === 'string' && !(verb === 'ping' && denied)) {
      await process.err(
        `mysqladmin: connect to server at '${client.host}' failed\nerror: '${session.replace(/^ERROR \d+ \(\w+\): /, '')}'\n${denied ? '' : `Check that mysqld is running and that the socket: '${SOCKET}' exists!\n`}`,
      );
      return 1;
    }
    switch (verb) {
      case 'ping':
        // A server that refuses the password is alive all the same.
        if (typeof session === 'string')
          await process.err(
            `mysqladmin: connect to server at '${client.host}' failed\nerror: '${session.replace(/^ERROR \d+ \(\w+\): /, '')}'\n`,
          );
        await process.out('mysqld is alive\n');
        return 0;
      case 'version':
      case 'status':
        await process.out(
          'Uptime: 60  Threads: 2  Questions: 8  Slow queries: 0  Opens: 119  Flush tables: 3  Open tables: 38\n',
        );
        return 0;
      default:
        return process.refuse(`the command ${verb}`);
    }
  };

const literal = (value: ReturnType<typeof shownValue> | null): string =>
  value === null
    ? 'NULL'
    : /^-?\d+(\.\d+)?$/.test(value)
      ? value
      : `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

export const mysqldump =
  (around: Around): Program =>
  async (process, args) => {
    const client = await readClient(process, args);
    if (typeof client === 'number') return client;
    const { options } = client;
    if (options.has('all-databases')) return process.refuse('--all-databases');
    const [database = '', ...only] = options.operands;
    if (database === '') {
      await process.err('Usage: mysqldump [OPTIONS] database [tables]\n');
      return 1;
    }
    const session = open(around, process, client, '');
    if (typeof session === 'string') {
      await process.err(
        `mysqldump: Got error: ${session.replace(/^ERROR (\d+) \(\w+\): /, '$1: ')} when trying to connect\n`,
      );
      return 2;
    }
    try {
      session.use(database);
      const lines = [
        `-- MySQL dump 10.13  Distrib 8.0.44, for Linux (x86_64)\n--\n-- Host: ${client.host}    Database: ${database}\n`,
      ];
      if (options.has('databases'))
        lines.push(`CREATE DATABASE IF NOT EXISTS \`${database}\`;\nUSE \`${database}\`;\n`);
      const tables = session.run('SHOW TABLES').rows.map(([name]) => String(name));
      for (const table of only.length > 0 && !options.has('databases') ? only : tables) {
        const columns = session.run(`DESCRIBE \`${table}\``).rows;
        lines.push(
          `DROP TABLE IF EXISTS \`${table}\`;\nCREATE TABLE \`${table}\` (\n${columns
            .map(
              ([name, type, nullable, , , extra]) =>
                `  \`${String(name)}\` ${String(type)}${nullable === 'NO' ? ' NOT NULL' : ''}${extra === 'auto_increment' ? ' AUTO_INCREMENT' : ''}`,
            )
            .join(',\n')}\n) ENGINE=InnoDB;\n`,
        );
        const { rows } = session.run(`SELECT * FROM \`${table}\``);
        if (rows.length > 0 && !options.has('no-data'))
          lines.push(
            `INSERT INTO \`${table}\` VALUES ${rows.map((row) => `(${row.map((cell) => literal(cell === null ? null : String(cell))).join(',')})`).join(',')};\n`,
          );
      }
      lines.push(
        `-- Dump completed on ${new Date(process.kernel.now()).toISOString().slice(0, 19).replace('T', ' ')}\n`,
      );
      const into = options.value('result-file');
      if (into === undefined) await process.out(lines.join('\n'));
      else process.view.write(process.path(into), Buffer.from(lines.join('\n')));
      return 0;
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      await process.err(
        `mysqldump: Got error: ${error.code}: ${error.message} when selecting the database\n`,
      );
      return 2;
    }
  };
