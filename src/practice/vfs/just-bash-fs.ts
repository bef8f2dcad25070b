/** A `View` in the shape that just-bash's text tools read and write files through. */
import { unsafeBytesFromLatin1, type ByteString, type IFileSystem } from 'just-bash';
import { SystemError, type Inode } from './inode.js';
import type { View } from './view.js';
import { joinPath } from './volume.js';

type Stat = Awaited<ReturnType<IFileSystem['stat']>>;
type Content = Parameters<IFileSystem['writeFile']>[1];

/** just-bash reads the errno from the front of the message. */
function translated<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof SystemError) {
      throw new Error(`${error.code}: ${error.message.toLowerCase()}, '${error.path ?? ''}'`, {
        cause: error,
      });
    }
    throw error;
  }
}

export class ToolFileSystem implements IFileSystem {
  readonly #view: View;
  /** What descriptors given as files (/dev/stdin, /dev/fd/63) held when the run began. */
  readonly #streams: ReadonlyMap<string, Buffer>;
  constructor(view: View, streams: ReadonlyMap<string, Buffer>) {
    this.#view = view;
    this.#streams = streams;
  }
  #bytes(path: string): Buffer {
    return this.#streams.get(path) ?? translated(() => this.#view.readBytes(path));
  }
  async readFile(path: string): Promise<string> {
    return this.#bytes(path).toString('utf8');
  }
  async readFileBytes(path: string): Promise<ByteString> {
    return unsafeBytesFromLatin1(this.#bytes(path).toString('latin1'));
  }
  async readFileBuffer(path: string): Promise<Uint8Array> {
    return this.#bytes(path);
  }
  async writeFile(path: string, content: Content, options?: unknown): Promise<void> {
    translated(() => this.#view.write(path, toBuffer(content, options)));
  }
  async appendFile(path: string, content: Content, options?: unknown): Promise<void> {
    translated(() => this.#view.write(path, toBuffer(content, options), { append: true }));
  }
  async exists(path: string): Promise<boolean> {
    return this.#streams.has(path) || this.#view.peek(path) !== undefined;
  }
  #stat(inode: Inode): Stat {
    const view = this.#view;
    return {
      isFile: inode.kind === 'file' || inode.kind === 'live' || inode.kind === 'device',
      isDirectory: inode.kind === 'directory' || inode.kind === 'live-directory',
      isSymbolicLink: inode.kind === 'symlink',
      mode: inode.mode,
      size: inode.kind === 'live' ? Buffer.byteLength(inode.text(view.caller)) : view.size(inode),
      mtime: new Date(inode.mtimeMs),
      ino: inode.ino,
    };
  }
  async stat(path: string): Promise<Stat> {
    const stream = this.#streams.get(path);
    if (stream !== undefined) {
      const kind = { isFile: true, isDirectory: false, isSymbolicLink: false };
      return { ...kind, mode: 0o600, size: stream.length, mtime: new Date(0) };
    }
    return this.#stat(translated(() => this.#view.get(path)));
  }
  async lstat(path: string): Promise<Stat> {
    return this.#stat(translated(() => this.#view.getLink(path)));
  }
  async mkdir(path: string, options?: { recursive?: boolean }): Promise<void> {
    translated(() => {
      if (options?.recursive !== true) {
        this.#view.makeDirectory(path);
        return;
      }
      let walked = '';
      for (const part of path.split('/').filter((name) => name !== '')) {
        walked += `/${part}`;
        if (this.#view.peek(walked) === undefined) this.#view.makeDirectory(walked);
      }
    });
  }
  async readdir(path: string): Promise<string[]> {
    return translated(() => this.#view.list(path));
  }
  async rm(path: string, options?: { recursive?: boolean; force?: boolean }): Promise<void> {
    translated(() => {
      if (options?.force === true && this.#view.peek(path, false) === undefined) return;
      if (options?.recursive === true) this.#view.removeTree(path);
      else this.#view.unlink(path);
    });
  }
  async cp(from: string, to: string): Promise<void> {
    translated(() => this.#view.write(to, this.#view.readBytes(from)));
  }
  async mv(from: string, to: string): Promise<void> {
    translated(() => this.#view.rename(from, to));
  }
  resolvePath(base: string, path: string): string {
    return joinPath(base, path);
  }
  getAllPaths(): string[] {
    return [];
  }
  async chmod(path: string, mode: number): Promise<void> {
    translated(() => this.#view.chmod(path, mode));
  }
  async symlink(target: string, path: string): Promise<void> {
    translated(() => this.#view.symlink(target, path));
  }
  async link(existing: string, path: string): Promise<void> {
    translated(() => this.#view.link(existing, path));
  }
  async readlink(path: string): Promise<string> {
    return translated(() => this.#view.readLink(path));
  }
  async realpath(path: string): Promise<string> {
    return translated(() => this.#view.realPath(path));
  }
  async utimes(path: string, _accessed: Date, modified: Date): Promise<void> {
    translated(() => this.#view.touch(path, modified.getTime()));
  }
}

function toBuffer(content: Content, options: unknown): Buffer {
  if (typeof content !== 'string') return Buffer.from(content);
  const encoding =
    typeof options === 'object' && options !== null && 'encoding' in options ? options.encoding : options;
  return Buffer.from(content, encoding === 'binary' || encoding === 'latin1' ? 'latin1' : 'utf8');
}
