/**
 * What Ink is given to draw: the parts of the screen as painted text. Ink takes a whole frame apart and puts it together
 * again whenever React commits, some 13 ms at 200×50 even if nothing looks different, so it is told only of what does; and
 * what nobody pressed a key for waits until the last frame has stood a moment.
 */
import type { AppState } from '../state/types.js';
import { isBusy, partsOf, type Part } from './picture.js';
import { viewOf, type Scene } from './scene.js';
import { painted } from './ui/line.js';

/** Between two frames that no key asked for, ms: readings and logs are not read faster than ten times a second. */
const GAP_MS = 100;

export interface PaintedPart extends Omit<Part, 'lines'> {
  readonly text: string;
  readonly rows: number;
}

export interface PaintedFrame {
  readonly columns: number;
  readonly rows: number;
  readonly ascii: boolean;
  /** Something is under way. */
  readonly busy: boolean;
  readonly parts: readonly PaintedPart[];
}

export interface Frames {
  /** The newest frame; the same object for as long as it looks the same. */
  readonly now: () => PaintedFrame;
  /** Calls back when a frame looks different. Returns how to stop. */
  readonly subscribe: (listener: () => void) => () => void;
  /** The next change answers a person: it is shown without delay. */
  readonly hurry: () => void;
  readonly close: () => void;
}

function frameOf(scene: Scene, state: AppState): PaintedFrame {
  const { columns, rows, ascii, color } = state.terminal;
  return {
    columns,
    rows,
    ascii,
    busy: isBusy(state),
    parts: partsOf(viewOf(scene, state)).map(({ lines, ...place }) => ({
      ...place,
      rows: lines.length,
      text: painted(lines, color, place.over),
    })),
  };
}

function samePart(a: PaintedPart, b: PaintedPart | undefined): boolean {
  return (
    b !== undefined &&
    a.text === b.text &&
    a.key === b.key &&
    a.top === b.top &&
    a.left === b.left &&
    a.columns === b.columns &&
    a.rows === b.rows
  );
}

function sameFrame(a: PaintedFrame, b: PaintedFrame): boolean {
  return (
    a.columns === b.columns &&
    a.rows === b.rows &&
    a.ascii === b.ascii &&
    a.busy === b.busy &&
    a.parts.length === b.parts.length &&
    a.parts.every((part, index) => samePart(part, b.parts[index]))
  );
}

/** Frames of a scene until they are closed. */
export function createFrames(scene: Scene): Frames {
  const { store } = scene;
  let shown = frameOf(scene, store.getState());
  let shownAt = performance.now();
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
    if (sameFrame(next, shown)) return;
    shown = next;
    shownAt = performance.now();
    for (const listener of listeners) listener();
  };
  const stop = store.subscribe((state, before) => {
    const { terminal } = state;
    if (queued) return;
    const wait = shownAt + GAP_MS - performance.now();
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
