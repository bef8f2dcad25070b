/** Searching in what is described, and going from match to match. */
import type { AppState } from '../types.js';

/** What is typed in a field, without spaces around it: for telling a person about it. */
export function typedIn(state: AppState, name: string): string {
  return (state.ui.inputs[name] ?? '').trim();
}

/** The same for comparing: lower case. */
export function needleOf(state: AppState, name: string): string {
  return typedIn(state, name).toLowerCase();
}

export function describeNeedle(state: AppState): string {
  return needleOf(state, 'describe.search');
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
