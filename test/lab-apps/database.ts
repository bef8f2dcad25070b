import { join } from 'node:path';
import type { Programs } from './programs.js';
import { freePort, must, run, Service } from './service.js';

/** What the deployment would take from the Secret app-secrets. The password is one that careless quoting breaks. */
export const ACCOUNT = { database: 'threebody', username: 'lab', password: 'S3cret\'$x "y\\z#%' } as const;

/** A text as SQL writes it, for a server without NO_BACKSLASH_ESCAPES. */
export function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/** A MariaDB of our own: its data, its socket and its port, on the loopback interface. */
export class Database {
  readonly #programs: Programs;
  readonly #home: string;
  readonly port: number;
  #server: Service | undefined;

  private constructor(programs: Programs, home: string, port: number) {
    this.#programs = programs;
    this.#home = home;
    this.port = port;
  }

  /** Makes an empty server below `folder`, starts it, and makes database and user as the pipeline does. */
  static async make(programs: Programs, folder: string): Promise<Database> {
    const made = new Database(programs, folder, await freePort());
    await must('mkdir', [join(folder, 'tmp')]);
    await must(programs.installDb, [
      '--no-defaults',
      `--datadir=${join(folder, 'data')}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      '--skip-name-resolve',
    ]);
    await made.start();
    await made.sql(
      `CREATE DATABASE ${ACCOUNT.database} CHARACTER SET utf8mb4;
       CREATE USER '${ACCOUNT.username}'@'%' IDENTIFIED BY ${quoted(ACCOUNT.password)};
       GRANT ALL PRIVILEGES ON ${ACCOUNT.database}.* TO '${ACCOUNT.username}'@'%';`,
    );
    return made;
  }

  /** Starts the server, in another time zone than ours, and waits until it takes logins. */
  async start(): Promise<void> {
    this.#server = new Service(
      this.#programs.mariadbd,
      [
        '--no-defaults',
        `--datadir=${join(this.#home, 'data')}`,
        `--tmpdir=${join(this.#home, 'tmp')}`,
        `--socket=${this.#socket}`,
        `--pid-file=${join(this.#home, 'pid')}`,
        `--port=${this.port}`,
        '--bind-address=127.0.0.1',
        '--default-time-zone=+07:00',
        '--skip-name-resolve',
        '--innodb-buffer-pool-size=32M',
        '--innodb-flush-log-at-trx-commit=0',
      ],
      { cwd: this.#home },
    );
    await this.#server.ready(async () => (await this.#client('SELECT 1')).code === 0);
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
  }

  /** Runs SQL as the server's root; returns the rows, tabs between the columns. Throws what the server says. */
  async sql(text: string): Promise<string> {
    const { code, output } = await this.#client(text);
    if (code !== 0) throw new Error(output);
    return output.trim();
  }

  get #socket(): string {
    return join(this.#home, 'socket');
  }

  async #client(input: string): Promise<{ code: number; output: string }> {
    return await run(
      this.#programs.client,
      [
        '--no-defaults',
        `--socket=${this.#socket}`,
        '--user=root',
        '--batch',
        '--skip-column-names',
        '--default-character-set=utf8mb4',
      ],
      { input },
    );
  }
}
