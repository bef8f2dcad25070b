/** Text measured in terminal columns: cleaning, cutting, padding, wrapping. Nothing here may be a column off. */
import stringWidth from 'string-width';
import { isPlainWidth } from '../../term/columns.js';

const PRINTABLE_ASCII = /^[\u0020-\u007E]*$/;
/** C0, DEL, C1, and the marks that turn the direction of writing: none may reach the terminal from data. */
const UNSAFE = /[\u0000-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/g;
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** One line without control characters; tabs become two spaces, line ends one. Services clean too: this is the last gate. */
export function clean(text: string): string {
  if (PRINTABLE_ASCII.test(text)) return text;
  return text.replaceAll('\t', '  ').replaceAll(/\r?\n/g, ' ').replaceAll(UNSAFE, '');
}

/** Columns that a cleaned text takes. */
export function width(text: string): number {
  return isPlainWidth(text) ? text.length : stringWidth(text);
}

/** The longest beginning of a cleaned text that fits into `columns`. */
export function take(text: string, columns: number): string {
  if (columns <= 0) return '';
  if (isPlainWidth(text)) return text.slice(0, columns);
  let used = 0;
  let out = '';
  for (const { segment } of segmenter.segment(text)) {
    const wide = stringWidth(segment);
    if (used + wide > columns) break;
    used += wide;
    out += segment;
  }
  return out;
}

/** The text if it fits, else as much as fits with an ellipsis (one column) at the end. */
export function truncate(text: string, columns: number): string {
  if (columns <= 0) return '';
  if (text.length <= columns && isPlainWidth(text)) return text;
  // A 10 MB line costs no more than one that fills the screen: nothing past eight times the width is looked at.
  const safe = clean(text.length > columns * 8 ? text.slice(0, columns * 8) : text);
  if (width(safe) <= columns && text.length <= columns * 8) return safe;
  return `${take(safe, columns - 1)}…`;
}

export function pad(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const gap = ' '.repeat(Math.max(0, columns - width(text)));
  return align === 'left' ? text + gap : gap + text;
}

/** Exactly `columns` wide: cut or padded. */
export function fit(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  return pad(truncate(text, columns), columns, align);
}

/** Whether a cleaned text fits, without measuring more of a very long one than can matter. */
function fits(text: string, columns: number): boolean {
  return text.length <= columns * 8 && width(text) <= columns;
}

function wrapOne(paragraph: string, columns: number, hang: string): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  const flush = (): void => {
    lines.push(line.trimEnd());
    line = hang;
    used = hang.length;
  };
  for (const word of paragraph.split(/(?<= )/)) {
    let rest = word;
    if (!fits(rest.trimEnd(), columns - used)) {
      if (line.trim() !== '') flush();
      else {
        // Nothing but indentation that leaves no room for the word: the word counts more.
        line = lines.length === 0 ? '' : hang;
        used = line.length;
      }
    }
    while (!fits(rest.trimEnd(), columns - used)) {
      const head = take(rest, columns - used);
      if (head === '') break;
      line += head;
      rest = rest.slice(head.length);
      flush();
    }
    line += rest;
    used += width(rest);
  }
  lines.push(line.trimEnd());
  return lines;
}

/**
 * Wraps prose at spaces; words longer than a line are cut. Line ends in the text stay. Further lines start with `hang`.
 * @param columns at least 4; less is treated as 4
 */
export function wrap(text: string, columns: number, hang = ''): string[] {
  const room = Math.max(4 + hang.length, columns);
  return text.split(/\r?\n/).flatMap((paragraph) => wrapOne(clean(paragraph), room, hang));
}
