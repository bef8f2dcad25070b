/** The log that is followed: the newest lines, or a place that is held; filtered, searched, and honest about what was dropped. */
import { streamText as text } from '../i18n/texts/live-screens.js';
import { live as liveText } from '../i18n/texts/live.js';
import { step as stepText } from '../i18n/texts/step.js';
import { targetName } from '../state/live/acts.js';
import { typedIn } from '../state/live/search.js';
import {
  STREAM_FILTER,
  STREAM_LINE,
  STREAM_SEARCH,
  streamFilter,
  streamHits,
  streamNeedle,
  streamWindow,
  type StreamWindow,
} from '../state/live/stream-window.js';
import { foundRows } from './live/found.js';
import { inputSpans } from './ui/field.js';
import { block, line, prose, span, spread, type Line, type Span } from './ui/line.js';
import { glyphsOf, inLang, type View } from './view.js';

/** What the counts beside the fields take at most: matches, and lines of lines. */
const COUNTS_COLUMNS = 36;
/** Title and status. */
export const STREAM_CHROME_ROWS = 2;

function statusLine(view: View, { below }: StreamWindow): Line {
  const { state, stream } = view;
  const held = state.ui.positions[STREAM_LINE] ?? 0;
  const dropped = stream.dropped();
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

/** Long lines go on in the next row; the newest rows are those that stay. */
function logRows(view: View, { numbers }: StreamWindow, columns: number, rows: number): Line[] {
  const { state, stream } = view;
  const needle = streamNeedle(state);
  const current = state.ui.picks[STREAM_LINE];
  const out: Line[] = [];
  for (const number of numbers.toReversed()) {
    if (out.length >= rows) break;
    const [shown = ''] = stream.slice(number, number + 1);
    out.unshift(...foundRows(view, shown, needle, current === String(number), columns));
  }
  return out.slice(-rows);
}

/** The fields that hold something or are typed in, and what they let through; null: neither filter nor search. */
function fieldsLine(view: View, window: StreamWindow, columns: number): Line | null {
  const { state, stream } = view;
  const { typing } = state.ui;
  const [filter, needle] = [streamFilter(state), streamNeedle(state)];
  const count = [filter !== '' || typing === STREAM_FILTER, needle !== '' || typing === STREAM_SEARCH].filter(
    Boolean,
  ).length;
  const field = (name: string, label: string): Span[] => [
    span(` ${label} `, 'dim'),
    ...inputSpans(
      view,
      name,
      Math.max(10, Math.floor((columns - COUNTS_COLUMNS) / count) - label.length - 2),
    ),
  ];
  const fields: Span[] = [
    ...(filter !== '' || typing === STREAM_FILTER
      ? field(STREAM_FILTER, `${inLang(view, liveText.filter)} &`)
      : []),
    ...(needle !== '' || typing === STREAM_SEARCH
      ? field(STREAM_SEARCH, `${inLang(view, stepText.search)} /`)
      : []),
  ];
  if (fields.length === 0) return null;
  const hits = streamHits(state, stream);
  const at = hits.indexOf(Number(state.ui.picks[STREAM_LINE] ?? -1)) + 1;
  const kept = stream.total() - stream.dropped();
  return spread(
    fields,
    [
      span(needle === '' ? '' : `${inLang(view, text.hits({ at, all: hits.length }))} `, 'info'),
      span(
        filter === '' ? '' : ` ${inLang(view, liveText.counts({ shown: window.all, all: kept }))} `,
        'dim',
      ),
    ],
    columns,
  );
}

/** The lines themselves, and why there are none or no more of them. */
function bodyLines(view: View, columns: number, rows: number): Line[] {
  const { state, stream } = view;
  const trouble = state.live.stream?.trouble ?? null;
  const told =
    trouble === null
      ? []
      : [
          ...prose(inLang(view, trouble.what), columns - 4, 'bad', 1),
          ...prose(inLang(view, trouble.remedy), columns - 4, 'plain', 1),
        ].slice(0, 4);
  const left = Math.max(1, rows - told.length);
  const window = streamWindow(state, stream, left);
  const ended = state.live.stream?.ended === true;
  const body =
    stream.total() === 0
      ? [line(` ${inLang(view, ended ? text.empty : text.waiting)}`, 'dim')]
      : window.all === 0
        ? prose(
            inLang(view, liveText.noMatch({ needle: typedIn(state, STREAM_FILTER) })),
            columns - 4,
            'dim',
            1,
          )
        : logRows(view, window, columns - 2, left);
  return [...block(body, left), ...told];
}

export function streamScreen(view: View, columns: number, rows: number): Line[] {
  const { state, stream } = view;
  const now = state.live.stream;
  if (now === null) return block([line(` ${inLang(view, text.nothing)}`, 'dim')], rows);
  const room = rows - STREAM_CHROME_ROWS;
  const window = streamWindow(state, stream, room);
  const title = spread(
    [
      span(` ${inLang(view, now.previous ? text.previous : text.log)}  `, now.previous ? 'warn' : 'dim'),
      span(targetName(now.target), 'title'),
    ],
    statusLine(view, window),
    columns,
  );
  const fields = fieldsLine(view, window, columns) ?? line(glyphsOf(view).rule.repeat(columns), 'dim');
  return [title, fields, ...bodyLines(view, columns, room)];
}

/** Rows of the journal tab above the lines. */
export const JOURNAL_TAB_ROWS = 2;

/** The followed journal of a host in its tab. */
export function journalTab(view: View, columns: number, rows: number): Line[] {
  const room = rows - JOURNAL_TAB_ROWS;
  const window = streamWindow(view.state, view.stream, room);
  const rule = [span(glyphsOf(view).rule.repeat(columns), 'dim')];
  return [
    spread([span(` journalctl -f`, 'dim')], statusLine(view, window), columns),
    fieldsLine(view, window, columns) ?? rule,
    ...bodyLines(view, columns, room),
  ];
}

/** The lines in sight, for copying. */
export function streamCopy(view: View, rows: number): string | null {
  const { numbers } = streamWindow(view.state, view.stream, rows);
  const lines = numbers.flatMap((number) => view.stream.slice(number, number + 1));
  return lines.length === 0 ? null : lines.join('\n');
}
