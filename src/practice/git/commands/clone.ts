/** git clone, pull. */
import { makeParents } from '../../vfs/parents.js';
import { joinPath } from '../../vfs/volume.js';
import { advance } from '../advance.js';
import type { Command } from '../call.js';
import { filesOf } from '../changes.js';
import { fatal, GitError } from '../git-error.js';
import { Repository } from '../repository.js';
import { abbreviate, isAncestor, upstreamOf } from '../revisions.js';
import { copyObjects, openRemote } from '../transport.js';
import { checkOut } from './commit.js';
import { fetch } from './remotes.js';
import { branchName } from './status.js';

export const pull: Command = async (call, args) => {
  const options = call.options(args, {
    flags: 'q',
    long: ['quiet', 'ff-only', 'rebase', 'rebase=', 'no-rebase'],
  });
  const repository = call.repository();
  const branch = branchName(repository);
  const [name, ...specs] = options.operands;
  const status = await fetch(call, [
    ...(options.has('q', 'quiet') ? ['-q'] : []),
    ...(name === undefined ? [] : [name, ...specs]),
  ]);
  if (status !== 0) return status;
  const upstream =
    specs[0] !== undefined
      ? `refs/remotes/${name ?? 'origin'}/${specs[0]}`
      : branch === null
        ? null
        : upstreamOf(repository, branch);
  const theirs = upstream === null ? null : repository.ref(upstream);
  if (theirs === null)
    throw new GitError(
      'There is no tracking information for the current branch.\nPlease specify which branch you want to merge with.\nSee git-pull(1) for details.\n\n    git pull <remote> <branch>\n',
      1,
    );
  const ours = repository.headCommit;
  if (ours !== null && isAncestor(repository, theirs, ours)) {
    if (!options.has('q', 'quiet')) await call.out('Already up to date.\n');
    return 0;
  }
  if (ours !== null && !isAncestor(repository, ours, theirs)) {
    if (options.has('ff-only')) throw fatal('Not possible to fast-forward, aborting.');
    return call.process.refuse('merging or rebasing histories that have diverged');
  }
  const quiet = options.has('q', 'quiet');
  if (!quiet && ours !== null)
    await call.out(`Updating ${abbreviate(repository, ours)}..${abbreviate(repository, theirs)}\n`);
  advance(repository, call.ignore(repository), theirs, 'merge');
  repository.moveHead(theirs, call.logSignature, 'pull: Fast-forward');
  if (!quiet) await call.out('Fast-forward\n');
  return 0;
};

export const clone: Command = async (call, args) => {
  const options = call.options(args, {
    flags: 'qn',
    values: 'boc',
    long: [
      'quiet',
      'bare',
      'mirror',
      'branch=',
      'depth=',
      'origin=',
      'no-checkout',
      'single-branch',
      'no-tags',
      'config=',
    ],
  });
  const [url = '', given] = options.operands;
  if (url === '') throw fatal('You must specify a repository to clone.');
  const bare = options.has('bare', 'mirror');
  const base =
    url
      .replace(/\/+$/, '')
      .replace(/\/\.git$/, '')
      .replace(/\.git$/, '')
      .split(/[/:]/)
      .at(-1) ?? '';
  const target = given ?? (bare ? `${base}.git` : base);
  const at = joinPath(call.process.cwd, target);
  const there = call.view.peek(at);
  if (there !== undefined && !(there.kind === 'directory' && there.entries.size === 0))
    throw fatal(`destination path '${target}' already exists and is not an empty directory.`);
  const quiet = options.has('q', 'quiet');
  if (!quiet) await call.err(`Cloning into ${bare ? 'bare repository ' : ''}'${target}'...\n`);
  const { served } = await openRemote(call, url, null);
  const other = served.repository;
  makeParents(call.view, at);
  const name = options.value('o', 'origin') ?? 'origin';
  const branch =
    options.value('b', 'branch') ??
    (other.head.kind === 'branch' ? other.head.ref.replace('refs/heads/', '') : 'main');
  const made = Repository.create(call.view, bare ? at : `${at}/.git`, bare ? null : at, branch);
  const path = /^([^/:]+:|\w+:\/\/)/.test(url) ? url : joinPath(call.process.cwd, url);
  made.configure(`remote.${name}.url`, path);
  if (!bare) made.configure(`remote.${name}.fetch`, `+refs/heads/*:refs/remotes/${name}/*`);
  for (const [ref, id] of other.refs()) {
    copyObjects(other, made, id);
    if (bare || ref.startsWith('refs/tags/')) made.setRef(ref, id);
    else if (ref.startsWith('refs/heads/'))
      made.setRef(ref.replace('refs/heads/', `refs/remotes/${name}/`), id);
  }
  const start = other.ref(`refs/heads/${branch}`) ?? other.peel(other.ref(`refs/tags/${branch}`) ?? '');
  if (start === null) {
    if (options.has('b', 'branch')) throw fatal(`Remote branch ${branch} not found in upstream ${name}`);
    if (!quiet) await call.err('warning: You appear to have cloned an empty repository.\n');
    return 0;
  }
  if (bare) return 0;
  made.setRef(`refs/remotes/${name}/HEAD`, `ref: refs/remotes/${name}/${branch}`);
  if (other.ref(`refs/heads/${branch}`) === null) made.head = { kind: 'detached', id: start };
  else {
    made.configure(`branch.${branch}.remote`, name);
    made.configure(`branch.${branch}.merge`, `refs/heads/${branch}`);
    made.moveHead(start, call.logSignature, `clone: from ${path}`);
  }
  if (!options.has('n', 'no-checkout')) checkOut(made, filesOf(made, start));
  return 0;
};
