/** The clients in MySQL's image that ask and steer: mysql, mysqladmin. */
import type { Around } from '../apps/around.js';
import type { OptionSpec } from '../commands/options.js';
import type { Program } from '../kernel/kernel.js';
import type { Process } from '../kernel/process.js';
import type { SqlAnswer } from './answer.js';
import { open, readClient, type Client } from './connection.js';
import { SOCKET } from './server.js';
import type { Session } from './session.js';
import { NotSimulatedSql, shownValue, SqlError, statementsOf } from './sql-words.js';

const MYSQL: OptionSpec = {
  flags: 'BNsrtfA',
  values: 'eD',
  long: [
    'execute=',
    'database=',
    'batch',
    'skip-column-names',
    'silent',
    'raw',
    'table',
    'force',
    'no-auto-rehash',
  ],
};
const MYSQL_REFUSED = [
  ...['-v', '-w', '-E', '-G', '-H', '-X', '-L', '-n', '-q', '-i', '-o', '-b'],
  ...[
    '--verbose',
    '--wait',
    '--vertical',
    '--html',
    '--xml',
    '--delimiter',
    '--init-command',
    '--safe-updates',
  ],
  ...['--one-database', '--tee', '--pager', '--show-warnings', '--line-numbers', '--column-names', '--quick'],
  ...['--login-path', '--safe-updates', '--binary-mode', '--comments', '--sigint-ignore', '--reconnect'],
];
const MYSQLADMIN: OptionSpec = { flags: 's', long: ['silent'] };
const MYSQLADMIN_REFUSED = [
  ...['-w', '-i', '-c', '-f', '-v', '-E', '-r', '-b'],
  ...['--wait', '--sleep', '--count', '--force', '--verbose', '--vertical', '--relative', '--no-beep'],
  ...['--shutdown-timeout', '--login-path'],
];
/** As batch mode writes a cell without --raw. */
const escaped = (cell: string): string =>
  cell.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\0', '\\0');

function shown(answer: SqlAnswer, client: Client, terminal: boolean): string {
  const { options } = client;
  if (answer.columns.length === 0) return '';
  const heads = !options.has('N', 'skip-column-names');
  const rows = answer.rows.map((row) => row.map(shownValue));
  if (!options.has('t', 'table') && (!terminal || options.has('B', 'batch', 's', 'silent')))
    return [...(heads ? [answer.columns] : []), ...rows]
      .map((row) => `${row.map((cell) => (options.has('r', 'raw') ? cell : escaped(cell))).join('\t')}\n`)
      .join('');
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
    const client = await readClient(process, args, MYSQL, MYSQL_REFUSED);
    if (typeof client === 'number') return client;
    const { options } = client;
    const database = options.value('D', 'database') ?? options.operands[0] ?? '';
    const session = open(around, process, client, database);
    if (typeof session === 'string') {
      await process.err(`${session}\n`);
      return 1;
    }
    const given = options.value('e', 'execute') ?? (await process.readText(0));
    try {
      return await work(session, statementsOf(given), process, client);
    } finally {
      session.close();
    }
  };
async function work(
  session: Session,
  statements: readonly string[],
  process: Process,
  client: Client,
): Promise<number> {
  for (const [index, statement] of statements.entries()) {
    try {
      await process.out(shown(session.run(statement), client, process.tty));
    } catch (error) {
      if (error instanceof NotSimulatedSql) return process.refuse(error.message);
      if (!(error instanceof SqlError)) throw error;
      await process.err(`${error.shown.replace('): ', `) at line ${index + 1}: `)}\n`);
      if (!client.options.has('f', 'force')) return 1;
    }
  }
  return 0;
}

export const mysqladmin =
  (around: Around): Program =>
  async (process, args) => {
    const client = await readClient(process, args, MYSQLADMIN, MYSQLADMIN_REFUSED);
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
