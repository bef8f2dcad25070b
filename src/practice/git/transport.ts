/** The other side of a fetch or push: a repository on this host, or one at a server that is reached by ssh or https. */
import { logInBySsh } from '../commands/ssh-client.js';
import { fetchFrom, NoAnswer } from '../web/fetch.js';
import { joinPath } from '../vfs/volume.js';
import type { Call } from './call.js';
import { fatal, GitError } from './git-error.js';
import { decodeCommit, decodeTag, decodeTree, NO_ID } from './objects.js';
import { Repository } from './repository.js';
import { isAncestor } from './revisions.js';

export interface Update {
  readonly ref: string;
  /** Forty zeros for one that is not there. */
  readonly before: string;
  /** Forty zeros for one that goes away. */
  readonly after: string;
}
export interface Verdict {
  /** Null when it was done; otherwise the words between the brackets behind the reference. */
  readonly declined: string | null;
  /** Lines that the server says, shown with `remote: ` before each. */
  readonly said: readonly string[];
}
/** A repository at a server, as one account may use it. */
export interface Served {
  readonly repository: Repository;
  /** @param options what the client gave with `-o` */
  receive(updates: readonly Update[], options: readonly string[]): readonly Verdict[];
}
/** A server for repositories. It is found by the name of its host. */
export interface GitServer {
  /** Words of the server instead of a repository when there is none, or not for this account. */
  open(account: string, path: string): Served | string;
  /** The account that a name and password over https mean; null when they are wrong. */
  accountOf(user: string, password: string): string | null;
}

const ACCESS =
  'Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.';

/** As git shows an address: without who logs in. */
export const shownUrl = (url: string): string =>
  url.replace(/^(\w+:\/\/)[^@/]*@/, '$1').replace(/^[^@/:]+@(?=[^/]*:)/, '');

/** Copies what is missing of a commit's history, of a tag, or of a tree. */
export function copyObjects(from: Repository, to: Repository, start: string): void {
  const queue = [start];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    if (to.has(id)) continue;
    const found = from.find(id);
    if (found === null) continue;
    to.write(found.kind, found.body);
    if (found.kind === 'commit') {
      const commit = decodeCommit(found.body);
      queue.push(commit.tree, ...commit.parents);
    } else if (found.kind === 'tag') queue.push(decodeTag(found.body).object);
    else if (found.kind === 'tree') queue.push(...decodeTree(found.body).map((entry) => entry.id));
  }
}

function local(other: Repository): Served {
  const settings = other.localSettings;
  const says = (key: string) =>
    /^(true|yes|on|1)$/i.test(settings.findLast((one) => one.key === key)?.value ?? '');
  return {
    repository: other,
    receive: (updates) =>
      updates.map(({ ref, before, after }) => {
        const { head } = other;
        if (other.workTree !== null && head.kind === 'branch' && head.ref === ref)
          return {
            declined: 'branch is currently checked out',
            said: [`error: refusing to update checked out branch: ${ref}`],
          };
        const lost = before !== NO_ID && (after === NO_ID || !isAncestor(other, before, after));
        if (lost && says('receive.denynonfastforwards'))
          return {
            declined: 'non-fast-forward',
            said: [`error: denying non-fast-forward ${ref} (you should pull first)`],
          };
        if (after === NO_ID) other.deleteRef(ref);
        else other.setRef(ref, after);
        return { declined: null, said: [] };
      }),
  };
}
/** A repository at a path, bare or with a work tree. */
function at(call: Call, path: string): Repository | null {
  for (const dir of [`${path}/.git`, path, `${path}.git/.git`, `${path}.git`])
    if (Repository.at(call.view, dir))
      return new Repository(call.view, dir, dir.endsWith('/.git') ? dir.slice(0, -5) : null);
  return null;
}

async function overSsh(call: Call, destination: string, path: string, port: string | null): Promise<Served> {
  const words = (call.env('GIT_SSH_COMMAND') ?? call.config().value('core.sshcommand') ?? 'ssh')
    .trim()
    .split(/\s+/)
    .map((word) => word.replaceAll(/^(["'])(.*)\1$/g, '$2'));
  if (!/(^|\/)ssh$/.test(words[0] ?? ''))
    throw fatal(`cannot run ${words[0] ?? ''}: No such file or directory`);
  const login = await logInBySsh(call.host, call.process, [
    ...words.slice(1),
    ...(port === null ? [] : ['-p', port]),
    destination,
  ]);
  if (login.account === null) throw fatal(ACCESS);
  const served = call.host.world.gitlab.open(login.account, path);
  if (typeof served !== 'string') return served;
  const rule = '='.repeat(72);
  await call.err(
    ['', rule, '', `ERROR: ${served}`, '', rule, ''].map((line) => `remote: ${line}\n`).join(''),
  );
  throw fatal(ACCESS);
}
async function overHttps(call: Call, text: string): Promise<Served> {
  const url = new URL(text);
  const shown = shownUrl(text);
  const question = {
    method: 'GET',
    url: new URL(`${url.origin}${url.pathname.replace(/\/$/, '')}/info/refs?service=git-upload-pack`),
    headers: new Map([['user-agent', 'git/2.43.0']]),
    body: Buffer.alloc(0),
    resolve: new Map<string, string>(),
    insecure: false,
    authorities: [],
    connectTimeoutMs: 130_000,
    timeoutMs: 130_000,
  };
  try {
    await fetchFrom(call.host, call.process, question);
  } catch (error) {
    if (error instanceof NoAnswer) throw fatal(`unable to access '${shown}/': ${error.message}`);
    throw error;
  }
  if (url.hostname !== 'gitlab.com') throw fatal(`repository '${shown}/' not found`);
  if (url.username === '') {
    if (call.env('GIT_TERMINAL_PROMPT') === '0')
      throw fatal(`could not read Username for '${url.origin}': terminal prompts disabled`);
    throw fatal(`could not read Username for '${url.origin}': No such device or address`);
  }
  const server = call.host.world.gitlab;
  const account = server.accountOf(decodeURIComponent(url.username), decodeURIComponent(url.password));
  if (account === null) {
    await call.err(
      'remote: HTTP Basic: Access denied. If a password was provided for Git authentication, the password was incorrect or you are required to use a token instead of a password.\n',
    );
    throw fatal(`Authentication failed for '${shown}/'`);
  }
  const served = server.open(account, url.pathname.slice(1));
  if (typeof served !== 'string') return served;
  await call.err(`remote: ${served}\n`);
  throw fatal(`repository '${shown}/' not found`);
}

/** @param name a remote's name, a path or an address @throws GitError when it cannot be reached */
export async function openRemote(
  call: Call,
  name: string,
  repository: Repository | null,
): Promise<{ readonly url: string; readonly served: Served }> {
  const url = (repository === null ? undefined : call.config(repository).value(`remote.${name}.url`)) ?? name;
  const missing = (words: string) => fatal(`${words}\nfatal: ${ACCESS}`);
  const ssh = /^ssh:\/\/([^/]+?)(?::(\d+))?\/(.+)$/.exec(url);
  if (ssh !== null) return { url, served: await overSsh(call, ssh[1] ?? '', ssh[3] ?? '', ssh[2] ?? null) };
  if (/^https?:\/\//.test(url)) return { url, served: await overHttps(call, url) };
  if (url.startsWith('git://')) throw missing(`unable to connect to ${url}`);
  const scp = /^([^/:]+):(?!\/\/)(.*)$/.exec(url);
  if (scp !== null) return { url, served: await overSsh(call, scp[1] ?? '', scp[2] ?? '', null) };
  const path = joinPath(repository?.workTree ?? call.process.cwd, url.replace(/^file:\/\//, ''));
  const found = at(call, path);
  if (found === null) throw missing(`'${url}' does not appear to be a git repository`);
  return { url, served: local(found) };
}
/** @throws GitError when a remote of that name is wanted and there is none */
export function remoteNames(call: Call, repository: Repository): readonly string[] {
  const names = call.config(repository).all.flatMap(({ key }) => /^remote\.(.+)\.url$/.exec(key)?.[1] ?? []);
  return [...new Set(names)].toSorted();
}
export const noSuchRemote = (name: string): GitError => new GitError(`error: No such remote '${name}'`, 2);
