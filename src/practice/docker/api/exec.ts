/** Commands run beside the main process: made, started over a connection that is handed over, looked at, resized. */
import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { z } from 'zod';
import { userOf } from '../../apps/inside.js';
import { USUAL_SIZE } from '../../terminal.js';
import type { Container } from '../container.js';
import type { Engine } from '../engine.js';
import { ExecRun, type ExecConfig } from './exec-run.js';
import { ApiError, type Handler } from './exchange.js';

/** Commands that have ended are remembered up to this many. */
const KEPT = 500;

const CREATE = z.object({
  AttachStdin: z.boolean().nullish(),
  AttachStdout: z.boolean().nullish(),
  AttachStderr: z.boolean().nullish(),
  Tty: z.boolean().nullish(),
  Cmd: z.array(z.string()).nullish(),
  Env: z.array(z.string()).nullish(),
  WorkingDir: z.string().nullish(),
  User: z.string().nullish(),
  Privileged: z.boolean().nullish(),
  ConsoleSize: z.tuple([z.number(), z.number()]).nullish(),
});
const START = z
  .object({
    Detach: z.boolean().nullish(),
    Tty: z.boolean().nullish(),
    ConsoleSize: z.tuple([z.number(), z.number()]).nullish(),
  })
  .nullable();

const kept = new WeakMap<Engine, Map<string, ExecRun>>();
function runsOf(engine: Engine): Map<string, ExecRun> {
  const known = kept.get(engine) ?? new Map<string, ExecRun>();
  kept.set(engine, known);
  return known;
}
function found(engine: Engine, id: string): ExecRun {
  const run = runsOf(engine).get(id);
  if (run === undefined || !engine.containers.includes(run.container))
    throw new ApiError(404, `No such exec instance: ${id}`);
  return run;
}
function runs(container: Container): void {
  if (container.status !== 'running') throw new ApiError(409, `container ${container.id} is not running`);
}
function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new ApiError(400, `invalid JSON: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}

export const createExec: Handler = (exchange) => {
  const { container, engine } = exchange;
  const given = read(CREATE, exchange.body);
  const command = given.Cmd ?? [];
  if (command.length === 0) throw new ApiError(400, 'No exec command specified');
  runs(container);
  const user = given.User ?? '';
  const credentials = user === '' ? null : userOf(container.inside.volume, user);
  if (user !== '' && credentials === null)
    throw new ApiError(400, `unable to find user ${user}: no matching entries in passwd file`);
  const size = given.ConsoleSize;
  const config: ExecConfig = {
    command,
    env: given.Env ?? [],
    cwd: given.WorkingDir ?? '',
    user,
    credentials,
    stdin: given.AttachStdin === true,
    stdout: given.AttachStdout === true,
    stderr: given.AttachStderr === true,
    tty: given.Tty === true,
    size: size === null || size === undefined ? USUAL_SIZE : { rows: size[0], columns: size[1] },
  };
  const all = runsOf(engine);
  for (const [id, old] of all) if (all.size >= KEPT && old.exitCode !== null) all.delete(id);
  const run = new ExecRun(engine, container, randomBytes(32).toString('hex'), config);
  all.set(run.id, run);
  run.tell('exec_create');
  exchange.json(201, { Id: run.id });
};

function ready(engine: Engine, id: string, body: unknown): { run: ExecRun; detach: boolean } {
  const run = found(engine, id);
  const given = read(START, body);
  if (run.state !== 'made') throw new ApiError(409, `exec ${id} has already been started`);
  runs(run.container);
  const size = given?.ConsoleSize;
  if (size !== null && size !== undefined) run.resize({ rows: size[0], columns: size[1] });
  return { run, detach: given?.Detach === true };
}
/** Without a handed-over connection: output only, or nothing at all when it is detached. */
export const startExec: Handler = async (exchange) => {
  const { run, detach } = ready(exchange.engine, exchange.names[0] ?? '', exchange.body);
  if (detach) {
    void run.start(async () => undefined, null);
    exchange.empty(200);
    return;
  }
  if (run.config.stdin)
    throw new ApiError(
      501,
      'practice lab: standard input of a command needs a connection upgrade ("Connection: Upgrade", "Upgrade: tcp")',
    );
  exchange.begin(run.contentType);
  await run.start((bytes) => exchange.send(bytes), null, exchange.over);
  exchange.response.end();
};
/** What starts a command over a connection that was asked for; null when the request is another one. */
export function execStarter(
  method: string,
  url: string,
): ((engine: Engine, body: unknown, socket: Duplex) => void) | null {
  const id = /^(?:\/v[\d.]+)?\/exec\/([^/?]+)\/start(?:\?|$)/.exec(url)?.[1];
  if (method !== 'POST' || id === undefined) return null;
  return (engine, body, socket) => {
    const { run, detach } = ready(engine, id, body);
    if (detach) {
      void run.start(async () => undefined, null);
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      return;
    }
    run.over(socket);
  };
}

export const inspectExec: Handler = (exchange) => {
  const run = found(exchange.engine, exchange.names[0] ?? '');
  const [entrypoint = '', ...args] = run.config.command;
  exchange.json(200, {
    ID: run.id,
    Running: run.state === 'running',
    ExitCode: run.exitCode,
    ProcessConfig: {
      tty: run.config.tty,
      entrypoint,
      arguments: args,
      privileged: false,
      ...(run.config.user === '' ? {} : { user: run.config.user }),
    },
    OpenStdin: run.config.stdin,
    OpenStderr: run.config.stderr,
    OpenStdout: run.config.stdout,
    CanRemove: run.state === 'ended',
    ContainerID: run.container.id,
    DetachKeys: '',
    Pid: run.pid,
  });
};
export const resizeExec: Handler = (exchange) => {
  const run = found(exchange.engine, exchange.names[0] ?? '');
  const rows = exchange.number('h', 0);
  const columns = exchange.number('w', 0);
  if (run.state === 'ended') throw new ApiError(409, `exec ${run.id} is not running`);
  run.resize({ rows, columns });
  exchange.empty(200);
};
