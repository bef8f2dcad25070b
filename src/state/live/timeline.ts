/** The timeline as its screen lists it: filtered, repeats counted, with the place where it is held. */
import { eventWord } from '../../i18n/texts/event-words.js';
import { HOST_NAMES, type HostName } from '../../lab/types.js';
import type { AppState } from '../types.js';
import type { LiveFacts } from './book.js';
import type { LabEvent } from './rows.js';
import { needleOf } from './search.js';

export const EVENT_SOURCES = ['docker', 'kubernetes', 'systemd', 'step', 'gate', 'link'] as const;

/** Events of the same kind about the same thing that come one after another are one row. */
export interface EventRow {
  /** Of the first of them: the cursor follows it. */
  readonly key: string;
  /** The newest one. */
  readonly event: LabEvent;
  readonly count: number;
}

interface EventFilter {
  readonly source: LabEvent['source'] | null;
  readonly host: HostName | null;
  readonly onlyBad: boolean;
  /** epoch ms; null: from the beginning. */
  readonly since: number | null;
  /** Lower case. */
  readonly text: string;
}

/** What the filters of the screen say now. */
export function eventFilter(state: AppState): EventFilter {
  const at = (name: string): number => state.ui.positions[name] ?? 0;
  return {
    source: EVENT_SOURCES[at('events.source') - 1] ?? null,
    host: HOST_NAMES[at('events.host') - 1] ?? null,
    onlyBad: at('events.bad') > 0,
    since: at('events.green') > 0 ? state.live.lastGreenAt : null,
    text: needleOf(state, 'events.filter'),
  };
}

function passes(event: LabEvent, filter: EventFilter): boolean {
  if (filter.source !== null && event.source !== filter.source) return false;
  if (filter.host !== null && event.host !== filter.host) return false;
  if (filter.onlyBad && event.health !== 'bad' && event.health !== 'warn') return false;
  if (filter.since !== null && event.at < filter.since) return false;
  if (filter.text === '') return true;
  const said = event.say === undefined ? event.text : `${event.say.id} ${event.say.en}`;
  const { id, en } = eventWord(event);
  return `${event.about} ${event.what} ${id} ${en} ${said} ${event.host ?? ''}`
    .toLowerCase()
    .includes(filter.text);
}

function same(a: LabEvent, b: LabEvent): boolean {
  return (
    a.source === b.source &&
    a.host === b.host &&
    a.about === b.about &&
    a.what === b.what &&
    a.health === b.health &&
    a.text === b.text &&
    a.say?.en === b.say?.en
  );
}

function rowsFrom(events: readonly LabEvent[], filter: EventFilter): readonly EventRow[] {
  const rows: EventRow[] = [];
  for (const event of events) {
    if (!passes(event, filter)) continue;
    const before = rows.at(-1);
    if (before === undefined || !same(before.event, event)) {
      rows.push({ key: String(event.seq), event, count: event.count });
      continue;
    }
    // A source that counts by itself tells the sum; of others each event is one more.
    const count = event.count > 1 ? Math.max(before.count, event.count) : before.count + 1;
    rows[rows.length - 1] = { key: before.key, event, count };
  }
  return rows;
}

const remembered = new WeakMap<
  readonly LabEvent[],
  { readonly filter: string; readonly rows: readonly EventRow[] }
>();

/** Oldest first. */
export function timeline(state: AppState, live: LiveFacts): readonly EventRow[] {
  const events = live.events();
  const filter = eventFilter(state);
  const name = JSON.stringify(filter);
  const known = remembered.get(events);
  if (known?.filter === name) return known.rows;
  const rows = rowsFrom(events, filter);
  remembered.set(events, { filter: name, rows });
  return rows;
}

/** 0 follows the newest event, n > 0 holds: the n-th event that is told and those after it came since. */
export const EVENTS_HELD = 'events';

/** Whether the list stays where it is while new events come. */
export function isHeld(state: AppState): boolean {
  return (state.ui.positions[EVENTS_HELD] ?? 0) > 0;
}

/** The position that holds the list from now on; where it is held already, since when stays. */
export function heldFrom(state: AppState, live: LiveFacts): number {
  if (isHeld(state)) return state.ui.positions[EVENTS_HELD] ?? 0;
  return 1 + live.events().reduce((newest, { seq }) => Math.max(newest, seq), 0);
}

/** How many rows came since the list is held and are still out of sight. @param end one past the last row in sight */
export function newerWaiting(state: AppState, rows: readonly EventRow[], end: number): number {
  if (!isHeld(state)) return 0;
  const since = state.ui.positions[EVENTS_HELD] ?? 0;
  return rows.slice(end).filter(({ event }) => event.seq >= since).length;
}

/** Where the cursor is: on the newest while following, else on its event. */
export function eventCursor(state: AppState, rows: readonly EventRow[]): number {
  const last = Math.max(0, rows.length - 1);
  if (!isHeld(state)) return last;
  const picked = state.ui.picks[EVENTS_HELD];
  const at = rows.findIndex((row) => row.key === picked);
  if (at >= 0) return at;
  // Its event is gone, by a filter or by age: the next one that is there.
  const seq = Number(picked ?? 0);
  const next = rows.findIndex((row) => Number(row.key) >= seq);
  return next < 0 ? last : next;
}
