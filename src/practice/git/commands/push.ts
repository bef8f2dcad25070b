/** git push. */
import type { Call, Command } from '../call.js';
import { fatal, GitError } from '../git-error.js';
import { NO_ID } from '../objects.js';
import type { Repository } from '../repository.js';
import { abbreviate, isAncestor, resolve } from '../revisions.js';
import { copyObjects, openRemote, remoteNames, shownUrl, type Update } from '../transport.js';
import { branchName } from './status.js';

interface Wish extends Update {
  /** Left of the arrow. */
  readonly from: string;
  readonly force: boolean;
  /** What the other side must still have; null when nothing was said of it. */
  readonly lease: string | null;
}
const short = (ref: string): string => ref.replace(/^refs\/(heads|tags)\//, '');

function upstreamNeeded(branch: string, remote: string): GitError {
  return fatal(
    `The current branch ${branch} has no upstream branch.\nTo push the current branch and set the remote as upstream, use\n\n    git push --set-upstream ${remote} ${branch}\n\nTo have this happen automatically for branches without a tracking\nupstream, see 'push.autoSetupRemote' in 'git help config'.\n`,
  );
}
/** Sources and targets on the command line, or what push.default makes of none. */
function refspecs(
  call: Call,
  repository: Repository,
  remote: string,
  words: readonly string[],
  options: ReturnType<Call['options']>,
): readonly string[] {
  if (options.has('all')) return [...repository.refs('refs/heads').keys()].map((ref) => `${ref}:${ref}`);
  const tags = options.has('tags')
    ? [...repository.refs('refs/tags').keys()].map((ref) => `${ref}:${ref}`)
    : [];
  if (words.length > 0 || tags.length > 0)
    return [...words.map((word) => (options.has('d', 'delete') ? `:${word}` : word)), ...tags];
  const branch = branchName(repository);
  if (branch === null) throw fatal('You are not currently on a branch.');
  const config = call.config(repository);
  const wanted = config.value('push.default') ?? 'simple';
  if (wanted === 'current' || options.has('u', 'set-upstream')) return [branch];
  const merge = config.value(`branch.${branch}.merge`);
  if (merge === undefined) {
    if (config.truth('push.autosetupremote') === true) return [branch];
    throw upstreamNeeded(branch, remote);
  }
  return [`${branch}:${merge}`];
}
function wishes(
  repository: Repository,
  other: Repository,
  remote: string,
  specs: readonly string[],
  options: ReturnType<Call['options']>,
  url: string,
): readonly Wish[] {
  const leases = options.all('force-with-lease');
  return specs.map((text) => {
    const forced = text.startsWith('+') || options.has('f', 'force');
    const [from = '', given] = text.replace(/^\+/, '').split(':');
    const source = from === 'HEAD' && given === undefined ? (branchName(repository) ?? 'HEAD') : from;
    const known = [`refs/heads/${source}`, `refs/tags/${source}`, source].find(
      (one) => one.startsWith('refs/') && repository.ref(one) !== null,
    );
    const after = from === '' ? NO_ID : resolve(repository, from);
    if (after === null)
      throw new GitError(
        `error: src refspec ${from} does not match any\nerror: failed to push some refs to '${shownUrl(url)}'`,
        1,
      );
    const to = given ?? known ?? '';
    const existing = [to, `refs/heads/${to}`, `refs/tags/${to}`].find(
      (one) => one.startsWith('refs/') && other.ref(one) !== null,
    );
    const ref =
      existing ??
      (to.startsWith('refs/')
        ? to
        : known === undefined
          ? ''
          : `${known.startsWith('refs/tags/') ? 'refs/tags' : 'refs/heads'}/${to}`);
    if (ref === '' || to === '')
      throw new GitError(
        `error: The destination you provided is not a full refname (i.e.,\nstarting with "refs/"). We tried to guess what you meant by:\n\n- Looking for a ref that matches '${to}' on the remote side.\n- Checking if the <src> being pushed ('${from}')\n  is a ref in "refs/{heads,tags}/". If so we add a corresponding\n  refs/{heads,tags}/ prefix on the remote side.\n\nNeither worked, so we gave up. You must fully qualify the ref.\nerror: failed to push some refs to '${shownUrl(url)}'`,
        1,
      );
    let lease: string | null = null;
    for (const one of leases) {
      const [name = '', value] = one.split(':');
      if (name !== '' && name !== short(ref) && name !== ref) continue;
      lease = value ?? repository.ref(`refs/remotes/${remote}/${short(ref)}`) ?? NO_ID;
      if (value !== undefined && value !== '') lease = resolve(repository, value) ?? value;
      if (value === '') lease = NO_ID;
    }
    return {
      from: from === '' ? '' : short(known ?? from),
      force: forced || lease !== null,
      lease,
      ref,
      before: other.ref(ref) ?? NO_ID,
      after,
    };
  });
}
/** Why our own side does not even send it; null when it does. */
function objection(repository: Repository, wish: Wish): string | null {
  if (wish.lease !== null && wish.lease !== wish.before) return 'stale info';
  if (wish.before === NO_ID || wish.after === NO_ID || wish.force) return null;
  if (wish.ref.startsWith('refs/tags/')) return 'already exists';
  if (!repository.has(wish.before)) return 'fetch first';
  return isAncestor(repository, wish.before, wish.after) ? null : 'non-fast-forward';
}
const HINTS: Readonly<Record<string, readonly string[]>> = {
  'fetch first': [
    'Updates were rejected because the remote contains work that you do not',
    'have locally. This is usually caused by another repository pushing to',
    'the same ref. If you want to integrate the remote changes, use',
    "'git pull' before pushing again.",
    "See the 'Note about fast-forwards' in 'git push --help' for details.",
  ],
  'non-fast-forward': [
    'Updates were rejected because the tip of your current branch is behind',
    'its remote counterpart. If you want to integrate the remote changes,',
    "use 'git pull' before pushing again.",
    "See the 'Note about fast-forwards' in 'git push --help' for details.",
  ],
  'already exists': ['Updates were rejected because the tag already exists in the remote.'],
};

export const push: Command = async (call, args) => {
  const options = call.options(args, {
    flags: 'uqfdnv',
    values: 'o',
    long: [
      'set-upstream',
      'quiet',
      'force',
      'force-with-lease',
      'force-with-lease=',
      'tags',
      'all',
      'delete',
      'dry-run',
      'porcelain',
      'verbose',
      'no-verify',
      'push-option=',
      'atomic',
      'progress',
      'no-progress',
    ],
  });
  const repository = call.repository();
  const branch = branchName(repository);
  const [remote = call.config(repository).value(`branch.${branch ?? ''}.remote`) ?? 'origin', ...words] =
    options.operands;
  if (options.operands.length === 0 && !remoteNames(call, repository).includes(remote))
    throw fatal(
      'No configured push destination.\nEither specify the URL from the command-line or configure a remote repository using\n\n    git remote add <name> <url>\n\nand then push using the remote name\n\n    git push <name>\n',
    );
  const specs = refspecs(call, repository, remote, words, options);
  const { url, served } = await openRemote(call, remote, repository);
  const other = served.repository;
  const all = wishes(repository, other, remote, specs, options, url);
  // All of them or none: a hook of the other side may refuse one after another was taken.
  if (options.has('atomic') && all.length > 1)
    return call.process.refuse('push --atomic of several references');
  const quiet = options.has('q', 'quiet');
  const lines: string[] = [];
  const failures = new Set<string>();
  let failed = false;
  const sent: Wish[] = [];
  for (const wish of all) {
    const why = objection(repository, wish);
    if (why === null && wish.before !== wish.after) sent.push(wish);
    if (why === null) continue;
    failed = true;
    failures.add(why);
    lines.push(` ! [rejected]        ${wish.from} -> ${short(wish.ref)} (${why})\n`);
  }
  const dry = options.has('n', 'dry-run');
  if (!dry) for (const wish of sent) if (wish.after !== NO_ID) copyObjects(repository, other, wish.after);
  const verdicts = dry ? [] : served.receive(sent, [...options.all('o'), ...options.all('push-option')]);
  for (const [index, wish] of sent.entries()) {
    const verdict = verdicts[index] ?? { declined: null, said: [] };
    for (const line of verdict.said) await call.err(`remote: ${line}\n`);
    const pair = wish.from === '' ? short(wish.ref) : `${wish.from} -> ${short(wish.ref)}`;
    if (verdict.declined !== null) {
      failed = true;
      lines.push(` ! [remote rejected] ${pair} (${verdict.declined})\n`);
      continue;
    }
    const ids = [wish.before, wish.after].map((id) => abbreviate(repository, id));
    if (wish.after === NO_ID) lines.push(` - [deleted]         ${pair}\n`);
    else if (wish.before === NO_ID)
      lines.push(
        ` * [new ${wish.ref.startsWith('refs/tags/') ? 'tag]        ' : wish.ref.startsWith('refs/heads/') ? 'branch]     ' : 'reference]  '} ${pair}\n`,
      );
    else if (repository.has(wish.before) && isAncestor(repository, wish.before, wish.after))
      lines.push(`   ${ids.join('..')}  ${pair}\n`);
    else lines.push(` + ${ids.join('...')} ${pair} (forced update)\n`);
    if (dry || !wish.ref.startsWith('refs/heads/') || !remoteNames(call, repository).includes(remote))
      continue;
    const remembered = `refs/remotes/${remote}/${short(wish.ref)}`;
    if (wish.after === NO_ID) repository.deleteRef(remembered);
    else repository.setRef(remembered, wish.after);
  }
  if (lines.length > 0 && (!quiet || failed)) await call.err(`To ${shownUrl(url)}\n${lines.join('')}`);
  else if (!quiet) await call.err('Everything up-to-date\n');
  if (options.has('u', 'set-upstream') && !failed && !dry)
    for (const wish of all) {
      if (!wish.ref.startsWith('refs/heads/') || repository.ref(`refs/heads/${wish.from}`) === null) continue;
      repository.setRef(`refs/remotes/${remote}/${short(wish.ref)}`, wish.after);
      repository.configure(`branch.${wish.from}.remote`, remote);
      repository.configure(`branch.${wish.from}.merge`, wish.ref);
      if (!quiet) await call.out(`branch '${wish.from}' set up to track '${remote}/${short(wish.ref)}'.\n`);
    }
  if (!failed) return 0;
  const hints = [...failures].flatMap((why) => HINTS[why] ?? []);
  throw new GitError(
    [`error: failed to push some refs to '${shownUrl(url)}'`, ...hints.map((line) => `hint: ${line}`)].join(
      '\n',
    ),
    1,
  );
};
