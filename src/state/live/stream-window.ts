/** What of the log that is followed is in sight: filtered, searched, following its end or held at a line. */
import type { AppState } from '../types.js';
import { hostTab } from './listing.js';
import { needleOf } from './search.js';
import type { StreamReader } from './stream.js';

export const STREAM_SEARCH = 'stream.search';
export const STREAM_FILTER = 'stream.filter';
/** 0 follows the newest line, n > 0 holds with the n-th line ever as the last in sight. */
export const STREAM_LINE = 'stream.line';

/** The host screen with its journal in sight. */
export function onJournalTab(state: AppState): boolean {
  return state.ui.stack.at(-1) === 'host' && hostTab(state) === 'journal';
}
/** Whether the log that is followed is what keys are about. */
export function streamInSight(state: AppState): boolean {
  return state.ui.stack.at(-1) === 'stream' || onJournalTab(state);
}

export function streamNeedle(state: AppState): string {
  return needleOf(state, STREAM_SEARCH);
}
export function streamFilter(state: AppState): string {
  return needleOf(state, STREAM_FILTER);
}

interface Found {
  readonly needle: string;
  readonly life: number;
  readonly revision: number;
  /** One past the number of the last line that was looked at. */
  readonly seen: number;
  readonly numbers: readonly number[];
}
type Cache = WeakMap<StreamReader, Found>;
const filtered: Cache = new WeakMap();
const searched: Cache = new WeakMap();

/** Numbers of the kept lines that hold a text, oldest first. Only lines that are new since the last call are looked at. */
function linesWith(stream: StreamReader, needle: string, cache: Cache): readonly number[] {
  const [life, revision, seen] = [stream.life(), stream.revision(), stream.total()];
  const known = cache.get(stream);
  const same = known?.needle === needle && known.life === life ? known : null;
  if (same?.revision === revision) return same.numbers;
  const oldest = stream.dropped();
  // The last line may have grown since.
  const from = same === null ? oldest : Math.max(oldest, same.seen - 1);
  const before = same === null ? [] : same.numbers.filter((number) => number >= oldest && number < from);
  const fresh = stream
    .slice(from, seen)
    .flatMap((text, i) => (text.toLowerCase().includes(needle) ? [from + i] : []));
  const numbers = [...before, ...fresh];
  cache.set(stream, { needle, life, revision, seen, numbers });
  return numbers;
}

/** Numbers of the lines that the filter lets through, oldest first; null: there is no filter, all kept ones. */
function throughFilter(state: AppState, stream: StreamReader): readonly number[] | null {
  const filter = streamFilter(state);
  return filter === '' ? null : linesWith(stream, filter, filtered);
}

/** Numbers of the lines that hold what is searched for, of those that the filter lets through, oldest first. */
export function streamHits(state: AppState, stream: StreamReader): readonly number[] {
  const needle = streamNeedle(state);
  if (needle === '') return [];
  const hits = linesWith(stream, needle, searched);
  const through = throughFilter(state, stream);
  if (through === null) return hits;
  const among = new Set(through);
  return hits.filter((hit) => among.has(hit));
}

/** How many numbers of a sorted list are below a bound. */
function below(numbers: readonly number[], bound: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The lines that could be scrolled to, counted: `end` of `all` is the last in sight. */
interface Place {
  readonly end: number;
  readonly all: number;
  /** The least that `end` can be with a full page. */
  readonly least: number;
  /** The position in the state that has the line before `end` as the last in sight. */
  readonly position: (end: number) => number;
  readonly numbers: (from: number, to: number) => readonly number[];
}

function placeOf(state: AppState, stream: StreamReader, page: number): Place {
  const held = state.ui.positions[STREAM_LINE] ?? 0;
  const through = throughFilter(state, stream);
  if (through === null) {
    const oldest = stream.dropped();
    const all = stream.total() - oldest;
    const least = Math.min(all, page);
    return {
      end: held === 0 ? all : Math.min(all, Math.max(held - oldest, least)),
      all,
      least,
      position: (end) => oldest + end,
      numbers: (from, to) => Array.from({ length: to - from }, (_, i) => oldest + from + i),
    };
  }
  const all = through.length;
  const least = Math.min(all, page);
  return {
    end: held === 0 ? all : Math.max(below(through, held), least),
    all,
    least,
    position: (end) => (through[end - 1] ?? -1) + 1,
    numbers: (from, to) => through.slice(from, to),
  };
}

export interface StreamWindow {
  /** Numbers of the lines in sight, oldest first. */
  readonly numbers: readonly number[];
  /** Newer lines that are not in sight. */
  readonly below: number;
  /** Lines that the filter lets through; without one, all that are kept. */
  readonly all: number;
}

/** @param page how many lines fit */
export function streamWindow(state: AppState, stream: StreamReader, page: number): StreamWindow {
  const { end, all, numbers } = placeOf(state, stream, page);
  return { numbers: numbers(Math.max(0, end - page), end), below: all - end, all };
}

/**
 * The position after scrolling by so many lines; back at the end it follows again.
 * @param by negative: towards older lines
 * @param hold whether to stay held at the newest line too
 */
export function streamScrolled(
  state: AppState,
  stream: StreamReader,
  page: number,
  by: number,
  hold: boolean,
): number {
  const { end, all, least, position } = placeOf(state, stream, page);
  const wanted = Math.max(least, end + by);
  if (wanted >= all) return hold ? position(all) : 0;
  return position(wanted);
}

/** The number of the line after the last one in sight. */
export function streamEnd(state: AppState, stream: StreamReader, page: number): number {
  const { end, position } = placeOf(state, stream, page);
  return position(end);
}

/**
 * The match that the search begins with: the first of those in sight or below, else the nearest above.
 * @param hits numbers of the lines that match, oldest first
 */
export function firstHit(
  state: AppState,
  stream: StreamReader,
  page: number,
  hits: readonly number[],
): number | null {
  const top = streamWindow(state, stream, page).numbers[0] ?? 0;
  return hits.find((hit) => hit >= top) ?? hits.at(-1) ?? null;
}

/**
 * The position that has a line in sight with what came around it, filtered or not: whoever gives the filter up at a match
 * finds its surroundings.
 */
export function streamAround(stream: StreamReader, page: number, number: number): number {
  return Math.min(stream.total(), number + 1 + Math.floor(page / 2));
}
