/** Searching in what is described and in the log that is followed. */
import type { AppState } from '../types.js';
import type { StreamReader } from './stream.js';

const needleOf = (state: AppState, name: string): string =>
  (state.ui.inputs[name] ?? '').trim().toLowerCase();

export function describeNeedle(state: AppState): string {
  return needleOf(state, 'describe.search');
}
export function streamNeedle(state: AppState): string {
  return needleOf(state, 'stream.search');
}

const NONE: readonly number[] = [];
const described = new WeakMap<
  readonly string[],
  { readonly needle: string; readonly hits: readonly number[] }
>();

/** Indexes of the described lines that hold what is searched for. */
export function describeHits(state: AppState): readonly number[] {
  const lines = state.live.detail?.lines ?? null;
  const needle = describeNeedle(state);
  if (lines === null || needle === '') return NONE;
  const known = described.get(lines);
  if (known?.needle === needle) return known.hits;
  const hits = lines.flatMap((line, i) => (line.toLowerCase().includes(needle) ? [i] : []));
  described.set(lines, { needle, hits });
  return hits;
}

interface StreamHits {
  readonly needle: string;
  readonly revision: number;
  readonly hits: readonly number[];
}
const streamed = new WeakMap<StreamReader, StreamHits>();

/** Numbers of the kept lines of the log that hold what is searched for, oldest first. */
export function streamHits(state: AppState, stream: StreamReader): readonly number[] {
  const needle = streamNeedle(state);
  if (needle === '') return NONE;
  const revision = stream.revision();
  const known = streamed.get(stream);
  if (known?.needle === needle && known.revision === revision) return known.hits;
  const hits = stream.search(needle).map((hit) => hit.number);
  streamed.set(stream, { needle, revision, hits });
  return hits;
}

/** One past the last line in sight. 0 in the state means following. */
export function streamEnd(state: AppState, stream: StreamReader, page: number): number {
  const held = state.ui.positions['stream.line'] ?? 0;
  const total = stream.total();
  if (held === 0) return total;
  return Math.min(total, Math.max(held, Math.min(total, stream.dropped() + page)));
}

/**
 * The match to go to from the current one, around the ends.
 * @param from number of the line that the search stands on; -1 = nowhere yet
 */
export function nextHit(hits: readonly number[], from: number, by: 1 | -1): number | null {
  if (hits.length === 0) return null;
  if (by > 0) return hits.find((hit) => hit > from) ?? hits[0] ?? null;
  const before = from < 0 ? hits : hits.filter((hit) => hit < from);
  return before.at(-1) ?? hits.at(-1) ?? null;
}
