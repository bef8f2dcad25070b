/** git archive, describe, gc, fsck, count-objects. */
import { tarGz, tarPlain, type TarEntry } from '../../images/tar.js';
import type { Command } from '../call.js';
import { filesOf } from '../changes.js';
import { fatal } from '../git-error.js';
import { abbreviate, commitOf, resolve, select } from '../revisions.js';

export const archive: Command = async (call, args) => {
  const options = call.options(args, { flags: 'v', values: 'o', long: ['format=', 'output=', 'prefix='] });
  const repository = call.repository();
  const [word = 'HEAD', ...paths] = options.operands;
  const id = resolve(repository, word);
  const tree = id === null ? null : repository.peel(id, 'tree');
  if (id === null || tree === null) throw fatal(`not a valid object name: ${word}`);
  const output = options.value('o', 'output');
  const format = options.value('format') ?? (/\.(tgz|tar\.gz)$/.test(output ?? '') ? 'tar.gz' : 'tar');
  if (!['tar', 'tar.gz', 'tgz'].includes(format)) return call.process.refuse(`archive --format=${format}`);
  const commit = repository.peel(id);
  const base = options.value('prefix') ?? '';
  const wanted = (path: string) =>
    paths.length === 0 || paths.some((one) => path === one || path.startsWith(`${one.replace(/\/$/, '')}/`));
  const entries: TarEntry[] = [];
  const directories = new Set<string>();
  for (const [path, entry] of [...repository.files(tree)].filter(([one]) => wanted(one))) {
    if (entry.mode === '120000') return call.process.refuse('a symbolic link in an archive');
    const parts = `${base}${path}`.split('/');
    for (let depth = 1; depth < parts.length; depth += 1) {
      const directory = `${parts.slice(0, depth).join('/')}/`;
      if (directories.has(directory)) continue;
      directories.add(directory);
      entries.push({ path: directory, content: '', mode: 0o775 });
    }
    entries.push({
      path: base + path,
      content: repository.read(entry.id, 'blob'),
      mode: entry.mode === '100755' ? 0o775 : 0o664,
    });
  }
  const time = commit === null ? call.seconds : repository.commit(commit).committer.seconds;
  const bytes = format === 'tar' ? tarPlain(entries, time) : tarGz(entries, time);
  if (output === undefined) await call.out(bytes);
  else call.view.write(call.process.path(output), bytes);
  return 0;
};

export const describe: Command = async (call, args) => {
  const options = call.options(args, { long: ['tags', 'always', 'dirty', 'abbrev=', 'exact-match'] });
  const repository = call.repository();
  const id = commitOf(repository, options.operands[0] ?? 'HEAD');
  const tags = new Map(
    [...repository.refs('refs/tags')].map(([ref, at]) => [repository.peel(at), ref.slice(10)]),
  );
  const list = select(repository, [id]);
  const at = list.findIndex((one) => tags.has(one));
  if (at < 0 || (options.has('exact-match') && at > 0)) {
    if (!options.has('always')) throw fatal('No names found, cannot describe anything.');
    await call.out(`${abbreviate(repository, id)}\n`);
    return 0;
  }
  const name = tags.get(list[at] ?? '') ?? '';
  await call.out(at === 0 ? `${name}\n` : `${name}-${at}-g${abbreviate(repository, id)}\n`);
  return 0;
};
export const gc: Command = (call, args) => {
  call.options(args, { flags: 'q', long: ['quiet', 'aggressive', 'prune', 'prune=', 'auto', 'force'] });
  call.repository().packRefs();
  return 0;
};
export const fsck: Command = async (call, args) => {
  call.options(args, { flags: 'v', long: ['full', 'strict', 'no-dangling'] });
  const repository = call.repository();
  for (const [ref, id] of repository.refs()) {
    const commit = repository.peel(id);
    if (commit === null) throw fatal(`${ref}: invalid sha1 pointer ${id}`);
    for (const one of select(repository, [commit])) {
      for (const [path, entry] of filesOf(repository, one))
        if (!repository.has(entry.id)) throw fatal(`missing blob ${entry.id} (${path})`);
    }
  }
  return 0;
};
export const countObjects: Command = async (call, args) => {
  call.options(args, { flags: 'vH' });
  const number = call.repository().objectCount;
  await call.out(`${number} objects, ${number * 4} kilobytes\n`);
  return 0;
};
