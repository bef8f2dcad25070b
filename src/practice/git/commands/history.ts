/** git log, show, rev-list, merge-base. */
import type { Command } from '../call.js';
import { fatal } from '../git-error.js';
import { subjectOf } from '../objects.js';
import { pathspecs, selects } from '../pathspec.js';
import { abbreviate, commitOf, isAncestor, mergeBase, resolve, select, unknown } from '../revisions.js';
import { decorations, formatted, medium } from './log-format.js';
import { changed, details, split } from './shown.js';
import { branchName } from './status.js';

const LOG = {
  flags: 'pqsz',
  values: 'n',
  long: [
    'oneline',
    'format=',
    'pretty=',
    'max-count=',
    'decorate',
    'decorate=',
    'no-decorate',
    'stat',
    'name-only',
    'name-status',
    'numstat',
    'patch',
    'no-patch',
    'graph',
    'all',
    'reverse',
    'first-parent',
    'abbrev-commit',
    'no-color',
    'color=',
    'date=',
    'count',
    'no-merges',
    'quiet',
    'objects',
    'skip=',
  ],
};
/** `-5` is `-n 5`. */
const numbers = (args: readonly string[]): readonly string[] =>
  args.flatMap((arg) => (/^-\d+$/.test(arg) ? ['-n', arg.slice(1)] : [arg]));
export const log: Command = async (call, args) => {
  const options = call.options(numbers(args), LOG);
  const repository = call.repository();
  const { revisions, paths } = split(call, repository, args, options.operands);
  if (options.has('all'))
    revisions.push(...[...repository.refs().values()].filter((id) => repository.peel(id) !== null));
  if (revisions.length === 0 && repository.headCommit === null)
    throw fatal(`your current branch '${branchName(repository) ?? ''}' does not have any commits yet`);
  const wanted = selects(pathspecs(call, repository, paths));
  let list = select(repository, revisions);
  if (paths.length > 0) list = list.filter((id) => changed(repository, id, wanted).length > 0);
  list = list.slice(Number(options.value('skip') ?? 0));
  const most = options.value('n', 'max-count');
  if (most !== undefined) list = list.slice(0, Number(most));
  if (options.has('reverse')) list = list.toReversed();
  const given = options.value('format', 'pretty');
  const separate = given !== undefined && given.startsWith('format:');
  const tidy = given?.replace(/^t?format:/, '');
  const decorate = options.has('decorate') && options.value('decorate') !== 'no';
  const extra = ['p', 'patch', 'stat', 'name-only', 'name-status', 'numstat'].some((name) =>
    options.has(name),
  );
  for (const [place, id] of list.entries()) {
    let text: string;
    if (options.has('oneline') || tidy === 'oneline') {
      const names = decorate ? decorations(repository, id) : '';
      const shown = tidy === 'oneline' && !options.has('abbrev-commit') ? id : abbreviate(repository, id);
      text = `${shown}${names === '' ? '' : ` (${names})`} ${subjectOf(repository.commit(id).message)}\n`;
    } else if (tidy === undefined || ['medium', 'short', 'full', 'fuller'].includes(tidy))
      text = `${place > 0 ? '\n' : ''}${medium(repository, id, decorate)}`;
    else if (separate)
      text = `${place > 0 ? '\n' : ''}${formatted(call, repository, id, tidy, options.value('date'))}`;
    else text = `${formatted(call, repository, id, tidy, options.value('date'))}\n`;
    await call.out(text);
    if (!extra) continue;
    if (!options.has('oneline')) await call.out('\n');
    await details(call, repository, changed(repository, id, wanted), options, true);
  }
  return 0;
};

export const show: Command = async (call, args) => {
  const options = call.options(numbers(args), LOG);
  const repository = call.repository();
  for (const word of options.operands.length === 0 ? ['HEAD'] : options.operands) {
    const id = resolve(repository, word);
    const found = id === null ? null : repository.find(id);
    if (id === null || found === null) {
      const [, revision, path] = /^([^:]+):(.+)$/.exec(word) ?? [];
      throw path === undefined || revision === undefined || resolve(repository, revision) === null
        ? unknown(word)
        : fatal(`path '${path}' does not exist in '${revision}'`);
    }
    if (found.kind === 'blob') await call.out(found.body);
    else if (found.kind === 'tree')
      await call.out(
        `tree ${word}\n\n${repository
          .tree(id)
          .map((one) => `${one.name}${one.mode === '40000' ? '/' : ''}\n`)
          .join('')}`,
      );
    else {
      const commit = commitOf(repository, word);
      const given = options.value('format', 'pretty')?.replace(/^t?format:/, '');
      if (options.has('oneline'))
        await call.out(`${abbreviate(repository, commit)} ${subjectOf(repository.commit(commit).message)}\n`);
      else
        await call.out(
          given === undefined
            ? medium(repository, commit, false)
            : `${formatted(call, repository, commit, given, options.value('date'))}\n`,
        );
      if (options.has('s', 'no-patch')) continue;
      await call.out('\n');
      await details(
        call,
        repository,
        changed(repository, commit, () => true),
        options,
        true,
      );
    }
  }
  return 0;
};

export const revList: Command = async (call, args) => {
  const options = call.options(numbers(args), LOG);
  const repository = call.repository();
  const words = options.has('all') ? [...repository.refs().values()] : options.operands;
  if (words.length === 0) throw fatal('usage: git rev-list [<options>] <commit>... [--] [<path>...]');
  let list = select(repository, words);
  const most = options.value('n', 'max-count');
  if (most !== undefined) list = list.slice(0, Number(most));
  if (options.has('count')) await call.out(`${list.length}\n`);
  else for (const id of options.has('reverse') ? list.toReversed() : list) await call.out(`${id}\n`);
  return 0;
};

export const mergeBaseCommand: Command = async (call, args) => {
  const options = call.options(args, { long: ['is-ancestor', 'all'] });
  const repository = call.repository();
  const [a = '', b = ''] = options.operands;
  const commit = (word: string): string => {
    const id = resolve(repository, word);
    const found = id === null ? null : repository.peel(id);
    if (found === null) throw fatal(`Not a valid commit name ${word}`);
    return found;
  };
  if (options.has('is-ancestor')) return isAncestor(repository, commit(a), commit(b)) ? 0 : 1;
  const base = mergeBase(repository, commit(a), commit(b));
  if (base === null) return 1;
  await call.out(`${base}\n`);
  return 0;
};
