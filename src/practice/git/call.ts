/** One run of git: where it stands, which settings count, whose name goes into commits. */
import { account, userName } from '../commands/owners.js';
import { OptionError, readOptions, type OptionSpec, type Options } from '../commands/options.js';
import type { Host } from '../host.js';
import type { Process } from '../kernel/process.js';
import type { View } from '../vfs/view.js';
import { dirName, joinPath } from '../vfs/volume.js';
import { Config, readConfigFile, type Setting } from './config.js';
import { fatal, GitError } from './git-error.js';
import type { Signature } from './objects.js';
import { Repository } from './repository.js';
import { Ignore, workTreeOf } from './worktree.js';

export type Command = (call: Call, args: readonly string[]) => Promise<number> | number;

/** An option that real git may know and the practice lab does not. */
export class Refused extends Error {
  override readonly name = 'Refused';
}
export interface Given {
  readonly gitDir: string | undefined;
  readonly workTree: string | undefined;
  /** Settings of `-c`. */
  readonly settings: readonly Setting[];
}
const GLOBAL_HINT = `
*** Please tell me who you are.

Run

  git config --global user.email "you@example.com"
  git config --global user.name "Your Name"

to set your account's default identity.
Omit --global to set the identity only in this repository.
`;

export class Call {
  readonly host: Host;
  readonly process: Process;
  readonly given: Given;
  #repository: Repository | null = null;

  constructor(host: Host, process: Process, given: Given) {
    this.host = host;
    this.process = process;
    this.given = given;
  }
  get view(): View {
    return this.process.view;
  }
  out(text: string | Buffer): Promise<void> {
    return this.process.out(text);
  }
  err(text: string): Promise<void> {
    return this.process.err(text);
  }
  env(name: string): string | undefined {
    return this.process.env.get(name);
  }
  /** Reads a command's options. @throws Refused for one that is not simulated */
  options(args: readonly string[], spec: OptionSpec): Options {
    try {
      return readOptions(args, spec);
    } catch (error) {
      if (error instanceof OptionError) throw new Refused(`option ${error.option}`);
      throw error;
    }
  }

  // ------------------------------------------------------------ where

  /** The repository around the working directory; null when there is none. @throws GitError when it is not to be trusted */
  find(): Repository | null {
    if (this.#repository !== null) return this.#repository;
    const { view, process } = this;
    const given = this.given.gitDir ?? this.env('GIT_DIR');
    if (given !== undefined) {
      const gitDir = joinPath(process.cwd, given);
      if (!Repository.at(view, gitDir)) throw fatal(`not a git repository: '${given}'`);
      const tree = this.given.workTree ?? this.env('GIT_WORK_TREE');
      const bare = new Config(readConfigFile(view, `${gitDir}/config`)).truth('core.bare') === true;
      const workTree = tree !== undefined ? joinPath(process.cwd, tree) : bare ? null : process.cwd;
      return this.#trusted(new Repository(view, gitDir, workTree));
    }
    for (let dir = process.cwd; ; dir = dirName(dir)) {
      const beside = joinPath(dir, '.git');
      const found = Repository.at(view, beside)
        ? new Repository(view, beside, dir)
        : Repository.at(view, dir)
          ? new Repository(view, dir, null)
          : null;
      if (found !== null) return this.#trusted(found);
      if (dir === '/') return null;
    }
  }
  /** Git does not work in a repository of somebody else, because its settings name programs to run. */
  #trusted(repository: Repository): Repository {
    const { uid } = this.process.credentials;
    const places = [repository.gitDir, ...(repository.workTree === null ? [] : [repository.workTree])];
    const sudo = Number(this.env('SUDO_UID') ?? Number.NaN);
    const own = (path: string) => {
      const owner = this.view.peek(path)?.uid;
      return owner === uid || (uid === 0 && owner === sudo);
    };
    const place = repository.workTree ?? repository.gitDir;
    if (!places.every(own)) {
      const safe = new Config([...this.#shared(), ...this.given.settings]).values('safe.directory');
      if (!safe.some((one) => one === '*' || one === place))
        throw fatal(
          `detected dubious ownership in repository at '${place}'\nTo add an exception for this directory, call:\n\n\tgit config --global --add safe.directory ${place}`,
        );
    }
    this.#repository = repository;
    return repository;
  }
  /** @throws GitError when there is none here */
  repository(): Repository {
    const found = this.find();
    if (found === null) throw fatal('not a git repository (or any of the parent directories): .git');
    return found;
  }
  /** The working directory below the top of the work tree: `''` or with a slash at the end. */
  prefix(repository: Repository): string {
    const top = workTreeOf(repository);
    const { cwd } = this.process;
    return cwd === top ? '' : cwd.startsWith(`${top}/`) ? `${cwd.slice(top.length + 1)}/` : '';
  }
  /** A path as given, below the top of the work tree. @throws GitError when it lies outside */
  inside(repository: Repository, path: string): string {
    const top = workTreeOf(repository);
    const full = joinPath(this.process.cwd, path);
    if (full === top) return '';
    if (!full.startsWith(top === '/' ? '/' : `${top}/`))
      throw fatal(`${path}: '${path}' is outside repository at '${top}'`);
    return full.slice(top.length + 1);
  }

  // ------------------------------------------------------------ settings

  get home(): string {
    return (
      this.env('HOME') ??
      account(this.host.volume, userName(this.host.volume, this.process.credentials.uid))?.home ??
      '/'
    );
  }
  get globalPath(): string {
    return this.env('GIT_CONFIG_GLOBAL') ?? `${this.home}/.gitconfig`;
  }
  #shared(): readonly Setting[] {
    const system = /^(1|true|yes)$/i.test(this.env('GIT_CONFIG_NOSYSTEM') ?? '')
      ? []
      : readConfigFile(this.view, '/etc/gitconfig');
    const xdg = `${this.env('XDG_CONFIG_HOME') ?? `${this.home}/.config`}/git/config`;
    const global = this.env('GIT_CONFIG_GLOBAL') === undefined ? readConfigFile(this.view, xdg) : [];
    return [...system, ...global, ...readConfigFile(this.view, this.globalPath)];
  }
  #environment(): readonly Setting[] {
    const count = Number(this.env('GIT_CONFIG_COUNT') ?? 0);
    return Array.from({ length: Number.isInteger(count) ? count : 0 }, (_, index) => ({
      key: (this.env(`GIT_CONFIG_KEY_${index}`) ?? '').toLowerCase(),
      value: this.env(`GIT_CONFIG_VALUE_${index}`) ?? '',
    }));
  }
  config(repository: Repository | null = this.#repository): Config {
    return new Config([
      ...this.#shared(),
      ...(repository === null ? [] : repository.localSettings),
      ...this.#environment(),
      ...this.given.settings,
    ]);
  }
  ignore(repository: Repository): Ignore {
    const given = this.config(repository).value('core.excludesfile');
    const path =
      given === undefined ? `${this.home}/.config/git/ignore` : given.replace(/^~(?=\/)/, this.home);
    const full = joinPath(this.process.cwd, path);
    return new Ignore(
      repository,
      this.view.access(full, 4) ? { path, text: this.view.readText(full) } : null,
    );
  }

  // ------------------------------------------------------------ who and when

  get seconds(): number {
    return Math.floor(this.host.machine.now() / 1000);
  }
  #when(text: string | undefined): { readonly seconds: number; readonly zone: string } {
    if (text === undefined || text === '') return { seconds: this.seconds, zone: '+0000' };
    const raw = /^@?(\d{5,})(?:\s+([+-]\d{4}))?$/.exec(text);
    if (raw !== null) return { seconds: Number(raw[1]), zone: raw[2] ?? '+0000' };
    const ms = Date.parse(text);
    if (Number.isNaN(ms)) throw fatal(`invalid date format: ${text}`);
    const zone = /([+-]\d{2}):?(\d{2})$/.exec(text);
    return {
      seconds: Math.floor(ms / 1000),
      zone: zone === null ? '+0000' : `${zone[1] ?? ''}${zone[2] ?? ''}`,
    };
  }
  /** Name, address and time for a new commit. @throws GitError with git's long request when nobody said who it is */
  signature(role: 'AUTHOR' | 'COMMITTER'): Signature {
    const config = this.config();
    const word = role === 'AUTHOR' ? 'Author' : 'Committer';
    const part = (what: 'name' | 'email') =>
      this.env(`GIT_${role}_${what.toUpperCase()}`) ??
      config.value(`${role.toLowerCase()}.${what}`) ??
      config.value(`user.${what}`);
    const user = userName(this.host.volume, this.process.credentials.uid);
    const email = part('email') ?? this.env('EMAIL');
    if (email === undefined)
      throw new GitError(
        `${word} identity unknown\n${GLOBAL_HINT}\nfatal: unable to auto-detect email address (got '${user}@${this.host.machine.hostname}.(none)')`,
      );
    const name = part('name') ?? (account(this.host.volume, user)?.comment ?? '').split(',')[0] ?? '';
    if (name === '')
      throw new GitError(
        `${word} identity unknown\n${GLOBAL_HINT}\nfatal: empty ident name (for <${email}>) not allowed`,
      );
    return { name, email, ...this.#when(this.env(`GIT_${role}_DATE`)) };
  }
  /** For the log of references: never a reason to stop. */
  get logSignature(): string {
    try {
      const { name, email, seconds, zone } = this.signature('COMMITTER');
      return `${name} <${email}> ${seconds} ${zone}`;
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
      const user = userName(this.host.volume, this.process.credentials.uid);
      return `${user} <${user}@${this.host.machine.hostname}.(none)> ${this.seconds} +0000`;
    }
  }
}
