/** PHP in containers: the command line, php-fpm, and the scripts of the official image. */
import { execWords } from '../kernel/exec.js';
import type { Program } from '../kernel/kernel.js';
import type { Process } from '../kernel/process.js';
import { answer, answerJson, type HttpResponse } from '../model/http.js';
import { NotSimulatedSql, SqlError } from '../mysql/sql-words.js';
import { SystemError } from '../vfs/inode.js';
import { dirName } from '../vfs/volume.js';
import type { Around } from './around.js';
import { artisan } from './artisan.js';
import { databaseOf, failed, openDatabase } from './database.js';
import { brokenApp, hasDriver, pdoWords, routesOf, settingsOf } from './laravel.js';
import type { FastCgiRequest } from './net.js';
import { longRunning } from './service.js';

const VERSION = 'PHP 8.3.28 (cli) (built: Nov 18 2025 23:11:09) (NTS)\n';
const FIELDS = ['id', 'name', 'price', 'stock', 'created_at'] as const;

export const php =
  (around: Around): Program =>
  async (process, args) => {
    const [first = '', ...rest] = args.filter((arg) => arg !== '-d' && !arg.startsWith('-d'));
    if (first === '-v' || first === '--version') {
      await process.out(VERSION);
      return 0;
    }
    if (first === '-m') {
      const dir = process.view.peek('/usr/local/etc/php/conf.d');
      const found =
        dir?.kind === 'directory'
          ? [...dir.entries.keys()].map((name) => name.replace(/^docker-php-ext-|\.ini$/g, ''))
          : [];
      await process.out(
        `[PHP Modules]\n${['Core', 'json', 'mbstring', 'openssl', 'PDO', ...found].toSorted().join('\n')}\n`,
      );
      return 0;
    }
    if (first === '-r') return pdoScript(around, process, rest[0] ?? '');
    if (first === '' || first.startsWith('-')) return process.refuse(`php ${first}`.trim());
    const path = process.path(first);
    if (process.view.peek(path)?.kind !== 'file') {
      await process.out(`Could not open input file: ${first}\n`);
      return 1;
    }
    if (!path.endsWith('/artisan')) return process.refuse(`the script ${first}`);
    return artisan(around, process, dirName(path), rest);
  };

/** A script of one line that asks the database of the environment one question; anything else is refused. */
async function pdoScript(around: Around, process: Process, code: string): Promise<number> {
  const sql = /->query\(\s*(["'])(.*?)\1\s*\)->fetchColumn\(\)/.exec(code)?.[2];
  if (!code.includes('new PDO(') || sql === undefined) return process.refuse('this php -r');
  const place = databaseOf(process.env);
  const fatal = async (words: string) => {
    await process.err(
      `PHP Fatal error:  Uncaught PDOException: ${words} in Command line code:1\nStack trace:\n#0 Command line code(1): PDO->__construct()\n#1 {main}\n  thrown in Command line code on line 1\n`,
    );
    return 255;
  };
  if (!hasDriver(process.kernel.volume)) return fatal('could not find driver');
  const session = openDatabase(around, place);
  if (failed(session)) return fatal(pdoWords(session, place));
  try {
    await process.out(String(session.run(sql).rows[0]?.[0] ?? ''));
    return 0;
  } catch (error) {
    if (error instanceof NotSimulatedSql) return process.refuse(error.message);
    if (!(error instanceof SqlError)) throw error;
    return fatal(`SQLSTATE[${error.state}]: ${error.message}`);
  }
}
const iso = (value: string | number | null | undefined) =>
  value === null || value === undefined ? null : `${String(value).replace(' ', 'T')}.000000Z`;

/** What Laravel answers to a request that came to its public/index.php. */
function laravel(around: Around, process: Process, app: string, request: FastCgiRequest): HttpResponse {
  const { volume } = process.kernel;
  const say = (words: string) => void process.err(`${words}\n`).catch(() => undefined);
  const broken = brokenApp(volume, app);
  if (broken !== null) {
    say(broken);
    return answer(500, '', [['Content-Type', 'text/html; charset=UTF-8']]);
  }
  const json = (status: number, body: unknown): HttpResponse =>
    answerJson(status, body, [
      ['X-Powered-By', 'PHP/8.3.28'],
      ['Cache-Control', 'no-cache, private'],
    ]);
  const path = request.url.pathname.replace(/(.)\/$/, '$1');
  if (!routesOf(volume, app).includes(path))
    return json(404, { message: `The route ${path.slice(1)} could not be found.` });
  if (path.endsWith('/health') || path === '/up') return json(200, { status: 'ok' });
  const place = settingsOf(volume, app, process.env);
  const problem = (words: string, reason: string) => {
    say(
      `[${new Date(process.kernel.now()).toISOString().slice(0, 19).replace('T', ' ')}] production.ERROR: ${words}`,
    );
    return path.endsWith('/ready')
      ? json(503, { status: 'unready', reason, message: 'The database does not serve.' })
      : json(503, { error: { reason, message: 'The database does not serve.' } });
  };
  if (!hasDriver(volume)) return problem('could not find driver', 'driver-missing');
  const session = openDatabase(around, place);
  if (failed(session))
    return problem(
      pdoWords(session, place),
      session.kind === 'no-such-host'
        ? 'unknown-host'
        : session.kind === 'sql'
          ? session.error.code === 1049
            ? 'unknown-database'
            : 'access-denied'
          : session.kind === 'timeout'
            ? 'timeout'
            : 'unreachable',
    );
  if (path.endsWith('/ready')) return json(200, { status: 'ready' });
  if (!path.endsWith('/products'))
    return answer(501, `practice lab: what Laravel does at ${path} is not simulated\n`, [
      ['Content-Type', 'text/plain'],
    ]);
  try {
    const { rows } = session.run(`SELECT ${FIELDS.join(', ')} FROM products ORDER BY id`);
    return json(200, {
      data: rows.map((row) =>
        Object.fromEntries(
          FIELDS.map((field, index) => [
            field,
            field === 'created_at' ? iso(row[index]) : (row[index] ?? null),
          ]),
        ),
      ),
    });
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return problem(
      `SQLSTATE[${error.state}]: ${error.message}`,
      error.code === 1146 ? 'missing-table' : 'database-error',
    );
  }
}
export const phpFpm =
  (around: Around): Program =>
  async (process, args) => {
    const { volume } = process.kernel;
    if (args.some((arg) => arg === '-t' || arg === '--test')) {
      await process.err('[NOTICE] configuration file /usr/local/etc/php-fpm.conf test is successful\n');
      return 0;
    }
    const conf = volume.find('/usr/local/etc/php-fpm.d');
    const texts =
      conf?.kind === 'directory'
        ? [...conf.entries.keys()]
            .toSorted()
            .map((name) => volume.text(`/usr/local/etc/php-fpm.d/${name}`) ?? '')
        : [];
    const listen = texts
      .join('\n')
      .split('\n')
      .findLast((one) => /^\s*listen\s*=/.test(one));
    const port = Number(/(\d+)\s*$/.exec(listen ?? '')?.[1] ?? 9000);
    const notice = (words: string) =>
      process.err(`[${new Date(process.kernel.now()).toUTCString()}] NOTICE: ${words}\n`);
    let close: () => void;
    try {
      close = around.net.listen(port, {
        fastcgi: async (request) => {
          const script = volume.find(request.script);
          if (request.script === '' || script?.kind !== 'file') {
            void notice('FPM: Primary script unknown').catch(() => undefined);
            return answer(404, 'File not found.\n', [['Content-Type', 'text/html; charset=UTF-8']]);
          }
          const app = dirName(dirName(request.script));
          const response = request.script.endsWith('/public/index.php')
            ? laravel(around, process, app, request)
            : answer(501, `practice lab: the script ${request.script} is not simulated\n`, [
                ['Content-Type', 'text/plain'],
              ]);
          // A log line whose reader is gone is lost, as it is for the real one; the answer is not.
          void process
            .err(
              `127.0.0.1 -  ${new Date(process.kernel.now()).toUTCString()} "${request.method} ${request.url.pathname}" ${response.status}\n`,
            )
            .catch(() => undefined);
          return response;
        },
      });
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      await process.err(
        `ERROR: unable to bind listening socket for address '${port}': Address in use (98)\nERROR: FPM initialization failed\n`,
      );
      return 78;
    }
    await notice('fpm is running, pid 1');
    await notice('ready to handle connections');
    try {
      await longRunning(process);
    } finally {
      close();
    }
    await notice('exiting, bye-bye!');
    return 0;
  };
/** Puts php in front of what looks like its options, else becomes what it is given. */
export const phpEntrypoint: Program = (process, args) =>
  execWords(process, (args[0] ?? '').startsWith('-') ? ['php', ...args] : args);
export const execEntrypoint: Program = (process, args) => execWords(process, args);
