/** What happened in the lab, one line after another, whoever told it. */
import { clockTime, isoDate } from '../i18n/format.js';
import { eventsText as text, eventSource } from '../i18n/texts/live-screens.js';
import { eventWord } from '../i18n/texts/event-words.js';
import { live as liveText } from '../i18n/texts/live.js';
import { windowStart } from '../state/lists.js';
import type { LabEvent } from '../state/live/rows.js';
import {
  eventCursor,
  eventFilter,
  isHeld,
  newerWaiting,
  timeline,
  type EventRow,
} from '../state/live/timeline.js';
import { healthSign, healthTone } from './live/health.js';
import { rule } from './frame.js';
import { inputSpans } from './ui/field.js';
import { block, cell, prose, span, spread, type Line, type Span } from './ui/line.js';
import { glyphsOf, inLang, type View } from './view.js';

/** Title with the filters, and the text filter. */
const TOP_ROWS = 2;
/** A rule and some rows for the event that the cursor is on: most messages are longer than a row, a kubelet's than three. */
function footRows(rows: number): number {
  return rows >= 26 ? 8 : 4;
}

/** What happened, in the words of who told it or, where the event is ours, in our own. */
function wordsOf(view: View, event: LabEvent): string {
  return event.say === undefined ? event.text : inLang(view, event.say);
}

/** Rows of events on a screen of that height. */
export function eventRoom(rows: number): number {
  return Math.max(1, rows - TOP_ROWS - footRows(rows));
}

const CLOCK_COLUMNS = 8;
/** `11-22 23:59`, where events of another day are in sight. */
const DAY_COLUMNS = 11;

function timeCell(view: View, at: number, columns: number): Span {
  const day = isoDate(at);
  const other = day !== isoDate(view.state.now);
  return cell(other ? `${day.slice(5)} ${clockTime(at).slice(0, 5)}` : clockTime(at), columns, 'dim');
}

/** The day too, where it is another one. */
function sinceWord(view: View, at: number): string {
  const day = isoDate(at);
  return day === isoDate(view.state.now) ? clockTime(at) : `${day} ${clockTime(at)}`;
}

function eventRow(view: View, row: EventRow, chosen: boolean, columns: number, timeColumns: number): Line {
  const { event, count } = row;
  const wide = columns >= 100;
  const aboutColumns = columns >= 150 ? 48 : wide ? 34 : 32;
  return [
    span(chosen ? glyphsOf(view).focus : ' ', 'accent'),
    timeCell(view, event.at, timeColumns),
    span(' '),
    healthSign(view, event.health, true),
    span(' '),
    // On a narrow screen whose and where it is stands below, with the whole text.
    ...(wide
      ? [cell(inLang(view, eventSource[event.source]), 11, 'dim'), cell(event.host ?? '', 10, 'dim')]
      : []),
    cell(event.about, aboutColumns, chosen ? 'pick' : 'plain'),
    span(' '),
    cell(
      inLang(view, eventWord(event)),
      wide ? 20 : 12,
      event.health === 'good' || event.health === 'off' ? 'dim' : healthTone(event.health, true),
    ),
    cell(count > 1 ? `×${count}` : '', 5, 'dim', 'right'),
    span(' '),
    span(wordsOf(view, event), 'plain'),
  ];
}

/** `sumber: docker · hanya masalah`: only the filters that hold something back. */
function filterSpans(view: View): Span[] {
  const filter = eventFilter(view.state);
  const parts: string[] = [
    ...(filter.source === null
      ? []
      : [`${inLang(view, text.source)}: ${inLang(view, eventSource[filter.source])}`]),
    ...(filter.host === null ? [] : [`${inLang(view, text.host)}: ${filter.host}`]),
    ...(filter.onlyBad ? [inLang(view, text.onlyBad)] : []),
    ...(filter.since === null
      ? []
      : [inLang(view, text.sinceGreen({ time: sinceWord(view, filter.since) }))]),
  ];
  return parts.map((part) => span(`  ${part}`, 'info'));
}

export function eventsScreen(view: View, columns: number, rows: number): Line[] {
  const { state, live } = view;
  const all = timeline(state, live);
  const cursor = eventCursor(state, all);
  const held = isHeld(state);
  const room = eventRoom(rows);
  const start = windowStart(cursor, room, all.length);
  const newer = newerWaiting(state, all, start + room);
  const dropped = live.droppedEvents();
  const total = live.events().length;
  const title = spread(
    [span(` ${inLang(view, text.title)}`, 'title'), ...filterSpans(view)],
    [
      held ? span(inLang(view, text.held({ newer })), 'warn') : span(inLang(view, text.following), 'dim'),
      span(`  ${inLang(view, text.counts({ shown: all.length, all: total }))}`, 'dim'),
      span(dropped === 0 ? ' ' : `  ${inLang(view, text.dropped({ count: dropped }))} `, 'dim'),
    ],
    columns,
  );
  const filter: Line = [
    span(` ${inLang(view, liveText.filter)} / `, 'dim'),
    ...inputSpans(view, 'events.filter', Math.max(10, columns - 20)),
  ];
  if (all.length === 0) {
    const why = total === 0 ? text.none : text.noMatch;
    return block([title, filter, ...prose(inLang(view, why), columns - 4, 'dim', 2)], rows);
  }
  const rowsInSight = all.slice(start, start + room);
  const today = isoDate(state.now);
  const otherDay = rowsInSight.some(({ event }) => isoDate(event.at) !== today);
  const timeColumns = otherDay ? DAY_COLUMNS : CLOCK_COLUMNS;
  const shown = rowsInSight.map((row, i) =>
    eventRow(view, row, start + i === cursor, columns - 1, timeColumns),
  );
  const chosen = all[cursor]?.event;
  const told: Line[] =
    chosen === undefined
      ? []
      : [
          [
            span(`  ${isoDate(chosen.at)} ${clockTime(chosen.at)}  `, 'dim'),
            span(`${inLang(view, eventSource[chosen.source])} ${chosen.host ?? ''}  `, 'dim'),
            span(chosen.about, 'title'),
            span(`  ${inLang(view, eventWord(chosen))}`, healthTone(chosen.health, true)),
          ],
          ...prose(wordsOf(view, chosen), columns - 4, 'plain', 2),
        ];
  return [title, filter, ...block(shown, room), rule(view, columns), ...block(told, footRows(rows) - 1)];
}

/** The event that the cursor is on, for copying. */
export function eventCopy(view: View): string | null {
  const all = timeline(view.state, view.live);
  const row = all[eventCursor(view.state, all)];
  if (row === undefined) return null;
  const { event, count } = row;
  const often = count > 1 ? [`×${count}`] : [];
  return [
    `${isoDate(event.at)} ${clockTime(event.at)}`,
    event.source,
    event.host ?? '',
    event.about,
    inLang(view, eventWord(event)),
    ...often,
    wordsOf(view, event),
  ]
    .filter((part) => part !== '')
    .join('  ');
}
