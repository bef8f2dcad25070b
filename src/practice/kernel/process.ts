/** Processes of a virtual host: identity, descriptors, signals. What they do is given as a function to `Kernel.spawn`. */
import type { Caller } from '../vfs/inode.js';
import { SystemError } from '../vfs/inode.js';
import { joinPath } from '../vfs/volume.js';
import { View } from '../vfs/view.js';
import { readAll, type Description } from './description.js';
import type { Kernel } from './kernel.js';

export const SIGNALS = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ABRT: 6,
  KILL: 9,
  USR1: 10,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  CHLD: 17,
  CONT: 18,
  STOP: 19,
  WINCH: 28,
} as const;
export type SignalName = keyof typeof SIGNALS;
const HARMLESS: readonly SignalName[] = ['CHLD', 'CONT', 'STOP', 'WINCH'];

/** `TERM`, `SIGTERM` or `15`; null when there is no such signal here. */
export function signalByName(word: string): SignalName | null {
  const wanted = word.toUpperCase().replace(/^SIG/, '');
  for (const [name, number] of Object.entries(SIGNALS)) {
    if (name === wanted || String(number) === wanted) return name as SignalName;
  }
  return null;
}

/** Thrown out of whatever a process was waiting for when a signal ends it. */
export class Killed extends Error {
  override readonly name = 'Killed';
  readonly signal: SignalName;
  constructor(signal: SignalName) {
    super(`killed by SIG${signal}`);
    this.signal = signal;
  }
  get status(): number {
    return 128 + SIGNALS[this.signal];
  }
}

export interface Credentials {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  /** Login name, as ps prints it. */
  readonly user: string;
}

export interface ProcessInit {
  readonly pid: number;
  readonly ppid: number;
  readonly pgid: number;
  readonly sid: number;
  readonly argv: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly cwd: string;
  readonly umask: number;
  readonly credentials: Credentials;
  readonly descriptors: ReadonlyMap<number, Description>;
  readonly tty: boolean;
  readonly ignored: ReadonlySet<SignalName>;
}

export class Process {
  readonly kernel: Kernel;
  readonly pid: number;
  ppid: number;
  pgid: number;
  sid: number;
  argv: readonly string[];
  readonly env: Map<string, string>;
  cwd: string;
  umask: number;
  credentials: Credentials;
  readonly descriptors = new Map<number, Description>();
  readonly startedAt: number;
  readonly tty: boolean;
  readonly ignored: Set<SignalName>;
  nice = 0;
  /** A shell with traps takes a signal for itself by giving true. */
  onSignal: ((signal: SignalName) => boolean) | null = null;
  /** Runs before a process that was ended by a signal is gone (an EXIT trap). Not for KILL. */
  lastWords: ((signal: SignalName) => Promise<void>) | null = null;
  /** Resolves with the exit status, 128 + n after a signal. */
  readonly exited: Promise<number>;
  /** The signal that ended it. */
  diedOf: SignalName | null = null;
  readonly #settle: (status: number) => void;
  readonly #controller = new AbortController();
  #alive = true;

  constructor(kernel: Kernel, init: ProcessInit) {
    this.kernel = kernel;
    this.pid = init.pid;
    this.ppid = init.ppid;
    this.pgid = init.pgid;
    this.sid = init.sid;
    this.argv = init.argv;
    this.env = new Map(init.env);
    this.cwd = init.cwd;
    this.umask = init.umask;
    this.credentials = init.credentials;
    this.tty = init.tty;
    this.ignored = new Set(init.ignored);
    this.startedAt = kernel.now();
    for (const [fd, description] of init.descriptors) this.descriptors.set(fd, description.retain());
    let settle = (_status: number): void => undefined;
    this.exited = new Promise((resolve) => {
      settle = resolve;
    });
    this.#settle = settle;
  }

  get alive(): boolean {
    return this.#alive;
  }
  /** Aborted with a `Killed` when the process ends by a signal. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }
  get caller(): Caller {
    const { uid, gid, groups } = this.credentials;
    return { uid, gid, groups, pid: this.pid };
  }
  /** The file tree with this process's permissions and umask. */
  get view(): View {
    return new View(this.kernel.volume, this.caller, () => this.umask);
  }
  path(path: string): string {
    const joined = joinPath(this.cwd, path);
    return path.endsWith('/') && joined !== '/' ? `${joined}/` : joined;
  }

  /** Delivers a signal. Nothing happens when it is ignored, caught or harmless. */
  kill(signal: SignalName): void {
    if (!this.#alive || this.signal.aborted) return;
    if (signal !== 'KILL') {
      if (HARMLESS.includes(signal) || this.ignored.has(signal)) return;
      if (this.onSignal?.(signal) === true) return;
    }
    this.diedOf = signal;
    this.#controller.abort(new Killed(signal));
  }

  /** Marks the end: descriptors closed, waiters told. Called by the kernel only. */
  finish(status: number): void {
    if (!this.#alive) return;
    this.#alive = false;
    for (const fd of [...this.descriptors.keys()]) this.closeDescriptor(fd);
    if (!this.signal.aborted) this.#controller.abort(new Killed('KILL'));
    this.#settle(status);
  }

  setDescriptor(fd: number, description: Description): void {
    description.retain();
    this.closeDescriptor(fd);
    this.descriptors.set(fd, description);
  }
  closeDescriptor(fd: number): void {
    const old = this.descriptors.get(fd);
    if (old === undefined) return;
    this.descriptors.delete(fd);
    old.close();
  }
  descriptor(fd: number): Description {
    const found = this.descriptors.get(fd);
    if (found === undefined) throw new SystemError('EBADF', String(fd));
    return found;
  }

  /**
   * Writes to a descriptor. A broken pipe ends the process by SIGPIPE, as on Linux, unless that is ignored.
   * @throws SystemError EBADF, ENOSPC, EPIPE; Killed
   */
  async write(fd: number, content: string | Buffer): Promise<void> {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    if (bytes.length === 0) return;
    try {
      await this.descriptor(fd).write(bytes, this.signal);
    } catch (error) {
      if (error instanceof SystemError && error.code === 'EPIPE' && !this.ignored.has('PIPE')) {
        this.kill('PIPE');
        this.signal.throwIfAborted();
      }
      throw error;
    }
  }
  out(content: string | Buffer): Promise<void> {
    return this.write(1, content);
  }
  /** Writes to stderr; that stderr is closed is nobody's concern. */
  async err(content: string): Promise<void> {
    if (this.descriptors.has(2)) await this.write(2, content);
  }
  /** Says `<program>: <text>` on stderr and gives the exit code. */
  async fail(text: string, code = 1): Promise<number> {
    await this.err(`${this.name}: ${text}\n`);
    return code;
  }
  /** What is known but not simulated is refused, never pretended. */
  async refuse(what: string): Promise<number> {
    await this.err(`practice lab: ${this.name}: ${what} is not simulated\n`);
    return 64;
  }
  get name(): string {
    const first = this.argv[0] ?? '';
    return first.slice(first.lastIndexOf('/') + 1);
  }
  async readAll(fd = 0): Promise<Buffer> {
    const description = this.descriptors.get(fd);
    return description === undefined ? Buffer.alloc(0) : readAll(description, this.signal);
  }
  async readText(fd = 0): Promise<string> {
    return (await this.readAll(fd)).toString('utf8');
  }

  /** Waits on the lab's clock; a signal ends the wait. @param ms simulated milliseconds */
  sleep(ms: number): Promise<void> {
    return this.kernel.clock.sleep(ms, this.signal);
  }
  /** Waits for a promise, or for the signal that ends this process. */
  async until<T>(promise: Promise<T>): Promise<T> {
    this.signal.throwIfAborted();
    const { signal } = this;
    return new Promise<T>((resolve, reject) => {
      const stop = () => reject(signal.reason);
      signal.addEventListener('abort', stop);
      promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
    });
  }
}
