/** Names of commits and other objects as people write them, and walks through the history. */
import { fatal, GitError } from './git-error.js';
import type { Repository } from './repository.js';

const RULES = ['', 'refs/', 'refs/tags/', 'refs/heads/', 'refs/remotes/'];

/** The full name of a reference that a short one means; null when there is none. */
export function expandRef(repository: Repository, name: string): string | null {
  if (name === '' || name.endsWith('/')) return null;
  if (['HEAD', 'FETCH_HEAD', 'ORIG_HEAD'].includes(name)) return repository.ref(name) === null ? null : name;
  const found = RULES.map((rule) => `${rule}${name}`).find(
    (full) => full.startsWith('refs/') && repository.ref(full) !== null,
  );
  if (found !== undefined) return found;
  const remote = `refs/remotes/${name}/HEAD`;
  return repository.ref(remote) === null ? null : remote;
}
/** `main@{upstream}`: the branch of a remote that a branch follows. */
export function upstreamOf(repository: Repository, branch: string): string | null {
  const settings = repository.localSettings;
  const value = (key: string) => settings.findLast((one) => one.key === key)?.value;
  const remote = value(`branch.${branch}.remote`);
  const merge = value(`branch.${branch}.merge`);
  if (remote === undefined || merge === undefined) return null;
  return `refs/remotes/${remote}/${merge.replace(/^refs\/heads\//, '')}`;
}

function base(repository: Repository, name: string): string | null {
  const wanted = name === '' || name === '@' ? 'HEAD' : name;
  const upstream = /^(.*)@\{u(?:pstream)?\}$/.exec(wanted);
  if (upstream !== null) {
    const { head } = repository;
    const branch =
      upstream[1] === '' || upstream[1] === undefined
        ? head.kind === 'branch'
          ? head.ref.replace('refs/heads/', '')
          : ''
        : upstream[1];
    const ref = upstreamOf(repository, branch);
    if (ref === null) throw fatal(`no upstream configured for branch '${branch}'`);
    return repository.ref(ref);
  }
  const ref = expandRef(repository, wanted);
  if (ref !== null) return repository.ref(ref);
  if (!/^[0-9a-f]{4,40}$/.test(wanted)) return null;
  if (wanted.length === 40) return wanted;
  const like = repository.idsLike(wanted);
  if (like.length > 1)
    throw new GitError(
      `error: short object ID ${wanted} is ambiguous\nfatal: ambiguous argument '${wanted}': unknown revision or path not in the working tree.`,
    );
  return like[0] ?? null;
}

/** The object that an expression names (`HEAD~2`, `v1^{commit}`, `main:deploy/x`); null when there is none. */
export function resolve(repository: Repository, expression: string): string | null {
  const colon = /^([^:]*):(.*)$/s.exec(expression);
  if (colon !== null) {
    const [, left = '', path = ''] = colon;
    const start = resolve(repository, left === '' ? 'HEAD' : left);
    let at = start === null ? null : repository.peel(start, 'tree');
    for (const part of path.split('/').filter((one) => one !== '' && one !== '.')) {
      if (at === null || repository.find(at)?.kind !== 'tree') return null;
      at = repository.tree(at).find((entry) => entry.name === part)?.id ?? null;
    }
    return at;
  }
  const match = /^(.*?)((?:\^\{\w*\}|\^\d*|~\d*)*)$/s.exec(expression);
  const [, name = '', operators = ''] = match ?? [];
  let id = base(repository, name);
  for (const [operator] of operators.matchAll(/\^\{\w*\}|\^\d*|~\d*/g)) {
    if (id === null) return null;
    const braces = /^\^\{(\w*)\}$/.exec(operator);
    if (braces !== null) {
      const kind = braces[1];
      if (kind === 'tree' || kind === 'blob' || kind === 'tag') id = repository.peel(id, kind);
      else id = repository.peel(id) ?? (kind === '' ? id : null);
      continue;
    }
    id = repository.peel(id);
    const count = operator.slice(1) === '' ? 1 : Number(operator.slice(1));
    if (operator.startsWith('^')) {
      if (id !== null && count > 0) id = repository.commit(id).parents[count - 1] ?? null;
    } else
      for (let left = count; left > 0 && id !== null; left -= 1)
        id = repository.commit(id).parents[0] ?? null;
  }
  return id;
}
export function unknown(expression: string): GitError {
  return fatal(
    `ambiguous argument '${expression}': unknown revision or path not in the working tree.\nUse '--' to separate paths from revisions, like this:\n'git <command> [<revision>...] -- [<file>...]'`,
  );
}
/** @throws GitError when it names no commit */
export function commitOf(repository: Repository, expression: string): string {
  const id = resolve(repository, expression);
  const commit = id === null ? null : repository.peel(id);
  if (commit === null) throw unknown(expression);
  return commit;
}

/** A commit and everything before it, the newest first. */
export function ancestry(
  repository: Repository,
  starts: readonly string[],
  hidden: ReadonlySet<string> = new Set(),
): readonly string[] {
  const seen = new Set<string>();
  const queue = starts.map((id) => ({ id, at: repository.commit(id).committer.seconds }));
  const list: string[] = [];
  while (queue.length > 0) {
    queue.sort((a, b) => b.at - a.at);
    const next = queue.shift();
    if (next === undefined || seen.has(next.id) || hidden.has(next.id)) continue;
    seen.add(next.id);
    list.push(next.id);
    for (const parent of repository.commit(next.id).parents)
      if (repository.has(parent)) queue.push({ id: parent, at: repository.commit(parent).committer.seconds });
  }
  return list;
}
export const isAncestor = (repository: Repository, older: string, newer: string): boolean =>
  older === newer || ancestry(repository, [newer]).includes(older);

/** The newest commit that both have; null when their histories have nothing in common. */
export function mergeBase(repository: Repository, a: string, b: string): string | null {
  const ours = new Set(ancestry(repository, [a]));
  return ancestry(repository, [b]).find((id) => ours.has(id)) ?? null;
}
/** Commits that `a..b`, `a...b`, `^a b` and plain names select, the newest first. */
export function select(repository: Repository, expressions: readonly string[]): readonly string[] {
  const wanted: string[] = [];
  const hidden: string[] = [];
  for (const one of expressions.length === 0 ? ['HEAD'] : expressions) {
    const range = /^(.*?)(\.\.\.?)(.*)$/s.exec(one);
    if (range !== null) {
      const left = commitOf(repository, range[1] ?? '');
      const right = commitOf(repository, range[3] ?? '');
      const shared = range[2] === '...' ? mergeBase(repository, left, right) : left;
      if (shared !== null) hidden.push(shared);
      wanted.push(...(range[2] === '...' ? [left, right] : [right]));
    } else if (one.startsWith('^')) hidden.push(commitOf(repository, one.slice(1)));
    else wanted.push(commitOf(repository, one));
  }
  return ancestry(repository, wanted, new Set(ancestry(repository, hidden)));
}
/** So many digits that nothing else begins with them, seven at least. */
export function abbreviate(repository: Repository, id: string, digits = 7): string {
  for (let length = digits; length < 40; length += 1) {
    const short = id.slice(0, length);
    if (repository.idsLike(short).length <= 1) return short;
  }
  return id;
}
