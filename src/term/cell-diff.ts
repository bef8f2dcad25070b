/** The fewest bytes that turn the cells which a terminal shows into other ones. */
import { BLANK, isCluster, RIGHT_HALF, type Cells } from './cells.js';
import { PENS } from './theme.js';

const ERASE_TO_END = '\u001B[K';

/** Writes cells, knowing where the cursor stands and which pen it holds. */
class Pencil {
  out = '';
  private pen = 0;
  /** Where the cursor stands, from 0; -1 = nobody knows. */
  private row = -1;
  private column = -1;

  /** Moves to a cell by whatever sequence is the shortest. */
  to(row: number, column: number): void {
    if (row === this.row && column === this.column) return;
    const absolute = `\u001B[${row + 1}${column === 0 ? '' : `;${column + 1}`}H`;
    const gap = column - this.column;
    const forward = `\u001B[${gap === 1 ? '' : gap}C`;
    this.out += row === this.row && gap > 0 && forward.length < absolute.length ? forward : absolute;
    this.row = row;
    this.column = column;
  }

  private hold(pen: number): void {
    if (pen === this.pen) return;
    const [old, next] = [PENS[this.pen] ?? '', PENS[pen] ?? ''];
    // One colour replaces another; weights add up, so they have to be put down first: no number is a zero.
    const replaces = old === '' || (old.length === 2 && next.length === 2);
    this.out += `\u001B[${replaces || next === '' ? '' : ';'}${next}m`;
    this.pen = pen;
  }

  cell(cells: Cells, row: number, column: number): void {
    const begin = row * cells.columns;
    const code = cells.codes[begin + column] ?? BLANK;
    if (code !== BLANK) this.hold(cells.pens[begin + column] ?? 0);
    this.out += cells.charAt(begin + column);
    let next = column + 1;
    while (next < cells.columns && cells.codes[begin + next] === RIGHT_HALF) next += 1;
    this.column = next;
    // After the last column terminals stand on it or behind it; and who knows how far a cluster went.
    if (next === cells.columns || isCluster(code)) this.row = -1;
  }

  /**
   * Whether to write the cells up to a column of the same row once more is as cheap as to jump there: then the pen in
   * hand does for all of them.
   */
  canBridge(cells: Cells, row: number, to: number): boolean {
    const gap = to - this.column;
    if (row !== this.row || gap <= 0 || gap > (gap === 1 ? 3 : 4)) return false;
    for (let at = row * cells.columns + this.column; at < row * cells.columns + to; at += 1) {
      const code = cells.codes[at] ?? BLANK;
      if (code !== BLANK && (code > 0x7e || code < BLANK || cells.pens[at] !== this.pen)) return false;
    }
    return true;
  }

  /** From here to the end of the row. */
  erase(): void {
    this.out += ERASE_TO_END;
  }

  get at(): number {
    return this.column;
  }

  done(): string {
    this.hold(0);
    return this.out;
  }
}

/** Column after the last cell of a row with something in it. */
function endOf(cells: Cells, row: number): number {
  let column = cells.columns;
  while (column > 0 && cells.codes[row * cells.columns + column - 1] === BLANK) column -= 1;
  return column;
}

/** @param before null = the row is blank */
function changeRow(pencil: Pencil, before: Cells | null, after: Cells, row: number): void {
  const { columns } = after;
  const begin = row * columns;
  const isSame = (column: number): boolean =>
    before === null
      ? after.codes[begin + column] === BLANK
      : before.codes[begin + column] === after.codes[begin + column] &&
        before.pens[begin + column] === after.pens[begin + column];
  const end = endOf(after, row);
  for (let column = 0; column < end; column += 1) {
    if (isSame(column)) continue;
    // Never start in the right half of a wide character.
    let from = column;
    while (from > 0 && after.codes[begin + from] === RIGHT_HALF) from -= 1;
    if (pencil.canBridge(after, row, from)) from = pencil.at;
    pencil.to(row, from);
    for (; from <= column; from += 1)
      if (after.codes[begin + from] !== RIGHT_HALF) pencil.cell(after, row, from);
    // The other half of a wide character is written with it.
    while (column + 1 < columns && after.codes[begin + column + 1] === RIGHT_HALF) column += 1;
  }
  for (let column = end; column < columns; column += 1) {
    if (isSame(column)) continue;
    pencil.to(row, column);
    pencil.erase();
    return;
  }
}

function writeRow(pencil: Pencil, cells: Cells, row: number): void {
  pencil.to(row, 0);
  // Before writing: erasing afterwards would take the last character at the right edge with it.
  pencil.erase();
  changeRow(pencil, null, cells, row);
}

/**
 * @param before what the terminal shows, of the same size; null = not known
 * @returns what to write; '' when both look the same
 */
export function difference(before: Cells | null, after: Cells): string {
  const pencil = new Pencil();
  for (let row = 0; row < after.rows; row += 1) {
    const unsure = after.unsure[row] === 1 || before?.unsure[row] === 1;
    if (before === null) writeRow(pencil, after, row);
    else if (!unsure) changeRow(pencil, before, after, row);
    else if (before.rowText(row) !== after.rowText(row)) writeRow(pencil, after, row);
  }
  return pencil.done();
}
