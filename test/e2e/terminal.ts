/** The built program in a pseudo-terminal, its screen read through a terminal emulator: what a person would see. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import xterm from '@xterm/headless';
import { spawn } from 'node-pty';
import { PROGRAM } from '../support/cli.js';

/** How long a condition may take, in milliseconds. Only a program that hangs ever waits as long as that. */
const PATIENCE_MS = 45_000;

export const KEYS = {
  enter: '\r',
  esc: '\u001B',
  tab: '\t',
  shiftTab: '\u001B[Z',
  up: '\u001B[A',
  down: '\u001B[B',
  right: '\u001B[C',
  left: '\u001B[D',
  pageDown: '\u001B[6~',
  ctrlC: '\u0003',
  ctrlL: '\u000C',
} as const;

/** A home directory that nobody else uses: the program's files, and nothing of the person who runs the tests. */
export interface Home {
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

export async function createHome(): Promise<Home> {
  const directory = await mkdtemp(join(tmpdir(), 'threebody-e2e-'));
  return {
    directory,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: directory,
      XDG_STATE_HOME: join(directory, 'state'),
      XDG_CONFIG_HOME: join(directory, 'config'),
      XDG_CACHE_HOME: join(directory, 'cache'),
      XDG_DATA_HOME: join(directory, 'data'),
      TMPDIR: tmpdir(),
      TERM: 'xterm-256color',
      COLORTERM: 'truecolor',
      LANG: 'en_US.UTF-8',
    },
    remove: () => rm(directory, { recursive: true, force: true, maxRetries: 5 }),
  };
}

export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  /** The screen as lines of text, trailing blanks cut. */
  lines(): readonly string[];
  /** The screen as one text. */
  text(): string;
  /** Bytes received since the start. */
  bytes(): number;
  /** Everything received since the start, as it came. */
  raw(): string;
  /** True while the alternate screen is shown. */
  alternate(): boolean;
  press(...keys: readonly string[]): void;
  resize(columns: number, rows: number): void;
  /** Process id of the program itself. */
  pid(): Promise<number>;
  /** Waits until the screen satisfies a condition. */
  until(what: string | RegExp | ((screen: string) => boolean), describe?: string): Promise<void>;
  /** Waits until nothing has been received for so long (milliseconds); how long the program was given is bounded. */
  quiet(ms: number): Promise<void>;
  /** Waits for the end of the program. `after` is what the shell behind it saw of the terminal: `stty -a`. */
  end(): Promise<{ readonly code: number; readonly after: string }>;
  /** Ends what is left. */
  dispose(): Promise<void>;
}

/**
 * Behind the program stands a shell, as with a person: it tells how the program left the terminal.
 * The program's own process id goes into a file, because the pty knows only the shell's.
 */
const SHELL = [
  'sh -c \'echo $$ >"$THREEBODY_PID_FILE"; exec "$@"\' sh "$@"',
  'code=$?',
  'printf "\\n@@@ after %s\\n" "$code"',
  'stty -a',
  'printf "@@@ end\\n"',
].join('\n');

/** @param args arguments of the program */
export function start(
  home: Home,
  options: {
    readonly args?: readonly string[];
    readonly columns?: number;
    readonly rows?: number;
    readonly env?: Readonly<Record<string, string>>;
    /** False: the program is alone in the terminal, for measuring; `end()` then knows nothing of the terminal. */
    readonly shell?: boolean;
    /** Flags of Node itself. */
    readonly nodeArgs?: readonly string[];
  } = {},
): Terminal {
  const { args = [], columns = 120, rows = 36, env = {}, nodeArgs = [], shell = true } = options;
  const pidFile = join(home.directory, `pid-${crypto.randomUUID()}`);
  const screen = new xterm.Terminal({ cols: columns, rows, scrollback: 2000, allowProposedApi: true });
  const command = [process.execPath, ...nodeArgs, PROGRAM, ...args];
  const [file, argv] = shell ? ['sh', ['-c', SHELL, 'sh', ...command]] : [process.execPath, command.slice(1)];
  const pty = spawn(file, argv, {
    cols: columns,
    rows,
    cwd: home.directory,
    env: { ...home.env, ...env, THREEBODY_PID_FILE: pidFile },
  });
  const received: string[] = [];
  let count = 0;
  let lastAt = performance.now();
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  // What the emulator answers (cursor position, device attributes) goes back as from a real terminal.
  screen.onData((answer) => pty.write(answer));
  pty.onData((text) => {
    received.push(text);
    count += Buffer.byteLength(text);
    lastAt = performance.now();
    screen.write(text, changed);
  });
  let ended: { readonly code: number } | null = null;
  // Seen only once everything that came before has reached the screen.
  pty.onExit(({ exitCode }) => {
    screen.write('', () => {
      ended = { code: exitCode };
      changed();
    });
  });

  const raw = (): string => received.join('');
  const lines = (): readonly string[] => {
    const { active } = screen.buffer;
    return Array.from(
      { length: screen.rows },
      (_, row) => active.getLine(active.baseY + row)?.translateToString(true) ?? '',
    );
  };
  const text = (): string => lines().join('\n');

  function wait(holds: () => boolean, describe: () => string): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        listeners.delete(look);
        clearTimeout(timer);
        act();
      };
      const look = (): void => {
        if (holds()) settle(resolve);
        else if (ended !== null) settle(() => reject(new Error(`the program ended before ${describe()}`)));
      };
      const timer = setTimeout(
        () => settle(() => reject(new Error(`not seen in time: ${describe()}`))),
        PATIENCE_MS,
      );
      listeners.add(look);
    });
  }

  const pid = async (): Promise<number> => {
    await wait(
      () => count > 0 || ended !== null,
      () => 'a first byte',
    );
    return shell ? Number(await readFile(pidFile, 'utf8')) : pty.pid;
  };

  return {
    get columns() {
      return screen.cols;
    },
    get rows() {
      return screen.rows;
    },
    lines,
    text,
    raw,
    bytes: () => count,
    alternate: () => screen.buffer.active.type === 'alternate',
    press(...keys) {
      for (const key of keys) pty.write(key);
    },
    resize(newColumns, newRows) {
      screen.resize(newColumns, newRows);
      pty.resize(newColumns, newRows);
    },
    pid,
    until(what, describe) {
      const holds = (): boolean => {
        const now = text();
        if (typeof what === 'string') return now.includes(what);
        return typeof what === 'function' ? what(now) : what.test(now);
      };
      return wait(holds, () => `${describe ?? String(what)}\n--- the screen:\n${text()}\n---`);
    },
    async quiet(ms) {
      const begun = performance.now();
      for (;;) {
        const still = ms - (performance.now() - lastAt);
        if (still <= 0) return;
        if (performance.now() - begun > PATIENCE_MS)
          throw new Error(`the program never falls silent for ${ms} ms`);
        await new Promise((resolve) => {
          setTimeout(resolve, still);
        });
      }
    },
    async end() {
      await wait(
        () => ended !== null || raw().includes('@@@ end'),
        () => `the end of the program\n--- the screen:\n${text()}\n---`,
      );
      const after = stripVTControlCharacters(raw()).split('@@@ after ')[1] ?? '';
      return { code: shell ? Number.parseInt(after, 10) : (ended?.code ?? -1), after };
    },
    async dispose() {
      if (ended === null) {
        const program = shell ? Number(await readFile(pidFile, 'utf8').catch(() => '0')) : pty.pid;
        if (program > 0 && !raw().includes('@@@ after')) {
          try {
            process.kill(program, 'SIGKILL');
          } catch {
            // It ended between the look and the signal.
          }
        }
        await wait(
          () => ended !== null,
          () => 'the end of the shell',
        );
      }
      screen.dispose();
      await rm(pidFile, { force: true });
    },
  };
}
