/** However the program ends, the terminal is given back as it was. */

/** Leaves alternate screen, synchronized output, bracketed paste and styling, wraps again, shows the cursor: harmless when so already. */
export const RESTORE = '\u001B[?2026l\u001B[?2004l\u001B[?7h\u001B[0m\u001B[?25h\u001B[?1049l';

const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;
type GuardedSignal = keyof typeof SIGNALS;
/** How long a stop may take to arrive before the screen is taken back, milliseconds. */
const STOP_MS = 60;

/** The part of `process` that the guard needs, so that tests can give their own. */
export interface GuardedProcess {
  readonly pid: number;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  removeListener(event: string, listener: (...args: unknown[]) => void): unknown;
  kill(pid: number, signal: NodeJS.Signals): unknown;
  exit(code: number): void;
}

export interface GuardOptions {
  readonly process: GuardedProcess;
  readonly stdout: { write(text: string): unknown };
  /** Gives the terminal back in good order (unmounts); must not throw for long. */
  readonly close: () => void;
  /** Called once for an error that nobody caught, after the terminal is restored: report it, without a stack trace. */
  readonly onFatal: (error: unknown) => void;
  /** Lends the terminal to the shell while `during` runs, and redraws afterwards. */
  readonly suspend: (during: () => Promise<void>) => Promise<void>;
}

export interface TerminalGuard {
  /** To the shell until `fg`. Ctrl-Z does not reach the kernel in raw mode, so the program stops itself. */
  suspend(): Promise<void>;
  /** Takes the guard off; the terminal is left to whoever closes it. */
  remove(): void;
}

/**
 * Installs handlers for SIGINT, SIGTERM, SIGHUP, SIGTSTP, uncaughtException, unhandledRejection and exit. Alternate screen,
 * hidden cursor and synchronized output are switched on by Ink; this makes sure that they are off at the end.
 */
export function installTerminalGuard(options: GuardOptions): TerminalGuard {
  const { process: host, stdout } = options;
  let restored = false;
  const restore = (): void => {
    if (restored) return;
    restored = true;
    try {
      options.close();
    } finally {
      stdout.write(RESTORE);
    }
  };

  const onSignal = (name: GuardedSignal) => (): void => {
    restore();
    // 128 + number is what a shell reports for a program ended by a signal.
    host.exit(128 + SIGNALS[name]);
  };
  const onError = (error: unknown): void => {
    restore();
    options.onFatal(error);
    host.exit(70);
  };
  let stopping = false;
  const suspend = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    try {
      await options.suspend(
        () =>
          new Promise<void>((resume) => {
            const back = (): void => {
              clearTimeout(late);
              host.removeListener('SIGCONT', back);
              host.on('SIGTSTP', onStop);
              resume();
            };
            // Where nobody can continue us (no job control) the kernel ignores the stop; then we are back at once.
            const late = setTimeout(back, STOP_MS);
            host.on('SIGCONT', back);
            host.removeListener('SIGTSTP', onStop);
            // 0 = the whole process group, so that `npm start` in front of us stops too.
            host.kill(0, 'SIGTSTP');
          }),
      );
    } finally {
      stopping = false;
    }
  };
  const onStop = (): void => {
    void suspend();
  };

  const handlers: readonly (readonly [string, (...args: unknown[]) => void])[] = [
    ['SIGINT', onSignal('SIGINT')],
    ['SIGTERM', onSignal('SIGTERM')],
    ['SIGHUP', onSignal('SIGHUP')],
    ['SIGTSTP', onStop],
    ['uncaughtException', onError],
    ['unhandledRejection', onError],
    ['exit', restore],
  ];
  for (const [event, handler] of handlers) host.on(event, handler);
  return {
    suspend,
    remove() {
      for (const [event, handler] of handlers) host.removeListener(event, handler);
    },
  };
}
