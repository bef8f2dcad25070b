import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { databaseEnvironment, GoApi, LaravelApi, own } from './backends.js';
import { ACCOUNT, Database } from './database.js';
import { jobScript } from './manifests.js';
import type { Programs } from './programs.js';
import { must, type Outcome, run, type Service } from './service.js';

/** The repository that the program brings. */
const PROJECT = join(import.meta.dirname, '../../assets/project');

/** Database and both back ends, all of it in one temporary folder and on loopback ports. */
export class Stage {
  readonly #programs: Programs;
  readonly #home: string;
  readonly database: Database;
  readonly go: GoApi;
  readonly laravel: LaravelApi;
  /** The environment that the manifests give a back end. */
  readonly env: Readonly<Record<string, string>>;
  #goService: Service | undefined;
  goUrl = '';

  private constructor(programs: Programs, home: string, database: Database) {
    this.#programs = programs;
    this.#home = home;
    this.database = database;
    this.go = new GoApi(programs, join(home, 'go'));
    this.laravel = new LaravelApi(programs, join(home, 'laravel'));
    this.env = {
      ...databaseEnvironment({ host: '127.0.0.1', port: database.port, ...ACCOUNT }),
      APP_ENV: 'production',
      APP_KEY: `base64:${Buffer.alloc(32, 7).toString('base64')}`,
      LOG_CHANNEL: 'stderr',
    };
  }

  /** Builds and starts everything; the tables are not there yet. Throws after having stopped what it started. */
  static async set(programs: Programs): Promise<Stage> {
    const home = await mkdtemp(join(tmpdir(), 'threebody-apps-'));
    await Promise.all(['db', 'go', 'laravel'].map((one) => mkdir(join(home, one))));
    await own(home);
    const stage = new Stage(programs, home, await Database.make(programs, join(home, 'db')));
    try {
      await stage.go.build(PROJECT);
      await stage.laravel.install(PROJECT);
      const { service, url } = await stage.go.start(stage.env);
      stage.#goService = service;
      stage.goUrl = url;
      await stage.laravel.start(PROJECT, stage.env);
    } catch (error) {
      await stage.strike();
      throw error;
    }
    return stage;
  }

  /** Stops everything and removes the folder. */
  async strike(): Promise<void> {
    await this.#goService?.stop();
    await this.laravel.stop();
    await this.database.stop();
    await rm(this.#home, { recursive: true, force: true });
  }

  /** What the Go API wrote since its start. */
  get goLog(): string {
    return this.#goService?.output ?? '';
  }

  /** One request to each; what came is judged by the caller. */
  async both(goPath: string, laravelPath = goPath): Promise<[Response, Response]> {
    return [await fetch(`${this.goUrl}${goPath}`), await fetch(`${this.laravel.url}${laravelPath}`)];
  }

  /** Runs an artisan command as a person in the Pod would; throws with its output when it fails. */
  async artisan(...args: string[]): Promise<string> {
    return await must(this.#programs.php, ['artisan', '--no-ansi', ...args], {
      cwd: this.laravel.folder,
      env: this.env,
    });
  }

  /** Runs the script of a container of the migrate Job, word for word. */
  async job(name: 'wait-mysql' | 'migrate'): Promise<Outcome> {
    return await run('sh', ['-c', jobScript(PROJECT, name)], {
      cwd: this.laravel.folder,
      env: { ...this.env, MYSQL_PWD: ACCOUNT.password },
    });
  }

  /** How many rows the table products has. */
  async rows(): Promise<number> {
    return Number(await this.database.sql(`SELECT COUNT(*) FROM ${ACCOUNT.database}.products`));
  }
}
