/** git commit, tag, reset. */
import type { Call, Command } from '../call.js';
import { compare, filesOf, statusOf } from '../changes.js';
import { fatal, GitError } from '../git-error.js';
import { readIndex, writeIndex } from '../index-file.js';
import { encodeCommit, encodeTag, subjectOf } from '../objects.js';
import { pathspecs } from '../pathspec.js';
import type { FileEntry, Repository } from '../repository.js';
import { abbreviate, commitOf, resolve } from '../revisions.js';
import { dropFile, present, putFile } from '../worktree.js';
import { diffStat } from './diff-stat.js';
import { branchName, status } from './status.js';

/** Without comments, trailing blanks and empty lines at the ends, with one line break at the end. */
function tidy(message: string, comments: boolean): string {
  const lines = message
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => !(comments && line.startsWith('#')));
  const text = lines
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
  return text === '' ? '' : `${text}\n`;
}
async function messageOf(
  call: Call,
  options: ReturnType<Call['options']>,
  old: string | null,
): Promise<string> {
  const file = options.value('F', 'file');
  if (file !== undefined)
    return tidy(
      file === '-' ? await call.process.readText() : call.view.readText(call.process.path(file)),
      false,
    );
  const given = [...options.all('m'), ...options.all('message')];
  if (given.length > 0) return tidy(given.join('\n\n'), false);
  if (old !== null) return old;
  throw new GitError(
    'error: Terminal is dumb, but EDITOR unset\nPlease supply the message using either -m or -F option.',
    1,
  );
}

export const commit: Command = async (call, args) => {
  const options = call.options(args, {
    flags: 'aqnsv',
    values: 'mF',
    long: [
      'message=',
      'file=',
      'all',
      'amend',
      'no-edit',
      'allow-empty',
      'allow-empty-message',
      'quiet',
      'no-verify',
      'signoff',
      'author=',
      'date=',
      'no-gpg-sign',
    ],
  });
  const repository = call.repository();
  const index = readIndex(repository);
  if (options.has('a', 'all'))
    for (const path of [...index.keys()]) {
      const now = present(repository, path);
      if (now === null) index.delete(path);
      else index.set(path, { mode: now.mode, id: repository.write('blob', now.body) });
    }
  for (const spec of pathspecs(call, repository, options.operands)) {
    const hit = [...index.keys()].filter(spec.matches);
    if (hit.length === 0)
      throw new GitError(`error: pathspec '${spec.text}' did not match any file(s) known to git`, 1);
    for (const path of hit) {
      const now = present(repository, path);
      if (now !== null) index.set(path, { mode: now.mode, id: repository.write('blob', now.body) });
    }
  }
  const amend = options.has('amend');
  const { headCommit } = repository;
  if (amend && headCommit === null) throw fatal('You have nothing to amend.');
  const old = amend && headCommit !== null ? repository.commit(headCommit) : null;
  const author = call.signature('AUTHOR');
  const committer = call.signature('COMMITTER');
  const parents = old?.parents ?? (headCommit === null ? [] : [headCommit]);
  const before = filesOf(repository, parents[0] ?? null);
  if (compare(before, index).length === 0 && !options.has('allow-empty') && !amend) {
    writeIndex(repository, index);
    await status(call, []);
    return 1;
  }
  const message = await messageOf(call, options, old?.message ?? null);
  if (message === '' && !options.has('allow-empty-message'))
    throw new GitError('Aborting commit due to empty commit message.', 1);
  const named = /^(.*?) <([^>]*)>$/.exec(options.value('author') ?? '');
  const by =
    named === null ? (old?.author ?? author) : { ...author, name: named[1] ?? '', email: named[2] ?? '' };
  const id = repository.write(
    'commit',
    encodeCommit({ tree: repository.writeTree(index), parents, author: by, committer, message }),
  );
  writeIndex(repository, index);
  const what = amend ? 'commit (amend)' : parents.length === 0 ? 'commit (initial)' : 'commit';
  repository.moveHead(id, call.logSignature, `${what}: ${subjectOf(message)}`);
  if (options.has('q', 'quiet')) return 0;
  const root = parents.length === 0 ? ' (root-commit)' : '';
  await call.out(
    `[${branchName(repository) ?? 'detached HEAD'}${root} ${abbreviate(repository, id)}] ${subjectOf(message)}\n`,
  );
  const differences = compare(before, index);
  await call.out(diffStat(repository, differences).summary);
  for (const one of differences) {
    if (one.kind === 'A') await call.out(` create mode ${one.after?.mode ?? ''} ${one.path}\n`);
    if (one.kind === 'D') await call.out(` delete mode ${one.before?.mode ?? ''} ${one.path}\n`);
  }
  return 0;
};

export const tag: Command = async (call, args) => {
  const options = call.options(args, {
    flags: 'adfln',
    values: 'mF',
    long: ['annotate', 'delete', 'force', 'list', 'message=', 'points-at=', 'contains=', 'sort='],
  });
  const repository = call.repository();
  const [name, at = 'HEAD'] = options.operands;
  if (options.has('d', 'delete')) {
    let failed = 0;
    for (const one of options.operands) {
      const id = repository.ref(`refs/tags/${one}`);
      if (id === null) {
        await call.err(`error: tag '${one}' not found.\n`);
        failed = 1;
        continue;
      }
      repository.deleteRef(`refs/tags/${one}`);
      await call.out(`Deleted tag '${one}' (was ${abbreviate(repository, id)})\n`);
    }
    return failed;
  }
  if (name === undefined || options.has('l', 'list')) {
    const wanted = options.value('points-at');
    const pointed = wanted === undefined ? null : commitOf(repository, wanted);
    const pattern =
      name === undefined ? null : new RegExp(`^${name.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
    for (const [ref, id] of repository.refs('refs/tags')) {
      const short = ref.replace('refs/tags/', '');
      if ((pointed === null || repository.peel(id) === pointed) && pattern?.test(short) !== false)
        await call.out(`${short}\n`);
    }
    return 0;
  }
  if (!validName(name)) throw fatal(`'${name}' is not a valid tag name.`);
  const ref = `refs/tags/${name}`;
  if (repository.ref(ref) !== null && !options.has('f', 'force')) throw fatal(`tag '${name}' already exists`);
  const target = resolve(repository, at);
  if (target === null) throw fatal(`Failed to resolve '${at}' as a valid ref.`);
  const message = [...options.all('m'), ...options.all('message')].join('\n\n');
  const kind = repository.find(target)?.kind ?? 'commit';
  const id =
    options.has('a', 'annotate') || message !== ''
      ? repository.write(
          'tag',
          encodeTag(
            { object: target, kind, name, message: tidy(message, false) },
            call.signature('COMMITTER'),
          ),
        )
      : target;
  repository.setRef(ref, id);
  return 0;
};
/** What a branch or tag may be called. */
export const validName = (name: string): boolean =>
  !/(^[-/.])|[\s~^:?*[\\]|\.\.|\/\/|\/\.|@\{|(\/|\.|\.lock)$/.test(name) && name !== '' && name !== '@';

/** Makes the work tree and the index those of a commit. Files that git does not know stay. */
export function checkOut(repository: Repository, files: ReadonlyMap<string, FileEntry>): void {
  const index = readIndex(repository);
  for (const path of index.keys()) if (!files.has(path)) dropFile(repository, path);
  for (const [path, entry] of files) {
    const now = present(repository, path);
    if (now?.id !== entry.id || now.mode !== entry.mode) putFile(repository, path, entry);
  }
  writeIndex(repository, files);
}

export const reset: Command = async (call, args) => {
  const options = call.options(args, { flags: 'q', long: ['soft', 'mixed', 'hard', 'quiet'] });
  const repository = call.repository();
  const [first, ...rest] = options.operands;
  const at = first !== undefined && resolve(repository, first) !== null ? first : 'HEAD';
  const paths = at === first ? rest : options.operands;
  if (paths.length > 0) {
    const index = readIndex(repository);
    const files = filesOf(repository, repository.headCommit);
    for (const spec of pathspecs(call, repository, paths))
      for (const path of new Set([...index.keys(), ...files.keys()])) {
        if (!spec.matches(path)) continue;
        const entry = files.get(path);
        if (entry === undefined) index.delete(path);
        else index.set(path, entry);
      }
    writeIndex(repository, index);
    return 0;
  }
  const { headCommit } = repository;
  if (headCommit === null && at === 'HEAD') {
    if (!options.has('soft')) writeIndex(repository, new Map());
    return 0;
  }
  const id = commitOf(repository, at);
  const files = filesOf(repository, id);
  if (headCommit !== null) repository.setRef('ORIG_HEAD', headCommit);
  if (options.has('hard')) checkOut(repository, files);
  else if (!options.has('soft')) writeIndex(repository, files);
  repository.moveHead(id, call.logSignature, `reset: moving to ${at}`);
  if (options.has('q', 'quiet')) return 0;
  if (options.has('hard'))
    await call.out(
      `HEAD is now at ${abbreviate(repository, id)} ${subjectOf(repository.commit(id).message)}\n`,
    );
  else {
    const { unstaged } = statusOf(repository, call.ignore(repository));
    if (unstaged.length > 0 && !options.has('soft'))
      await call.out(
        `Unstaged changes after reset:\n${unstaged.map((one) => `${one.kind}\t${one.path}\n`).join('')}`,
      );
  }
  return 0;
};
