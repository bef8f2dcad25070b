/** One repository on a disk: its objects (deflated, one file each, as git writes them), references, HEAD and settings. */
import { deflateSync, inflateSync } from 'node:zlib';
import { SystemError } from '../vfs/inode.js';
import type { View } from '../vfs/view.js';
import { makeParents } from '../vfs/parents.js';
import { dirName, joinPath } from '../vfs/volume.js';
import { edited, readConfigFile, without, type Setting } from './config.js';
import { fatal, GitError } from './git-error.js';
import {
  decodeCommit,
  decodeTag,
  decodeTree,
  EMPTY_TREE,
  encodeTree,
  framed,
  hashOf,
  unframed,
  type Commit,
  type EntryMode,
  type ObjectKind,
  type RawObject,
  type TreeEntry,
} from './objects.js';

export interface FileEntry {
  readonly mode: EntryMode;
  readonly id: string;
}
/** Where HEAD stands: on a branch (that may have no commit yet), or on a commit. */
export type Head =
  { readonly kind: 'branch'; readonly ref: string } | { readonly kind: 'detached'; readonly id: string };

const DESCRIPTION = "Unnamed repository; edit this file 'description' to name the repository.\n";
const EXCLUDE =
  "# git ls-files --others --exclude-from=.git/info/exclude\n# Lines that start with '#' are comments.\n";

export class Repository {
  readonly view: View;
  readonly gitDir: string;
  /** Null for a bare repository. */
  readonly workTree: string | null;
  readonly #objects = new Map<string, RawObject>();

  constructor(view: View, gitDir: string, workTree: string | null) {
    this.view = view;
    this.gitDir = gitDir;
    this.workTree = workTree;
  }

  /** Makes what `git init` makes; what is there already stays. */
  static create(view: View, gitDir: string, workTree: string | null, branch: string): Repository {
    const made = new Repository(view, gitDir, workTree);
    for (const name of [
      '',
      'branches',
      'hooks',
      'info',
      'objects/info',
      'objects/pack',
      'refs/heads',
      'refs/tags',
    ])
      makeParents(view, joinPath(gitDir, name));
    const put = (name: string, text: string) => {
      if (view.peek(`${gitDir}/${name}`) === undefined) view.write(`${gitDir}/${name}`, text);
    };
    put('HEAD', `ref: refs/heads/${branch}\n`);
    put(
      'config',
      `[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = ${workTree === null}\n${workTree === null ? '' : '\tlogallrefupdates = true\n'}`,
    );
    put('description', DESCRIPTION);
    put('info/exclude', EXCLUDE);
    return made;
  }
  /** Whether a directory is one of git's. */
  static at(view: View, gitDir: string): boolean {
    return (
      view.peek(`${gitDir}/HEAD`)?.kind === 'file' &&
      view.peek(`${gitDir}/objects`)?.kind === 'directory' &&
      view.peek(`${gitDir}/refs`)?.kind === 'directory'
    );
  }

  // ------------------------------------------------------------ settings

  get localSettings(): readonly Setting[] {
    return readConfigFile(this.view, `${this.gitDir}/config`);
  }
  configure(key: string, value: string, how: 'set' | 'add' = 'set'): void {
    this.#rewrite((text) => edited(text, key, value, how));
  }
  unset(key: string, what: 'key' | 'section' = 'key'): void {
    this.#rewrite((text) => without(text, key, what));
  }
  #rewrite(change: (text: string) => string): void {
    const path = `${this.gitDir}/config`;
    this.view.write(path, change(this.view.peek(path) === undefined ? '' : this.view.readText(path)));
  }

  // ------------------------------------------------------------ objects

  #path(id: string): string {
    return `${this.gitDir}/objects/${id.slice(0, 2)}/${id.slice(2)}`;
  }
  has(id: string): boolean {
    return this.#objects.has(id) || id === EMPTY_TREE || this.view.peek(this.#path(id)) !== undefined;
  }
  /** Null when it is not there, or not readable as an object. */
  find(id: string): RawObject | null {
    const known = this.#objects.get(id);
    if (known !== undefined) return known;
    if (this.view.peek(this.#path(id)) === undefined)
      return id === EMPTY_TREE ? { kind: 'tree', body: Buffer.alloc(0) } : null;
    let found: RawObject | null;
    try {
      found = unframed(inflateSync(this.view.readBytes(this.#path(id))));
    } catch (error) {
      if (error instanceof SystemError) throw fatal(`unable to read ${id}: ${error.message}`);
      throw fatal(`loose object ${id} (stored in ${this.#path(id)}) is corrupt`);
    }
    if (found !== null) this.#objects.set(id, found);
    return found;
  }
  /** @throws GitError when it is not there or of another kind */
  read(id: string, kind: ObjectKind): Buffer {
    const found = this.find(id);
    if (found?.kind !== kind) throw fatal(found === null ? `bad object ${id}` : `${id} is not a ${kind}`);
    return found.body;
  }
  /** Keeps an object and gives its name. */
  write(kind: ObjectKind, body: Buffer): string {
    const object = { kind, body };
    const id = hashOf(object);
    if (this.has(id)) return id;
    const path = this.#path(id);
    try {
      makeParents(this.view, dirName(path));
      this.view.write(path, deflateSync(framed(object)), { mode: 0o444 });
    } catch (error) {
      if (error instanceof SystemError && (error.code === 'EACCES' || error.code === 'EPERM'))
        throw new GitError(
          `error: insufficient permission for adding an object to repository database ${this.gitDir}/objects\nfatal: failed to write object`,
        );
      throw error;
    }
    this.#objects.set(id, object);
    return id;
  }
  /** Names of objects that begin so. */
  idsLike(start: string): readonly string[] {
    if (start.length < 4) return [];
    const dir = `${this.gitDir}/objects/${start.slice(0, 2)}`;
    if (this.view.peek(dir) === undefined) return [];
    return this.view
      .list(dir)
      .map((rest) => start.slice(0, 2) + rest)
      .filter((id) => id.startsWith(start));
  }
  get objectCount(): number {
    const dir = `${this.gitDir}/objects`;
    return this.view
      .list(dir)
      .filter((name) => /^[0-9a-f]{2}$/.test(name))
      .reduce((sum, name) => sum + this.view.list(`${dir}/${name}`).length, 0);
  }
  commit(id: string): Commit {
    return decodeCommit(this.read(id, 'commit'));
  }
  tree(id: string): readonly TreeEntry[] {
    return decodeTree(this.read(id, 'tree'));
  }
  /** The commit that a name's object leads to, through tags; null when it leads elsewhere. */
  peel(id: string, kind: ObjectKind = 'commit'): string | null {
    const found = this.find(id);
    if (found === null) return null;
    if (found.kind === kind) return id;
    if (found.kind === 'tag') return this.peel(decodeTag(found.body).object, kind);
    if (found.kind === 'commit' && kind === 'tree') return decodeCommit(found.body).tree;
    return null;
  }
  /** All files below a tree by path. */
  files(tree: string, base = '', into = new Map<string, FileEntry>()): Map<string, FileEntry> {
    for (const entry of this.tree(tree)) {
      if (entry.mode === '40000') this.files(entry.id, `${base}${entry.name}/`, into);
      else into.set(base + entry.name, { mode: entry.mode, id: entry.id });
    }
    return into;
  }
  /** Writes the trees for files by path, gives the name of the top one. */
  writeTree(files: ReadonlyMap<string, FileEntry>): string {
    const here: TreeEntry[] = [];
    const below = new Map<string, Map<string, FileEntry>>();
    for (const [path, entry] of files) {
      const slash = path.indexOf('/');
      if (slash < 0) here.push({ mode: entry.mode, name: path, id: entry.id });
      else {
        const dir = path.slice(0, slash);
        const some = below.get(dir) ?? new Map<string, FileEntry>();
        some.set(path.slice(slash + 1), entry);
        below.set(dir, some);
      }
    }
    for (const [name, some] of below) here.push({ mode: '40000', name, id: this.writeTree(some) });
    return this.write('tree', encodeTree(here));
  }

  // ------------------------------------------------------------ references

  #readRef(name: string): string | null {
    const inode = this.view.peek(`${this.gitDir}/${name}`);
    return inode?.kind === 'file' ? this.view.readText(`${this.gitDir}/${name}`).trim() : null;
  }
  get #packed(): ReadonlyMap<string, string> {
    const rows = (this.#readRef('packed-refs') ?? '').split('\n').flatMap((line) => {
      const match = /^([0-9a-f]{40}) (refs\/\S+)$/.exec(line);
      return match === null ? [] : ([[match[2] ?? '', match[1] ?? '']] as const);
    });
    return new Map(rows);
  }
  /** What a reference names; null when there is none. */
  ref(name: string): string | null {
    const text = this.#readRef(name);
    if (text === null) return this.#packed.get(name) ?? null;
    const symbolic = /^ref: (\S+)$/.exec(text)?.[1];
    return symbolic === undefined ? text : this.ref(symbolic);
  }
  /** References below a directory, `refs/heads` for instance, by full name. */
  refs(below = 'refs'): ReadonlyMap<string, string> {
    const found = new Map([...this.#packed].filter(([name]) => name.startsWith(`${below}/`)));
    const walk = (name: string): void => {
      const inode = this.view.peek(`${this.gitDir}/${name}`);
      if (inode?.kind === 'directory')
        for (const child of this.view.list(`${this.gitDir}/${name}`)) walk(`${name}/${child}`);
      else if (inode?.kind === 'file') {
        const id = this.ref(name);
        if (id !== null) found.set(name, id);
      }
    };
    walk(below);
    return new Map([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }
  setRef(name: string, id: string): void {
    const path = `${this.gitDir}/${name}`;
    try {
      makeParents(this.view, dirName(path));
      this.view.write(path, `${id}\n`);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      throw fatal(`cannot lock ref '${name}': Unable to create '${path}.lock': ${error.message}`);
    }
  }
  deleteRef(name: string): void {
    const path = `${this.gitDir}/${name}`;
    if (this.view.peek(path) !== undefined) this.view.unlink(path);
    const packed = this.#packed;
    if (!packed.has(name)) return;
    const left = [...packed].filter(([one]) => one !== name).map(([one, id]) => `${id} ${one}\n`);
    this.view.write(`${this.gitDir}/packed-refs`, left.join(''));
  }
  /** Moves all references into one file, as gc does. */
  packRefs(): void {
    const all = [...this.refs()].filter(([name]) => this.#readRef(name)?.startsWith('ref: ') !== true);
    this.view.write(
      `${this.gitDir}/packed-refs`,
      `# pack-refs with: peeled fully-peeled sorted \n${all.map(([name, id]) => `${id} ${name}\n`).join('')}`,
    );
    for (const [name] of all) {
      const path = `${this.gitDir}/${name}`;
      if (this.view.peek(path) !== undefined) this.view.unlink(path);
    }
  }
  get head(): Head {
    const text = this.#readRef('HEAD') ?? '';
    const ref = /^ref: (\S+)$/.exec(text)?.[1];
    return ref === undefined ? { kind: 'detached', id: text } : { kind: 'branch', ref };
  }
  set head(head: Head) {
    this.view.write(`${this.gitDir}/HEAD`, head.kind === 'branch' ? `ref: ${head.ref}\n` : `${head.id}\n`);
  }
  /** The commit that HEAD leads to; null before the first one. */
  get headCommit(): string | null {
    return this.ref('HEAD');
  }
  /** A line in the log of HEAD and its branch. */
  moveHead(id: string, who: string, why: string): void {
    const { head } = this;
    const before = this.headCommit ?? '0'.repeat(40);
    if (head.kind === 'branch') this.setRef(head.ref, id);
    else this.head = { kind: 'detached', id };
    for (const name of head.kind === 'branch' ? ['HEAD', head.ref] : ['HEAD']) {
      if (this.workTree === null) continue;
      const path = `${this.gitDir}/logs/${name}`;
      makeParents(this.view, dirName(path));
      this.view.write(path, `${before} ${id} ${who}\t${why}\n`, { append: true });
    }
  }
}
