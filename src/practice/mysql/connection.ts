/** How the clients of MySQL's image connect: options, files of settings, socket or network. */
import type { Around } from '../apps/around.js';
import { failed, openDatabase, type Failure } from '../apps/database.js';
import { OptionError, readOptions, type Options, type OptionSpec } from '../commands/options.js';
import type { Process } from '../kernel/process.js';
import { localServer, SOCKET } from './server.js';
import type { Session } from './session.js';
import { SqlError } from './sql-words.js';

/** What all of them take; ways and sizes of the connection make no difference to what is simulated. */
const CONNECTION = {
  flags: 'C',
  values: 'huPS',
  long: [
    'host=',
    'user=',
    'port=',
    'socket=',
    'password=',
    'password',
    'protocol=',
    'connect-timeout=',
    'default-character-set=',
    'defaults-extra-file=',
    'defaults-file=',
    'default-auth=',
    'ssl-mode=',
    'skip-ssl',
    'get-server-public-key',
    'compress',
    'max-allowed-packet=',
  ],
} as const;
export interface Client {
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
/**
 * Reads the options of a client program.
 * @param spec its own options, beside those of the connection
 * @param refused real options whose effect is not simulated
 * @returns its exit code after a complaint
 */
export async function readClient(
  process: Process,
  args: readonly string[],
  spec: OptionSpec,
  refused: readonly string[],
): Promise<Client | number> {
  // -p takes its value only when it is written without a space; alone it would ask for one.
  const plain = args.filter((arg) => !arg.startsWith('-p'));
  const short = args.find((arg) => arg.startsWith('-p'))?.slice(2);
  let options: Options;
  try {
    options = readOptions(plain, {
      flags: `${CONNECTION.flags}${spec.flags ?? ''}`,
      values: `${CONNECTION.values}${spec.values ?? ''}`,
      long: [...CONNECTION.long, ...(spec.long ?? [])],
    });
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    const name = error.option.replace(/=.*$/, '');
    if (refused.includes(name)) return process.refuse(`the option ${name}`);
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
export function open(around: Around, process: Process, client: Client, database: string): Session | string {
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
