/** What a virtual host's file system is made of. Nothing here checks permissions; `View` does. */

/** Errno names that the simulated system calls fail with, and the words programs print for them. */
export const ERRNO = {
  EPERM: 'Operation not permitted',
  ENOENT: 'No such file or directory',
  ESRCH: 'No such process',
  EIO: 'Input/output error',
  ENXIO: 'No such device or address',
  EBADF: 'Bad file descriptor',
  ENOMEM: 'Cannot allocate memory',
  EACCES: 'Permission denied',
  EEXIST: 'File exists',
  EXDEV: 'Invalid cross-device link',
  ENOTDIR: 'Not a directory',
  EISDIR: 'Is a directory',
  EINVAL: 'Invalid argument',
  ENOSPC: 'No space left on device',
  EROFS: 'Read-only file system',
  EPIPE: 'Broken pipe',
  ELOOP: 'Too many levels of symbolic links',
  ENOTEMPTY: 'Directory not empty',
  EHOSTUNREACH: 'No route to host',
  ENETUNREACH: 'Network is unreachable',
  EADDRINUSE: 'Address already in use',
  ECONNREFUSED: 'Connection refused',
  ETIMEDOUT: 'Connection timed out',
} as const;
export type Errno = keyof typeof ERRNO;

/** A failed system call. `message` is what strerror says, so a program prints `<program>: <path>: <message>`. */
export class SystemError extends Error {
  override readonly name = 'SystemError';
  readonly code: Errno;
  readonly path: string | null;
  constructor(code: Errno, path: string | null = null) {
    super(ERRNO[code]);
    this.code = code;
    this.path = path;
  }
}

/** On whose behalf a file is touched. */
export interface Caller {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  readonly pid: number;
}

interface Common {
  readonly ino: number;
  uid: number;
  gid: number;
  /** Permission bits, 0o7777. */
  mode: number;
  /** Milliseconds since the epoch, the host's clock. */
  mtimeMs: number;
  /** When its times were set by hand: what was changed then, whatever `mtimeMs` says (ctime). */
  touchedMs?: number;
  nlink: number;
}
/**
 * A regular file. `size` is its length; `bytes` is a buffer with room to grow, of which `size - hollow` count. The last
 * `hollow` bytes are zeros that nobody holds: a swap file of two gigabytes takes its place on the simulated disk, and none
 * in this program's memory.
 */
export interface FileInode extends Common {
  readonly kind: 'file';
  bytes: Buffer;
  size: number;
  hollow: number;
  /** Name of the simulated program that executing this file runs. */
  program: string | null;
  /** True for files on a tmpfs: gone after a reboot, and not counted as disk use. */
  readonly volatile: boolean;
}
export interface DirectoryInode extends Common {
  readonly kind: 'directory';
  readonly entries: Map<string, Inode>;
  readonly volatile: boolean;
}
export interface SymlinkInode extends Common {
  readonly kind: 'symlink';
  readonly target: string;
}
/** A file whose text is computed from the model at every read, like those of /proc. */
export interface LiveInode extends Common {
  readonly kind: 'live';
  readonly text: (caller: Caller) => string;
  readonly accept: ((text: string) => void) | null;
}
/** A directory whose entries are computed, like /proc itself. */
export interface LiveDirectoryInode extends Common {
  readonly kind: 'live-directory';
  readonly list: (caller: Caller) => readonly string[];
  readonly lookup: (name: string, caller: Caller) => Inode | undefined;
}
export interface DeviceInode extends Common {
  readonly kind: 'device';
  /** `socket`: a unix socket, which is connected to and not opened. */
  readonly device: 'null' | 'zero' | 'urandom' | 'full' | 'socket';
}
/** More than this is never read as a whole: the zeros of a hollow file would have to be made. */
export const MAX_WHOLE = 256 << 20;
/** Part of a file's content, zeros included. */
export function contentOf(file: FileInode, from = 0, to = file.size): Buffer {
  const end = Math.min(to, file.size);
  const held = file.bytes.subarray(from, Math.max(from, Math.min(end, file.size - file.hollow)));
  const content = Buffer.alloc(Math.max(0, end - from));
  held.copy(content);
  return content;
}
export type Inode = FileInode | DirectoryInode | SymlinkInode | LiveInode | LiveDirectoryInode | DeviceInode;

export interface Ownership {
  readonly uid?: number;
  readonly gid?: number;
  readonly mode?: number;
}

/** Creates inodes with numbers that never repeat on one host. */
export class InodeFactory {
  #next = 2;
  readonly #now: () => number;
  /** @param now the host's clock, milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now;
  }
  #common(owner: Ownership, mode: number): Common {
    return {
      ino: this.#next++,
      uid: owner.uid ?? 0,
      gid: owner.gid ?? 0,
      mode: owner.mode ?? mode,
      mtimeMs: this.#now(),
      nlink: 1,
    };
  }
  file(owner: Ownership = {}, content: string | Buffer = '', volatile = false): FileInode {
    const bytes = Buffer.from(content);
    return {
      kind: 'file',
      ...this.#common(owner, 0o644),
      bytes,
      size: bytes.length,
      hollow: 0,
      program: null,
      volatile,
    };
  }
  directory(owner: Ownership = {}, volatile = false): DirectoryInode {
    return { kind: 'directory', ...this.#common(owner, 0o755), entries: new Map(), volatile };
  }
  symlink(target: string, owner: Ownership = {}): SymlinkInode {
    return { kind: 'symlink', ...this.#common(owner, 0o777), target };
  }
  live(
    text: LiveInode['text'],
    owner: Ownership = { mode: 0o444 },
    accept: LiveInode['accept'] = null,
  ): LiveInode {
    return { kind: 'live', ...this.#common(owner, 0o444), text, accept };
  }
  liveDirectory(
    list: LiveDirectoryInode['list'],
    lookup: LiveDirectoryInode['lookup'],
    owner: Ownership = {},
  ): LiveDirectoryInode {
    return { kind: 'live-directory', ...this.#common(owner, 0o555), list, lookup };
  }
  device(device: DeviceInode['device'], owner: Ownership = {}): DeviceInode {
    return { kind: 'device', ...this.#common(owner, 0o666), device };
  }
}
