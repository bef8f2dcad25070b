/** How many lines a change adds and takes away, and how `diff --stat` and `commit` say it. */
import type { Difference } from '../changes.js';
import type { FileEntry, Repository } from '../repository.js';
import { present } from '../worktree.js';

export interface Counted {
  readonly path: string;
  /** Null for a file that is not text. */
  readonly added: number | null;
  readonly removed: number | null;
}
function linesOf(bytes: Buffer): readonly string[] | null {
  if (bytes.includes(0)) return null;
  const text = bytes.toString('utf8');
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}
function body(repository: Repository, path: string, entry: FileEntry | null): Buffer {
  if (entry === null) return Buffer.alloc(0);
  const kept = repository.find(entry.id);
  // What only lies in the work tree has a name already but is not kept.
  return kept?.body ?? present(repository, path)?.body ?? Buffer.alloc(0);
}
/** Lines of one that the other does not have, by how often each occurs. */
function surplus(a: readonly string[], b: readonly string[]): number {
  const left = new Map<string, number>();
  for (const line of b) left.set(line, (left.get(line) ?? 0) + 1);
  let number = 0;
  for (const line of a) {
    const have = left.get(line) ?? 0;
    if (have > 0) left.set(line, have - 1);
    else number += 1;
  }
  return number;
}
export function count(repository: Repository, difference: Difference): Counted {
  const { path } = difference;
  const before = linesOf(body(repository, path, difference.before));
  const after = linesOf(body(repository, path, difference.after));
  if (before === null || after === null) return { path, added: null, removed: null };
  return { path, added: surplus(after, before), removed: surplus(before, after) };
}
export function diffStat(
  repository: Repository,
  differences: readonly Difference[],
): { readonly rows: string; readonly summary: string } {
  const counted = differences.map((one) => count(repository, one));
  const width = Math.max(0, ...counted.map((one) => one.path.length));
  const most = Math.max(1, ...counted.map((one) => (one.added ?? 0) + (one.removed ?? 0)));
  const scale = (value: number) => (most <= 50 ? value : Math.ceil((value * 50) / most));
  const digits = String(most).length;
  const rows = counted.map(({ path, added, removed }) =>
    added === null || removed === null
      ? ` ${path.padEnd(width)} | Bin\n`
      : ` ${path.padEnd(width)} | ${String(added + removed).padStart(digits)} ${'+'.repeat(scale(added))}${'-'.repeat(scale(removed))}\n`,
  );
  const sum = (what: 'added' | 'removed') => counted.reduce((total, one) => total + (one[what] ?? 0), 0);
  const plural = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`;
  const parts = [
    `${plural(counted.length, 'file')} changed`,
    ...(sum('added') > 0 || sum('removed') === 0 ? [`${plural(sum('added'), 'insertion')}(+)`] : []),
    ...(sum('removed') > 0 || sum('added') === 0 ? [`${plural(sum('removed'), 'deletion')}(-)`] : []),
  ];
  return { rows: rows.join(''), summary: counted.length === 0 ? '' : ` ${parts.join(', ')}\n` };
}
