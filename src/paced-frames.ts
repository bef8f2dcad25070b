/**
 * When Ink is given a frame to draw. It lays out and puts together a whole frame whenever React commits, even if nothing looks
 * different, so it is told only of what does; and what nobody pressed a key for waits until the last frame has stood a moment.
 */
import { frameOf, sameFrame, type Frames } from './screens/painted-frame.js';
import type { Scene } from './screens/scene.js';

/** Between two frames that no key asked for, ms: readings and logs are not read faster than ten times a second. */
const GAP_MS = 100;

/** Frames of a scene until they are closed. */
export function createFrames(scene: Scene): Frames {
  const { store } = scene;
  let shown = frameOf(scene, store.getState());
  /** Looking costs as well: what leaves the frame as it is counts too. */
  let lookedAt = performance.now();
  let urgent = false;
  let queued = false;
  let timer: NodeJS.Timeout | null = null;
  const listeners = new Set<() => void>();

  const look = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    queued = false;
    urgent = false;
    const next = frameOf(scene, store.getState());
    lookedAt = performance.now();
    if (sameFrame(next, shown)) return;
    shown = next;
    for (const listener of listeners) listener();
  };
  const stop = store.subscribe((state, before) => {
    const { terminal } = state;
    if (queued) return;
    const wait = lookedAt + GAP_MS - performance.now();
    if (urgent || terminal !== before.terminal || wait <= 0) {
      queued = true;
      // One key may change the state several times.
      queueMicrotask(look);
    } else timer ??= setTimeout(look, wait);
  });

  return {
    now: () => shown,
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    hurry() {
      urgent = true;
    },
    close() {
      stop();
      if (timer !== null) clearTimeout(timer);
      listeners.clear();
    },
  };
}
