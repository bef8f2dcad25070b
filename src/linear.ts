/** Runs the linear mode: keys come as words on a line, screens go out as lines. */
import { say } from './i18n/text.js';
import { keyOutcome } from './input/keys.js';
import type { Dispatch } from './state/store.js';
import { connectField, isTyping } from './state/typing.js';
import { readLines } from './term/line-input.js';
import { keyContextOf } from './screens/key-context.js';
import { changedLines, newsBetween, screenKey, screenText } from './screens/linear.js';
import { viewOf, type Scene } from './screens/scene.js';
import { inLang } from './screens/view.js';

const prompt = say(
  'Ketik satu tombol (misalnya r, down, tab, esc) lalu Enter; Enter saja untuk membuka.',
  'Type one key (such as r, down, tab, esc), then Enter; Enter alone opens.',
);
const SECRETS = ['passphrase', 'password', 'sudoPassword'];

interface LinearOptions {
  readonly scene: Scene;
  readonly dispatch: Dispatch;
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: NodeJS.WritableStream;
}

export function startLinear({ scene, dispatch, stdin, stdout }: LinearOptions): {
  readonly done: Promise<void>;
  readonly close: () => void;
  readonly suspend: (during: () => Promise<void>) => Promise<void>;
} {
  const write = (text: string): void => void stdout.write(text);
  const tell = (lines: readonly string[]): void => lines.forEach((line) => write(`${line}\r\n`));
  const context = keyContextOf(scene);

  let before = scene.store.getState();
  let shown = screenText(viewOf(scene, before));
  tell([inLang(viewOf(scene, before), prompt), ...shown]);
  /** After a key: the new screen whole, or what changed on the same one. */
  const readOut = (key: string): void => {
    const state = scene.store.getState();
    const now = screenText(viewOf(scene, state));
    tell(screenKey(state) === key ? changedLines(shown, now) : now);
    shown = now;
  };
  let pressing = false;
  const stopListening = scene.store.subscribe((state) => {
    tell(newsBetween(before, viewOf(scene, state)));
    const asked = state.ui.dialog !== null && state.ui.dialog.kind !== before.ui.dialog?.kind;
    before = state;
    // A question that comes by itself has to be read out without a key; after a key it is read out anyway.
    if (asked && !pressing) readOut('');
  });

  const press = (name: string): void => {
    const outcome = keyOutcome(scene.store.getState(), name, context);
    if (outcome !== null && !('local' in outcome)) dispatch(outcome);
  };
  const onLine = (line: string): void => {
    const key = screenKey(scene.store.getState());
    const state = scene.store.getState();
    const words = line.trim();
    pressing = true;
    if (isTyping(state) && !/^(esc|tab|shift-tab|up|down|ctrl-.)$/.test(words)) {
      if (words !== '') {
        press('ctrl-u');
        dispatch({ type: 'ui.edit', edit: { kind: 'insert', text: line } });
      }
      press('enter');
    } else for (const name of words === '' ? ['enter'] : words.split(/\s+/)) press(name);
    pressing = false;
    readOut(key);
  };

  let finish: () => void = () => undefined;
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const secret = (): boolean => {
    const state = scene.store.getState();
    if (state.ui.dialog !== null) return state.ui.dialog.kind === 'secret';
    return state.ui.stack.at(-1) === 'connect' && SECRETS.includes(connectField(state));
  };
  const read = (): (() => void) =>
    readLines({ stdin, write, secret, onLine, onEnd: () => dispatch({ type: 'ask.quit' }) });
  let stopReading = read();
  let closed = false;
  return {
    done,
    close() {
      closed = true;
      stopReading();
      stopListening();
      finish();
    },
    async suspend(during) {
      stopReading();
      try {
        await during();
      } finally {
        if (!closed) stopReading = read();
      }
    },
  };
}
