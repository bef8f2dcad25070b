/** The whole frame: header, the regions of the screen on top, notice and keys, a question over it. Never more rows than there are. */
import { words } from '../i18n/texts/words.js';
import { isZoomed } from '../state/live/listing.js';
import { runningRuns } from '../state/standing.js';
import { isTyping } from '../state/typing.js';
import type { AppState } from '../state/types.js';
import type { Picture } from '../term/screen.js';
import { dialogBox } from './dialog.js';
import { footerLines, headerLines } from './frame.js';
import { bandsOf, buildRegion } from './layout.js';
import { block, drawn, fullLine, line, span, type Line } from './ui/line.js';
import { bodyRows, FOOTER_ROWS, HEADER_ROWS, inLang, layoutOf, type View } from './view.js';

/** Whether anything is under way: then the busy sign moves, the one thing that does. */
export function isBusy(state: AppState): boolean {
  return (
    layoutOf(state.terminal) !== 'tiny' &&
    (state.opening !== null ||
      runningRuns(state).length > 0 ||
      state.live.acting.length > 0 ||
      state.troubles.gathering !== null ||
      state.troubles.doing !== null ||
      Object.values(state.gates).some((gate) => gate?.running === true) ||
      Object.values(state.connect.tests).some((test) => test.kind === 'testing'))
  );
}

export function tooSmall(view: View, columns: number, rows: number): Line[] {
  const { terminal, ui } = view.state;
  // Where letters are typed or a question is open only what is no letter leaves.
  const keys = isTyping(view.state) || ui.dialog !== null ? ['Ctrl-C'] : ['q', 'Ctrl-C'];
  const quit = ui.dialog?.kind === 'confirm-quit' ? words.tooSmallSure : words.tooSmallQuit({ keys });
  const lines = [
    line(inLang(view, words.tooSmall), 'title'),
    line(inLang(view, words.tooSmallHow(terminal))),
    line(inLang(view, quit), 'dim'),
  ];
  return block(columns < 1 ? [] : lines, rows);
}

/** Lines at a place of the screen, none wider than `columns`. */
export interface Part {
  readonly key: string;
  readonly top: number;
  readonly left: number;
  readonly columns: number;
  readonly lines: readonly Line[];
  /** It lies over others: its blanks cover what is there. */
  readonly over: boolean;
}

function screenParts(view: View): Part[] {
  const { terminal, ui } = view.state;
  const { columns, rows } = terminal;
  const screen = ui.stack.at(-1) ?? 'welcome';
  const parts: Part[] = [
    { key: 'header', top: 0, left: 0, columns, lines: headerLines(view, columns), over: false },
  ];
  let top = HEADER_ROWS;
  for (const band of bandsOf(screen, terminal, isZoomed(view.state))) {
    let left = 0;
    for (const region of band.regions) {
      parts.push({
        key: `${screen}.${region.key}`,
        top,
        left,
        columns: region.columns,
        lines: buildRegion(view, region, band.rows),
        over: false,
      });
      left += region.columns;
    }
    top += band.rows;
  }
  parts.push({
    key: 'footer',
    top: rows - FOOTER_ROWS,
    left: 0,
    columns,
    lines: footerLines(view, columns),
    over: false,
  });
  return parts;
}

/** Drawn over the screen: what was being looked at stays in sight above and below it. */
function questionPart(view: View): Part[] {
  const { terminal } = view.state;
  const { columns } = terminal;
  const box = dialogBox(view, columns, bodyRows(terminal));
  if (box === null) return [];
  // Beside the box nothing is left of the rows it covers: scraps of words would only confuse.
  const margin = span(' '.repeat(box.left));
  const lines = box.lines.map((one) => fullLine([margin, ...one], columns));
  return [{ key: 'question', top: box.top + HEADER_ROWS, left: 0, columns, lines, over: true }];
}

/** What is on the screen, from the back to the front. */
export function partsOf(view: View): readonly Part[] {
  const { columns, rows, ascii } = view.state.terminal;
  const parts =
    layoutOf(view.state.terminal) === 'tiny'
      ? [{ key: 'tiny', top: 0, left: 0, columns, lines: tooSmall(view, columns, rows), over: false }]
      : [...screenParts(view), ...questionPart(view)];
  return parts.map((part) => ({
    ...part,
    lines: part.lines.map((one) => drawn(one, part.columns, ascii)),
  }));
}

/** The frame for the terminal's size, for as long as Ink is not there yet. */
export function pictureOf(view: View): Picture {
  const { columns, rows, color } = view.state.terminal;
  return { columns, rows, color, blocks: partsOf(view) };
}
