/** The terminal as a picture: each frame is compared with the last one, and what differs is written, in one piece. */
import { Cells, type Piece } from './cells.js';
import { difference } from './cell-diff.js';
import type { SizedStream } from './size.js';

/** Lines somewhere on the screen, none longer than there is room for. */
export interface Block {
  readonly top: number;
  readonly left: number;
  readonly lines: readonly (readonly Piece[])[];
}

/** A whole frame; later blocks lie over earlier ones. */
export interface Picture {
  readonly columns: number;
  readonly rows: number;
  readonly color: boolean;
  readonly blocks: readonly Block[];
}

/**
 * Alternate screen, no cursor, no wrapping: neither a frame that is still laid out for a wider screen nor a character that
 * the terminal takes for wider than we do may push anything into the next row.
 */
const ENTER = '\u001B[?1049h\u001B[?25l\u001B[?7l';
const LEAVE = '\u001B[?7h\u001B[?25h\u001B[?1049l';
/** Synchronized output: a terminal that knows it shows all of a frame at once. */
const BEGIN = '\u001B[?2026h';
const END = '\u001B[?2026l';

export class TerminalScreen {
  private readonly target: SizedStream;
  private open = false;
  /** What the terminal shows; null = not known. */
  private shown: Cells | null = null;
  private spare: Cells | null = null;
  /** The lines that `shown` was made of, where it was made of lines. */
  private painted: readonly string[] | null = null;

  constructor(target: SizedStream) {
    this.target = target;
  }

  /** Takes the alternate screen. */
  enter(): void {
    if (this.open) return;
    this.open = true;
    this.shown = null;
    this.target.write(ENTER);
  }

  /** Gives the terminal's own screen back; nothing is drawn after this until `enter`. */
  leave(): void {
    if (!this.open) return;
    this.open = false;
    this.target.write(LEAVE);
  }

  /**
   * The terminal has moved things about in its own way: nothing on it is known any more. Node tells of a new size only
   * when it differs from the last one it saw; a terminal that shrank and grew back has lost its edges all the same.
   */
  disturbed(): void {
    this.shown = null;
  }

  /** Shows a picture. Writes nothing when the terminal shows it already. */
  draw({ columns, rows, color, blocks }: Picture): void {
    const next = this.blank(columns, rows);
    for (const { top, left, lines } of blocks)
      lines.forEach((line, i) => next.put(top + i, left, line, color));
    this.show(next, null);
  }

  /**
   * Shows lines of text with SGR sequences in them, as Ink makes them. Those that are as they were are not looked into.
   * @param lines from the top of the screen
   */
  drawPainted(columns: number, rows: number, lines: readonly string[]): void {
    const next = this.blank(columns, rows);
    const before = this.shown;
    lines.slice(0, rows).forEach((line, row) => {
      const same = before !== null && this.painted?.[row] === line && before.rows === rows;
      if (!same || !next.copyRow(row, before)) next.putPainted(row, line);
    });
    this.show(next, lines);
  }

  private show(next: Cells, painted: readonly string[] | null): void {
    if (!this.open) return;
    const before = this.shown;
    const known = before !== null && before.columns === next.columns && before.rows === next.rows;
    const bytes = difference(known ? before : null, next);
    this.spare = before;
    this.shown = next;
    this.painted = painted;
    if (bytes !== '') this.target.write(BEGIN + bytes + END);
  }

  private blank(columns: number, rows: number): Cells {
    const { spare } = this;
    if (spare?.columns !== columns || spare.rows !== rows) return new Cells(columns, rows);
    spare.clear();
    return spare;
  }
}
