/** When a frame is drawn: at once for a person, in peace for what merely moves, and not at all for what looks the same. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFrames } from '../../src/paced-frames.js';
import type { Frames } from '../../src/screens/painted-frame.js';
import { createAppStore, type AppStore } from '../../src/state/store.js';
import { createLogBook } from '../../src/state/logs.js';
import { busyLab, start, viewOn } from './fixture.js';

let store: AppStore;
let frames: Frames;
let drawn: number;
const logs = createLogBook();
let revision = 0;

/** A line in the pane of a host, as the live log brings it. */
function line(text: string): void {
  logs.append('vm-docker', 'B1', text, 1_700_000_000_000);
  revision += 1;
  store.dispatch({ type: 'logs', revisions: { 'vm-docker': revision } });
}
const shows = (text: string): boolean => frames.now().parts.some((part) => part.text.includes(text));

beforeEach(() => {
  vi.useFakeTimers();
  const state = busyLab(start({ lang: 'en', terminal: { columns: 120, rows: 40 } }));
  store = createAppStore(state, () => undefined);
  const { live, stream, vagrantText } = viewOn(state);
  frames = createFrames({ store: store.state, logs, live, stream, vagrantText });
  drawn = 0;
  frames.subscribe(() => {
    drawn += 1;
  });
});
afterEach(() => {
  frames.close();
  vi.useRealTimers();
});

describe('a frame', () => {
  it('comes at once for a key', async () => {
    frames.hurry();
    store.dispatch({ type: 'ui.language' });
    await Promise.resolve();
    expect(drawn).toBe(1);
  });

  it('waits for lines that come many times a second, and then shows them all', async () => {
    for (let n = 0; n < 30; n += 1) {
      line(`line ${n} of a flood`);
      await vi.advanceTimersByTimeAsync(10);
    }
    await vi.advanceTimersByTimeAsync(100);
    expect(shows('line 29 of a flood')).toBe(true);
    expect(drawn).toBeGreaterThanOrEqual(2);
    expect(drawn).toBeLessThanOrEqual(5);
  });

  it('for a key brings what was waiting along', async () => {
    line('before the key');
    frames.hurry();
    store.dispatch({ type: 'ui.language' });
    await Promise.resolve();
    expect(drawn).toBe(1);
    expect(shows('before the key')).toBe(true);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(drawn).toBe(1);
  });

  it('follows the size of the terminal without delay', async () => {
    const { terminal } = store.state.getState();
    store.dispatch({ type: 'terminal', terminal: { ...terminal, columns: 100 } });
    await Promise.resolve();
    expect(frames.now().columns).toBe(100);
  });

  it('that would look the same is not drawn', async () => {
    const before = frames.now();
    store.dispatch({ type: 'logs', revisions: { 'vm-docker': 1_000 } });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(drawn).toBe(0);
    expect(frames.now()).toBe(before);
  });

  it('is not made any more once the screen is closed', async () => {
    line('too late');
    frames.close();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(drawn).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
