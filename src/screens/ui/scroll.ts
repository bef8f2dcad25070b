import { glyphsOf, type View } from '../view.js';
import { block, line, span, spread, type Line } from './line.js';

/** A window of `rows` on lines from `from`, with what lies above and below told in the last column of the edges. */
export function scrolled(
  view: View,
  lines: readonly Line[],
  from: number,
  columns: number,
  rows: number,
): Line[] {
  const max = Math.max(0, lines.length - rows);
  const start = Math.min(Math.max(0, from), max);
  const shown = block(lines.slice(start, start + rows), rows);
  if (max === 0) return shown;
  const glyph = glyphsOf(view);
  return shown.map((one, i) => {
    if (i === 0 && start > 0) return spread(one, line(glyph.up, 'accent'), columns);
    if (i === rows - 1 && start < max)
      return spread(one, [span(`${max - start} `, 'dim'), span(glyph.down, 'accent')], columns);
    return one;
  });
}
