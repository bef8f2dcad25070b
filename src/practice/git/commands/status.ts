/** git status. */
import type { Command } from '../call.js';
import { byPath, statusOf } from '../changes.js';
import type { Repository } from '../repository.js';
import { ancestry, upstreamOf } from '../revisions.js';

export const branchName = (repository: Repository): string | null => {
  const { head } = repository;
  return head.kind === 'branch' ? head.ref.replace(/^refs\/heads\//, '') : null;
};
/** How far a branch and the one it follows are apart. */
export function distance(
  repository: Repository,
  branch: string,
): { readonly name: string; readonly ahead: number; readonly behind: number } | null {
  const upstream = upstreamOf(repository, branch);
  const theirs = upstream === null ? null : repository.ref(upstream);
  const ours = repository.ref(`refs/heads/${branch}`);
  if (upstream === null || theirs === null || ours === null) return null;
  const [mine, other] = [ancestry(repository, [ours]), ancestry(repository, [theirs])];
  return {
    name: upstream.replace('refs/remotes/', ''),
    ahead: mine.filter((id) => !other.includes(id)).length,
    behind: other.filter((id) => !mine.includes(id)).length,
  };
}
const LONG: Readonly<Record<string, string>> = {
  A: 'new file:   ',
  M: 'modified:   ',
  D: 'deleted:    ',
  T: 'typechange: ',
};

function branchLine(repository: Repository): string {
  const branch = branchName(repository);
  if (branch === null) return '## HEAD (no branch)\n';
  if (repository.headCommit === null) return `## No commits yet on ${branch}\n`;
  const far = distance(repository, branch);
  if (far === null) return `## ${branch}\n`;
  const parts = [far.ahead > 0 ? `ahead ${far.ahead}` : '', far.behind > 0 ? `behind ${far.behind}` : ''];
  const words = parts.filter((part) => part !== '').join(', ');
  return `## ${branch}...${far.name}${words === '' ? '' : ` [${words}]`}\n`;
}

export const status: Command = async (call, args) => {
  const options = call.options(args, {
    flags: 'sbuz',
    long: [
      'short',
      'branch',
      'porcelain',
      'porcelain=',
      'untracked-files',
      'untracked-files=',
      'ignored',
      'ignore-submodules',
      'ignore-submodules=',
    ],
  });
  const repository = call.repository();
  const version = options.value('porcelain');
  if (version !== undefined && !['', 'v1', '1'].includes(version))
    return call.process.refuse(`status --porcelain=${version}`);
  const wish = options.value('untracked-files');
  const found = statusOf(repository, call.ignore(repository), wish === 'all' || options.has('u'));
  const untracked = wish === 'no' ? [] : found.untracked;
  if (options.has('s', 'short', 'porcelain')) {
    const end = options.has('z') ? '\0' : '\n';
    if (options.has('b', 'branch')) await call.out(branchLine(repository));
    const letters = new Map<string, [string, string]>();
    for (const one of found.staged) letters.set(one.path, [one.kind, ' ']);
    for (const one of found.unstaged) letters.set(one.path, [letters.get(one.path)?.[0] ?? ' ', one.kind]);
    for (const path of [...letters.keys()].toSorted(byPath))
      await call.out(`${letters.get(path)?.join('') ?? ''} ${path}${end}`);
    for (const path of untracked) await call.out(`?? ${path}${end}`);
    if (options.has('ignored')) for (const path of found.ignored) await call.out(`!! ${path}${end}`);
    return 0;
  }
  const branch = branchName(repository);
  const lines = [
    branch === null ? `HEAD detached at ${repository.headCommit?.slice(0, 7) ?? ''}` : `On branch ${branch}`,
  ];
  const far = branch === null ? null : distance(repository, branch);
  if (repository.headCommit === null) lines.push('', 'No commits yet');
  if (far !== null && far.ahead === 0 && far.behind === 0)
    lines.push(`Your branch is up to date with '${far.name}'.`);
  else if (far !== null && far.behind === 0)
    lines.push(
      `Your branch is ahead of '${far.name}' by ${far.ahead} commit${far.ahead === 1 ? '' : 's'}.`,
      '  (use "git push" to publish your local commits)',
    );
  else if (far !== null)
    lines.push(
      `Your branch and '${far.name}' have diverged,`,
      `and have ${far.ahead} and ${far.behind} different commits each, respectively.`,
    );
  const block = (title: string, rows: readonly string[]) => {
    if (rows.length > 0) lines.push('', title, ...rows.map((row) => `\t${row}`));
  };
  block(
    'Changes to be committed:',
    found.staged.map((one) => `${LONG[one.kind] ?? ''}${one.path}`),
  );
  block(
    'Changes not staged for commit:',
    found.unstaged.map((one) => `${LONG[one.kind] ?? ''}${one.path}`),
  );
  block('Untracked files:', untracked);
  if (found.staged.length === 0)
    lines.push(
      '',
      found.unstaged.length > 0
        ? 'no changes added to commit (use "git add" and/or "git commit -a")'
        : untracked.length > 0
          ? 'nothing added to commit but untracked files present (use "git add" to track)'
          : repository.headCommit === null
            ? 'nothing to commit (create/copy files and use "git add" to track)'
            : 'nothing to commit, working tree clean',
    );
  await call.out(
    `${lines.join('\n').replace(/\n\n(nothing to commit, )/, far === null ? '\n$1' : '\n\n$1')}\n`,
  );
  return 0;
};
