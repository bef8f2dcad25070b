import { glyphsOf, type View } from '../view.js';
import { block, line, lineWidth, span, spread, type Line } from './line.js';

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
    if (i !== rows - 1 || start >= max) return one;
    const count = `${max - start} `;
    // How much is left is told where it covers nothing that is to be read.
    const free = lineWidth(one) + 1 + count.length + 1 <= columns;
    return spread(one, [span(free ? count : '', 'dim'), span(glyph.down, 'accent')], columns);
  });
}
