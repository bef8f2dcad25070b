/** A frame as Ink draws it: the parts of the screen as painted text. Pure. */
import type { AppState } from '../state/types.js';
import { isBusy, partsOf, type Part } from './picture.js';
import { viewOf, type Scene } from './scene.js';
import { painted } from './ui/line.js';

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

/** The frame for a state of the program. */
export function frameOf(scene: Scene, state: AppState): PaintedFrame {
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

/** Whether a person would see no difference. */
export function sameFrame(a: PaintedFrame, b: PaintedFrame): boolean {
  return (
    a.columns === b.columns &&
    a.rows === b.rows &&
    a.ascii === b.ascii &&
    a.busy === b.busy &&
    a.parts.length === b.parts.length &&
    a.parts.every((part, index) => samePart(part, b.parts[index]))
  );
}
