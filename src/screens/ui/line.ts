/** A screen is lines, a line is spans: data that is measured, tested and only then painted. */
import { paintTone, type Tone } from '../../term/theme.js';
import { isPlainWidth } from '../../term/columns.js';
import { clean, fit, truncate, width, wrap } from './cells.js';

export interface Span {
  readonly text: string;
  readonly tone: Tone;
}
export type Line = readonly Span[];

export const BLANK: Line = [];

export function span(text: string, tone: Tone = 'plain'): Span {
  return { text, tone };
}
/** A line of one tone. */
export function line(text: string, tone: Tone = 'plain'): Line {
  return [span(text, tone)];
}
/** Prose wrapped to lines of one tone, indented by `indent` columns. */
export function prose(text: string, columns: number, tone: Tone = 'plain', indent = 0): Line[] {
  const gap = ' '.repeat(indent);
  return wrap(text, columns - indent).map((one) => line(gap + one, tone));
}
export function lineWidth(of: Line): number {
  return of.reduce((sum, one) => sum + width(clean(one.text)), 0);
}

/** A cell of fixed width, so that columns stand still whatever the data. */
export function cell(
  text: string,
  columns: number,
  tone: Tone = 'plain',
  align: 'left' | 'right' = 'left',
): Span {
  return span(fit(text, columns, align), tone);
}

/** Whether nothing has to be cleaned or cut: nearly every line of every frame, so it is found out cheaply. */
function fitsAsItIs(of: Line, columns: number): boolean {
  let room = columns;
  for (const { text } of of) {
    room -= text.length;
    if (room < 0 || !isPlainWidth(text)) return false;
  }
  return true;
}

/** Cuts a line to `columns`, with an ellipsis when something is lost. */
export function cutLine(of: Line, columns: number): Line {
  if (fitsAsItIs(of, columns)) return of;
  let used = 0;
  const out: Span[] = [];
  const total = of.reduce((sum, one) => sum + Math.min(one.text.length * 2, columns * 8 + 1), 0);
  if (total <= columns) return of.map((one) => span(clean(one.text), one.tone));
  for (const one of of) {
    const room = columns - used;
    if (room <= 0) {
      if (clean(one.text).trim() === '') continue;
      const last = out.pop();
      if (last === undefined) return [];
      out.push(span(truncate(`${last.text}  `, width(last.text)), last.tone));
      return out;
    }
    const text = truncate(one.text, room);
    out.push(span(text, one.tone));
    used += width(text);
  }
  return out;
}

/** Puts `left` at the left edge and `right` at the right one; the left gives way. */
export function spread(left: Line, right: Line, columns: number): Line {
  const rightWidth = lineWidth(right);
  const head = cutLine(left, Math.max(0, columns - rightWidth - 1));
  const gap = columns - lineWidth(head) - rightWidth;
  return [...head, span(' '.repeat(Math.max(1, gap))), ...right];
}

/** Pads a line with blanks to exactly `columns`. */
export function fullLine(of: Line, columns: number): Line {
  const cut = cutLine(of, columns);
  const gap = columns - lineWidth(cut);
  return gap > 0 ? [...cut, span(' '.repeat(gap))] : cut;
}

/** Two columns of lines side by side, `gap` blanks between. */
export function beside(
  left: readonly Line[],
  leftColumns: number,
  right: readonly Line[],
  rightColumns: number,
  gap = 2,
): Line[] {
  const rows = Math.max(left.length, right.length);
  return Array.from({ length: rows }, (_, i) => [
    ...fullLine(left[i] ?? BLANK, leftColumns),
    span(' '.repeat(gap)),
    ...cutLine(right[i] ?? BLANK, rightColumns),
  ]);
}

/** Exactly `rows` lines: cut at the end or filled with empty ones. */
export function block(lines: readonly Line[], rows: number): Line[] {
  return Array.from({ length: Math.max(0, rows) }, (_, i) => lines[i] ?? BLANK);
}

/** What our own texts hold beyond ASCII, and what stands for it where only ASCII may be drawn: each one column wide. */
const ASCII_FOR: Readonly<Record<string, string>> = {
  '…': '~',
  '–': '-',
  '—': '-',
  '“': '"',
  '”': '"',
  '’': "'",
  '→': '>',
  '←': '<',
  '×': 'x',
  '•': '*',
  '·': '-',
};

/** A line as it goes to the terminal: none wider than `columns`, and only ASCII of our own where only that can be drawn. */
export function drawn(of: Line, columns: number, ascii: boolean): Line {
  const cut = cutLine(of, columns);
  if (!ascii) return cut;
  return cut.map((part) =>
    span(
      part.text.replaceAll(/[…–—“”’→←×•·]/g, (char) => ASCII_FOR[char] ?? '?'),
      part.tone,
    ),
  );
}

/**
 * Lines as text for a terminal, with SGR sequences where there is colour.
 * @param whole keep the blanks at the ends of lines
 */
export function painted(lines: readonly Line[], color: boolean, whole: boolean): string {
  return lines
    .map((one) => {
      const text = one.map((part) => paintTone(part.text, part.tone, color)).join('');
      return whole ? text : text.trimEnd();
    })
    .join('\n');
}

/** Lines without any styling, for the linear mode and for copying. */
export function plain(lines: readonly Line[]): string[] {
  return lines.map((one) =>
    one
      .map((part) => clean(part.text))
      .join('')
      .trimEnd(),
  );
}
