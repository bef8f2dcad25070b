/** Programs built from Go sources: what the sources say they serve, and serving it. */
import { answer, answerJson, type HttpRequest, type HttpResponse } from '../model/http.js';
import { findExecutable } from '../kernel/exec.js';
import type { Program } from '../kernel/kernel.js';
import type { Process } from '../kernel/process.js';
import { SqlError } from '../mysql/sql-words.js';
import { SystemError } from '../vfs/inode.js';
import type { Around } from './around.js';
import { databaseOf, failed, openDatabase, type DatabaseAddress, type Failure } from './database.js';
import { longRunning, patience } from './service.js';

/** What `go build` found in the sources and keeps in the binary. */
export interface GoBinary {
  /** Paths that are handled. */
  readonly routes: readonly string[];
  /** Variables without which it ends at once. */
  readonly required: readonly string[];
  readonly port: number;
  /** Name of the variable that holds the address it listens on; empty when there is none. */
  readonly addressVariable: string;
  readonly module: string;
}
const MAGIC = 'practice lab program: go-binary\n';
export const binaryText = (binary: GoBinary): string => `${MAGIC}${JSON.stringify(binary)}\n`;

/** Reads the sources of one module. @param sources texts of its .go files without tests */
export function readSources(module: string, sources: readonly string[]): GoBinary {
  const all = sources.join('\n');
  const routes = [...all.matchAll(/\bHandle(?:Func)?\(\s*"(?:GET )?(\/[^"]*)"/g)].map(
    (match) => match[1] ?? '',
  );
  const required = [...all.matchAll(/\b(?:required|mustEnv|must)\("([A-Z_]+)"\)/g)].map(
    (match) => match[1] ?? '',
  );
  const address = /\("([A-Z_]*ADDRESS)",\s*":(\d+)"\)/.exec(all);
  const port = address?.[2] ?? /["`]:(\d{2,5})["`]/.exec(all)?.[1] ?? '8080';
  return { routes, required, port: Number(port), addressVariable: address?.[1] ?? '', module };
}
interface Problem {
  readonly reason: string;
  readonly message: string;
}
/** A problem, and what the driver says of it: that stands in the log only. */
interface Met {
  readonly problem: Problem;
  readonly detail: string;
}
/** Words of github.com/go-sql-driver/mysql, and of Go's net below it. */
function detailOf(failure: Failure, { host, port }: DatabaseAddress): string {
  switch (failure.kind) {
    case 'no-such-host':
      return `dial tcp: lookup ${host}: no such host`;
    case 'timeout':
      return `dial tcp ${failure.address}:${port}: i/o timeout`;
    case 'refused':
      return `dial tcp ${failure.address}:${port}: connect: connection refused`;
    case 'unreachable':
      return `dial tcp ${failure.address}:${port}: connect: no route to host`;
    case 'sql':
      return sqlDetail(failure.error);
  }
}
const sqlDetail = ({ code, state, message }: SqlError): string => `Error ${code} (${state}): ${message}`;
function problemOf(failure: Failure): Problem {
  switch (failure.kind) {
    case 'no-such-host':
      return { reason: 'unknown-host', message: 'The name in DB_HOST cannot be resolved.' };
    case 'timeout':
      return { reason: 'timeout', message: 'The database did not answer in time.' };
    case 'refused':
    case 'unreachable':
      return { reason: 'unreachable', message: 'Nothing answers at DB_HOST and DB_PORT.' };
    case 'sql':
      return sqlProblem(failure.error);
  }
}
function sqlProblem({ code }: SqlError): Problem {
  if (code === 1045 || code === 1044)
    return { reason: 'access-denied', message: 'The database refused DB_USERNAME or DB_PASSWORD.' };
  if (code === 1049)
    return {
      reason: 'unknown-database',
      message: 'The database server has no database named as in DB_DATABASE.',
    };
  if (code === 1146 || code === 1142)
    return { reason: 'missing-table', message: 'The table products does not exist yet: run the migration.' };
  return { reason: 'database-error', message: 'The database answered with an error; the log has it.' };
}
const FIELDS = ['id', 'name', 'price', 'stock', 'created_at'] as const;

/** All products in order of their number, or why there are none. */
function products(around: Around, process: Process): readonly Readonly<Record<string, unknown>>[] | Met {
  const place = databaseOf(process.env);
  const session = openDatabase(around, place);
  if (failed(session)) return { problem: problemOf(session), detail: detailOf(session, place) };
  try {
    const { rows } = session.run(`SELECT ${FIELDS.join(', ')} FROM products ORDER BY id`);
    return rows.map((row) =>
      Object.fromEntries(
        FIELDS.map((field, index) => {
          const value = row[index] ?? null;
          if (field === 'price') return [field, Number(value)];
          if (field === 'created_at')
            return [field, value === null ? null : `${String(value).replace(' ', 'T')}Z`];
          return [field, value];
        }),
      ),
    );
  } catch (error) {
    if (error instanceof SqlError) return { problem: sqlProblem(error), detail: sqlDetail(error) };
    throw error;
  }
}
const isProblem = (made: readonly unknown[] | Met): made is Met => 'problem' in made;

function handle(binary: GoBinary, around: Around, process: Process, request: HttpRequest): HttpResponse {
  const { pathname } = request.url;
  const headers = [
    ['X-Content-Type-Options', 'nosniff'],
    ['Cache-Control', 'no-store'],
  ] as const;
  // A log line whose reader is gone is lost; the answer is not.
  const log = (level: string, message: string, more: object) =>
    void process
      .out(
        `${JSON.stringify({ time: new Date(process.kernel.now()).toISOString(), level, message, ...more })}\n`,
      )
      .catch(() => undefined);
  if (!['GET', 'HEAD'].includes(request.method))
    return answerJson(
      405,
      { error: { reason: 'method-not-allowed', message: 'Only GET is answered here.' } },
      [['Allow', 'GET, HEAD']],
    );
  const known = binary.routes.includes(pathname);
  if (known && pathname === '/healthz') return answerJson(200, { status: 'ok' }, headers);
  if (known && pathname === '/readyz') {
    const place = databaseOf(process.env);
    const made = openDatabase(around, place);
    if (!failed(made)) return answerJson(200, { status: 'ready' }, headers);
    const problem = problemOf(made);
    log('error', 'database is not ready', { reason: problem.reason, detail: detailOf(made, place) });
    return answerJson(503, { status: 'unready', ...problem }, headers);
  }
  if (known && pathname === '/api/products') {
    const found = products(around, process);
    if (!isProblem(found)) {
      log('info', 'request', { method: request.method, path: pathname, status: 200 });
      return answerJson(200, { source: 'go', data: found }, headers);
    }
    log('error', 'products cannot be read', { reason: found.problem.reason, detail: found.detail });
    return answerJson(503, { error: found.problem }, headers);
  }
  if (known && pathname !== '/')
    return answer(501, `practice lab: what ${binary.module} does at ${pathname} is not simulated\n`, [
      ['Content-Type', 'text/plain'],
    ]);
  return answerJson(
    404,
    { error: { reason: 'not-found', message: 'There is nothing here. Try /api/products.' } },
    headers,
  );
}
/** The built program itself; which one it is, its own file says. */
export const goBinary =
  (around: Around): Program =>
  async (process) => {
    const found = findExecutable(process, process.argv[0] ?? '', process.env.get('PATH') ?? '/');
    const text =
      'status' in found || found.inode.kind !== 'file' ? '' : process.kernel.volume.text(found.path);
    if (text === null || !text.startsWith(MAGIC)) return process.refuse('this binary');
    const binary: GoBinary = JSON.parse(text.slice(MAGIC.length));
    const missing = binary.required.filter((name) => (process.env.get(name) ?? '') === '');
    const say = (level: string, message: string, more: object) =>
      process.out(
        `${JSON.stringify({ time: new Date(process.kernel.now()).toISOString(), level, message, ...more })}\n`,
      );
    if (missing.length > 0) {
      await say('error', 'cannot go on', {
        detail: `not set: ${missing.join(', ')} (in the cluster they come from the Secret app-secrets)`,
      });
      return 1;
    }
    if (binary.routes.length === 0) return process.refuse('a program without HTTP routes');
    const address = process.env.get(binary.addressVariable) ?? '';
    const port = Number(/:(\d+)$/.exec(address)?.[1] ?? binary.port);
    let close: () => void;
    try {
      close = around.net.listen(port, { http: (request) => handle(binary, around, process, request) });
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      await say('error', 'cannot go on', { detail: `listen tcp :${port}: bind: address already in use` });
      return 1;
    }
    await say('info', 'listening', { address: `[::]:${port}` });
    try {
      await longRunning(process);
      await say('info', 'stopping', {});
      await patience(process, 1000);
    } finally {
      close();
    }
    return 0;
  };
