/** All that is known of one thing: the lines as its source words them, searched and scrolled. */
import { describeText as text } from '../i18n/texts/live-screens.js';
import { step as stepText } from '../i18n/texts/step.js';
import { position } from '../state/lists.js';
import { targetName } from '../state/live/acts.js';
import { describeHits, describeNeedle } from '../state/live/search.js';
import { diffTone, fileLines } from './live/file.js';
import { foundRows } from './live/found.js';
import { inputSpans } from './ui/field.js';
import { block, line, prose, span, spread, BLANK, type Line } from './ui/line.js';
import { scrolled } from './ui/scroll.js';
import { inLang, type View } from './view.js';

/** Title and the line below it. */
export const DESCRIBE_CHROME_ROWS = 2;

/** Why there is no answer, or that it is being waited for. */
function noLines(view: View, columns: number): Line[] {
  const { detail } = view.state.live;
  if (detail === null) return prose(inLang(view, text.nothing), columns, 'dim');
  const { trouble } = detail;
  if (trouble === null) {
    return detail.lines === null
      ? [line(inLang(view, text.asking), 'info')]
      : [line(inLang(view, text.empty), 'dim')];
  }
  return [
    line(inLang(view, text.trouble), 'bad'),
    ...prose(inLang(view, trouble.what), columns, 'bad'),
    ...prose(inLang(view, trouble.remedy), columns),
    ...(trouble.where === null ? [] : prose(trouble.where, columns, 'dim')),
  ];
}

/** Rows of the answer, wrapped, as long as it is; and at which row each of its lines begins. */
export function describeRows(
  view: View,
  columns: number,
): { readonly rows: Line[]; readonly starts: readonly number[] } {
  const { detail } = view.state.live;
  const lines = detail?.lines ?? [];
  const file = detail?.file ?? null;
  if (lines.length === 0 && (file === null || detail?.trouble != null))
    return { rows: noLines(view, columns), starts: [] };
  const needle = describeNeedle(view.state);
  const current = view.state.ui.picks['describe.scroll'];
  const rows: Line[] = [];
  const starts: number[] = [];
  // An answer that could not be had anew does not hide the one before.
  if (detail?.trouble != null) rows.push(...noLines(view, columns), BLANK);
  if (file !== null) rows.push(...fileLines(view, file, lines, columns));
  lines.forEach((one, i) => {
    starts.push(rows.length);
    rows.push(
      ...foundRows(
        view,
        one,
        needle,
        current === String(i),
        columns,
        file === null ? 'plain' : diffTone(one),
      ),
    );
  });
  return { rows, starts };
}

export function describeScreen(view: View, columns: number, rows: number): Line[] {
  const { state } = view;
  const { detail } = state.live;
  const needle = describeNeedle(state);
  const hits = describeHits(state);
  const at = hits.findIndex((hit) => String(hit) === state.ui.picks['describe.scroll']) + 1;
  const searching = state.ui.typing === 'describe.search' || needle !== '';
  const count = detail?.lines?.length ?? 0;
  // A file that has not changed is told in words above; there are no lines to be counted.
  const counted = count === 0 ? '' : inLang(view, text.lines({ count }));
  const title = spread(
    [span(' '), span(detail === null ? '' : targetName(detail.target), 'title')],
    [span(`${counted} `, 'dim')],
    columns,
  );
  const search: Line = searching
    ? spread(
        [
          span(` ${inLang(view, stepText.search)} / `, 'dim'),
          ...inputSpans(view, 'describe.search', Math.max(10, Math.floor(columns / 3))),
        ],
        [span(needle === '' ? '' : `${inLang(view, text.hits({ at, all: hits.length }))} `, 'info')],
        columns,
      )
    : BLANK;
  const room = rows - DESCRIBE_CHROME_ROWS;
  const { rows: all } = describeRows(view, columns - 3);
  const body = all.map((one): Line => [span(' '), ...one]);
  return [
    title,
    search,
    ...block(scrolled(view, body, position(state, 'describe.scroll'), columns - 1, room), room),
  ];
}

/** The whole answer, for copying. */
export function describeCopy(view: View): string | null {
  const lines = view.state.live.detail?.lines ?? [];
  return lines.length === 0 ? null : lines.join('\n');
}
