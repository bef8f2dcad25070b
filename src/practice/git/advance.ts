/** From one commit's files to another's without losing what a person has in the work tree. */
import { compare, filesOf, onDisk, type Difference } from './changes.js';
import { checkOut } from './commands/commit.js';
import { GitError } from './git-error.js';
import { readIndex, writeIndex } from './index-file.js';
import type { FileEntry, Repository } from './repository.js';
import { workTreeOf, type Ignore } from './worktree.js';

/** What a person was about to do, as git's remedies name it. */
const PURPOSE = { merge: 'merge', checkout: 'switch branches' } as const;
const same = (a: FileEntry | null | undefined, b: FileEntry | null | undefined): boolean =>
  a?.id === b?.id && a?.mode === b?.mode;
const rows = (paths: readonly string[]): string => paths.map((path) => `\t${path}\n`).join('');

/** What of the changes stands in the way because it was changed here and not committed. */
function dirtyPaths(repository: Repository, changed: readonly Difference[]): readonly string[] {
  const index = readIndex(repository);
  const disk = onDisk(repository, index);
  return changed.flatMap(({ path, before, after }) => {
    const staged = index.get(path);
    const now = staged === undefined ? undefined : disk.get(path);
    const untouched = same(staged, before) && (before === null || now === undefined || same(now, before));
    const already = same(staged, after) && same(now, after);
    return untouched || already ? [] : [path];
  });
}
/** Files that git does not know where it would have to put its own. Ignored ones may be overwritten, as in git. */
function untrackedPaths(
  repository: Repository,
  ignore: Ignore,
  changed: readonly Difference[],
): readonly string[] {
  const index = readIndex(repository);
  const top = workTreeOf(repository);
  const found = new Set<string>();
  for (const { path, after } of changed) {
    if (after === null || index.has(path)) continue;
    const parts = path.split('/');
    for (let count = 1; count <= parts.length; count += 1) {
      const part = parts.slice(0, count).join('/');
      const inode = repository.view.peek(`${top}/${part}`, false);
      if (inode === undefined) break;
      if (inode.kind === 'directory' && count < parts.length) continue;
      if (!index.has(part) && !ignore.ignores(part, inode.kind === 'directory')) found.add(part);
      break;
    }
  }
  return [...found];
}
/**
 * Puts the files of a commit into the work tree and the index: only those that differ from HEAD's are touched.
 * @param command whose words the refusal uses
 * @throws GitError when a change or a file of a person's own would be lost; nothing was changed then
 */
export function advance(
  repository: Repository,
  ignore: Ignore,
  target: string,
  command: keyof typeof PURPOSE,
): void {
  const changed = compare(filesOf(repository, repository.headCommit), filesOf(repository, target));
  const dirty = dirtyPaths(repository, changed);
  const untracked = untrackedPaths(repository, ignore, changed);
  const purpose = PURPOSE[command];
  const refusals = [
    dirty.length === 0
      ? ''
      : `error: Your local changes to the following files would be overwritten by ${command}:\n${rows(dirty)}Please commit your changes or stash them before you ${purpose}.\n`,
    untracked.length === 0
      ? ''
      : `error: The following untracked working tree files would be overwritten by ${command}:\n${rows(untracked)}Please move or remove them before you ${purpose}.\n`,
  ].join('');
  if (refusals !== '') throw new GitError(`${refusals}Aborting`, 1);
  const before = readIndex(repository);
  const index = new Map(before);
  for (const { path, after } of changed) {
    if (after === null) index.delete(path);
    else index.set(path, after);
  }
  writeIndex(repository, new Map([...before].filter(([path]) => changed.some((one) => one.path === path))));
  checkOut(
    repository,
    new Map(changed.flatMap(({ path, after }) => (after === null ? [] : [[path, after] as const]))),
  );
  writeIndex(repository, index);
}
