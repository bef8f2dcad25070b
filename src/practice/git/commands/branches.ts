/** git branch, checkout, switch, restore. */
import { advance } from '../advance.js';
import type { Call, Command } from '../call.js';
import { filesOf } from '../changes.js';
import { fatal, GitError } from '../git-error.js';
import { readIndex, writeIndex } from '../index-file.js';
import { subjectOf } from '../objects.js';
import { pathspecs } from '../pathspec.js';
import type { Repository } from '../repository.js';
import { abbreviate, commitOf, expandRef, isAncestor, resolve, upstreamOf } from '../revisions.js';
import { putFile } from '../worktree.js';
import { checkOut, validName } from './commit.js';
import { branchName } from './status.js';

function rename(call: Call, repository: Repository, words: readonly string[], force: boolean): number {
  const current = branchName(repository) ?? '';
  const [from, to] = words.length > 1 ? [words[0] ?? '', words[1] ?? ''] : [current, words[0] ?? ''];
  if (!validName(to)) throw fatal(`'${to}' is not a valid branch name`);
  const id = repository.ref(`refs/heads/${from}`);
  if (id === null && from !== current) throw fatal(`no branch named '${from}'`);
  if (!force && from !== to && repository.ref(`refs/heads/${to}`) !== null)
    throw fatal(`a branch named '${to}' already exists`);
  if (from !== to && id !== null) {
    repository.setRef(`refs/heads/${to}`, id);
    repository.deleteRef(`refs/heads/${from}`);
  }
  if (from !== to)
    for (const key of ['remote', 'merge']) {
      const value = call.config(repository).value(`branch.${from}.${key}`);
      if (value !== undefined) repository.configure(`branch.${to}.${key}`, value);
    }
  if (from !== to && call.config(repository).all.some(({ key }) => key.startsWith(`branch.${from}.`)))
    repository.unset(`branch.${from}`, 'section');
  if (from === current) repository.head = { kind: 'branch', ref: `refs/heads/${to}` };
  return 0;
}
function follow(repository: Repository, branch: string, upstream: string): void {
  const ref = expandRef(repository, upstream);
  const match = /^refs\/remotes\/([^/]+)\/(.+)$/.exec(ref ?? '');
  if (match === null) throw fatal(`the requested upstream branch '${upstream}' does not exist`);
  repository.configure(`branch.${branch}.remote`, match[1] ?? '');
  repository.configure(`branch.${branch}.merge`, `refs/heads/${match[2] ?? ''}`);
}

/** Whether nothing is lost without a branch: what it follows has it, or else HEAD. */
function merged(repository: Repository, name: string, id: string): boolean {
  const upstream = upstreamOf(repository, name);
  const keeper = (upstream === null ? null : repository.ref(upstream)) ?? repository.headCommit;
  return keeper !== null && isAncestor(repository, id, keeper);
}

export const branch: Command = async (call, args) => {
  const options = call.options(args, {
    flags: 'mMdDarvfq',
    values: 'u',
    long: [
      'show-current',
      'list',
      'all',
      'remotes',
      'delete',
      'move',
      'force',
      'set-upstream-to=',
      'unset-upstream',
      'contains=',
      'quiet',
      'format=',
    ],
  });
  const repository = call.repository();
  const current = branchName(repository);
  const words = options.operands;
  if (options.has('show-current')) {
    if (current !== null) await call.out(`${current}\n`);
    return 0;
  }
  const upstream = options.value('u', 'set-upstream-to');
  if (upstream !== undefined) {
    const name = words[0] ?? current ?? '';
    follow(repository, name, upstream);
    await call.out(`branch '${name}' set up to track '${upstream}'.\n`);
    return 0;
  }
  if (options.has('m', 'M', 'move')) return rename(call, repository, words, options.has('M', 'f', 'force'));
  if (options.has('d', 'D', 'delete')) {
    if (options.has('r', 'remotes')) return call.process.refuse('branch -d -r');
    for (const name of words) {
      const id = repository.ref(`refs/heads/${name}`);
      if (id === null) throw new GitError(`error: branch '${name}' not found.`, 1);
      if (name === current)
        throw new GitError(
          `error: Cannot delete branch '${name}' checked out at '${repository.workTree ?? repository.gitDir}'`,
          1,
        );
      if (!options.has('D', 'f', 'force') && !merged(repository, name, id))
        throw new GitError(
          `error: The branch '${name}' is not fully merged.\nIf you are sure you want to delete it, run 'git branch -D ${name}'.`,
          1,
        );
      repository.deleteRef(`refs/heads/${name}`);
      await call.out(`Deleted branch ${name} (was ${abbreviate(repository, id)}).\n`);
    }
    return 0;
  }
  const [name, at = 'HEAD'] = words;
  if (name !== undefined && !options.has('list')) {
    if (!validName(name)) throw fatal(`'${name}' is not a valid branch name`);
    if (repository.ref(`refs/heads/${name}`) !== null && !options.has('f', 'force'))
      throw fatal(`a branch named '${name}' already exists`);
    if (at === 'HEAD' && repository.headCommit === null)
      throw fatal(`not a valid object name: '${current ?? 'HEAD'}'`);
    repository.setRef(`refs/heads/${name}`, commitOf(repository, at));
    return 0;
  }
  const all = options.has('a', 'all');
  const remote = options.has('r', 'remotes');
  if (repository.head.kind === 'detached' && !remote)
    await call.out(`* (HEAD detached at ${abbreviate(repository, repository.head.id)})\n`);
  const rows = [
    ...(remote ? [] : [...repository.refs('refs/heads')]),
    ...(all || remote ? [...repository.refs('refs/remotes')] : []),
  ];
  for (const [ref, id] of rows) {
    const short = ref.replace(/^refs\/(heads|remotes)\//, '');
    const shown = all && ref.startsWith('refs/remotes/') ? `remotes/${short}` : short;
    const mark = ref === `refs/heads/${current ?? ''}` ? '*' : ' ';
    const more = options.has('v')
      ? ` ${abbreviate(repository, id)} ${subjectOf(repository.commit(id).message)}`
      : '';
    await call.out(`${mark} ${shown}${more}\n`);
  }
  return 0;
};

export const checkout: Command = async (call, args) => {
  const options = call.options(args, {
    flags: 'qf',
    values: 'bBcC',
    long: ['quiet', 'force', 'detach', 'orphan=', 'create='],
  });
  const repository = call.repository();
  const quiet = options.has('q', 'quiet');
  const force = options.has('f', 'force');
  const fresh = options.value('b', 'B', 'c', 'C', 'create');
  const orphan = options.value('orphan');
  if (orphan !== undefined) {
    repository.head = { kind: 'branch', ref: `refs/heads/${orphan}` };
    if (!quiet) await call.err(`Switched to a new branch '${orphan}'\n`);
    return 0;
  }
  const [at = 'HEAD', ...paths] = options.operands;
  if (fresh !== undefined) {
    if (repository.ref(`refs/heads/${fresh}`) !== null && !options.has('B', 'C'))
      throw fatal(`a branch named '${fresh}' already exists`);
    if (repository.headCommit === null && at === 'HEAD') {
      repository.head = { kind: 'branch', ref: `refs/heads/${fresh}` };
    } else {
      const id = commitOf(repository, at);
      if (force) checkOut(repository, filesOf(repository, id));
      else advance(repository, call.ignore(repository), id, 'checkout');
      repository.setRef(`refs/heads/${fresh}`, id);
      repository.head = { kind: 'branch', ref: `refs/heads/${fresh}` };
      if (expandRef(repository, at)?.startsWith('refs/remotes/') === true) follow(repository, fresh, at);
    }
    if (!quiet) await call.err(`Switched to a new branch '${fresh}'\n`);
    return 0;
  }
  const known = repository.ref(`refs/heads/${at}`) !== null;
  const id = resolve(repository, at);
  const tracked = [...repository.refs('refs/remotes').keys()].find(
    (ref) => ref.split('/').slice(3).join('/') === at,
  );
  if (paths.length > 0 || (id === null && tracked === undefined)) {
    // Paths out of the index, or out of a commit that is named first.
    const words = id === null ? options.operands : paths;
    const source = id === null ? readIndex(repository) : filesOf(repository, commitOf(repository, at));
    for (const spec of pathspecs(call, repository, words)) {
      const hit = [...source].filter(([path]) => spec.matches(path));
      if (hit.length === 0)
        throw new GitError(`error: pathspec '${spec.text}' did not match any file(s) known to git`, 1);
      for (const [path, entry] of hit) putFile(repository, path, entry);
      if (id !== null) {
        const index = readIndex(repository);
        for (const [path, entry] of hit) index.set(path, entry);
        writeIndex(repository, index);
      }
    }
    return 0;
  }
  if (id === null && tracked !== undefined) {
    const commit = commitOf(repository, tracked);
    repository.setRef(`refs/heads/${at}`, commit);
    follow(repository, at, tracked);
    return checkout(call, args);
  }
  const commit = commitOf(repository, at);
  const already = branchName(repository) === at;
  if (force) checkOut(repository, filesOf(repository, commit));
  else advance(repository, call.ignore(repository), commit, 'checkout');
  if (known && !options.has('detach')) {
    repository.head = { kind: 'branch', ref: `refs/heads/${at}` };
    if (!quiet) await call.err(already ? `Already on '${at}'\n` : `Switched to branch '${at}'\n`);
  } else {
    repository.head = { kind: 'detached', id: commit };
    if (!quiet)
      await call.err(
        `HEAD is now at ${abbreviate(repository, commit)} ${subjectOf(repository.commit(commit).message)}\n`,
      );
  }
  return 0;
};
export const restore: Command = (call, args) => {
  const options = call.options(args, {
    flags: 'SWq',
    values: 's',
    long: ['staged', 'worktree', 'source=', 'quiet'],
  });
  const repository = call.repository();
  const index = readIndex(repository);
  const staged = options.has('S', 'staged');
  const from = options.value('s', 'source') ?? (staged ? 'HEAD' : undefined);
  const source = from === undefined ? index : filesOf(repository, commitOf(repository, from));
  for (const spec of pathspecs(call, repository, options.operands)) {
    const paths = [...new Set([...source.keys(), ...index.keys()])].filter(spec.matches);
    if (paths.length === 0)
      throw new GitError(`error: pathspec '${spec.text}' did not match any file(s) known to git`, 1);
    for (const path of paths) {
      const entry = source.get(path);
      if (staged) {
        if (entry === undefined) index.delete(path);
        else index.set(path, entry);
      }
      if ((!staged || options.has('W', 'worktree')) && entry !== undefined) putFile(repository, path, entry);
    }
  }
  writeIndex(repository, index);
  return 0;
};
