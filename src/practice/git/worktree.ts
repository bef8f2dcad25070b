/** The files beside .git: which there are, what git would keep of them, and putting a commit's files there. */
import { SystemError } from '../vfs/inode.js';
import { dirName } from '../vfs/volume.js';
import { fatal } from './git-error.js';
import { decisive, readRules, type Rule } from './ignore.js';
import { hashOf, type EntryMode } from './objects.js';
import { type FileEntry, type Repository } from './repository.js';
import { makeParents } from '../vfs/parents.js';

export interface Scan {
  /** Files that are not ignored, by path below the top. */
  readonly files: readonly string[];
  /** Files and directories that are, the latter with a slash at the end. */
  readonly ignored: readonly string[];
}
export function workTreeOf(repository: Repository): string {
  if (repository.workTree === null) throw fatal('this operation must be run in a work tree');
  return repository.workTree;
}
const textAt = (repository: Repository, path: string): string =>
  repository.view.access(path, 4) && repository.view.peek(path)?.kind === 'file'
    ? repository.view.readText(path)
    : '';

/** Rules that hold in a directory: those of the files above it too, the nearest last. */
export class Ignore {
  readonly #repository: Repository;
  readonly #top: string;
  readonly #shared: readonly Rule[];
  readonly #known = new Map<string, readonly Rule[]>();
  /** @param global text of the user's own file of patterns, and its path */
  constructor(repository: Repository, global: { readonly path: string; readonly text: string } | null) {
    this.#repository = repository;
    this.#top = workTreeOf(repository);
    this.#shared = [
      ...(global === null ? [] : readRules(global.text, global.path, '')),
      ...readRules(textAt(repository, `${repository.gitDir}/info/exclude`), '.git/info/exclude', ''),
    ];
  }
  /** @param dir `''` or with a slash at the end */
  rules(dir: string): readonly Rule[] {
    const known = this.#known.get(dir);
    if (known !== undefined) return known;
    const above = dir === '' ? this.#shared : this.rules(dir.slice(0, dir.slice(0, -1).lastIndexOf('/') + 1));
    const own = readRules(textAt(this.#repository, `${this.#top}/${dir}.gitignore`), `${dir}.gitignore`, dir);
    const all = own.length === 0 ? above : [...above, ...own];
    this.#known.set(dir, all);
    return all;
  }
  /** The rule that ignores a path, its own or one for a directory above it. */
  decides(path: string, isDirectory: boolean): Rule | undefined {
    const parts = path.split('/');
    for (let count = 1; count <= parts.length; count += 1) {
      const part = parts.slice(0, count).join('/');
      const dir = part.slice(0, part.lastIndexOf('/') + 1);
      const rule = decisive(this.rules(dir), part, count < parts.length || isDirectory);
      if (rule !== undefined && (!rule.negated || count === parts.length)) return rule;
    }
    return undefined;
  }
  ignores(path: string, isDirectory: boolean): boolean {
    return this.decides(path, isDirectory)?.negated === false;
  }
}

/** Walks the files. A directory that is a repository of its own is left out. */
export function scan(repository: Repository, ignore: Ignore, below = ''): Scan {
  const top = workTreeOf(repository);
  const files: string[] = [];
  const ignored: string[] = [];
  const walk = (dir: string): void => {
    let names: readonly string[];
    try {
      names = repository.view.list(`${top}/${dir}`);
    } catch (error) {
      if (error instanceof SystemError) return;
      throw error;
    }
    for (const name of names) {
      if (name === '.git') continue;
      const path = `${dir}${name}`;
      const inode = repository.view.peek(`${top}/${path}`, false);
      if (inode === undefined) continue;
      const directory = inode.kind === 'directory';
      if (decisive(ignore.rules(dir), path, directory)?.negated === false)
        ignored.push(directory ? `${path}/` : path);
      else if (!directory) {
        if (inode.kind === 'file' || inode.kind === 'symlink') files.push(path);
      } else if (repository.view.peek(`${top}/${path}/.git`) === undefined) walk(`${path}/`);
    }
  };
  walk(below);
  return { files, ignored };
}

/** What a file is now, as it would be staged; null when it is gone. */
export function present(
  repository: Repository,
  path: string,
): (FileEntry & { readonly body: Buffer }) | null {
  const full = `${workTreeOf(repository)}/${path}`;
  const inode = repository.view.peek(full, false);
  let body: Buffer;
  let mode: EntryMode;
  if (inode?.kind === 'symlink') {
    body = Buffer.from(inode.target);
    mode = '120000';
  } else if (inode?.kind === 'file') {
    try {
      body = repository.view.readBytes(full);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      throw fatal(`open("${path}"): ${error.message}\nfatal: unable to index file '${path}'`);
    }
    mode = (inode.mode & 0o100) === 0 ? '100644' : '100755';
  } else return null;
  return { mode, id: hashOf({ kind: 'blob', body }), body };
}

/** Puts one file of the repository's into the work tree. */
export function putFile(repository: Repository, path: string, entry: FileEntry): void {
  const full = `${workTreeOf(repository)}/${path}`;
  const { view } = repository;
  const body = repository.read(entry.id, 'blob');
  makeParents(view, dirName(full));
  if (view.peek(full, false) !== undefined) view.unlink(full);
  if (entry.mode === '120000') view.symlink(body.toString('utf8'), full);
  else view.write(full, body, { mode: entry.mode === '100755' ? 0o777 : 0o666 });
}
/** Removes a file and the directories that are empty then. */
export function dropFile(repository: Repository, path: string): void {
  const top = workTreeOf(repository);
  const { view } = repository;
  const full = `${top}/${path}`;
  if (view.peek(full, false) !== undefined) view.unlink(full);
  for (let dir = dirName(full); dir !== top && dir.startsWith(`${top}/`); dir = dirName(dir)) {
    const inode = view.peek(dir);
    if (inode?.kind !== 'directory' || inode.entries.size > 0) return;
    view.removeDirectory(dir);
  }
}
