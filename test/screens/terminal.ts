/** The app on a terminal that is not there: what Ink writes goes through a real emulator, and its screen is read back. */
import { EventEmitter } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import xterm from '@xterm/headless';
import { vi } from 'vitest';
import { startApp, type AppHandle } from '../../src/app.js';
import type { LogBook } from '../../src/state/logs.js';
import type { AppState, Effect } from '../../src/state/types.js';
import { viewOn } from './fixture.js';

class FakeStdout extends Writable {
  readonly isTTY = true;
  columns: number;
  rows: number;
  readonly emulator: xterm.Terminal;
  bytes = 0;
  raw = '';

  constructor(columns: number, rows: number) {
    super({ decodeStrings: false });
    this.columns = columns;
    this.rows = rows;
    this.emulator = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, convertEol: true });
  }
  override _write(text: string, _encoding: BufferEncoding, done: () => void): void {
    this.bytes += Buffer.byteLength(text);
    this.raw += text;
    this.emulator.write(text, done);
  }
}

class FakeStdin extends PassThrough {
  readonly isTTY = true;
  rawMode = false;
  setRawMode(on: boolean): this {
    this.rawMode = on;
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}

export const KEY = {
  up: '\u001B[A',
  down: '\u001B[B',
  right: '\u001B[C',
  left: '\u001B[D',
  enter: '\r',
  esc: '\u001B',
  tab: '\t',
  shiftTab: '\u001B[Z',
  pageUp: '\u001B[5~',
  pageDown: '\u001B[6~',
  backspace: '\u007F',
  ctrlC: '\u0003',
  ctrlG: '\u0007',
  ctrlL: '\u000C',
  ctrlU: '\u0015',
} as const;

export interface TestApp {
  readonly app: AppHandle;
  readonly effects: Effect[];
  readonly stdout: FakeStdout;
  readonly stdin: FakeStdin;
  /** Rows of the screen as one sees them, without the blanks at their ends. */
  screen(): string[];
  text(): string;
  /** Waits until the screen holds this. */
  see(what: string | RegExp): Promise<void>;
  /** Waits until everything written has been shown. */
  settle(): Promise<void>;
  press(...keys: readonly string[]): Promise<void>;
  resize(columns: number, rows: number): void;
  close(): Promise<void>;
}

/** @param reported what the terminal says its size is, when that is not the truth */
export function startTestApp(
  initial: AppState,
  logs: LogBook,
  reported?: { readonly columns: number; readonly rows: number },
): TestApp {
  const { columns, rows } = initial.terminal;
  const stdout = new FakeStdout(columns, rows);
  if (reported !== undefined) Object.assign(stdout, reported);
  const stdin = new FakeStdin();
  const effects: Effect[] = [];
  const host = new EventEmitter();
  const app = startApp({
    initial,
    runEffect: (effect) => effects.push(effect),
    logs,
    live: viewOn(initial, logs).live,
    stream: viewOn(initial, logs).stream,
    vagrantText: viewOn(initial, logs).vagrantText,
    stdin,
    stdout,
    stderr: stdout,
    env: {},
    process: Object.assign(host, { pid: 1, kill: () => true, exit: () => undefined }),
    onFatal: (error) => {
      throw error;
    },
  });
  /** Until nothing has been written for three looks, each longer than a frame. */
  const settle = async (): Promise<void> => {
    let before = -1;
    let quiet = 0;
    await vi.waitFor(
      () => {
        quiet = stdout.writableLength === 0 && stdout.bytes === before ? quiet + 1 : 0;
        before = stdout.bytes;
        if (quiet < 3) throw new Error('still writing');
      },
      { timeout: 4000, interval: 20 },
    );
  };
  const screen = (): string[] => {
    const buffer = stdout.emulator.buffer.active;
    return Array.from(
      { length: stdout.emulator.rows },
      (_, i) => buffer.getLine(buffer.baseY + i)?.translateToString(true) ?? '',
    );
  };
  const text = (): string => screen().join('\n');
  return {
    app,
    effects,
    stdout,
    stdin,
    screen,
    text,
    settle,
    async see(what) {
      await vi.waitFor(
        () => {
          const now = text();
          const seen = typeof what === 'string' ? now.includes(what) : what.test(now);
          if (!seen) throw new Error(`not on the screen: ${String(what)}\n${now}`);
        },
        { timeout: 4000, interval: 5 },
      );
    },
    async press(...keys) {
      await app.ready;
      for (const key of keys) {
        stdin.write(key);
        // A lone Esc is told from the start of a sequence by waiting; each key gets a turn of its own.
        await settle();
      }
    },
    resize(nextColumns, nextRows) {
      stdout.columns = nextColumns;
      stdout.rows = nextRows;
      stdout.emulator.resize(nextColumns, nextRows);
      stdout.emit('resize');
    },
    async close() {
      app.close();
      await app.done;
    },
  };
}
