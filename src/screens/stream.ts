/** The log that is followed: the newest lines, or a place that is held; searched, and honest about what was dropped. */
import { streamText as text } from '../i18n/texts/live-screens.js';
import { step as stepText } from '../i18n/texts/step.js';
import { targetName } from '../state/live/acts.js';
import { streamEnd, streamHits, streamNeedle } from '../state/live/search.js';
import { foundRows } from './live/found.js';
import { inputSpans } from './ui/field.js';
import { block, line, prose, span, spread, type Line } from './ui/line.js';
import { glyphsOf, inLang, type View } from './view.js';

/** Title and status. */
export const STREAM_CHROME_ROWS = 2;

function statusLine(view: View, page: number): Line {
  const { state, stream } = view;
  const held = state.ui.positions['stream.line'] ?? 0;
  const dropped = stream.dropped();
  const below = stream.total() - streamEnd(state, stream, page);
  const lost = Math.max(0, dropped - held);
  const standing =
    held === 0
      ? span(inLang(view, text.following), 'dim')
      : span(inLang(view, lost > 0 ? text.heldLost({ below, lost }) : text.held({ below })), 'warn');
  return [
    ...(state.live.stream?.ended === true ? [span(`${inLang(view, text.ended)}  `, 'warn')] : []),
    standing,
    ...(dropped === 0 ? [] : [span(`  ${inLang(view, text.dropped({ count: dropped }))}`, 'dim')]),
    span(' '),
  ];
}

/** Rows that end with the line before `end`; long lines go on in the next row. */
function logRows(view: View, end: number, columns: number, rows: number): Line[] {
  const { state, stream } = view;
  const needle = streamNeedle(state);
  const current = state.ui.picks['stream.line'];
  const from = Math.max(stream.dropped(), end - rows);
  const lines = stream.slice(from, end);
  const out: Line[] = [];
  for (let i = lines.length - 1; i >= 0 && out.length < rows; i -= 1) {
    out.unshift(...foundRows(view, lines[i] ?? '', needle, current === String(from + i), columns));
  }
  return out.slice(-rows);
}

export function streamScreen(view: View, columns: number, rows: number): Line[] {
  const { state, stream } = view;
  const now = state.live.stream;
  if (now === null) return block([line(` ${inLang(view, text.nothing)}`, 'dim')], rows);
  const room = rows - STREAM_CHROME_ROWS;
  const needle = streamNeedle(state);
  const hits = streamHits(state, stream);
  const at = hits.indexOf(Number(state.ui.picks['stream.line'] ?? -1)) + 1;
  const searching = state.ui.typing === 'stream.search' || needle !== '';
  const title = spread(
    [
      span(` ${inLang(view, now.previous ? text.previous : text.log)}  `, now.previous ? 'warn' : 'dim'),
      span(targetName(now.target), 'title'),
    ],
    statusLine(view, room),
    columns,
  );
  const search: Line = searching
    ? spread(
        [
          span(` ${inLang(view, stepText.search)} / `, 'dim'),
          ...inputSpans(view, 'stream.search', Math.max(10, Math.floor(columns / 3))),
        ],
        [span(needle === '' ? '' : `${inLang(view, text.hits({ at, all: hits.length }))} `, 'info')],
        columns,
      )
    : line(glyphsOf(view).rule.repeat(columns), 'dim');
  const trouble =
    now.trouble === null
      ? []
      : [
          ...prose(inLang(view, now.trouble.what), columns - 4, 'bad', 1),
          ...prose(inLang(view, now.trouble.remedy), columns - 4, 'plain', 1),
        ].slice(0, 4);
  const left = room - trouble.length;
  const end = streamEnd(state, stream, left);
  const body =
    stream.total() === 0 && !now.ended
      ? [line(` ${inLang(view, text.waiting)}`, 'dim')]
      : logRows(view, end, columns - 2, left);
  return [title, search, ...block(body, left), ...trouble];
}

/** The lines in sight, for copying. */
export function streamCopy(view: View, rows: number): string | null {
  const end = streamEnd(view.state, view.stream, rows);
  const lines = view.stream.slice(Math.max(view.stream.dropped(), end - rows), end);
  return lines.length === 0 ? null : lines.join('\n');
}
