/** Pipes between processes of a host, and the ends of an SSH channel, which look like pipes to the host. */
import { SystemError } from '../vfs/inode.js';
import { Description } from './description.js';

const CAPACITY = 65_536;

/** Resolves when woken; rejects with the signal's reason when aborted. */
export class Waiters {
  readonly #waiting = new Set<() => void>();
  wake(): void {
    for (const go of [...this.#waiting]) go();
  }
  wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const done = () => {
        this.#waiting.delete(go);
        signal.removeEventListener('abort', stop);
      };
      const go = () => {
        done();
        resolve();
      };
      const stop = () => {
        done();
        reject(signal.reason);
      };
      this.#waiting.add(go);
      signal.addEventListener('abort', stop);
    });
  }
}

interface PipeState {
  chunks: Buffer[];
  bytes: number;
  writers: boolean;
  readers: boolean;
  readonly readable: Waiters;
  readonly writable: Waiters;
  readonly breakers: Set<() => void>;
}

class ReadEnd extends Description {
  readonly label = 'pipe:[r]';
  readonly #state: PipeState;
  constructor(state: PipeState) {
    super();
    this.#state = state;
  }
  protected async take(max: number, signal: AbortSignal): Promise<Buffer | null> {
    const state = this.#state;
    for (;;) {
      const first = state.chunks[0];
      if (first !== undefined) {
        const bytes = first.subarray(0, max);
        if (bytes.length === first.length) state.chunks.shift();
        else state.chunks[0] = first.subarray(bytes.length);
        state.bytes -= bytes.length;
        state.writable.wake();
        return bytes;
      }
      if (!state.writers) return null;
      await state.readable.wait(signal);
    }
  }
  async write(): Promise<void> {
    throw new SystemError('EBADF', this.label);
  }
  protected override released(): void {
    this.#state.readers = false;
    this.#state.chunks = [];
    this.#state.writable.wake();
    for (const listener of [...this.#state.breakers]) listener();
    this.#state.breakers.clear();
  }
}

class WriteEnd extends Description {
  readonly label = 'pipe:[w]';
  readonly #state: PipeState;
  constructor(state: PipeState) {
    super();
    this.#state = state;
  }
  override get broken(): boolean {
    return !this.#state.readers;
  }
  override onBroken(listener: () => void): () => void {
    this.#state.breakers.add(listener);
    return () => this.#state.breakers.delete(listener);
  }
  protected async take(): Promise<Buffer | null> {
    throw new SystemError('EBADF', this.label);
  }
  async write(bytes: Buffer, signal: AbortSignal): Promise<void> {
    const state = this.#state;
    while (state.readers && state.bytes >= CAPACITY) await state.writable.wait(signal);
    if (!state.readers) throw new SystemError('EPIPE');
    state.chunks.push(Buffer.from(bytes));
    state.bytes += bytes.length;
    state.readable.wake();
  }
  protected override released(): void {
    this.#state.writers = false;
    this.#state.readable.wake();
  }
}

/** Both ends of a new pipe of 64 KiB: writing waits when it is full, reading when it is empty. */
export function makePipe(): { readonly reader: Description; readonly writer: Description } {
  const state: PipeState = {
    chunks: [],
    bytes: 0,
    writers: true,
    readers: true,
    readable: new Waiters(),
    writable: new Waiters(),
    breakers: new Set(),
  };
  return { reader: new ReadEnd(state), writer: new WriteEnd(state) };
}

/** Where output leaves the host: `send` resolves when the far side can take more. */
export class Outlet extends Description {
  readonly label: string;
  readonly #send: (bytes: Buffer) => Promise<void>;
  readonly #breakers = new Set<() => void>();
  readonly #released: () => void;
  #broken = false;
  constructor(label: string, send: (bytes: Buffer) => Promise<void>, released: () => void = () => undefined) {
    super();
    this.label = label;
    this.#send = send;
    this.#released = released;
  }
  /** The far side went away: writers get EPIPE from now on. */
  sever(): void {
    this.#broken = true;
    for (const listener of [...this.#breakers]) listener();
    this.#breakers.clear();
  }
  override get broken(): boolean {
    return this.#broken;
  }
  override onBroken(listener: () => void): () => void {
    this.#breakers.add(listener);
    return () => this.#breakers.delete(listener);
  }
  protected async take(): Promise<Buffer | null> {
    return null;
  }
  async write(bytes: Buffer): Promise<void> {
    if (this.#broken) throw new SystemError('EPIPE');
    await this.#send(bytes);
  }
  protected override released(): void {
    this.#released();
  }
}
