/** The journal as its screen lists it: newest first, filtered, with the entry that the cursor is on. */
import type { JournalEntry } from '../services/ports.js';
import { position } from './lists.js';
import type { AppState } from './types.js';

export const JOURNAL_FILTER = 'journal.filter';

/** What an entry can be found by: whoever, wherever and whatever it names, in both languages. */
function hayOf(entry: JournalEntry): string {
  switch (entry.kind) {
    case 'job':
      return `${entry.by} ${entry.host} ${entry.step}/${entry.action} ${entry.purpose} ${entry.end.kind} ${entry.job}`;
    case 'satisfied':
      return `${entry.by} ${entry.host} ${entry.step}/${entry.action}`;
    case 'gate': {
      const { gate, subject, verdict, say } = entry.result;
      return `${gate}@${subject} ${verdict} ${say.id} ${say.en}`;
    }
    case 'waiver':
      return `${entry.waiver.key} ${entry.waiver.by} ${entry.waiver.reason}`;
    case 'act':
      return `${entry.by} ${entry.host ?? ''} ${entry.act} ${entry.about} ${entry.say.id} ${entry.say.en}`;
  }
}

interface Listed {
  readonly needle: string;
  readonly entries: readonly JournalEntry[];
}
const listed = new WeakMap<readonly JournalEntry[], Listed>();

/** The entries that the filter lets through, newest first. */
export function newestEntries(state: AppState): readonly JournalEntry[] {
  const all = state.ui.journal?.entries;
  if (all === undefined) return [];
  const needle = (state.ui.inputs[JOURNAL_FILTER] ?? '').trim().toLowerCase();
  const known = listed.get(all);
  if (known?.needle === needle) return known.entries;
  const newest = all.toReversed();
  const entries =
    needle === '' ? newest : newest.filter((entry) => hayOf(entry).toLowerCase().includes(needle));
  listed.set(all, { needle, entries });
  return entries;
}

export function journalCursor(state: AppState): number {
  return Math.min(position(state, 'journal.cursor'), Math.max(0, newestEntries(state).length - 1));
}

/** The entry that the cursor is on, or null when there is none. */
export function chosenEntry(state: AppState): JournalEntry | null {
  return newestEntries(state)[journalCursor(state)] ?? null;
}
