/** A pane by itself: it is painted again when its text changes, and only then. */
import { render } from 'ink-testing-library';
import { expect, it } from 'vitest';
import { createStore } from 'zustand/vanilla';
import { line } from '../../src/screens/ui/line.js';
import { Pane, SceneProvider } from '../../src/screens/ui/pane.js';
import type { AppState } from '../../src/state/types.js';
import { someLogs, start } from './fixture.js';

it('is painted again when what it shows changes, and only then', async () => {
  const store = createStore<AppState>(() => start({ lang: 'id' }));
  const scene = { store, logs: someLogs(0), vagrantText: () => '' };
  const { frames, lastFrame, unmount } = render(
    <SceneProvider value={scene}>
      <Pane columns={20} rows={1} build={(view) => [line(view.state.lang)]} />
    </SceneProvider>,
  );
  await expect.poll(lastFrame).toContain('id');
  const painted = frames.length;
  store.setState({ now: store.getState().now + 60_000 });
  store.setState({ lang: 'en' });
  await expect.poll(lastFrame).toContain('en');
  expect(frames.length - painted).toBe(1);
  unmount();
});
