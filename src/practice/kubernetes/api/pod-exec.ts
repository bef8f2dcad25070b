/** `pods/NAME/exec` over a WebSocket: one byte before each message says which stream it belongs to. */
import type { WebSocket } from 'ws';
import { DeviceDescription, type Description } from '../../kernel/description.js';
import { makePipe, Outlet } from '../../kernel/pipe.js';
import type { Process } from '../../kernel/process.js';
import { Terminal, USUAL_SIZE, withReturns, type WindowSize } from '../../terminal.js';
import type { PodProcess } from '../pod-process.js';
import type { ApiServer } from '../control-plane.js';
import { numberAt, textAt, type Json, type JsonMap } from '../json.js';
import { nameOf } from '../store.js';
import type { Place } from './call.js';
import { found } from './change.js';
import { chosenContainer, containerAt } from './kubelet.js';
import { ApiError, badRequest } from './status.js';

/** Channels of `v4.channel.k8s.io`; `v5` adds the last one, with which a client closes another. */
const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const ERROR = 3;
const RESIZE = 4;
const CLOSE = 255;
const V4 = 'v4.channel.k8s.io';
const V5 = 'v5.channel.k8s.io';
/** From this minor version of Kubernetes on a server understands v5. */
const V5_SINCE = 30;
/** So much may wait in the socket before a program that prints more is made to wait. */
const FULL_BYTES = 1 << 20;
const LOOK_MS = 5;

/** The protocol that both sides know; null when there is none. */
export function protocolFor(api: ApiServer, offered: readonly string[]): string | null {
  const minor = Number(api.version.split('.')[1] ?? 0);
  if (offered.includes(V5) && minor >= V5_SINCE) return V5;
  return offered.includes(V4) ? V4 : null;
}
/** What is to be run where, as far as it can be known before the connection is a WebSocket. */
export interface ExecPlan {
  readonly command: readonly string[];
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
  readonly process: PodProcess;
}
/** @throws ApiError 400, 404, 500, 501 */
export async function planExec(api: ApiServer, place: Place, query: URLSearchParams): Promise<ExecPlan> {
  const pod = found(api, place);
  const yes = (name: string) => /^(true|1)$/.test(query.get(name) ?? '');
  const command = query.getAll('command');
  if (command.length === 0) throw badRequest('you must specify at least one command for the container');
  if (!yes('stdin') && !yes('stdout') && !yes('stderr'))
    throw badRequest('you must specify at least one of stdin, stdout, stderr');
  const name = chosenContainer(pod, query.get('container') ?? '');
  const phase = textAt(pod, 'status', 'phase');
  if (phase === 'Succeeded' || phase === 'Failed')
    throw badRequest(`cannot exec into a container in a completed pod; current phase is ${phase}`);
  const run = await containerAt(api, pod, name, 'exec');
  if (run === null || run.state !== 'running')
    throw new ApiError(
      500,
      'InternalError',
      `Internal error occurred: unable to upgrade connection: container not found ("${name}")`,
    );
  if (run.process === null)
    throw new ApiError(
      501,
      'NotImplemented',
      `practice lab: what runs inside of container "${name}" of pod "${nameOf(pod)}" is not simulated`,
    );
  const tty = yes('tty');
  return {
    command,
    stdin: yes('stdin'),
    stdout: yes('stdout'),
    // A terminal has one output.
    stderr: yes('stderr') && !tty,
    tty,
    process: run.process,
  };
}
function ended(status: number): JsonMap {
  if (status === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: command terminated with exit code ${status}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(status) }] },
  };
}
/** Where a program reads from, what becomes of a message of the client, and of the client's going. */
interface Input {
  readonly description: Description;
  take(channel: number, bytes: Buffer): void;
  /** The program has begun. */
  begun(child: Process): void;
  over(): void;
}
function terminalInput(show: (bytes: Buffer) => void): Input {
  const terminal = new Terminal(show, USUAL_SIZE);
  let program: Process | null = null;
  return {
    description: terminal.input,
    take: (channel, bytes) => {
      if (channel === STDIN) terminal.type(bytes);
      if (channel !== RESIZE) return;
      const size = sizeIn(bytes);
      if (size === null) return;
      terminal.resize(size);
      program?.kill('WINCH');
    },
    begun: (child) => {
      program = child;
      terminal.lend(child);
    },
    over: () => terminal.hangUp(),
  };
}
/** `{"Width":80,"Height":24}`; null for anything else. */
function sizeIn(bytes: Buffer): WindowSize | null {
  try {
    const value: Json = JSON.parse(bytes.toString('utf8'));
    const columns = numberAt(value, 'Width');
    const rows = numberAt(value, 'Height');
    return columns === undefined || rows === undefined ? null : { columns, rows };
  } catch {
    return null;
  }
}
function pipeInput(): Input {
  const { reader, writer } = makePipe();
  writer.retain();
  let open = true;
  let chain: Promise<void> = Promise.resolve();
  const then = (work: () => Promise<void> | void): void => {
    // Nobody reads any more: the rest is thrown away, as a closed pipe does.
    chain = chain.then(work).catch(() => undefined);
  };
  const end = () =>
    then(() => {
      if (open) writer.close();
      open = false;
    });
  return {
    description: reader,
    take: (channel, bytes) => {
      if (channel === STDIN)
        then(() => (open ? writer.write(bytes, new AbortController().signal) : undefined));
      if (channel === CLOSE && bytes[0] === STDIN) end();
    },
    begun: () => undefined,
    over: end,
  };
}
/** Runs a plan until the program ends or the client goes. */
export function runExec(socket: WebSocket, plan: ExecPlan): void {
  const send = (channel: number, bytes: Buffer): void => {
    if (socket.readyState === socket.OPEN) socket.send(Buffer.concat([Buffer.from([channel]), bytes]));
  };
  const output = (channel: number) =>
    new Outlet(`exec:[${channel}]`, async (bytes) => {
      send(channel, plan.tty ? withReturns(bytes) : Buffer.from(bytes));
      while (socket.bufferedAmount > FULL_BYTES && socket.readyState === socket.OPEN)
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    });
  const nothing = () => new DeviceDescription('null');
  const input = !plan.stdin ? null : plan.tty ? terminalInput((bytes) => send(STDOUT, bytes)) : pipeInput();
  const out = plan.stdout ? output(STDOUT) : nothing();
  const err = plan.tty ? out : plan.stderr ? output(STDERR) : nothing();
  // A first, empty message tells the client that the other side is there.
  send(plan.stdout ? STDOUT : plan.stderr ? STDERR : ERROR, Buffer.alloc(0));
  const child = plan.process.exec(
    plan.command,
    new Map<number, Description>([
      [0, input?.description ?? nothing()],
      [1, out],
      [2, err],
    ]),
    plan.tty,
  );
  input?.begun(child);
  socket.on('message', (data) => {
    const bytes = Buffer.isBuffer(data)
      ? data
      : Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data)]);
    const channel = bytes[0];
    if (channel !== undefined) input?.take(channel, bytes.subarray(1));
  });
  socket.on('error', () => undefined);
  socket.once('close', () => {
    input?.over();
    // What still runs gets to know it when it next writes.
    for (const one of [out, err]) if (one instanceof Outlet) one.sever();
  });
  void child.exited.then((status) => {
    send(ERROR, Buffer.from(JSON.stringify(ended(status))));
    socket.close(1000);
  });
}
