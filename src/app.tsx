/** Composition root of the screen side: store, keys, terminal, and Ink or the linear mode. */
import { render } from 'ink';
import { bytes } from './i18n/format.js';
import { words } from './i18n/texts/words.js';
import type { LocalAct } from './input/binding.js';
import { startLinear } from './linear.js';
import { Root } from './screens/root.js';
import { SceneProvider, type Scene } from './screens/ui/pane.js';
import type { VagrantText } from './screens/view.js';
import type { LogBook } from './state/logs.js';
import { createAppStore, type AppStore, type RunEffect } from './state/store.js';
import type { AppState } from './state/types.js';
import { copySequence, MAX_COPY_BYTES, restoreTitle, titleSequence } from './term/clipboard.js';
import { installTerminalGuard, type GuardedProcess } from './term/guard.js';
import { FrameWriter } from './term/frame-writer.js';
import { watchSize, type SizedStream } from './term/size.js';

export interface AppOptions {
  readonly initial: AppState;
  /** Carries out what update() asks for, all but `copy`, which is the terminal's; `quit` closes the screen afterwards. */
  readonly runEffect: RunEffect;
  readonly logs: LogBook;
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
  /** Resolves when the person has quit, or the app was closed, and the terminal is as it was before. */
  readonly done: Promise<void>;
  readonly close: () => void;
}

/** Text or screens: what both sides of the fork give back. */
interface Surface {
  readonly done: Promise<unknown>;
  readonly close: () => void;
  readonly suspend: (during: () => Promise<void>) => Promise<void>;
}

/** Starts the app on a terminal. Nothing is dialled before the person has chosen a lab. */
export function startApp(options: AppOptions): AppHandle {
  const { stdout, logs, vagrantText } = options;
  let surface: Surface | null = null;
  const close = (): void => surface?.close();

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
  const scene: Scene = { store: store.state, logs, vagrantText };

  // Before Ink's own listener, so that the frame it draws for a new size is made for that size.
  const stopSize = watchSize(stdout, (size) =>
    store.dispatch({ type: 'terminal', terminal: { ...store.state.getState().terminal, ...size } }),
  );

  const guard = installTerminalGuard({
    process: options.process,
    stdout,
    close,
    onFatal: options.onFatal,
    suspend: (during) => surface?.suspend(during) ?? during(),
  });

  const { linear } = options.initial.terminal;
  surface = linear
    ? startLinear({ scene, dispatch: store.dispatch, ...options })
    : startInk(options, scene, store, guard);
  if (!linear) stdout.write(titleSequence('threebody'));

  const done = surface.done.then(() => {
    stopSize();
    guard.remove();
    if (!linear) stdout.write(restoreTitle);
  });
  return { store, done, close };
}

function startInk(
  options: AppOptions,
  scene: Scene,
  store: AppStore,
  guard: { suspend(): Promise<void> },
): Surface {
  type Suspend = (during: () => Promise<void>) => Promise<void>;
  let lend: Suspend = (during) => during();
  const onReady = (suspend: Suspend): void => {
    lend = suspend;
  };
  const onLocal = (act: LocalAct['local']): void => {
    if (act === 'suspend') void guard.suspend();
    // Lending the terminal to nobody forces the whole frame to be drawn anew.
    else void lend(() => Promise.resolve());
  };
  const screen = new FrameWriter(options.stdout);
  const onWindowChange = (): void => screen.disturbed();
  options.process.on('SIGWINCH', onWindowChange);
  const instance = render(
    <SceneProvider value={scene}>
      <Root dispatch={store.dispatch} onLocal={onLocal} onReady={onReady} />
    </SceneProvider>,
    {
      stdin: options.stdin,
      stdout: screen,
      stderr: options.stderr,
      // Only ever started on a terminal; without this Ink would paint nothing where CI is set.
      interactive: true,
      exitOnCtrlC: false,
      patchConsole: false,
      // The frame writer compares frames; Ink's own incremental mode would only get in its way.
      incrementalRendering: false,
      alternateScreen: true,
      maxFps: 60,
    },
  );
  return {
    done: instance.waitUntilExit().finally(() => {
      options.process.removeListener('SIGWINCH', onWindowChange);
      screen.release();
    }),
    close: () => instance.unmount(),
    suspend: (during) => lend(during),
  };
}
