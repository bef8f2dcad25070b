/** One command beside the main process of a container, and the streams between it and a client. */
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { DeviceDescription, type Description } from '../../kernel/description.js';
import { makePipe, Outlet } from '../../kernel/pipe.js';
import type { Credentials, Process } from '../../kernel/process.js';
import { Terminal, withReturns, type WindowSize } from '../../terminal.js';
import type { Container } from '../container.js';
import type { Engine } from '../engine.js';
import { runInside } from '../shell-program.js';
import { frame } from './frames.js';

export interface ExecConfig {
  readonly command: readonly string[];
  readonly env: readonly string[];
  readonly cwd: string;
  /** As it was asked for; empty for the image's own. */
  readonly user: string;
  readonly credentials: Credentials | null;
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
  readonly size: WindowSize;
}
/** Where the client's input comes out: a terminal, or a pipe. */
interface Input {
  readonly description: Description;
  take(bytes: Buffer): Promise<void>;
  /** Nothing more comes. */
  end(): void;
}

export class ExecRun {
  readonly id: string;
  readonly container: Container;
  readonly config: ExecConfig;
  state: 'made' | 'running' | 'ended' = 'made';
  /** Null until it has ended. */
  exitCode: number | null = null;
  readonly #engine: Engine;
  #process: Process | null = null;
  #terminal: Terminal | null = null;
  #size: WindowSize;

  constructor(engine: Engine, container: Container, id: string, config: ExecConfig) {
    this.#engine = engine;
    this.container = container;
    this.id = id;
    this.config = config;
    this.#size = config.size;
  }
  /** Process number on the host; 0 before the start. */
  get pid(): number {
    return this.#process === null ? 0 : this.container.pid + this.#process.pid;
  }
  get contentType(): string {
    return this.config.tty
      ? 'application/vnd.docker.raw-stream'
      : 'application/vnd.docker.multiplexed-stream';
  }
  resize(size: WindowSize): void {
    this.#size = size;
    this.#terminal?.resize(size);
  }
  /** Tells an event of this command; the daemon names the command in the first two. */
  tell(action: 'exec_create' | 'exec_start' | 'exec_die'): void {
    this.#engine.events.container(
      this.container,
      action === 'exec_die' ? action : `${action}: ${this.config.command.join(' ')}`,
      {
        execID: this.id,
        ...(action === 'exec_die' ? { exitCode: String(this.exitCode ?? 0) } : {}),
      },
    );
  }

  /** Runs it over a connection that the client asked for. */
  over(socket: Duplex): void {
    socket.write(
      `HTTP/1.1 101 UPGRADED\r\nContent-Type: ${this.contentType}\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n`,
    );
    const gone = new AbortController();
    socket.once('close', () => gone.abort());
    const send = async (bytes: Buffer) => {
      if (socket.destroyed || socket.write(bytes)) return;
      await once(socket, 'drain', { signal: gone.signal }).catch(() => undefined);
    };
    void this.start(send, socket, gone.signal).then(() => socket.end());
  }

  /**
   * Starts it and resolves when it has ended and all its output was sent.
   * @param send resolves when the client takes more
   * @param source what the client types; null for no standard input
   * @param gone aborted when the client has gone
   */
  async start(
    send: (bytes: Buffer) => Promise<void>,
    source: Duplex | null,
    gone: AbortSignal = new AbortController().signal,
  ): Promise<void> {
    const { config } = this;
    this.state = 'running';
    const nothing = () => new DeviceDescription('null');
    const outlets: Outlet[] = [];
    const released: Promise<void>[] = [];
    const outlet = (stream: 'stdout' | 'stderr') => {
      let done = (): void => undefined;
      released.push(
        new Promise((resolve) => {
          done = resolve;
        }),
      );
      const made = new Outlet(
        `exec:[${stream}]`,
        (bytes) => send(config.tty ? withReturns(bytes) : frame(stream, bytes)),
        () => done(),
      );
      outlets.push(made);
      return made;
    };
    const input = this.#inputFor(source, send);
    const out = config.stdout ? outlet('stdout') : nothing();
    const err = config.tty ? out : config.stderr ? outlet('stderr') : nothing();
    const process = runInside(
      this.container,
      config.command,
      new Map<number, Description>([
        [0, input?.description ?? nothing()],
        [1, out],
        [2, err],
      ]),
      {
        env: config.env,
        tty: config.tty,
        ...(config.cwd === '' ? {} : { cwd: config.cwd }),
        ...(config.credentials === null ? {} : { credentials: config.credentials }),
      },
    );
    this.#process = process;
    this.#terminal?.lend(process);
    this.tell('exec_start');
    if (source !== null && input !== null) feed(source, input);
    gone.addEventListener('abort', () => {
      input?.end();
      this.#terminal?.hangUp();
      for (const one of outlets) one.sever();
    });
    this.exitCode = await process.exited;
    this.state = 'ended';
    this.tell('exec_die');
    // What it left behind in the background may hold the output open, as with the real one.
    await Promise.race([
      Promise.all(released),
      new Promise<void>((resolve) => gone.addEventListener('abort', () => resolve(), { once: true })),
    ]);
  }
  #inputFor(source: Duplex | null, send: (bytes: Buffer) => Promise<void>): Input | null {
    if (this.config.tty) {
      const terminal = new Terminal((bytes) => void send(bytes), this.#size);
      this.#terminal = terminal;
      if (source === null || !this.config.stdin) return null;
      return {
        description: terminal.input,
        take: async (bytes) => terminal.type(bytes),
        end: () => terminal.end(),
      };
    }
    if (source === null || !this.config.stdin) return null;
    const { reader, writer } = makePipe();
    writer.retain();
    let open = true;
    return {
      description: reader,
      take: (bytes) => writer.write(bytes, new AbortController().signal),
      end: () => {
        if (open) writer.close();
        open = false;
      },
    };
  }
}

/** Hands on what the client sends, as fast as it is read. */
function feed(source: Duplex, input: Input): void {
  source.on('data', (bytes: Buffer) => {
    source.pause();
    // Nobody reads any more: the rest is thrown away, as a closed pipe does.
    void input.take(bytes).then(
      () => source.resume(),
      () => source.resume(),
    );
  });
  source.once('end', () => input.end());
  source.resume();
}
