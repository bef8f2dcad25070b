import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * Who runs what is under test: nobody when the tests are root's, as MariaDB and php-fpm refuse root and the images do not
 * use it either; otherwise whoever runs the tests.
 */
export const RUNNER: { readonly uid?: number; readonly gid?: number } =
  process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

export interface Outcome {
  readonly code: number;
  /** stdout and stderr, in that order. */
  readonly output: string;
}

export interface Command {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** PATH and HOME only: no variable of the machine may decide what comes out. */
function environment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/nonexistent', LC_ALL: 'C.UTF-8', ...extra };
}

/**
 * Runs a program to its end.
 *
 * @returns its exit code (-1 when a signal ended it) and what it wrote; throws when it cannot be started
 */
export async function run(
  program: string,
  args: readonly string[],
  { cwd, env, input }: Command = {},
): Promise<Outcome> {
  return await new Promise((resolve, reject) => {
    const child = execFile(
      program,
      [...args],
      { ...RUNNER, cwd, env: environment(env), timeout: 120_000, maxBuffer: 16 << 20 },
      (error, stdout, stderr) => {
        if (error !== null && typeof error.code === 'string') return reject(error);
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), output: `${stdout}${stderr}` });
      },
    );
    // A program that ends without reading closes the pipe; its exit code tells what happened.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input ?? '');
  });
}

/** Runs a program that has to succeed; throws with all that it wrote when it does not. */
export async function must(program: string, args: readonly string[], how: Command = {}): Promise<string> {
  const { code, output } = await run(program, args, how);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${output}`);
  return output;
}

/** A TCP port of the loopback interface that nobody listens on now. */
export async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no port'));
        else resolve(address.port);
      });
    });
  });
}

/**
 * Waits until something holds.
 *
 * @param what for the message, when it never does
 * @param holds asked again every 50 ms; a throw counts as no
 * @param limit milliseconds
 * @param detail what to add to the message
 */
export async function until(
  what: string,
  holds: () => Promise<boolean> | boolean,
  limit = 30_000,
  detail: () => string = () => '',
): Promise<void> {
  const end = Date.now() + limit;
  for (;;) {
    try {
      if (await holds()) return;
    } catch {
      // Asked again until the limit.
    }
    if (Date.now() > end) throw new Error(`waited ${limit} ms for: ${what}\n${detail()}`);
    await pause(50);
  }
}

/** A program that goes on running until it is stopped, by its process id. */
export class Service {
  readonly #child: ChildProcess;
  readonly #name: string;
  #output = '';
  #ended: number | undefined;

  constructor(
    program: string,
    args: readonly string[],
    how: { cwd: string; env?: Readonly<Record<string, string>> },
  ) {
    this.#name = program;
    this.#child = spawn(program, [...args], {
      ...RUNNER,
      cwd: how.cwd,
      env: environment(how.env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (chunk: Buffer): void => {
      this.#output += chunk.toString();
    };
    this.#child.stdout?.on('data', keep);
    this.#child.stderr?.on('data', keep);
    this.#child.once('error', (error) => {
      this.#output += String(error);
      this.#ended = -1;
    });
    this.#child.once('close', (code) => {
      this.#ended = code ?? -1;
    });
  }

  /** All that it wrote so far. */
  get output(): string {
    return this.#output;
  }

  /** Waits until it serves; throws with its output when it ends before or takes too long. */
  async ready(holds: () => Promise<boolean>): Promise<void> {
    await until(
      `${this.#name} to serve`,
      async () => this.#ended !== undefined || (await holds()),
      30_000,
      () => this.#output,
    );
    if (this.#ended !== undefined)
      throw new Error(`${this.#name} ended with ${this.#ended}:\n${this.#output}`);
  }

  /** Asks it to end without waiting for that. */
  signal(name: 'SIGTERM' | 'SIGQUIT'): void {
    this.#child.kill(name);
  }

  /** Waits for its end and tells its exit code. */
  async end(): Promise<number> {
    await until(
      `${this.#name} to end`,
      () => this.#ended !== undefined,
      20_000,
      () => this.#output,
    );
    return this.#ended ?? -1;
  }

  /** Ends it, the hard way if it does not listen. */
  async stop(name: 'SIGTERM' | 'SIGQUIT' = 'SIGTERM'): Promise<void> {
    if (this.#ended !== undefined) return;
    this.signal(name);
    try {
      await this.end();
    } catch {
      this.#child.kill('SIGKILL');
      await this.end();
    }
  }
}
