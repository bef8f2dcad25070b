/** Matches of a search in text: marked beside the line, and within it. */
import { clean, wrap } from '../ui/cells.js';
import type { Tone } from '../../term/theme.js';
import { span, type Line, type Span } from '../ui/line.js';
import { glyphsOf, type View } from '../view.js';

/** The text with what was searched for set off. @param needle lower case, not empty */
function matched(text: string, needle: string, tone: Tone): Span[] {
  const lower = text.toLowerCase();
  // Some letters change their length with their case; the mark beside the line is enough for those.
  if (lower.length !== text.length) return [span(text, tone)];
  const out: Span[] = [];
  let from = 0;
  for (let at = lower.indexOf(needle); at >= 0; at = lower.indexOf(needle, from)) {
    if (at > from) out.push(span(text.slice(from, at), tone));
    out.push(span(text.slice(at, at + needle.length), 'accent'));
    from = at + needle.length;
  }
  if (from < text.length) out.push(span(text.slice(from), tone));
  return out;
}

/** Columns before the text for the mark of a match. */
const MARK_COLUMNS = 2;

/**
 * A line of text wrapped to as many rows as it needs, a match marked on the first.
 * @param needle what is searched for, lower case; empty: nothing
 * @param current whether this is the match that was gone to
 */
export function foundRows(
  view: View,
  text: string,
  needle: string,
  current: boolean,
  columns: number,
  tone: Tone = 'plain',
): Line[] {
  const safe = clean(text);
  const hit = needle !== '' && safe.toLowerCase().includes(needle);
  const glyph = glyphsOf(view);
  // What is set in stays set in when it goes on in the next row.
  const indent = (/^ */.exec(safe)?.[0].length ?? 0) + 2;
  const hanging = ' '.repeat(Math.min(indent, columns >> 1));
  return wrap(safe, columns - MARK_COLUMNS, hanging).map((row, i): Line => [
    span(i > 0 || !hit ? '  ' : `${current ? glyph.focus : glyph.chosen} `, 'accent'),
    ...(hit ? matched(row, needle, tone) : [span(row, tone)]),
  ]);
}
