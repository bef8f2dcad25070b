/** The built program without a screen: arguments in, what it wrote and how it ended out. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');
export const PROGRAM = join(ROOT, 'bin', 'threebody-tui.cjs');
/** A runbook pack with one slow step, B1. */
export const SLOW_PACK = join(import.meta.dirname, 'slow-pack');

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Milliseconds. */
  readonly ms: number;
}

export interface Running {
  readonly child: ChildProcess;
  /** What came so far on both streams, in the order of arrival. */
  seen(): string;
  /** Waits until the text has come on one of the streams; rejects when the program ends before that. */
  until(text: string | RegExp): Promise<void>;
  readonly finished: Promise<Finished>;
}

/** Starts the program; `env` replaces the environment as a whole. */
export function begin(
  args: readonly string[],
  options: {
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly cwd?: string;
    readonly input?: string;
  },
): Running {
  const began = performance.now();
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: options.env,
    cwd: options.cwd ?? ROOT,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  let seen = '';
  const listeners = new Set<() => void>();
  const heard = (text: string): void => {
    seen += text;
    for (const listener of listeners) listener();
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    heard(text);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    heard(text);
  });
  child.stdin.on('error', () => undefined).end(options.input ?? '');
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve({ code, signal, stdout, stderr, ms: performance.now() - began }),
    );
  });
  return {
    child,
    seen: () => seen,
    finished,
    until(text) {
      const holds = (): boolean => (typeof text === 'string' ? seen.includes(text) : text.test(seen));
      return new Promise((resolve, reject) => {
        const look = (): void => {
          if (!holds()) return;
          listeners.delete(look);
          resolve();
        };
        listeners.add(look);
        look();
        void finished.then(() => reject(new Error(`the program ended without ${String(text)}:\n${seen}`)));
      });
    },
  };
}

/** Runs the program to its end. */
export function cli(args: readonly string[], options: Parameters<typeof begin>[1]): Promise<Finished> {
  return begin(args, options).finished;
}
