/** git remote, ls-remote, fetch. */
import type { Call, Command } from '../call.js';
import { fatal, GitError } from '../git-error.js';
import { matchesPattern } from '../../shell/patterns.js';
import type { Repository } from '../repository.js';
import { abbreviate, isAncestor } from '../revisions.js';
import { copyObjects, noSuchRemote, openRemote, remoteNames, shownUrl, type Served } from '../transport.js';
import { validName } from './commit.js';
import { branchName } from './status.js';

export const remote: Command = async (call, args) => {
  const options = call.options(args, {
    flags: 'vfn',
    values: 'tm',
    long: ['verbose', 'all', 'push', 'add', 'delete'],
  });
  const repository = call.repository();
  const [verb, name = '', url = ''] = options.operands;
  const known = remoteNames(call, repository);
  switch (verb) {
    case undefined:
    case 'show':
      for (const one of known) {
        const at = call.config(repository).value(`remote.${one}.url`) ?? '';
        await call.out(
          options.has('v', 'verbose') ? `${one}\t${at} (fetch)\n${one}\t${at} (push)\n` : `${one}\n`,
        );
      }
      return 0;
    case 'add':
      if (!validName(name)) throw fatal(`'${name}' is not a valid remote name`);
      if (known.includes(name)) throw new GitError(`error: remote ${name} already exists.`, 3);
      repository.configure(`remote.${name}.url`, url);
      repository.configure(`remote.${name}.fetch`, `+refs/heads/*:refs/remotes/${name}/*`);
      return 0;
    case 'get-url':
      if (!known.includes(name)) throw noSuchRemote(name);
      await call.out(`${call.config(repository).value(`remote.${name}.url`) ?? ''}\n`);
      return 0;
    case 'set-url':
      if (!known.includes(name)) throw noSuchRemote(name);
      repository.configure(`remote.${name}.url`, url);
      return 0;
    case 'remove':
    case 'rm': {
      if (!known.includes(name)) throw noSuchRemote(name);
      const followers = call
        .config(repository)
        .all.flatMap(({ key, value }) =>
          value === name ? (/^branch\.(.+)\.remote$/.exec(key)?.[1] ?? []) : [],
        );
      for (const branch of followers) repository.unset(`branch.${branch}`, 'section');
      repository.unset(`remote.${name}`, 'section');
      for (const ref of repository.refs(`refs/remotes/${name}`).keys()) repository.deleteRef(ref);
      return 0;
    }
    case 'rename': {
      if (!known.includes(name)) throw noSuchRemote(name);
      if (known.includes(url)) throw fatal(`remote ${url} already exists.`);
      const at = call.config(repository).value(`remote.${name}.url`) ?? '';
      repository.unset(`remote.${name}`, 'section');
      repository.configure(`remote.${url}.url`, at);
      repository.configure(`remote.${url}.fetch`, `+refs/heads/*:refs/remotes/${url}/*`);
      for (const [ref, id] of repository.refs(`refs/remotes/${name}`)) {
        repository.setRef(ref.replace(`refs/remotes/${name}/`, `refs/remotes/${url}/`), id);
        repository.deleteRef(ref);
      }
      return 0;
    }
    default:
      return call.process.refuse(`remote ${verb}`);
  }
};

/** References as a server lists them: HEAD first, tags with what they lead to. */
function listed(other: Repository): readonly (readonly [string, string])[] {
  const head = other.headCommit;
  const rows: (readonly [string, string])[] = head === null ? [] : [['HEAD', head]];
  for (const [ref, id] of other.refs()) {
    rows.push([ref, id]);
    const target = other.find(id)?.kind === 'tag' ? other.peel(id) : null;
    if (target !== null) rows.push([`${ref}^{}`, target]);
  }
  return rows;
}
export const lsRemote: Command = async (call, args) => {
  const options = call.options(args, {
    flags: 'htqb',
    long: ['heads', 'branches', 'tags', 'refs', 'quiet', 'exit-code', 'symref', 'get-url'],
  });
  const repository = call.find();
  const [name = 'origin', ...patterns] = options.operands;
  const { served } = await openRemote(call, name, repository);
  const { head } = served.repository;
  if (options.has('symref') && head.kind === 'branch' && served.repository.headCommit !== null)
    await call.out(`ref: ${head.ref}\tHEAD\n`);
  const heads = options.has('h', 'heads', 'branches', 'b');
  const tags = options.has('t', 'tags');
  const rows = listed(served.repository).filter(([ref]) => {
    if (
      (heads || tags) &&
      !((heads && ref.startsWith('refs/heads/')) || (tags && ref.startsWith('refs/tags/')))
    )
      return false;
    if (options.has('refs') && (ref === 'HEAD' || ref.endsWith('^{}'))) return false;
    // A star passes slashes too.
    return patterns.length === 0 || patterns.some((one) => matchesPattern(`/${ref}`, `*/${one}`));
  });
  for (const [ref, id] of rows) await call.out(`${id}\t${ref}\n`);
  return rows.length === 0 && options.has('exit-code') ? 2 : 0;
};

interface Refspec {
  readonly force: boolean;
  readonly from: string;
  readonly to: string | null;
}
const parse = (text: string): Refspec => {
  const [from = '', to] = text.replace(/^\+/, '').split(':');
  return { force: text.startsWith('+'), from, to: to ?? null };
};
/** What a refspec takes of the other side: its reference there, and where it goes here. */
function matched(other: Repository, spec: Refspec): readonly (readonly [string, string | null])[] {
  if (spec.from.includes('*')) {
    const [start = '', end = ''] = spec.from.split('*');
    return [...other.refs().keys()]
      .filter((ref) => ref.startsWith(start) && ref.endsWith(end))
      .map((ref) => [ref, spec.to?.replace('*', ref.slice(start.length, ref.length - end.length)) ?? null]);
  }
  const full = [spec.from, `refs/${spec.from}`, `refs/tags/${spec.from}`, `refs/heads/${spec.from}`].find(
    (one) =>
      (one === 'HEAD' ? other.headCommit : other.ref(one)) !== null &&
      (one === 'HEAD' || one.startsWith('refs/')),
  );
  if (full === undefined) throw fatal(`couldn't find remote ref ${spec.from}`);
  const to =
    spec.to === null || spec.to === ''
      ? null
      : spec.to.startsWith('refs/')
        ? spec.to
        : `refs/heads/${spec.to}`;
  return [[full, to]];
}
/** Takes over objects and moves references; gives whether one was refused. */
async function take(
  call: Call,
  repository: Repository,
  url: string,
  served: Served,
  wishes: readonly Refspec[],
  options: {
    readonly quiet: boolean;
    readonly force: boolean;
    readonly prune: boolean;
    readonly tags: 'follow' | 'all' | 'none';
    readonly remote: string;
  },
): Promise<boolean> {
  const other = served.repository;
  const lines: string[] = [];
  const fetched: string[] = [];
  let refused = false;
  const set = (ref: string, to: string, force: boolean): void => {
    const id = ref === 'HEAD' ? other.headCommit : other.ref(ref);
    if (id === null) return;
    copyObjects(other, repository, id);
    const short = (name: string) => name.replace(/^refs\/(heads|tags|remotes)\//, '');
    const before = repository.ref(to);
    if (before === id) return;
    const pair = `${short(ref).padEnd(10)} -> ${short(to)}`;
    if (before === null) {
      lines.push(` * [new ${ref.startsWith('refs/tags/') ? 'tag]   ' : 'branch]'}      ${pair}\n`);
    } else if (repository.peel(before) !== null && isAncestor(repository, before, id)) {
      lines.push(`   ${abbreviate(repository, before)}..${abbreviate(repository, id)}  ${pair}\n`);
    } else if (force || options.force) {
      lines.push(
        ` + ${abbreviate(repository, before)}...${abbreviate(repository, id)} ${pair}  (forced update)\n`,
      );
    } else {
      lines.push(` ! [rejected]        ${pair}  (non-fast-forward)\n`);
      refused = true;
      return;
    }
    repository.setRef(to, id);
  };
  const kept = new Set<string>();
  for (const spec of wishes)
    for (const [ref, to] of matched(other, spec)) {
      const id = ref === 'HEAD' ? other.headCommit : other.ref(ref);
      if (id === null) continue;
      copyObjects(other, repository, id);
      fetched.push(
        `${id}\t${spec.from.includes('*') ? 'not-for-merge' : ''}\t${ref === 'HEAD' ? '' : `branch '${ref.replace('refs/heads/', '')}' of `}${shownUrl(url)}\n`,
      );
      if (to === null) {
        // A branch that is fetched by name moves what is remembered of it too.
        const remembered = `refs/remotes/${options.remote}/${ref.replace('refs/heads/', '')}`;
        if (ref.startsWith('refs/heads/') && remoteNames(call, repository).includes(options.remote))
          set(ref, remembered, true);
        lines.push(` * branch            ${ref.replace('refs/heads/', '').padEnd(10)} -> FETCH_HEAD\n`);
      } else {
        kept.add(to);
        set(ref, to, spec.force);
      }
    }
  for (const [ref, id] of other.refs('refs/tags')) {
    const wanted =
      options.tags === 'all' || (options.tags === 'follow' && repository.has(other.peel(id) ?? ''));
    if (wanted && repository.ref(ref) === null) set(ref, ref, false);
  }
  if (options.prune)
    for (const ref of repository.refs(`refs/remotes/${options.remote}`).keys())
      if (!kept.has(ref) && !ref.endsWith('/HEAD')) {
        repository.deleteRef(ref);
        lines.push(` - [deleted]         (none)     -> ${ref.replace('refs/remotes/', '')}\n`);
      }
  if (fetched.length > 0) call.view.write(`${repository.gitDir}/FETCH_HEAD`, fetched.join(''));
  if (lines.length > 0 && !options.quiet)
    await call.err(`From ${shownUrl(url).replace(/\.git$/, '')}\n${lines.join('')}`);
  return refused;
}
const FETCH = {
  flags: 'qfptvn',
  values: 'j',
  long: [
    'quiet',
    'force',
    'prune',
    'tags',
    'no-tags',
    'all',
    'depth=',
    'verbose',
    'no-recurse-submodules',
    'unshallow',
    'prune-tags',
  ],
};
export const fetch: Command = async (call, args) => {
  const options = call.options(args, FETCH);
  const repository = call.repository();
  const branch = branchName(repository);
  const config = call.config(repository);
  const [name = config.value(`branch.${branch ?? ''}.remote`) ?? 'origin', ...specs] = options.operands;
  const { url, served } = await openRemote(call, name, repository);
  const usual = config.values(`remote.${name}.fetch`);
  const wishes = specs.length > 0 ? specs : usual.length > 0 ? usual : ['HEAD'];
  const refused = await take(call, repository, url, served, wishes.map(parse), {
    quiet: options.has('q', 'quiet'),
    force: options.has('f', 'force'),
    prune: options.has('p', 'prune'),
    tags: options.has('t', 'tags') ? 'all' : options.has('n', 'no-tags') ? 'none' : 'follow',
    remote: name,
  });
  return refused ? 1 : 0;
};
