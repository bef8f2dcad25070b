/** Differences as a patch. */
import { unifiedHunks } from '../../commands/diff.js';
import type { Difference } from '../changes.js';
import type { FileEntry, Repository } from '../repository.js';
import { present } from '../worktree.js';

const NOTHING = '0000000';
function bytesOf(repository: Repository, path: string, entry: FileEntry | null): Buffer {
  if (entry === null) return Buffer.alloc(0);
  return repository.find(entry.id)?.body ?? present(repository, path)?.body ?? Buffer.alloc(0);
}
export function patch(repository: Repository, differences: readonly Difference[]): string {
  return differences
    .map(({ path, before, after }) => {
      const old = bytesOf(repository, path, before);
      const fresh = bytesOf(repository, path, after);
      const ids = `${before?.id.slice(0, 7) ?? NOTHING}..${after?.id.slice(0, 7) ?? NOTHING}`;
      const head = [`diff --git a/${path} b/${path}`];
      if (before === null) head.push(`new file mode ${after?.mode ?? ''}`);
      else if (after === null) head.push(`deleted file mode ${before.mode}`);
      else if (before.mode !== after.mode) head.push(`old mode ${before.mode}`, `new mode ${after.mode}`);
      const same = before !== null && after !== null && before.mode === after.mode;
      if (before?.id !== after?.id) head.push(`index ${ids}${same ? ` ${before.mode}` : ''}`);
      const left = before === null ? '/dev/null' : `a/${path}`;
      const right = after === null ? '/dev/null' : `b/${path}`;
      if (old.includes(0) || fresh.includes(0))
        return `${head.join('\n')}\nBinary files ${left} and ${right} differ\n`;
      const hunks = unifiedHunks(old.toString('utf8'), fresh.toString('utf8'));
      return hunks === ''
        ? `${head.join('\n')}\n`
        : `${head.join('\n')}\n--- ${left}\n+++ ${right}\n${hunks}`;
    })
    .join('');
}
