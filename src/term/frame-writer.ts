/**
 * Stands between Ink and the terminal and writes only the cells that changed. Ink (8.0) rewrites a line from its first
 * difference to its end and steps over every other line; on a screen of panes a moved cursor then costs several hundred
 * bytes, which is felt over a slow link. Here each frame is compared with the last one, cell by cell.
 */
import { Writable } from 'node:stream';
import { parseRow, type CellRow } from './cell-row.js';
import type { SizedStream } from './size.js';

const BEGIN = '\u001B[?2026h';
const END = '\u001B[?2026l';
/** What Ink puts before a frame: erased lines, cursor up, column one; or home and erase down. */
const ERASE_PREFIX = /^(?:\u001B\[(?:2K|1A|G|J|0J|H|1;1H))+/;
/** Unchanged cells that are cheaper to write again than to jump over. */
const BRIDGE = 4;

interface DrawnRow {
  readonly line: string;
  cells: CellRow | null;
}

const SPACE = ' ';
/** How long a frame for a new size may be in coming, milliseconds; Ink draws within one sixtieth of a second. */
const REDRAW_MS = 60;

function cellsOf(row: DrawnRow): CellRow {
  row.cells ??= parseRow(row.line);
  return row.cells;
}

interface Range {
  readonly from: number;
  to: number;
}

/** Cells of `after` to be written, as ranges; gaps that are not worth a jump are part of them. */
function changedRanges(before: CellRow, after: CellRow, end: number): Range[] {
  const ranges: Range[] = [];
  for (let i = 0; i < end; i += 1) {
    if (isSame(before, after, i)) continue;
    const last = ranges.at(-1);
    if (last !== undefined && i - last.to <= BRIDGE) last.to = i + 1;
    else {
      // Never start in the right half of a wide character.
      let from = i;
      while (from > 0 && after.chars[from] === '') from -= 1;
      ranges.push({ from, to: i + 1 });
    }
  }
  return ranges;
}

function charAt(row: CellRow, i: number): string {
  return row.chars[i] ?? SPACE;
}
function styleAt(row: CellRow, i: number): string {
  return row.styles[i] ?? '';
}
function isSame(a: CellRow, b: CellRow, i: number): boolean {
  return charAt(a, i) === charAt(b, i) && styleAt(a, i) === styleAt(b, i);
}

/** The bytes that turn `before` into `after` on a row of the screen, which counts from 1. */
function diffRow(before: CellRow, after: CellRow, row: number): string {
  const columns = Math.max(before.chars.length, after.chars.length);
  // What is blank to the end of the row is cheaper to erase than to write.
  let blankFrom = columns;
  while (blankFrom > 0 && charAt(after, blankFrom - 1) === SPACE && styleAt(after, blankFrom - 1) === '') {
    blankFrom -= 1;
  }
  let out = '';
  let pen = '';
  const setPen = (style: string): void => {
    if (style === pen) return;
    out += style === '' ? '\u001B[m' : `\u001B[${pen === '' ? '' : '0;'}${style}m`;
    pen = style;
  };
  for (const { from, to } of changedRanges(before, after, blankFrom)) {
    out += `\u001B[${row};${from + 1}H`;
    for (let i = from; i < to; i += 1) {
      setPen(styleAt(after, i));
      out += charAt(after, i);
    }
  }
  setPen('');
  for (let i = blankFrom; i < columns; i += 1) {
    if (isSame(before, after, i)) continue;
    return `${out}\u001B[${row};${i + 1}H\u001B[K`;
  }
  return out;
}

/** A row erased and written. Erasing afterwards would take the last character at the right edge with it. */
function wholeRow(row: DrawnRow, at: number): string {
  return `\u001B[${at};1H\u001B[K${row.line}\u001B[m`;
}

export class FrameWriter extends Writable {
  readonly isTTY = true;
  private readonly target: SizedStream;
  private lastFrame = '';
  private redraw: NodeJS.Timeout | null = null;
  private readonly onResize = (): void => {
    this.disturbed();
    this.emit('resize');
  };
  /** What is on the screen; empty = not known, draw all of it. */
  private drawn: DrawnRow[] = [];
  private drawnColumns = 0;
  private held: string | null = null;

  /** @param target the terminal; whoever listens for its size here hears of it after those who listen there already */
  constructor(target: SizedStream) {
    super({ decodeStrings: false });
    this.target = target;
    target.on('resize', this.onResize);
  }

  get columns(): number {
    return this.target.columns ?? 80;
  }
  get rows(): number {
    return this.target.rows ?? 24;
  }

  override _write(chunk: string | Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    if (text === '') {
      this.target.write('', done);
      return;
    }
    this.take(text);
    // Not waiting for the terminal: what is written while the process ends must not be left in a queue.
    done();
  }

  /**
   * The terminal has moved things about in its own way: nothing on it is known any more. Node tells of a new size only
   * when it differs from the last one it saw; a terminal that shrank and grew back has lost its edges all the same, which
   * only the signal SIGWINCH tells.
   */
  disturbed(): void {
    this.drawn = [];
    if (this.redraw !== null) clearTimeout(this.redraw);
    // Where the size came back to what it was Ink sees nothing to do; then the last frame is drawn again.
    this.redraw = setTimeout(() => {
      if (this.drawn.length === 0 && this.lastFrame !== '') this.target.write(this.draw(this.lastFrame));
    }, REDRAW_MS);
    this.redraw.unref();
  }

  /** Lets go of the terminal; nothing is drawn after this. */
  release(): void {
    this.target.removeListener('resize', this.onResize);
    if (this.redraw !== null) clearTimeout(this.redraw);
    this.lastFrame = '';
  }

  private take(text: string): void {
    if (text === BEGIN) {
      this.held = '';
      return;
    }
    if (text === END) {
      const bytes = this.held ?? '';
      this.held = null;
      if (bytes !== '') this.target.write(BEGIN + bytes + END);
      return;
    }
    const frame = text.replace(ERASE_PREFIX, '');
    const bytes = frame.includes('\n') ? this.draw(frame) : this.pass(text);
    if (this.held === null) {
      if (bytes !== '') this.target.write(bytes);
    } else this.held += bytes;
  }

  /** Something that is no frame. What erases is meant from the bottom of the frame, and leaves nothing that is known. */
  private pass(text: string): string {
    const erases = ERASE_PREFIX.test(text);
    if (erases || text.includes('\u001B[?1049')) {
      this.drawn = [];
      this.lastFrame = '';
    }
    return erases ? `\u001B[${this.rows};1H${text}` : text;
  }

  private draw(frame: string): string {
    const lines = frame.split('\n').slice(0, this.rows);
    const known = this.drawn.length === lines.length && this.drawnColumns === this.columns;
    const next = lines.map((line, i): DrawnRow => {
      const before = this.drawn[i];
      return known && before?.line === line ? before : { line, cells: null };
    });
    this.lastFrame = frame;
    this.drawnColumns = this.columns;
    if (!known) return this.drawAll(next);
    const out = next.map((row, i) => {
      const before = this.drawn[i];
      if (before === undefined || before === row) return '';
      const [old, now] = [cellsOf(before), cellsOf(row)];
      return old.certain && now.certain ? diffRow(old, now, i + 1) : wholeRow(row, i + 1);
    });
    this.drawn = next;
    return out.join('');
  }

  /**
   * Everything, in place: clearing the screen first would flicker where synchronized output is not known. Wrapping is off
   * meanwhile, because a frame that is still laid out for a wider screen must not scroll this one; it is not remembered.
   */
  private drawAll(rows: readonly DrawnRow[]): string {
    const fitting = rows.every((row) => cellsOf(row).chars.length <= this.columns);
    this.drawn = fitting ? [...rows] : [];
    return `\u001B[?7l${rows.map((row, i) => wholeRow(row, i + 1)).join('')}\u001B[J\u001B[?7h`;
  }
}
