/** One host's whole file tree, its free space, and the path walk. Permissions are the business of `View`. */
import {
  InodeFactory,
  SystemError,
  type Caller,
  type DirectoryInode,
  type FileInode,
  type Inode,
  type Ownership,
} from './inode.js';

export const ROOT: Caller = { uid: 0, gid: 0, groups: [0], pid: 1 };
const MAX_LINKS = 40;
/** Bytes that a file's buffer grows by at most beyond what is needed. */
const GROWTH = 32 << 20;

/** Joins and normalises without touching the file tree: `.` and `..` and double slashes go. */
export function joinPath(base: string, path: string): string {
  const whole = path.startsWith('/') ? path : `${base}/${path}`;
  const parts: string[] = [];
  for (const part of whole.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return `/${parts.join('/')}`;
}
export function dirName(path: string): string {
  const cut = path.lastIndexOf('/');
  return cut <= 0 ? '/' : path.slice(0, cut);
}
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export interface Found {
  /** Canonical path with every link in its directories followed. */
  readonly path: string;
  readonly inode: Inode | undefined;
  readonly parent: DirectoryInode | undefined;
  readonly name: string;
}

export class Volume {
  readonly make: InodeFactory;
  readonly root: DirectoryInode;
  readonly now: () => number;
  #used = 0;
  #hollow = 0;
  /** Bytes that regular files may still take on the disk; asked at every growth. */
  free: () => number = () => Number.POSITIVE_INFINITY;
  /** Bytes of content that may still be held; asked at every growth that is more than zeros. */
  memory: () => number = () => Number.POSITIVE_INFINITY;

  /** @param now the host's clock, milliseconds since the epoch */
  constructor(now: () => number) {
    this.now = now;
    this.make = new InodeFactory(now);
    this.root = this.make.directory();
  }

  /** Bytes that files on the disk (not on a tmpfs) take. */
  get usedBytes(): number {
    return this.#used;
  }
  /** How many of them are really held here: all but the zeros at the end of hollow files. */
  get heldBytes(): number {
    return this.#used - this.#hollow;
  }

  /**
   * Walks a path. `search` is called for each directory passed, and may throw (permission to search it).
   * @throws SystemError ENOENT or ENOTDIR for a missing or wrong directory on the way, ELOOP
   */
  walk(
    path: string,
    options: {
      readonly follow: boolean;
      readonly caller: Caller;
      readonly search?: (dir: Inode, path: string) => void;
    },
  ): Found {
    let pending = path.split('/').filter((part) => part !== '' && part !== '.');
    const trail: Inode[] = [this.root];
    const names: string[] = [];
    let links = 0;
    const here = () => `/${names.join('/')}`;
    while (pending.length > 0) {
      const [name = '', ...rest] = pending;
      pending = rest;
      if (name === '..') {
        if (names.pop() !== undefined) trail.pop();
        continue;
      }
      const dir = trail.at(-1) ?? this.root;
      if (dir.kind !== 'directory' && dir.kind !== 'live-directory') throw new SystemError('ENOTDIR', path);
      options.search?.(dir, here());
      const child = dir.kind === 'directory' ? dir.entries.get(name) : dir.lookup(name, options.caller);
      const last = pending.length === 0;
      if (child?.kind === 'symlink' && (!last || options.follow)) {
        links += 1;
        if (links > MAX_LINKS) throw new SystemError('ELOOP', path);
        pending = [...child.target.split('/').filter((part) => part !== '' && part !== '.'), ...pending];
        if (child.target.startsWith('/')) {
          names.length = 0;
          trail.length = 1;
        }
        continue;
      }
      if (last) {
        const parent = dir.kind === 'directory' ? dir : undefined;
        return { path: joinPath(here(), name), inode: child, parent, name };
      }
      if (child === undefined) throw new SystemError('ENOENT', path);
      names.push(name);
      trail.push(child);
    }
    const inode = trail.at(-1) ?? this.root;
    const parent = trail.at(-2);
    const name = names.at(-1) ?? '';
    return { path: here(), inode, parent: parent?.kind === 'directory' ? parent : undefined, name };
  }

  /** Follows every link. Undefined when there is nothing there. */
  find(path: string): Inode | undefined {
    try {
      return this.walk(path, { follow: true, caller: ROOT }).inode;
    } catch (error) {
      if (error instanceof SystemError) return undefined;
      throw error;
    }
  }

  /** Hangs an inode into the tree, making parent directories as needed: how a host's disk is prepared. */
  place(path: string, inode: Inode): void {
    const dir = this.ensureDirectory(dirName(path));
    const name = baseName(path);
    const old = dir.entries.get(name);
    if (old !== undefined) this.forget(old);
    dir.entries.set(name, inode);
    if (inode.kind === 'file' && !inode.volatile) {
      this.#used += inode.size;
      this.#hollow += inode.hollow;
    }
  }

  /** Makes a directory and its parents; those that are there stay as they are. */
  ensureDirectory(path: string, owner: Ownership = {}): DirectoryInode {
    let dir = this.root;
    let walked = '';
    for (const name of path.split('/').filter((part) => part !== '')) {
      walked += `/${name}`;
      let next = dir.entries.get(name);
      if (next?.kind === 'symlink') next = this.find(walked);
      if (next === undefined) {
        next = this.make.directory(walked === path ? owner : {}, dir.volatile);
        dir.entries.set(name, next);
      }
      if (next.kind !== 'directory') throw new SystemError('ENOTDIR', walked);
      dir = next;
    }
    return dir;
  }

  /** Writes a text file as the installer of the system would. */
  put(path: string, text: string, owner: Ownership = {}): FileInode {
    const dir = this.ensureDirectory(dirName(path));
    const file = this.make.file(owner, text, dir.volatile);
    this.place(path, file);
    return file;
  }

  /** Text of a regular or live file, or null when there is none: how the model reads its configuration. */
  text(path: string): string | null {
    const inode = this.find(path);
    if (inode?.kind === 'file') return inode.bytes.toString('utf8', 0, inode.size - inode.hollow);
    if (inode?.kind === 'live') return inode.text(ROOT);
    return null;
  }

  /** Removes whatever is at this path (the model's own doing, no permission asked). */
  drop(path: string): void {
    let found: Found;
    try {
      found = this.walk(path, { follow: false, caller: ROOT });
    } catch (error) {
      if (error instanceof SystemError) return;
      throw error;
    }
    if (found.inode === undefined || found.parent === undefined) return;
    found.parent.entries.delete(found.name);
    this.forget(found.inode);
  }

  /** Empties a directory, as a reboot does with a tmpfs. */
  clear(path: string): void {
    const dir = this.find(path);
    if (dir?.kind !== 'directory') return;
    for (const inode of dir.entries.values()) this.forget(inode);
    dir.entries.clear();
  }

  /** A name of this inode went away. */
  forget(inode: Inode): void {
    inode.nlink -= 1;
    if (inode.kind === 'directory') {
      for (const child of inode.entries.values()) this.forget(child);
    } else if (inode.kind === 'file' && !inode.volatile && inode.nlink <= 0) {
      this.#used -= inode.size;
      this.#hollow -= inode.hollow;
    }
  }

  /**
   * Writes bytes at an offset, growing the file.
   * @throws SystemError ENOSPC when the disk is full
   */
  write(file: FileInode, offset: number, bytes: Buffer): void {
    const end = offset + bytes.length;
    const held = file.size - file.hollow;
    const size = Math.max(file.size, end);
    if (!file.volatile && size > file.size && size - file.size > this.free()) throw new SystemError('ENOSPC');
    if (!file.volatile && end > held && end - held > this.memory()) throw new SystemError('ENOSPC');
    if (end > file.bytes.length) {
      const grown = Buffer.alloc(Math.max(end, Math.min(file.bytes.length * 2, file.bytes.length + GROWTH)));
      file.bytes.copy(grown, 0, 0, held);
      file.bytes = grown;
    } else if (offset > held) {
      file.bytes.fill(0, held, offset);
    }
    bytes.copy(file.bytes, offset);
    this.#resize(file, size, size - Math.max(held, end));
  }

  /**
   * Makes a file longer by zeros, which take room on the disk and none in memory.
   * @throws SystemError ENOSPC when the disk is full
   */
  extend(file: FileInode, by: number): void {
    if (!file.volatile && by > this.free()) throw new SystemError('ENOSPC');
    this.#resize(file, file.size + by, file.hollow + by);
  }

  truncate(file: FileInode, size = 0): void {
    const held = Math.min(size, file.size - file.hollow);
    if (size === 0) file.bytes = Buffer.alloc(0);
    this.#resize(file, size, size - held);
  }

  #resize(file: FileInode, size: number, hollow: number): void {
    if (!file.volatile && file.nlink > 0) {
      this.#used += size - file.size;
      this.#hollow += hollow - file.hollow;
    }
    file.size = size;
    file.hollow = hollow;
    file.mtimeMs = this.now();
  }
}
