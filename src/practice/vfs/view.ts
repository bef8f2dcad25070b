/** The file tree as one user sees it: every operation checks the permissions that Linux would. */
import {
  MAX_WHOLE,
  SystemError,
  contentOf,
  type Caller,
  type DirectoryInode,
  type FileInode,
  type Inode,
  type Ownership,
} from './inode.js';
import { joinPath, type Found, type Volume } from './volume.js';

const READ = 4;
const WRITE = 2;
const SEARCH = 1;
const STICKY = 0o1000;
const SETGID = 0o2000;

export interface OpenFlags {
  readonly read?: boolean;
  readonly write?: boolean;
  readonly create?: boolean;
  readonly exclusive?: boolean;
  readonly truncate?: boolean;
  readonly mode?: number;
}

/** All methods take absolute paths and throw SystemError. */
export class View {
  readonly volume: Volume;
  readonly caller: Caller;
  readonly #umask: () => number;

  constructor(volume: Volume, caller: Caller, umask: () => number = () => 0o022) {
    this.volume = volume;
    this.caller = caller;
    this.#umask = umask;
  }

  /** Whether this user may read (4), write (2) or execute/search (1) this inode. */
  may(inode: Inode, bits: number): boolean {
    const { uid, gid, groups } = this.caller;
    if (uid === 0) return (bits & SEARCH) === 0 || inode.kind !== 'file' || (inode.mode & 0o111) !== 0;
    const shift = inode.uid === uid ? 6 : inode.gid === gid || groups.includes(inode.gid) ? 3 : 0;
    return ((inode.mode >> shift) & bits) === bits;
  }

  #walk(path: string, follow: boolean): Found {
    return this.volume.walk(path, {
      follow,
      caller: this.caller,
      search: (dir) => {
        if (!this.may(dir, SEARCH)) throw new SystemError('EACCES', path);
      },
    });
  }

  /** The inode behind every link; throws ENOENT when there is none. */
  get(path: string): Inode {
    const { inode } = this.#walk(path, true);
    if (inode === undefined) throw new SystemError('ENOENT', path);
    return inode;
  }
  /** The inode itself, a link if it is one. */
  getLink(path: string): Inode {
    const { inode } = this.#walk(path, path.endsWith('/'));
    if (inode === undefined) throw new SystemError('ENOENT', path);
    return inode;
  }
  /** Like `get`, but undefined instead of an error. */
  peek(path: string, follow = true): Inode | undefined {
    try {
      return this.#walk(path, follow).inode;
    } catch (error) {
      if (error instanceof SystemError) return undefined;
      throw error;
    }
  }
  /** Canonical path; the last part may be absent unless `mustExist`. */
  realPath(path: string, mustExist = true): string {
    const found = this.#walk(path, true);
    if (mustExist && found.inode === undefined) throw new SystemError('ENOENT', path);
    return found.path;
  }
  access(path: string, bits: number): boolean {
    const inode = this.peek(path);
    return inode !== undefined && this.may(inode, bits);
  }

  list(path: string): string[] {
    const dir = this.get(path);
    if (dir.kind === 'live-directory') return [...dir.list(this.caller)];
    if (dir.kind !== 'directory') throw new SystemError('ENOTDIR', path);
    if (!this.may(dir, READ)) throw new SystemError('EACCES', path);
    return [...dir.entries.keys()].toSorted();
  }

  #parentForChange(path: string): { readonly found: Found; readonly parent: DirectoryInode } {
    const found = this.#walk(path.replace(/\/+$/, '') || '/', false);
    if (found.parent === undefined)
      throw new SystemError(found.inode === undefined ? 'EACCES' : 'EPERM', path);
    return { found, parent: found.parent };
  }
  #create<T extends Inode>(path: string, parent: DirectoryInode, name: string, inode: T): T {
    if (!this.may(parent, WRITE | SEARCH)) throw new SystemError('EACCES', path);
    inode.uid = this.caller.uid;
    inode.gid = (parent.mode & SETGID) !== 0 ? parent.gid : this.caller.gid;
    parent.entries.set(name, inode);
    parent.mtimeMs = this.volume.now();
    return inode;
  }
  #mayRemove(parent: DirectoryInode, child: Inode): boolean {
    if (!this.may(parent, WRITE | SEARCH)) return false;
    const { uid } = this.caller;
    return (parent.mode & STICKY) === 0 || uid === 0 || uid === parent.uid || uid === child.uid;
  }

  /** Opens (and with `create` makes) a file; the last link is followed, also to where nothing is yet. */
  open(path: string, flags: OpenFlags): Inode {
    const found = this.#walk(path, true);
    if (found.inode === undefined) {
      if (flags.create !== true || path.endsWith('/')) throw new SystemError('ENOENT', path);
      if (found.parent === undefined) throw new SystemError('EACCES', path);
      const mode = (flags.mode ?? 0o666) & ~this.#umask();
      const file = this.volume.make.file({ mode }, '', found.parent.volatile);
      return this.#create(path, found.parent, found.name, file);
    }
    const { inode } = found;
    if (flags.exclusive === true) throw new SystemError('EEXIST', path);
    if (flags.write === true && (inode.kind === 'directory' || inode.kind === 'live-directory')) {
      throw new SystemError('EISDIR', path);
    }
    const bits = (flags.read === true ? READ : 0) | (flags.write === true ? WRITE : 0);
    if (!this.may(inode, bits)) throw new SystemError('EACCES', path);
    if (flags.write === true && inode.kind === 'live' && inode.accept === null) {
      throw new SystemError('EACCES', path);
    }
    if (flags.truncate === true && inode.kind === 'file') this.volume.truncate(inode);
    return inode;
  }

  readBytes(path: string): Buffer {
    const inode = this.open(path, { read: true });
    switch (inode.kind) {
      case 'file':
        if (inode.size > MAX_WHOLE) throw new SystemError('ENOMEM', path);
        return contentOf(inode);
      case 'live':
        return Buffer.from(inode.text(this.caller));
      case 'device':
        return Buffer.alloc(0);
      case 'directory':
      case 'live-directory':
        throw new SystemError('EISDIR', path);
      case 'symlink':
        throw new SystemError('ELOOP', path);
    }
  }
  readText(path: string): string {
    return this.readBytes(path).toString('utf8');
  }
  /** Replaces or appends to a file's content, keeping owner and mode of one that is there. */
  write(path: string, content: string | Buffer, options: { append?: boolean; mode?: number } = {}): void {
    const inode = this.open(path, {
      write: true,
      create: true,
      truncate: options.append !== true,
      ...(options.mode === undefined ? {} : { mode: options.mode }),
    });
    const bytes = Buffer.from(content);
    if (inode.kind === 'file') this.volume.write(inode, inode.size, bytes);
    else if (inode.kind === 'live') inode.accept?.(bytes.toString('utf8'));
  }

  makeDirectory(path: string, mode = 0o777): DirectoryInode {
    const { found, parent } = this.#parentForChange(path);
    if (found.inode !== undefined) throw new SystemError('EEXIST', path);
    const made = this.volume.make.directory({ mode: mode & ~this.#umask() }, parent.volatile);
    return this.#create(path, parent, found.name, made);
  }
  removeDirectory(path: string): void {
    const { found, parent } = this.#parentForChange(path);
    if (found.inode === undefined) throw new SystemError('ENOENT', path);
    if (found.inode.kind !== 'directory') throw new SystemError('ENOTDIR', path);
    if (found.inode.entries.size > 0) throw new SystemError('ENOTEMPTY', path);
    if (!this.#mayRemove(parent, found.inode)) throw new SystemError('EACCES', path);
    parent.entries.delete(found.name);
  }
  unlink(path: string): void {
    const { found, parent } = this.#parentForChange(path);
    if (found.inode === undefined) throw new SystemError('ENOENT', path);
    if (found.inode.kind === 'directory') throw new SystemError('EISDIR', path);
    if (!this.#mayRemove(parent, found.inode)) throw new SystemError('EACCES', path);
    parent.entries.delete(found.name);
    this.volume.forget(found.inode);
  }
  rename(from: string, to: string): void {
    const source = this.#parentForChange(from);
    const target = this.#parentForChange(to);
    const moved = source.found.inode;
    if (moved === undefined) throw new SystemError('ENOENT', from);
    const old = target.found.inode;
    if (old === moved) return;
    if (!this.#mayRemove(source.parent, moved)) throw new SystemError('EACCES', from);
    if (!this.may(target.parent, WRITE | SEARCH)) throw new SystemError('EACCES', to);
    if (old !== undefined && !this.#mayRemove(target.parent, old)) throw new SystemError('EACCES', to);
    if (target.found.path.startsWith(`${source.found.path}/`)) throw new SystemError('EINVAL', to);
    if (old?.kind === 'directory') {
      if (moved.kind !== 'directory') throw new SystemError('EISDIR', to);
      if (old.entries.size > 0) throw new SystemError('ENOTEMPTY', to);
    } else if (old !== undefined && moved.kind === 'directory') throw new SystemError('ENOTDIR', to);
    if (old !== undefined) this.volume.forget(old);
    source.parent.entries.delete(source.found.name);
    target.parent.entries.set(target.found.name, moved);
  }
  symlink(target: string, path: string): void {
    const { found, parent } = this.#parentForChange(path);
    if (found.inode !== undefined) throw new SystemError('EEXIST', path);
    this.#create(path, parent, found.name, this.volume.make.symlink(target));
  }
  link(existing: string, path: string): void {
    const inode = this.getLink(existing);
    if (inode.kind === 'directory') throw new SystemError('EPERM', existing);
    const { found, parent } = this.#parentForChange(path);
    if (found.inode !== undefined) throw new SystemError('EEXIST', path);
    if (!this.may(parent, WRITE | SEARCH)) throw new SystemError('EACCES', path);
    parent.entries.set(found.name, inode);
    inode.nlink += 1;
  }
  readLink(path: string): string {
    const inode = this.getLink(path);
    if (inode.kind !== 'symlink') throw new SystemError('EINVAL', path);
    return inode.target;
  }
  chmod(path: string, mode: number): void {
    const inode = this.get(path);
    if (this.caller.uid !== 0 && this.caller.uid !== inode.uid) throw new SystemError('EPERM', path);
    inode.mode = mode & 0o7777;
  }
  /** Only root gives files away; an owner may hand a file to one of its own groups. */
  chown(path: string, owner: Ownership, follow = true): void {
    const inode = follow ? this.get(path) : this.getLink(path);
    const { uid, groups, gid } = this.caller;
    if (uid !== 0) {
      const same = owner.uid === undefined || owner.uid === inode.uid;
      const mine = owner.gid === undefined || owner.gid === gid || groups.includes(owner.gid);
      if (uid !== inode.uid || !same || !mine) throw new SystemError('EPERM', path);
    }
    if (owner.uid !== undefined) inode.uid = owner.uid;
    if (owner.gid !== undefined) inode.gid = owner.gid;
  }
  touch(path: string, mtimeMs: number): void {
    const inode = this.get(path);
    if (this.caller.uid !== inode.uid && !this.may(inode, WRITE)) throw new SystemError('EACCES', path);
    inode.mtimeMs = mtimeMs;
    inode.touchedMs = this.volume.now();
  }
  /** Removes a tree; what may not be removed throws. */
  removeTree(path: string): void {
    const inode = this.getLink(path);
    if (inode.kind === 'directory') {
      for (const name of this.list(path)) this.removeTree(joinPath(path, name));
      this.removeDirectory(path);
    } else this.unlink(path);
  }
  size(inode: Inode): number {
    switch (inode.kind) {
      case 'file':
        return inode.size;
      case 'symlink':
        return Buffer.byteLength(inode.target);
      case 'directory':
        return 4096;
      case 'live':
      case 'live-directory':
      case 'device':
        return 0;
    }
  }
  /** The inode of a regular file, or a failure. */
  file(path: string): FileInode {
    const inode = this.get(path);
    if (inode.kind !== 'file') throw new SystemError(inode.kind === 'directory' ? 'EISDIR' : 'EINVAL', path);
    return inode;
  }
}
