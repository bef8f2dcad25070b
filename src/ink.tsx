/** Ink at work: it draws the screen's frames and reads the keyboard. Loaded behind the first frame, for it takes its time. */
import { render } from 'ink';
import { createFrames } from './paced-frames.js';
import type { Scene } from './screens/scene.js';
import { Frame, Keys, type KeysProps } from './screens/root.js';
import { InkFrames } from './term/ink-frames.js';
import type { TerminalScreen } from './term/screen.js';
import type { SizedStream } from './term/size.js';

/** Ink draws a frame for a key at once, and others no sooner after the last than this many times a second. */
const MAX_FPS = 250;

export interface InkOptions extends Pick<KeysProps, 'onKey' | 'onPaste'> {
  readonly scene: Scene;
  readonly screen: TerminalScreen;
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: SizedStream;
  readonly stderr: NodeJS.WritableStream;
}

export interface InkSurface {
  /** Resolves when Ink has let go of the terminal; rejects when it failed. */
  readonly done: Promise<unknown>;
  close(): void;
  /** Shows the last frame again, on a screen that is not known any more. */
  again(): void;
  /** Lends the terminal's input to somebody else meanwhile. */
  suspend(during: () => Promise<void>): Promise<void>;
}

/** Draws and listens until it is closed. */
export function openInk({ scene, screen, stdin, stdout, stderr, onKey, onPaste }: InkOptions): InkSurface {
  let lend: InkSurface['suspend'] = (during) => during();
  const onReady: KeysProps['onReady'] = (suspend) => {
    lend = suspend;
  };
  const terminal = new InkFrames(stdout, screen);
  const frames = createFrames(scene);
  const answering: Pick<KeysProps, 'onKey' | 'onPaste'> = {
    onKey(name) {
      frames.hurry();
      onKey(name);
    },
    onPaste(text) {
      frames.hurry();
      onPaste(text);
    },
  };
  const instance = render(
    <>
      <Keys {...answering} onReady={onReady} />
      <Frame frames={frames} />
    </>,
    {
      stdin,
      stdout: terminal,
      stderr,
      // Only ever started on a terminal; without this Ink would paint nothing where CI is set.
      interactive: true,
      exitOnCtrlC: false,
      patchConsole: false,
      // Frames are compared cell by cell on their way to the terminal; Ink's own way of leaving lines out would hide them.
      incrementalRendering: false,
      maxFps: MAX_FPS,
    },
  );
  return {
    done: instance.waitUntilExit().finally(() => {
      frames.close();
      terminal.release();
    }),
    close: () => instance.unmount(),
    again: () => terminal.again(),
    suspend: (during) => lend(during),
  };
}
