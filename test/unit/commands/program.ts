/** The built program as a process (built anew before the tests): arguments in, what it wrote and how it ended out. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROGRAM } from '../../support/cli.js';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Desk {
  /** An empty home directory, also the working directory. */
  readonly home: string;
  start(args: readonly string[], env?: Readonly<Record<string, string>>): ReturnType<typeof spawn>;
  run(
    args: readonly string[],
    options?: { readonly input?: string; readonly env?: Readonly<Record<string, string>> },
  ): Promise<Ended>;
  clear(): Promise<void>;
}

/** A home of its own for the program; nothing of the person who runs the tests is read. */
export async function createDesk(): Promise<Desk> {
  const home = await mkdtemp(join(tmpdir(), 'threebody-cli-'));
  const start = (
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): ReturnType<typeof spawn> =>
    spawn(process.execPath, [PROGRAM, ...args], {
      cwd: home,
      env: {
        PATH: process.env['PATH'],
        HOME: home,
        LANG: 'en_US.UTF-8',
        TMPDIR: home,
        ...env,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  return {
    home,
    start,
    run: (args, { input = '', env = {} } = {}) =>
      new Promise((resolve, reject) => {
        const child = start(args, env);
        let stdout = '';
        let stderr = '';
        child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
        child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
        child.stdin?.on('error', () => undefined).end(input);
        child.on('error', reject);
        child.on('close', (code) => resolve({ code, stdout, stderr }));
      }),
    clear: () => rm(home, { recursive: true, force: true }),
  };
}

/** A line of a stack trace, as V8 writes them. */
export const STACK_LINE = /^\s+at .*(?:\(|:\d+:\d+)/m;
