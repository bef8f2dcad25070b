/** What Ink draws: the same frame as the very first one, which is drawn before Ink is there; and nothing wider than the screen. */
import { Writable } from 'node:stream';
import { render } from 'ink';
import { render as renderPlain } from 'ink-testing-library';
import { afterEach, describe, expect, it } from 'vitest';
import { createFrames } from '../../src/paced-frames.js';
import { Frame } from '../../src/screens/root.js';
import type { Scene } from '../../src/screens/scene.js';
import { InkFrames } from '../../src/term/ink-frames.js';
import { TerminalScreen } from '../../src/term/screen.js';
import { pictureOf } from '../../src/screens/picture.js';
import { createAppStore } from '../../src/state/store.js';
import type { AppState } from '../../src/state/types.js';
import { busyLab, someLogs, start, viewOn } from './fixture.js';
import { everyScreen } from './frames.js';

/** A terminal that keeps what is written. */
class Paper extends Writable {
  readonly columns: number;
  readonly rows: number;
  text = '';
  constructor(columns: number, rows: number) {
    super({ decodeStrings: false });
    this.columns = columns;
    this.rows = rows;
  }
  override _write(chunk: string, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk;
    done();
  }
}

const LOGS = someLogs();
const sceneOf = (state: AppState): Scene => ({
  store: createAppStore(state, () => undefined).state,
  logs: LOGS,
  live: viewOn(state).live,
  stream: viewOn(state).stream,
  vagrantText: viewOn(state).vagrantText,
});
const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

describe('Ink', () => {
  it.each([
    [80, 24],
    [120, 40],
    [200, 50],
    [40, 10],
  ])(
    'draws what the first frame showed, at %i×%i',
    async (columns, rows) => {
      for (const [name, state] of Object.entries(everyScreen({ lang: 'id', columns, rows }))) {
        const paper = new Paper(columns, rows);
        const screen = new TerminalScreen(paper);
        screen.enter();
        screen.draw(pictureOf(viewOn(state, LOGS)));
        const before = paper.text;
        const frames = new InkFrames(paper, screen);
        const ink = render(<Frame frames={createFrames(sceneOf(state))} />, {
          stdout: frames,
          interactive: true,
          patchConsole: false,
          exitOnCtrlC: false,
        });
        await expect.poll(() => frames.begun, { message: name }).toBe(true);
        ink.unmount();
        frames.release();
        // The busy sign is the one thing that only Ink draws.
        expect(paper.text.slice(before.length).replaceAll(/[⊶⊷]/g, ''), name).toMatch(
          /^(?:\u001B\[[?\d;]*[A-Za-z])*$/,
        );
      }
    },
    60_000,
  );

  it('shows the busy sign only while something is under way', () => {
    const idle = start({ lang: 'en', terminal: { columns: 100, rows: 30 } });
    for (const [state, moves] of [
      [idle, false],
      [busyLab(idle), true],
    ] as const) {
      const seen = renderPlain(<Frame frames={createFrames(sceneOf(state))} />);
      open.push(seen.unmount);
      expect(/[⊶⊷]/.test(seen.lastFrame() ?? '')).toBe(moves);
    }
  });
});
