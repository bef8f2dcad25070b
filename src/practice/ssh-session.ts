/** One session channel of a login: a process of the host behind it. */
import type { ServerChannel, Session } from 'ssh2';
import type { Host } from './host.js';
import type { Account } from './commands/owners.js';
import type { Description } from './kernel/description.js';
import { makePipe, Outlet } from './kernel/pipe.js';
import { signalByName, type Credentials, type Process } from './kernel/process.js';
import { bash } from './shell/program.js';
import { Terminal, USUAL_SIZE, withReturns, type WindowSize } from './terminal.js';

/** One session channel: a command or a shell. */
export class SessionRun {
  readonly #host: Host;
  readonly #user: Account;
  readonly #credentials: Credentials;
  readonly #env = new Map<string, string>();
  /** The size of the terminal that was asked for; null without one. */
  #window: WindowSize | null = null;
  #terminal: Terminal | null = null;
  #process: Process | null = null;

  constructor(host: Host, user: Account, credentials: Credentials, session: Session) {
    this.#host = host;
    this.#user = user;
    this.#credentials = credentials;
    session.on('env', (accept, _reject, info) => {
      if (/^(LANG|LC_\w+)$/.test(info.key)) this.#env.set(info.key, info.val);
      accept?.();
    });
    session.on('pty', (accept, _reject, info) => {
      this.#window = info.cols > 0 && info.rows > 0 ? { columns: info.cols, rows: info.rows } : USUAL_SIZE;
      // The types leave it out; it is there when the client asked for a terminal.
      if ('term' in info && typeof info.term === 'string') this.#env.set('TERM', info.term);
      accept?.();
    });
    session.on('window-change', (accept, _reject, info) => {
      this.#terminal?.resize({ columns: info.cols, rows: info.rows });
      accept?.();
    });
    session.on('signal', (accept, _reject, info) => {
      const signal = signalByName(info.name);
      const process = this.#process;
      if (signal !== null && process !== null) this.#host.kernel.signal({ group: process.pgid }, signal);
      accept?.();
    });
    session.on('exec', (accept, _reject, info) => this.#run(accept(), ['-c', info.command]));
    session.on('shell', (accept) =>
      this.#run(accept(), this.#window === null ? ['--login'] : ['--login', '-i']),
    );
    session.on('subsystem', (_accept, reject) => reject());
    session.on('sftp', (_accept, reject) => reject());
  }

  #run(channel: ServerChannel, args: readonly string[]): void {
    const host = this.#host;
    const user = this.#user;
    channel.on('error', () => undefined);
    const terminal =
      this.#window === null
        ? null
        : new Terminal((bytes) => {
            if (!channel.destroyed) channel.write(bytes);
          }, this.#window);
    this.#terminal = terminal;
    const send = (stream: { write(bytes: Buffer): boolean }) => (bytes: Buffer) =>
      new Promise<void>((resolve) => {
        const shown = terminal === null ? Buffer.from(bytes) : withReturns(bytes);
        if (channel.destroyed || stream.write(shown)) resolve();
        else this.#drained(channel, resolve);
      });
    let open = 2;
    let exit: { readonly status: number; readonly signal: string | null } | null = null;
    const finish = () => {
      if (exit === null || open > 0) return;
      if (exit.signal === null) channel.exit(exit.status);
      else channel.exit(exit.signal, false, '');
      channel.end();
    };
    const released = () => {
      open -= 1;
      finish();
    };
    const stdout = new Outlet('pipe:[stdout]', send(channel), released);
    const stderr = new Outlet(
      'pipe:[stderr]',
      terminal === null ? send(channel.stderr) : send(channel),
      released,
    );
    const input = terminal === null ? this.#feed(channel) : terminal.input;
    if (terminal !== null) {
      channel.on('data', (bytes: Buffer) => terminal.type(bytes));
      channel.once('end', () => terminal.end());
    }
    channel.once('close', () => {
      terminal?.hangUp();
      stdout.sever();
      stderr.sever();
    });
    const env = new Map<string, string>([
      ['SHELL', user.shell],
      ['PWD', user.home],
      ['LOGNAME', user.name],
      ['HOME', user.home],
      ['LANG', 'C.UTF-8'],
      ['USER', user.name],
      ['SSH_CLIENT', '10.0.2.2 50022 22'],
      ['SSH_CONNECTION', '10.0.2.2 50022 10.0.2.15 22'],
      [
        'PATH',
        '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/games:/usr/local/games:/snap/bin',
      ],
      ...this.#env,
    ]);
    const process = host.kernel.spawn(
      {
        argv: ['bash', ...args],
        env,
        cwd: user.home,
        credentials: this.#credentials,
        lead: 'session',
        tty: terminal !== null,
        descriptors: new Map<number, Description>([
          [0, input],
          [1, stdout],
          [2, stderr],
        ]),
      },
      (started) => bash(started, args),
    );
    this.#process = process;
    terminal?.lend(process);
    void process.exited.then((status) => {
      exit = { status, signal: process.diedOf };
      finish();
    });
  }

  #drained(channel: ServerChannel, resolve: () => void): void {
    const done = () => {
      channel.off('drain', done);
      channel.off('close', done);
      channel.stderr.off('drain', done);
      resolve();
    };
    channel.once('drain', done);
    channel.stderr.once('drain', done);
    channel.once('close', done);
  }

  /** What the client sends becomes the process's standard input. @returns where it is read */
  #feed(channel: ServerChannel): Description {
    const { reader, writer } = makePipe();
    writer.retain();
    const never = new AbortController().signal;
    let over = false;
    const end = () => {
      if (!over) writer.close();
      over = true;
    };
    channel.on('data', (bytes: Buffer) => {
      channel.pause();
      writer.write(bytes, never).then(
        () => channel.resume(),
        // Nobody reads any more: the rest is thrown away, as a closed pipe does.
        () => channel.resume(),
      );
    });
    channel.once('end', end);
    channel.once('close', end);
    return reader;
  }
}
