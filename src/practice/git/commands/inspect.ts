/** git cat-file, ls-tree, diff, grep. */
import type { Command } from '../call.js';
import { compare, filesOf, onDisk, type Files } from '../changes.js';
import { fatal } from '../git-error.js';
import { readIndex } from '../index-file.js';
import { pathspecs, selects } from '../pathspec.js';
import { commitOf, resolve } from '../revisions.js';
import { present } from '../worktree.js';
import { details, split } from './shown.js';

export const catFile: Command = async (call, args) => {
  const options = call.options(args, { flags: 'tspe' });
  const repository = call.repository();
  const words = options.operands;
  const word = words.at(-1) ?? '';
  const id = resolve(repository, word);
  const found = id === null ? null : repository.find(id);
  if (options.has('e')) {
    if (found !== null) return 0;
    if (id === null) throw fatal(`Not a valid object name ${word}`);
    return 1;
  }
  if (id === null || found === null) throw fatal(`Not a valid object name ${word}`);
  if (options.has('t')) await call.out(`${found.kind}\n`);
  else if (options.has('s')) await call.out(`${found.body.length}\n`);
  else if (found.kind === 'tree')
    for (const one of repository.tree(id))
      await call.out(
        `${one.mode.padStart(6, '0')} ${one.mode === '40000' ? 'tree' : 'blob'} ${one.id}\t${one.name}\n`,
      );
  else await call.out(found.body);
  return 0;
};
export const lsTree: Command = async (call, args) => {
  const options = call.options(args, { flags: 'rdtz', long: ['name-only', 'full-tree'] });
  const repository = call.repository();
  const [word = 'HEAD', ...paths] = options.operands;
  const id = resolve(repository, word);
  const tree = id === null ? null : repository.peel(id, 'tree');
  if (tree === null) throw fatal(`Not a valid object name ${word}`);
  const wanted = selects(
    repository.workTree === null
      ? paths.map((text) => ({
          text,
          matches: (one) => one === text || one.startsWith(`${text.replace(/\/$/, '')}/`),
        }))
      : pathspecs(call, repository, paths),
  );
  const rows = options.has('r')
    ? [...repository.files(tree)].map(([path, entry]) => ({ path, ...entry, kind: 'blob' }))
    : repository.tree(tree).map((one) => ({
        path: one.name,
        mode: one.mode,
        id: one.id,
        kind: one.mode === '40000' ? 'tree' : 'blob',
      }));
  for (const row of rows)
    if (wanted(row.path))
      await call.out(
        options.has('name-only')
          ? `${row.path}\n`
          : `${row.mode.padStart(6, '0')} ${row.kind} ${row.id}\t${row.path}\n`,
      );
  return 0;
};

export const diff: Command = async (call, args) => {
  const options = call.options(args, {
    flags: 'pqsz',
    long: [
      'cached',
      'staged',
      'quiet',
      'exit-code',
      'name-only',
      'name-status',
      'stat',
      'numstat',
      'no-color',
      'color=',
      'no-ext-diff',
      'ignore-submodules',
      'patch',
    ],
  });
  const repository = call.repository();
  const { revisions, paths } = split(call, repository, args, options.operands);
  const [a, b] =
    revisions.length === 1 && revisions[0]?.includes('..') === true
      ? revisions[0].split(/\.\.\.?/)
      : revisions;
  const index = readIndex(repository);
  const files = (word: string): Files => filesOf(repository, commitOf(repository, word));
  let before: Files;
  let after: Files;
  if (options.has('cached', 'staged')) {
    before = a === undefined ? filesOf(repository, repository.headCommit) : files(a);
    after = index;
  } else if (a === undefined) {
    before = index;
    after = onDisk(repository, index);
  } else {
    before = files(a === '' ? 'HEAD' : a);
    after = b === undefined ? onDisk(repository, index) : files(b === '' ? 'HEAD' : b);
  }
  const wanted = selects(paths.length === 0 ? [] : pathspecs(call, repository, paths));
  const differences = compare(before, after).filter((one) => wanted(one.path));
  if (!options.has('quiet', 'q')) await details(call, repository, differences, options, true);
  return options.has('quiet', 'exit-code') && differences.length > 0 ? 1 : 0;
};

export const grep: Command = async (call, args) => {
  const options = call.options(args, {
    flags: 'lEFGiqnhIwPc',
    values: 'e',
    long: [
      'cached',
      'files-with-matches',
      'extended-regexp',
      'fixed-strings',
      'ignore-case',
      'quiet',
      'line-number',
      'name-only',
    ],
  });
  const repository = call.repository();
  const given = options.all('e');
  const [first = '', ...others] = options.operands;
  const patterns = given.length > 0 ? given : [first];
  const words = given.length > 0 ? options.operands : others;
  const revision = words.find((word) => resolve(repository, word) !== null);
  const specs = pathspecs(
    call,
    repository,
    words.filter((word) => word !== revision),
  );
  const plain = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const sources = patterns.map((one) => (options.has('F', 'fixed-strings') ? plain(one) : one));
  const expression = new RegExp(
    sources.map((one) => `(?:${one})`).join('|'),
    options.has('i', 'ignore-case') ? 'i' : '',
  );
  const files =
    revision === undefined ? readIndex(repository) : filesOf(repository, commitOf(repository, revision));
  let any = false;
  for (const [path, entry] of files) {
    if (!selects(specs)(path)) continue;
    const body =
      revision === undefined && !options.has('cached')
        ? (present(repository, path)?.body ?? Buffer.alloc(0))
        : repository.read(entry.id, 'blob');
    const lines = body.toString('utf8').split('\n');
    const name = revision === undefined ? path : `${revision}:${path}`;
    const hits = lines.flatMap((line, index) => (expression.test(line) ? [[index + 1, line] as const] : []));
    if (hits.length === 0) continue;
    any = true;
    if (options.has('q', 'quiet')) return 0;
    if (options.has('l', 'files-with-matches', 'name-only')) await call.out(`${name}\n`);
    else if (body.includes(0)) await call.out(`Binary file ${name} matches\n`);
    else
      for (const [number, line] of hits)
        await call.out(`${name}:${options.has('n', 'line-number') ? `${number}:` : ''}${line}\n`);
  }
  return any ? 0 : 1;
};
