/** Composition root of the screen side: store, keys, terminal, and the full screen or the linear mode. */
import { createShellScreen } from './shell-screen.js';
import { openFullScreen } from './full-screen.js';
import { bytes } from './i18n/format.js';
import { words } from './i18n/texts/words.js';
import { startLinear } from './linear.js';
import type { TerminalSeat } from './services/engine/live.js';
import type { Scene } from './screens/scene.js';
import type { VagrantText } from './screens/view.js';
import type { LiveFacts } from './state/live/book.js';
import { containersInSight } from './state/live/looking.js';
import type { StreamReader } from './state/live/stream.js';
import type { LogBook } from './state/logs.js';
import { createAppStore, type AppStore, type RunEffect } from './state/store.js';
import type { AppState } from './state/types.js';
import { copySequence, MAX_COPY_BYTES, restoreTitle, titleSequence } from './term/clipboard.js';
import { installTerminalGuard, type GuardedProcess } from './term/guard.js';
import { watchSize, type SizedStream } from './term/size.js';

export interface AppOptions {
  readonly initial: AppState;
  /** Carries out what update() asks for, all but `copy`, which is the terminal's; `quit` closes the screen afterwards. */
  readonly runEffect: RunEffect;
  readonly logs: LogBook;
  readonly live: LiveFacts;
  readonly stream: StreamReader;
  readonly vagrantText: VagrantText;
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: SizedStream;
  readonly stderr: NodeJS.WritableStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly process: GuardedProcess;
  /** Called with an error that nobody caught, after the terminal is back in order. */
  readonly onFatal: (error: unknown) => void;
}

export interface AppHandle {
  readonly store: AppStore;
  /** The terminal, for shells. */
  readonly seat: TerminalSeat;
  /** Resolves when keys are read; those pressed before are not lost. */
  readonly ready: Promise<void>;
  /** Resolves when the person has quit, or the app was closed, and the terminal is as it was before. */
  readonly done: Promise<void>;
  readonly close: () => void;
}

/** Text or screens: what both sides of the fork give back. */
interface Surface {
  readonly ready?: Promise<void>;
  readonly done: Promise<void>;
  readonly close: () => void;
  readonly suspend: (during: () => Promise<void>) => Promise<void>;
}

/** What the terminal's window is called. */
const TITLE = 'threebody';

/** Starts the app on a terminal. Nothing is dialled before the person has chosen a lab. */
export function startApp(options: AppOptions): AppHandle {
  const { stdout, logs, live, stream, vagrantText } = options;
  let surface: Surface | null = null;
  const close = (): void => {
    shell.abandon();
    surface?.close();
  };
  const suspend: Surface['suspend'] = (during) => surface?.suspend(during) ?? during();

  const store = createAppStore(options.initial, (effect, dispatch, getState) => {
    if (effect.type === 'copy') {
      const sequence = copySequence(effect.text, options.env);
      if (sequence !== null) stdout.write(sequence);
      const size = Buffer.byteLength(effect.text);
      const lang = getState().lang;
      const text = sequence === null ? words.copyTooLong : words.copied;
      dispatch({
        type: 'notice',
        notice: {
          tone: size > MAX_COPY_BYTES ? 'bad' : 'good',
          text: text({ bytes: bytes(lang, size) }),
          at: getState().now,
        },
      });
      return;
    }
    options.runEffect(effect, dispatch, getState);
    if (effect.type === 'quit') close();
  });
  const { linear, ascii } = options.initial.terminal;
  const shell = createShellScreen({
    stdin: options.stdin,
    stdout,
    ascii,
    title: linear ? null : TITLE,
    language: () => store.state.getState().lang,
    suspend,
  });
  const scene: Scene = { store: store.state, logs, live, stream, vagrantText };

  const stopSize = watchSize(stdout, (size) =>
    store.dispatch({ type: 'terminal', terminal: { ...store.state.getState().terminal, ...size } }),
  );

  let measured = '';
  const stopLooking = store.state.subscribe((state) => {
    const ids = containersInSight(state, live);
    const now = ids.length === 0 ? '' : `${state.lab?.name ?? ''} ${ids.join(' ')}`;
    if (now === measured) return;
    measured = now;
    if (state.lab !== null) store.dispatch({ type: 'live.looking', host: 'vm-docker', ids });
  });

  const guard = installTerminalGuard({
    process: options.process,
    stdout,
    close,
    onFatal: options.onFatal,
    // A shell has taken the program off the terminal already.
    suspend: (during) => (shell.taken() ? during() : suspend(during)),
  });
  const { dispatch } = store;
  surface = linear
    ? startLinear({ scene, dispatch, ...options })
    : openFullScreen({ scene, dispatch, ...options, onSuspend: () => void guard.suspend() });
  if (!linear) stdout.write(titleSequence(TITLE));

  const done = surface.done.then(() => {
    stopSize();
    stopLooking();
    guard.remove();
    if (!linear) stdout.write(restoreTitle);
  });
  return { store, seat: shell, ready: surface.ready ?? Promise.resolve(), done, close };
}
