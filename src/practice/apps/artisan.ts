/** `php artisan …` on the command line: migrations, seeds, caches. */
import type { Process } from '../kernel/process.js';
import type { Session } from '../mysql/session.js';
import { NotSimulatedSql, SqlError } from '../mysql/sql-words.js';
import type { Around } from './around.js';
import { failed, openDatabase } from './database.js';
import {
  brokenApp,
  cacheSettings,
  clearSettings,
  hasDriver,
  migrationsOf,
  pdoWords,
  routesOf,
  seed,
  seedsOf,
  settingsOf,
  versionOf,
} from './laravel.js';
import { patience } from './service.js';

const WIDTH = 100;
const line = (left: string, right: string) =>
  `  ${left} ${'.'.repeat(Math.max(3, WIDTH - left.length - right.length))} ${right}\n`;
const info = (words: string) => `\n   INFO  ${words}  \n\n`;
const error = (words: string) => `\n   ERROR  ${words}  \n\n`;
const TABLE = 'migrations';
const CLEARED: Readonly<Record<string, string>> = {
  'config:clear': 'Configuration cache cleared successfully.',
  'cache:clear': 'Application cache cleared successfully.',
  'route:clear': 'Route cache cleared successfully.',
  'view:clear': 'Compiled views cleared successfully.',
  'event:clear': 'Cached events cleared successfully.',
  'route:cache': 'Routes cached successfully.',
  'view:cache': 'Blade templates cached successfully.',
  'event:cache': 'Events cached successfully.',
};
/** Options that every command takes and that change at most colours and how much is said. */
const COMMON = /^(--(no-)?ansi|--no-interaction|-n|-v{1,3}|--verbose|--version|-V)$/;
/** Further options by command. `--class` may name the seeder that runs anyway. */
const OPTIONS: Readonly<Record<string, RegExp>> = {
  migrate: /^--(force|seed)$/,
  'migrate:fresh': /^--(force|seed)$/,
  'db:seed': /^--(force|class=(Database\\Seeders\\)?DatabaseSeeder)$/,
};
/** The first word of a call whose effect is not simulated. */
function unsimulated(words: readonly string[]): string | undefined {
  const [command = 'list', ...operands] = words.filter((word) => !word.startsWith('-'));
  const known = Object.hasOwn(OPTIONS, command) ? OPTIONS[command] : undefined;
  return (
    words.find((word) => word.startsWith('-') && !COMMON.test(word) && known?.test(word) !== true) ??
    operands[0]
  );
}

class Artisan {
  readonly #around: Around;
  readonly #process: Process;
  readonly #app: string;
  readonly #words: readonly string[];
  constructor(around: Around, process: Process, app: string, words: readonly string[]) {
    this.#around = around;
    this.#process = process;
    this.#app = app;
    this.#words = words;
  }
  #has(flag: string): boolean {
    return this.#words.some((word) => word === flag || word.startsWith(`${flag}=`));
  }
  get #volume() {
    return this.#process.kernel.volume;
  }
  get #now(): string {
    return new Date(this.#process.kernel.now()).toISOString().slice(0, 19).replace('T', ' ');
  }
  /** A session, or null after saying why there is none. */
  async #session(): Promise<Session | null> {
    const place = settingsOf(this.#volume, this.#app, this.#process.env);
    const made = hasDriver(this.#volume) ? openDatabase(this.#around, place) : null;
    if (made !== null && !failed(made)) return made;
    const words = made === null ? 'could not find driver' : pdoWords(made, place);
    if (made !== null && made.kind === 'timeout') await patience(this.#process, 30_000);
    await this.#process.out(
      `\n   Illuminate\\Database\\QueryException \n\n  ${words} (Connection: mysql, Host: ${place.host}, Port: ${place.port}, Database: ${place.database}, SQL: select exists (select 1 from information_schema.tables where table_schema = '${place.database}' and table_name = '${TABLE}'))\n\n`,
    );
    return null;
  }
  /** Commands that destroy or change ask in production; without a terminal the answer is no. */
  async #confirmed(): Promise<boolean> {
    const production = (this.#process.env.get('APP_ENV') ?? 'production') === 'production';
    if (!production || this.#has('--force')) return true;
    await this.#process.out(
      '\n                             APPLICATION IN PRODUCTION.  \n\n ┌ Are you sure you want to run this command? ─┐\n │ No                                          │\n └─────────────────────────────────────────────┘\n\n   WARN  Command cancelled.  \n\n',
    );
    return false;
  }
  #tables(session: Session): readonly string[] {
    return session.run('SHOW TABLES').rows.map(([name]) => String(name));
  }
  /** Migrations that ran, and in which batch. */
  #ran(session: Session): ReadonlyMap<string, number> {
    if (!this.#tables(session).includes(TABLE)) return new Map();
    const { rows } = session.run(`SELECT migration, batch FROM ${TABLE} ORDER BY id`);
    return new Map(rows.map(([name, batch]) => [String(name), Number(batch)]));
  }
  async #migrate(session: Session): Promise<void> {
    const out = (text: string) => this.#process.out(text);
    const ran = this.#ran(session);
    const pending = migrationsOf(this.#volume, this.#app).filter(({ name }) => !ran.has(name));
    const strange = pending.find((one) => one.beyond !== null);
    if (strange !== undefined)
      throw new NotSimulatedSql(`migration ${strange.name}: ${strange.beyond ?? ''}`);
    if (!this.#tables(session).includes(TABLE)) {
      await out(info('Preparing database.'));
      session.run(
        `CREATE TABLE ${TABLE} (\`id\` int unsigned not null auto_increment primary key, \`migration\` varchar(255) not null, \`batch\` int not null)`,
      );
      await out(line('Creating migration table', '21.40ms DONE'));
    }
    if (pending.length === 0) {
      await out(info('Nothing to migrate.'));
      return;
    }
    const batch = Number(session.run(`SELECT MAX(batch) FROM ${TABLE}`).rows[0]?.[0] ?? 0) + 1;
    await out(info('Running migrations.'));
    for (const { name, creates } of pending) {
      for (const { sql } of creates) session.run(sql);
      session.run(`INSERT INTO ${TABLE} (migration, batch) VALUES ('${name}', ${batch})`);
      await out(line(name, '28.70ms DONE'));
    }
  }
  async #seed(session: Session): Promise<void> {
    await this.#process.out(info('Seeding database.'));
    const count = seed(session, seedsOf(this.#volume, this.#app), this.#now);
    await this.#process.out(count > 0 ? line('Database\\Seeders\\ProductSeeder', '18 ms DONE') : '');
  }
  async #fresh(session: Session): Promise<void> {
    const strange = migrationsOf(this.#volume, this.#app).find((one) => one.beyond !== null);
    if (strange !== undefined)
      throw new NotSimulatedSql(`migration ${strange.name}: ${strange.beyond ?? ''}`);
    for (const table of this.#tables(session)) session.run(`DROP TABLE \`${table}\``);
    await this.#process.out(`\n${line('Dropping all tables', '61.30ms DONE')}`);
    await this.#migrate(session);
  }
  async #status(session: Session): Promise<number> {
    if (!this.#tables(session).includes(TABLE)) {
      await this.#process.out(error('Migration table not found.'));
      return 1;
    }
    const ran = this.#ran(session);
    await this.#process.out(`\n${line('Migration name', 'Batch / Status')}`);
    for (const { name } of migrationsOf(this.#volume, this.#app)) {
      const batch = ran.get(name);
      await this.#process.out(line(name, batch === undefined ? 'Pending' : `[${batch}] Ran`));
    }
    await this.#process.out('\n');
    return 0;
  }
  async #withDatabase(work: (session: Session) => Promise<number | void>): Promise<number> {
    const session = await this.#session();
    if (session === null) return 1;
    try {
      return (await work(session)) ?? 0;
    } catch (problem) {
      if (problem instanceof NotSimulatedSql) return this.#process.refuse(problem.message);
      if (!(problem instanceof SqlError)) throw problem;
      await this.#process.out(
        `\n   Illuminate\\Database\\QueryException \n\n  SQLSTATE[${problem.state}]: ${problem.code} ${problem.message}\n\n`,
      );
      return 1;
    }
  }
  async run(): Promise<number> {
    const [command = 'list'] = this.#words.filter((word) => !word.startsWith('-'));
    if (this.#has('--version') || this.#has('-V')) {
      await this.#process.out(`Laravel Framework ${versionOf(this.#volume, this.#app)}\n`);
      return 0;
    }
    const beyond = unsimulated(this.#words);
    if (beyond !== undefined) return this.#process.refuse(`artisan ${command} with ${beyond}`);
    const cleared = Object.hasOwn(CLEARED, command) ? CLEARED[command] : undefined;
    if (cleared !== undefined) {
      if (command === 'config:clear') clearSettings(this.#volume, this.#app);
      await this.#process.out(info(cleared));
      return 0;
    }
    switch (command) {
      case 'migrate':
        if (!(await this.#confirmed())) return 1;
        return this.#withDatabase(async (session) => {
          await this.#migrate(session);
          if (this.#has('--seed')) await this.#seed(session);
        });
      case 'migrate:fresh':
        if (!(await this.#confirmed())) return 1;
        return this.#withDatabase(async (session) => {
          await this.#fresh(session);
          if (this.#has('--seed')) await this.#seed(session);
        });
      case 'migrate:status':
        return this.#withDatabase((session) => this.#status(session));
      case 'db:seed':
        if (!(await this.#confirmed())) return 1;
        return this.#withDatabase((session) => this.#seed(session));
      case 'optimize:clear':
        clearSettings(this.#volume, this.#app);
        await this.#process.out(info('Clearing cached bootstrap files.'));
        return 0;
      case 'optimize':
      case 'config:cache':
        cacheSettings(this.#volume, this.#app, this.#process.env);
        await this.#process.out(info('Configuration cached successfully.'));
        return 0;
      case 'route:list': {
        const routes = routesOf(this.#volume, this.#app);
        for (const route of routes) await this.#process.out(line(`GET|HEAD  ${route.slice(1)}`, ''));
        await this.#process.out(`\n${' '.repeat(WIDTH - 20)}Showing [${routes.length}] routes\n\n`);
        return 0;
      }
      case 'package:discover':
        await this.#process.out(info('Discovering packages.'));
        return 0;
      default:
        return this.#process.refuse(`artisan ${command}`);
    }
  }
}
/** Runs artisan in an application's directory. @param words what follows `artisan` */
export async function artisan(
  around: Around,
  process: Process,
  app: string,
  words: readonly string[],
): Promise<number> {
  const broken = brokenApp(process.kernel.volume, app);
  if (broken !== null) {
    await process.err(`${broken}\n`);
    return 255;
  }
  return new Artisan(around, process, app, words).run();
}
