/** git rev-parse, symbolic-ref, show-ref, update-ref, for-each-ref. */
import type { Command } from '../call.js';
import { fatal } from '../git-error.js';
import { abbreviate, commitOf, expandRef, resolve, unknown, upstreamOf } from '../revisions.js';
import { branchName } from './status.js';

export const revParse: Command = async (call, args) => {
  const rest = [...args];
  let verify = false;
  let quiet = false;
  let short: number | null = null;
  let abbrev = false;
  let symbolic = false;
  const repository = () => call.repository();
  for (const word of rest) {
    switch (true) {
      case word === '--verify':
        verify = true;
        continue;
      case word === '-q' || word === '--quiet':
        quiet = true;
        continue;
      case word === '--abbrev-ref' || word === '--abbrev-ref=strict':
        abbrev = true;
        continue;
      case word === '--symbolic-full-name':
        symbolic = true;
        continue;
      case /^--short(=\d+)?$/.test(word):
        short = Number(word.split('=')[1] ?? 7);
        continue;
      case word === '--is-inside-work-tree':
        await call.out(`${repository().workTree !== null}\n`);
        continue;
      case word === '--is-inside-git-dir':
        await call.out(`${call.process.cwd.startsWith(repository().gitDir)}\n`);
        continue;
      case word === '--is-bare-repository':
        await call.out(`${repository().workTree === null}\n`);
        continue;
      case word === '--show-toplevel': {
        const top = repository().workTree;
        if (top === null) throw fatal('this operation must be run in a work tree');
        await call.out(`${top}\n`);
        continue;
      }
      case word === '--show-prefix':
        await call.out(`${call.prefix(repository())}\n`);
        continue;
      case word === '--git-dir' || word === '--git-common-dir': {
        const { gitDir, workTree } = repository();
        const here = call.process.cwd;
        await call.out(`${gitDir === here ? '.' : workTree === here ? '.git' : gitDir}\n`);
        continue;
      }
      case word === '--absolute-git-dir':
        await call.out(`${repository().gitDir}\n`);
        continue;
      case word === '--':
        continue;
      case word.startsWith('--'):
        return call.process.refuse(`rev-parse ${word}`);
      default:
    }
    const repo = repository();
    if (abbrev || symbolic) {
      const head = repo.head;
      const upstream = /^(.*)@\{u(?:pstream)?\}$/.exec(word);
      const full =
        upstream !== null
          ? upstreamOf(repo, upstream[1] === '' ? (branchName(repo) ?? '') : (upstream[1] ?? ''))
          : word === 'HEAD' && head.kind === 'branch'
            ? head.ref
            : expandRef(repo, word);
      if (word === 'HEAD' && repo.headCommit === null) throw unknown(word);
      if (full === null) {
        if (quiet) return 1;
        throw upstream === null
          ? unknown(word)
          : fatal(`no upstream configured for branch '${branchName(repo) ?? ''}'`);
      }
      await call.out(`${symbolic ? full : full.replace(/^refs\/(heads|tags|remotes)\//, '')}\n`);
      continue;
    }
    const range = /^(.+)\.\.(.+)$/.exec(word);
    if (range !== null) {
      await call.out(`${commitOf(repo, range[2] ?? '')}\n^${commitOf(repo, range[1] ?? '')}\n`);
      continue;
    }
    const id = resolve(repo, word);
    if (id === null || (!repo.has(id) && !/^[0-9a-f]{40}$/.test(word))) {
      if (quiet && verify) return 1;
      if (verify || short !== null) throw fatal('Needed a single revision');
      await call.out(`${word}\n`);
      throw unknown(word);
    }
    await call.out(`${short === null ? id : abbreviate(repo, id, Math.max(4, short))}\n`);
  }
  return 0;
};

export const symbolicRef: Command = async (call, args) => {
  const options = call.options(args, { flags: 'qd', values: 'm', long: ['short', 'quiet', 'delete'] });
  const repository = call.repository();
  const [name = 'HEAD', target] = options.operands;
  if (target !== undefined) {
    if (!target.startsWith('refs/')) throw fatal(`Refusing to point ${name} outside of refs/`);
    if (name === 'HEAD') repository.head = { kind: 'branch', ref: target };
    else repository.setRef(name, `ref: ${target}`);
    return 0;
  }
  const { head } = repository;
  const text =
    name === 'HEAD'
      ? head.kind === 'branch'
        ? head.ref
        : null
      : (/^ref: (\S+)/.exec(
          call.view.peek(`${repository.gitDir}/${name}`) === undefined
            ? ''
            : call.view.readText(`${repository.gitDir}/${name}`),
        )?.[1] ?? null);
  if (text === null) {
    if (options.has('q', 'quiet')) return 1;
    throw fatal(`ref ${name} is not a symbolic ref`);
  }
  await call.out(`${options.has('short') ? text.replace(/^refs\/(heads|tags|remotes)\//, '') : text}\n`);
  return 0;
};

export const showRef: Command = async (call, args) => {
  const options = call.options(args, {
    flags: 'qsd',
    long: ['verify', 'quiet', 'heads', 'tags', 'head', 'hash'],
  });
  const repository = call.repository();
  const words = options.operands;
  const rows = [...repository.refs()].filter(([ref]) => {
    if (options.has('heads') && !ref.startsWith('refs/heads/')) return false;
    if (options.has('tags') && !ref.startsWith('refs/tags/')) return false;
    return (
      words.length === 0 ||
      words.some((word) => ref === word || (!options.has('verify') && ref.endsWith(`/${word}`)))
    );
  });
  if (!options.has('q', 'quiet'))
    for (const [ref, id] of rows) await call.out(options.has('s', 'hash') ? `${id}\n` : `${id} ${ref}\n`);
  if (rows.length === 0 && options.has('verify') && !options.has('q', 'quiet'))
    throw fatal(`'${words[0] ?? ''}' - not a valid ref`);
  return rows.length === 0 ? 1 : 0;
};
export const updateRef: Command = (call, args) => {
  const options = call.options(args, { flags: 'd', values: 'm', long: ['no-deref'] });
  const repository = call.repository();
  const [ref = '', value = ''] = options.operands;
  const full = ref === 'HEAD' && repository.head.kind === 'branch' ? repository.head.ref : ref;
  if (options.has('d')) repository.deleteRef(full);
  else {
    const id = resolve(repository, value);
    if (id === null) throw fatal(`${value}: not a valid SHA1`);
    repository.setRef(full, id);
  }
  return 0;
};
export const forEachRef: Command = async (call, args) => {
  const options = call.options(args, { long: ['format=', 'count=', 'sort=', 'points-at=', 'contains='] });
  const repository = call.repository();
  const format = options.value('format') ?? '%(objectname) %(objecttype)\t%(refname)';
  const wanted = options.operands;
  for (const [ref, id] of repository.refs()) {
    if (
      wanted.length > 0 &&
      !wanted.some((one) => ref === one || ref.startsWith(one.endsWith('/') ? one : `${one}/`))
    )
      continue;
    const fields: Readonly<Record<string, string>> = {
      refname: ref,
      'refname:short': ref.replace(/^refs\/(heads|tags|remotes)\//, ''),
      objectname: id,
      'objectname:short': abbreviate(repository, id),
      objecttype: repository.find(id)?.kind ?? 'commit',
    };
    await call.out(`${format.replaceAll(/%\(([^)]+)\)/g, (_, name: string) => fields[name] ?? '')}\n`);
  }
  return 0;
};
