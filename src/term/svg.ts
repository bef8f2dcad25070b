/** A frame as an SVG image for a page: the same cells as the terminal's, as text that can be found and printed. */
import { BLANK, Cells, RIGHT_HALF } from './cells.js';
import type { Picture } from './screen.js';
import { PENS } from './theme.js';

/** Size of a cell, in the image's own units. */
const CELL = { width: 8.4, height: 18 };
const MARGIN = 12;
/** From the top of a row to the line that its letters stand on. */
const BASELINE = 14;

/** Class of each look, by its SGR parameters; the terminal's own look has none. */
const CLASS: Readonly<Record<string, string>> = {
  '1': 'tb-bold',
  '2': 'tb-dim',
  '31': 'tb-bad',
  '32': 'tb-ok',
  '33': 'tb-warn',
  '36': 'tb-info',
};

/**
 * Rules for the page that holds such images: dark letters on white, and on paper; light ones where the reader asked for a
 * dark page.
 */
export const SVG_STYLE = `
svg.tb-screen { --tb-ground: #fbfbfc; --tb-edge: #ccd1d9; --tb-ink: #1c1f24; --tb-ok: #16693a; --tb-warn: #8a5200; --tb-bad: #b3201f; --tb-info: #0b5c80; --tb-dim: #6a7280; font: 14px ui-monospace, SFMono-Regular, Menlo, "DejaVu Sans Mono", monospace; }
svg.tb-screen rect { fill: var(--tb-ground); stroke: var(--tb-edge); }
svg.tb-screen text { fill: var(--tb-ink); white-space: pre; }
svg.tb-screen .tb-ok { fill: var(--tb-ok); } svg.tb-screen .tb-warn { fill: var(--tb-warn); } svg.tb-screen .tb-bad { fill: var(--tb-bad); }
svg.tb-screen .tb-info { fill: var(--tb-info); } svg.tb-screen .tb-dim { fill: var(--tb-dim); } svg.tb-screen .tb-bold { font-weight: bold; }
@media screen and (prefers-color-scheme: dark) {
  svg.tb-screen { --tb-ground: #16181c; --tb-edge: #3a404a; --tb-ink: #d6dae1; --tb-ok: #8fce9b; --tb-warn: #e5c07b; --tb-bad: #ef8a85; --tb-info: #7cc3dd; --tb-dim: #8b93a1; }
}
`.trim();

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
/** Controls, and signs that turn the direction of a text: frames are cleaned of them, and an image holds none either. */
const NEVER = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]/g;

function escaped(text: string): string {
  return text
    .replaceAll(NEVER, '')
    .toWellFormed()
    .replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}

/** Cells of one look, side by side. */
interface Run {
  readonly column: number;
  readonly columns: number;
  readonly pen: number;
  readonly text: string;
}

/** @param row from 0 */
function runsOf(cells: Cells, row: number): readonly Run[] {
  const runs: Run[] = [];
  const begin = row * cells.columns;
  for (let column = 0; column < cells.columns; column += 1) {
    const at = begin + column;
    const last = runs.at(-1);
    const pen = cells.pens[at] ?? 0;
    const char = cells.charAt(at);
    // A blank has no look of its own: it goes with what stands before it.
    const goesOn = cells.codes[at] === BLANK || cells.codes[at] === RIGHT_HALF || last?.pen === pen;
    if (last !== undefined && goesOn)
      runs[runs.length - 1] = { ...last, columns: last.columns + 1, text: last.text + char };
    else runs.push({ column, columns: 1, pen, text: char });
  }
  return runs;
}

function rowText(runs: readonly Run[]): string {
  return runs.map((run) => run.text).join('');
}

function textElement(run: Run, row: number): string {
  const from = run.text.length - run.text.trimStart().length;
  const text = run.text.trim();
  if (text === '') return '';
  const columns = run.columns - (run.text.length - text.length);
  const x = (MARGIN + (run.column + from) * CELL.width).toFixed(1);
  const y = MARGIN + row * CELL.height + BASELINE;
  const look = CLASS[PENS[run.pen] ?? ''];
  const kind = look === undefined ? '' : ` class="${look}"`;
  // The reader's font may be wider than ours: every piece keeps to its columns.
  const length = ` textLength="${(columns * CELL.width).toFixed(1)}" lengthAdjust="spacingAndGlyphs"`;
  return `<text x="${x}" y="${y}"${length}${kind}>${escaped(text)}</text>`;
}

/**
 * The picture as one `<svg>` element without scripts, links or styles of its own; SVG_STYLE gives it colours. Its size is
 * bounded by its cells: 120×36 of them are some 40 KB, and never more than half a megabyte.
 * @param options.title what it is a picture of, for those who do not see it
 * @param options.mask takes secrets out of a text; a row that holds one loses its colours
 */
export function pictureSvg(
  { columns, rows, blocks }: Picture,
  { title, mask }: { readonly title: string; readonly mask: (text: string) => string },
): string {
  const cells = new Cells(columns, rows);
  for (const { top, left, lines } of blocks) lines.forEach((line, i) => cells.put(top + i, left, line, true));
  const texts: string[] = [];
  for (let row = 0; row < rows; row += 1) {
    const runs = runsOf(cells, row);
    const plain = rowText(runs);
    const masked = mask(plain);
    const shown =
      masked === plain
        ? runs
        : [{ column: 0, columns: Math.min(columns, masked.length), pen: 0, text: masked.slice(0, columns) }];
    texts.push(...shown.map((run) => textElement(run, row)).filter((one) => one !== ''));
  }
  const width = Math.ceil(columns * CELL.width + 2 * MARGIN);
  const height = rows * CELL.height + 2 * MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="tb-screen" role="img" aria-label="${escaped(title)}" viewBox="0 0 ${width} ${height}">`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>`,
    ...texts,
    '</svg>',
  ].join('\n');
}
