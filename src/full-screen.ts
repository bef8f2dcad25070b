/**
 * The screens on a terminal. The first frame is drawn before anything else is loaded; then Ink takes over, draws all others
 * and reads the keys, those pressed meanwhile too.
 */
import type { InkSurface } from './ink.js';
import type { LocalAct } from './input/binding.js';
import { keyOutcome } from './input/keys.js';
import { keyContextOf } from './screens/key-context.js';
import { pictureOf } from './screens/picture.js';
import { viewOf, type Scene } from './screens/scene.js';
import { layoutOf } from './screens/view.js';
import type { Dispatch } from './state/store.js';
import { takesErrors } from './state/troubles-view.js';
import { isTyping } from './state/typing.js';
import type { GuardedProcess } from './term/guard.js';
import { TerminalScreen } from './term/screen.js';
import type { SizedStream } from './term/size.js';

/** Keys that leave even a screen on which nothing can be read. */
const BLIND_KEYS = new Set(['ctrl-c', 'q', 'ctrl-z', 'ctrl-l']);

interface FullScreenOptions {
  readonly scene: Scene;
  readonly dispatch: Dispatch;
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: SizedStream;
  readonly stderr: NodeJS.WritableStream;
  readonly process: GuardedProcess;
  /** Ctrl-Z: to the shell, by way of the terminal guard. */
  readonly onSuspend: () => void;
}

export interface FullScreen {
  /** Resolves when keys are read. */
  readonly ready: Promise<void>;
  /** Resolves when the terminal is as it was before. */
  readonly done: Promise<void>;
  readonly close: () => void;
  readonly suspend: (during: () => Promise<void>) => Promise<void>;
}

/** Draws the first frame before it returns. */
export function openFullScreen(options: FullScreenOptions): FullScreen {
  const { scene, dispatch, stdout } = options;
  const screen = new TerminalScreen(stdout);
  let ink: InkSurface | null = null;
  let closed = false;

  const drawFirst = (): void => screen.draw(pictureOf(viewOf(scene, scene.store.getState())));
  /** What the terminal shows is not known any more. */
  const redraw = (): void => {
    screen.disturbed();
    if (ink === null) drawFirst();
    else ink.again();
  };
  const onLocal = (act: LocalAct['local']): void => {
    if (act === 'suspend') options.onSuspend();
    else redraw();
  };
  const context = keyContextOf(scene);
  const onKey = (name: string): void => {
    // The state at the moment of the key, not of the last frame: keys come in batches.
    const state = scene.store.getState();
    if (layoutOf(state.terminal) === 'tiny' && !BLIND_KEYS.has(name)) return;
    const outcome = keyOutcome(state, name, context);
    if (outcome === null) return;
    if ('local' in outcome) onLocal(outcome.local);
    else dispatch(outcome);
  };
  const onPaste = (text: string): void => {
    const state = scene.store.getState();
    if (takesErrors(state)) {
      dispatch({ type: 'troubles.paste', text });
      return;
    }
    // Pasted text is text. Where no text is taken it must not turn into commands.
    if (!isTyping(state)) return;
    dispatch({ type: 'ui.edit', edit: { kind: 'insert', text: text.replaceAll(/[\r\n]+/g, ' ').trim() } });
  };

  options.process.on('SIGWINCH', redraw);
  stdout.on('resize', redraw);
  screen.enter();
  drawFirst();
  // Until Ink is there, what changes is drawn in the same way.
  const stopFirst = scene.store.subscribe(() => ink === null && drawFirst());

  let finish: () => void = () => undefined;
  const closedEarly = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const opening = import('./ink.js').then(({ openInk }) => {
    stopFirst();
    if (!closed) ink = openInk({ ...options, screen, onKey, onPaste });
    return ink;
  });
  return {
    ready: opening.then(() => undefined),
    done: opening.then(async (opened) => (opened === null ? closedEarly : void (await opened.done))),
    close() {
      if (closed) return;
      closed = true;
      ink?.close();
      options.process.removeListener('SIGWINCH', redraw);
      stdout.removeListener('resize', redraw);
      stopFirst();
      screen.leave();
      finish();
    },
    async suspend(during) {
      await opening;
      screen.leave();
      try {
        await (ink?.suspend(during) ?? during());
      } finally {
        if (!closed) {
          screen.enter();
          redraw();
        }
      }
    },
  };
}
