/** mysqld in a container, with the entrypoint script of the official image before it. */
import { randomUUID } from 'node:crypto';
import type { Around } from '../apps/around.js';
import { longRunning, patience } from '../apps/service.js';
import { execWords } from '../kernel/exec.js';
import type { Program } from '../kernel/kernel.js';
import type { Process } from '../kernel/process.js';
import { Session } from './session.js';
import { logIn } from './rights.js';
import { freshState, placeFurniture, readState, writeState, type Account, type State } from './state.js';

export const DATA = '/var/lib/mysql';
export const SOCKET = '/var/run/mysqld/mysqld.sock';
/** Patch releases by the major that the image says. */
const RELEASES: Readonly<Record<string, string>> = { '8.0': '8.0.44', '8.4': '8.4.7' };
function versionOf(process: Process): string {
  const major = process.env.get('MYSQL_MAJOR') ?? '8.0';
  return RELEASES[major] ?? `${major}.0`;
}
/** Simulated ms that a first start and every start take. */
const FIRST_MS = 12_000;
const START_MS = 3000;

/** `8.4.7` as MySQL counts its versions: 80407. */
const number = (version: string): number => {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  return major * 10_000 + minor * 100 + patch;
};
const stamp = (process: Process) => new Date(process.kernel.now()).toISOString().replace('Z', '000Z');

/** A server whose every change is on its disk at once. */
class Server {
  readonly #process: Process;
  readonly #state: State;
  constructor(process: Process, state: State) {
    this.#process = process;
    this.#state = state;
  }
  /** @throws SqlError 1045 */
  connect(user: string, password: string, from: string): Session {
    const account = logIn(this.#state, user, password, from);
    return new StoringSession(
      this.#state,
      account,
      from,
      () => this.#process.kernel.now(),
      () => this.save(),
    );
  }
  save(): void {
    writeState(this.#process.kernel.volume, DATA, this.#state);
  }
}
class StoringSession extends Session {
  readonly #save: () => void;
  constructor(state: State, account: Account, client: string, now: () => number, save: () => void) {
    super(state, account, client, now);
    this.#save = save;
  }
  override close(): void {
    const open = this.inTransaction;
    super.close();
    if (open) this.#save();
  }
  override run(sql: string): ReturnType<Session['run']> {
    try {
      return super.run(sql);
    } finally {
      // What is not committed is not on the disk either: it would be there after a crash.
      if (!this.inTransaction && !/^\s*(select|show|use|desc|describe)\b/i.test(sql)) this.#save();
    }
  }
}

/** Servers that take connections by their socket file, by the kernel of their container. */
const local = new WeakMap<Process['kernel'], Server>();
export const localServer = (process: Process) => local.get(process.kernel);

/** What the entrypoint does to an empty data directory. Null when it may not start. */
async function initialise(process: Process): Promise<State | null> {
  const { env } = process;
  const password = env.get('MYSQL_ROOT_PASSWORD') ?? '';
  const open = (env.get('MYSQL_ALLOW_EMPTY_PASSWORD') ?? '') !== '';
  const random = (env.get('MYSQL_RANDOM_ROOT_PASSWORD') ?? '') !== '';
  const note = (words: string) =>
    process.out(`${stamp(process).slice(0, 19).replace('T', ' ')}+00:00 [Note] [Entrypoint]: ${words}\n`);
  if (password === '' && !open && !random) {
    await process.err(
      `${stamp(process).slice(0, 19).replace('T', ' ')}+00:00 [ERROR] [Entrypoint]: Database is uninitialized and password option is not specified\n    You need to specify one of the following as an environment variable:\n    - MYSQL_ROOT_PASSWORD\n    - MYSQL_ALLOW_EMPTY_PASSWORD\n    - MYSQL_RANDOM_ROOT_PASSWORD\n`,
    );
    return null;
  }
  if (env.get('MYSQL_USER') === 'root') {
    await process.err(
      `${stamp(process).slice(0, 19).replace('T', ' ')}+00:00 [ERROR] [Entrypoint]: MYSQL_USER="root", MYSQL_USER and MYSQL_PASSWORD are for configuring a regular user and cannot be used for the root user\n`,
    );
    return null;
  }
  await note('Initializing database files');
  await patience(process, FIRST_MS / 2);
  await note('Database files initialized');
  await note('Starting temporary server');
  await patience(process, FIRST_MS / 2);
  await note('Temporary server started.');
  const state = freshState(versionOf(process));
  const root = random ? randomUUID() : password;
  if (random) await note(`GENERATED ROOT PASSWORD: ${root}`);
  const all = { on: '*.*', privileges: ['ALL PRIVILEGES'] };
  const rootHost = env.get('MYSQL_ROOT_HOST') ?? '%';
  for (const host of new Set(['localhost', ...(rootHost === '' ? [] : [rootHost])]))
    state.accounts.push({
      user: 'root',
      host,
      password: root,
      grants: [{ ...all, privileges: [...all.privileges] }],
    });
  const database = env.get('MYSQL_DATABASE') ?? '';
  const user = env.get('MYSQL_USER') ?? '';
  if (database !== '') {
    await note(`Creating database ${database}`);
    state.databases[database] = {};
  }
  if (user !== '' && (env.get('MYSQL_PASSWORD') ?? '') !== '') {
    await note(`Creating user ${user}`);
    const grants = [{ on: '*.*', privileges: ['USAGE'] }];
    if (database !== '') {
      await note(`Giving user ${user} access to schema ${database}`);
      grants.push({ on: `${database}.*`, privileges: ['ALL PRIVILEGES'] });
    }
    state.accounts.push({ user, host: '%', password: env.get('MYSQL_PASSWORD') ?? '', grants });
  }
  await note('Stopping temporary server');
  await note('MySQL init process done. Ready for start up.');
  return state;
}

export const mysqlEntrypoint =
  (around: Around): Program =>
  async (process, args) => {
    const [word = 'mysqld', ...rest] = args;
    if (word !== 'mysqld' && !word.startsWith('-')) return execWords(process, args);
    const volume = process.kernel.volume;
    volume.ensureDirectory(DATA, { uid: 999, gid: 999 });
    volume.ensureDirectory('/var/run/mysqld', { uid: 999, gid: 999 });
    const directory = volume.find(DATA);
    await process.out(
      `${stamp(process).slice(0, 19).replace('T', ' ')}+00:00 [Note] [Entrypoint]: Entrypoint script for MySQL Server ${versionOf(process)}-1.el9 started.\n`,
    );
    // Started by root, the script gives the directory to mysql itself; started by somebody else it must be theirs.
    if (process.credentials.uid === 0 && directory !== undefined) {
      directory.uid = 999;
      directory.gid = 999;
    } else if (directory !== undefined && !process.view.may(directory, 2)) {
      await process.err(
        `mysqld: Can't create/write to file '${DATA}/is_writable' (OS errno 13 - Permission denied)\n${stamp(process)} 0 [ERROR] [MY-010460] [Server] --initialize specified but the data directory exists and is not writable. Aborting.\n${stamp(process)} 0 [ERROR] [MY-010119] [Server] Aborting\n`,
      );
      return 1;
    }
    const found = readState(volume, DATA);
    const strangers =
      directory?.kind === 'directory' && [...directory.entries.keys()].some((name) => name !== 'lost+found');
    if (found === 'damaged' || (found === null && strangers)) {
      await process.err(
        `${stamp(process)} 0 [ERROR] [MY-010457] [Server] --initialize specified but the data directory has files in it. Aborting.\n${stamp(process)} 0 [ERROR] [MY-013236] [Server] The designated data directory ${DATA}/ is unusable. You can remove all files that the server added to it.\n${stamp(process)} 0 [ERROR] [MY-010119] [Server] Aborting\n`,
      );
      return 1;
    }
    const made = found ?? (await initialise(process));
    if (made === null) return 1;
    const version = versionOf(process);
    if (number(made.version) > number(version)) {
      await process.err(
        `${stamp(process)} 1 [ERROR] [MY-014061] [InnoDB] Invalid MySQL server downgrade: Cannot downgrade from ${number(made.version)} to ${number(version)}. Downgrade is only permitted between patch releases.\n${stamp(process)} 1 [ERROR] [MY-010334] [Server] Failed to initialize DD Storage Engine\n${stamp(process)} 0 [ERROR] [MY-010119] [Server] Aborting\n`,
      );
      return 1;
    }
    // Data of an older version are upgraded at the start.
    const state: State = { ...made, version };
    if (found === null) placeFurniture(volume, DATA, randomUUID());
    writeState(volume, DATA, state);
    return serve(around, process, state, rest);
  };

async function serve(
  around: Around,
  process: Process,
  state: State,
  args: readonly string[],
): Promise<number> {
  await process.out(
    `${stamp(process)} 0 [System] [MY-010116] [Server] /usr/sbin/mysqld (mysqld ${state.version}) starting as process 1\n`,
  );
  await patience(process, START_MS);
  const port = Number(/--port=(\d+)/.exec(args.join(' '))?.[1] ?? 3306);
  const server = new Server(process, state);
  local.set(process.kernel, server);
  const close = around.net.listen(port, {
    sql: (user, password, from) => server.connect(user, password, from),
  });
  await process.out(
    `${stamp(process)} 0 [System] [MY-010931] [Server] /usr/sbin/mysqld: ready for connections. Version: '${state.version}'  socket: '${SOCKET}'  port: ${port}  MySQL Community Server - GPL.\n`,
  );
  try {
    await longRunning(process);
  } finally {
    close();
    local.delete(process.kernel);
  }
  await process.out(
    `${stamp(process)} 0 [System] [MY-010910] [Server] /usr/sbin/mysqld: Shutdown complete (mysqld ${state.version})  MySQL Community Server - GPL.\n`,
  );
  return 0;
}
