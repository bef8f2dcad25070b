/** A frame as cells: what is compared with what the terminal shows. */
import stringWidth from 'string-width';
import { takesOneColumn } from './columns.js';
import { penOf, penOfSgr, type Tone } from './theme.js';

/** Text of one tone; the screens' spans are such pieces. */
export interface Piece {
  readonly text: string;
  readonly tone: Tone;
}

/** A blank has no pen: no tone colours the background. */
export const BLANK = 0x20;
/** Stands in the right half of a wide character. */
export const RIGHT_HALF = 0;
/** UTF-16 surrogates never are a character by themselves, so their codes number what is more than one code unit. */
const FIRST_CLUSTER = 0xd800;
const MOST_CLUSTERS = 0x800;
const REPLACEMENT = 0xfffd;

/** Whether a code of a cell numbers what is more than one code unit. */
export function isCluster(code: number): boolean {
  return code >= FIRST_CLUSTER && code < FIRST_CLUSTER + MOST_CLUSTERS;
}

const SGR = /\u001B\[([0-9;]*)m/g;
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

export class Cells {
  readonly columns: number;
  readonly rows: number;
  /** Row by row: the UTF-16 code of each cell, RIGHT_HALF, or the number of a cluster. */
  readonly codes: Uint16Array;
  /** Row by row: the pen of each cell, see theme.ts. */
  readonly pens: Uint8Array;
  /** 1 for rows with characters on whose width terminals disagree: there columns cannot be counted on. */
  readonly unsure: Uint8Array;
  private clusters: string[] = [];

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.codes = new Uint16Array(columns * rows).fill(BLANK);
    this.pens = new Uint8Array(columns * rows);
    this.unsure = new Uint8Array(rows);
  }

  clear(): void {
    this.codes.fill(BLANK);
    this.pens.fill(0);
    this.unsure.fill(0);
    this.clusters = [];
  }

  /** What is drawn in a cell; '' for the right half of a wide character. */
  charAt(at: number): string {
    const code = this.codes[at] ?? BLANK;
    if (code === RIGHT_HALF) return '';
    return isCluster(code) ? (this.clusters[code - FIRST_CLUSTER] ?? ' ') : String.fromCharCode(code);
  }

  /** Everything about a row, to compare an unsure one by. */
  rowText(row: number): string {
    let out = '';
    for (let at = row * this.columns; at < (row + 1) * this.columns; at += 1)
      out += `${this.pens[at] ?? 0}${this.charAt(at)}`;
    return out;
  }

  /**
   * Draws pieces one after another over what is there, at most up to the right edge. What lies outside is left away.
   * @param row from 0
   * @param column from 0
   */
  put(row: number, column: number, pieces: readonly Piece[], color: boolean): void {
    if (row < 0 || row >= this.rows || pieces.length === 0) return;
    const begin = row * this.columns;
    const end = begin + this.columns;
    let at = begin + column;
    this.mend(at, begin);
    for (const { text, tone } of pieces) at = this.putText(text, color ? penOf(tone) : 0, at, end, row);
    // What was drawn over the left half of a wide character leaves its right half behind.
    if (at < end && this.codes[at] === RIGHT_HALF) this.codes[at] = BLANK;
  }

  /**
   * Draws a line of text with SGR sequences in it from the left edge on; a row is drawn once.
   * @param row from 0
   */
  putPainted(row: number, line: string): void {
    if (row < 0 || row >= this.rows) return;
    const end = (row + 1) * this.columns;
    let at = row * this.columns;
    let pen = 0;
    let from = 0;
    for (const match of line.matchAll(SGR)) {
      if (match.index > from) at = this.putText(line.slice(from, match.index), pen, at, end, row);
      pen = penOfSgr(match[1] ?? '');
      from = match.index + match[0].length;
    }
    this.putText(from === 0 ? line : line.slice(from), pen, at, end, row);
  }

  /** Takes a row over from cells of the same size. False when it cannot be: clusters are numbered in each by itself. */
  copyRow(row: number, from: Cells): boolean {
    if (from.unsure[row] === 1 || from.columns !== this.columns || row >= from.rows) return false;
    const [begin, end] = [row * this.columns, (row + 1) * this.columns];
    this.codes.set(from.codes.subarray(begin, end), begin);
    this.pens.set(from.pens.subarray(begin, end), begin);
    return true;
  }

  /** Drawing begins at `at`: a wide character that reaches over there is gone. */
  private mend(at: number, begin: number): void {
    if (at > begin && this.codes[at] === RIGHT_HALF) {
      this.codes[at - 1] = BLANK;
      this.pens[at - 1] = 0;
    }
  }

  private putText(text: string, pen: number, from: number, end: number, row: number): number {
    let at = from;
    for (let i = 0; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      // A character that combines with its neighbours is found out with all of them.
      if (!takesOneColumn(code)) return this.putClusters(text, pen, from, end, row);
      if (at === end) continue;
      this.codes[at] = code;
      this.pens[at] = code === BLANK ? 0 : pen;
      at += 1;
    }
    return at;
  }

  private putClusters(text: string, pen: number, from: number, end: number, row: number): number {
    let at = from;
    for (const { segment } of segmenter.segment(text)) {
      const wide = stringWidth(segment);
      // Nothing to see: it would only move what terminals think of the columns after it.
      if (wide === 0) continue;
      if (at + wide > end) break;
      this.codes[at] = segment.length === 1 ? segment.charCodeAt(0) : this.numberOf(segment, row);
      this.pens[at] = segment === ' ' ? 0 : pen;
      for (let half = 1; half < wide; half += 1) {
        this.codes[at + half] = RIGHT_HALF;
        this.pens[at + half] = pen;
      }
      at += wide;
    }
    return at;
  }

  private numberOf(cluster: string, row: number): number {
    this.unsure[row] = 1;
    if (this.clusters.length === MOST_CLUSTERS) return REPLACEMENT;
    return FIRST_CLUSTER + this.clusters.push(cluster) - 1;
  }
}
