/** What differs between two sets of files: commits, the index, the work tree. */
import { readIndex } from './index-file.js';
import type { FileEntry, Repository } from './repository.js';
import { present, scan, type Ignore } from './worktree.js';

export interface Difference {
  readonly path: string;
  readonly kind: 'A' | 'M' | 'D' | 'T';
  readonly before: FileEntry | null;
  readonly after: FileEntry | null;
}
export type Files = ReadonlyMap<string, FileEntry>;

export const byPath = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

export function compare(before: Files, after: Files): readonly Difference[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].toSorted(byPath);
  return paths.flatMap((path): readonly Difference[] => {
    const old = before.get(path) ?? null;
    const fresh = after.get(path) ?? null;
    if (old !== null && fresh !== null && old.id === fresh.id && old.mode === fresh.mode) return [];
    const kind =
      old === null
        ? 'A'
        : fresh === null
          ? 'D'
          : (old.mode === '120000') !== (fresh.mode === '120000')
            ? 'T'
            : 'M';
    return [{ path, kind, before: old, after: fresh }];
  });
}
export function filesOf(repository: Repository, commit: string | null): Files {
  return commit === null ? new Map() : repository.files(repository.commit(commit).tree);
}
/** The staged files as they are on the disk now; those that are gone are left out. */
export function onDisk(repository: Repository, staged: Files): Files {
  const found = new Map<string, FileEntry>();
  for (const path of staged.keys()) {
    const now = present(repository, path);
    if (now !== null) found.set(path, { mode: now.mode, id: now.id });
  }
  return found;
}
export interface Status {
  readonly staged: readonly Difference[];
  readonly unstaged: readonly Difference[];
  /** Files that git does not know, whole directories with a slash at the end. */
  readonly untracked: readonly string[];
  readonly ignored: readonly string[];
}
/** @param all every untracked file by itself, not the directory that holds nothing else */
export function statusOf(repository: Repository, ignore: Ignore, all = false): Status {
  const index = readIndex(repository);
  const seen = scan(repository, ignore);
  const unknown = seen.files.filter((path) => !index.has(path));
  const untracked = new Set<string>();
  for (const path of unknown) {
    const parts = path.split('/');
    let shown = path;
    for (let count = 1; !all && count < parts.length; count += 1) {
      const dir = `${parts.slice(0, count).join('/')}/`;
      if ([...index.keys()].some((known) => known.startsWith(dir))) continue;
      shown = dir;
      break;
    }
    untracked.add(shown);
  }
  return {
    staged: compare(filesOf(repository, repository.headCommit), index),
    unstaged: compare(index, onDisk(repository, index)),
    untracked: [...untracked].toSorted(byPath),
    ignored: seen.ignored.filter((path) => !index.has(path)).toSorted(byPath),
  };
}
