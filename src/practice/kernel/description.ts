/** Open file descriptions: what file descriptors of processes point at, shared by duplicates and across forks. */
import { randomBytes } from 'node:crypto';
import {
  MAX_WHOLE,
  SystemError,
  contentOf,
  type Caller,
  type DeviceInode,
  type FileInode,
  type LiveInode,
} from '../vfs/inode.js';
import type { Volume } from '../vfs/volume.js';

const CHUNK = 65_536;

/** A description lives until the last descriptor that points at it is closed. */
export abstract class Description {
  abstract readonly label: string;
  #references = 0;
  #pushedBack: Buffer = Buffer.alloc(0);
  readonly #onRelease: (() => void)[] = [];

  retain(): this {
    this.#references += 1;
    return this;
  }
  close(): void {
    this.#references -= 1;
    if (this.#references > 0) return;
    for (const listener of this.#onRelease.splice(0)) listener();
    this.released();
  }
  /** Called once, when the last descriptor is closed: how locks of flock end. */
  onRelease(listener: () => void): void {
    this.#onRelease.push(listener);
  }
  /** The regular file behind it, if any: what flock locks. */
  get file(): FileInode | null {
    return null;
  }
  /** True when nobody can read any more what would be written. */
  get broken(): boolean {
    return false;
  }
  /** Calls back once when it becomes broken; gives a function that takes the wish back. */
  onBroken(_listener: () => void): () => void {
    return () => undefined;
  }
  /** Up to `max` bytes, or null at the end; waits for the first byte. */
  async read(max: number, signal: AbortSignal): Promise<Buffer | null> {
    if (this.#pushedBack.length > 0) {
      const bytes = this.#pushedBack.subarray(0, max);
      this.#pushedBack = this.#pushedBack.subarray(bytes.length);
      return bytes;
    }
    return this.take(max, signal);
  }
  /** Puts back what was read too much, so that the next reader of the same description gets it. */
  unread(bytes: Buffer): void {
    if (bytes.length > 0) this.#pushedBack = Buffer.concat([bytes, this.#pushedBack]);
  }
  /** Bytes that a read would give without waiting. */
  get pushedBack(): number {
    return this.#pushedBack.length;
  }

  protected abstract take(max: number, signal: AbortSignal): Promise<Buffer | null>;
  /** @throws SystemError EPIPE when nobody reads, ENOSPC, EBADF */
  abstract write(bytes: Buffer, signal: AbortSignal): Promise<void>;
  protected released(): void {
    // Most descriptions hold nothing that must be given back.
  }
}

/** A regular file, read and written at an offset that all duplicates share. */
export class FileDescription extends Description {
  readonly label: string;
  readonly #volume: Volume;
  readonly #inode: FileInode;
  readonly #mode: { readonly read: boolean; readonly write: boolean; readonly append: boolean };
  #offset = 0;
  constructor(
    volume: Volume,
    inode: FileInode,
    path: string,
    mode: { readonly read: boolean; readonly write: boolean; readonly append: boolean },
  ) {
    super();
    this.#volume = volume;
    this.#inode = inode;
    this.#mode = mode;
    this.label = path;
  }
  override get file(): FileInode {
    return this.#inode;
  }
  override unread(bytes: Buffer): void {
    this.#offset -= bytes.length;
  }
  protected async take(max: number): Promise<Buffer | null> {
    if (!this.#mode.read) throw new SystemError('EBADF', this.label);
    const end = Math.min(this.#inode.size, this.#offset + max);
    if (end <= this.#offset) return null;
    const bytes = contentOf(this.#inode, this.#offset, end);
    this.#offset = end;
    return bytes;
  }
  async write(bytes: Buffer): Promise<void> {
    if (!this.#mode.write) throw new SystemError('EBADF', this.label);
    const at = this.#mode.append ? this.#inode.size : this.#offset;
    this.#volume.write(this.#inode, at, bytes);
    this.#offset = at + bytes.length;
  }
}

/** A file of /proc and the like: its text is made when first read. */
export class LiveDescription extends Description {
  readonly label: string;
  readonly #inode: LiveInode;
  readonly #caller: Caller;
  #rest: Buffer | null = null;
  constructor(inode: LiveInode, path: string, caller: Caller) {
    super();
    this.#inode = inode;
    this.#caller = caller;
    this.label = path;
  }
  protected async take(max: number): Promise<Buffer | null> {
    this.#rest ??= Buffer.from(this.#inode.text(this.#caller));
    if (this.#rest.length === 0) return null;
    const bytes = this.#rest.subarray(0, max);
    this.#rest = this.#rest.subarray(bytes.length);
    return bytes;
  }
  async write(bytes: Buffer): Promise<void> {
    if (this.#inode.accept === null) throw new SystemError('EACCES', this.label);
    this.#inode.accept(bytes.toString('utf8'));
  }
}

export class DeviceDescription extends Description {
  readonly label: string;
  readonly #device: DeviceInode['device'];
  constructor(device: DeviceInode['device']) {
    super();
    this.#device = device;
    this.label = `/dev/${device}`;
  }
  protected async take(max: number): Promise<Buffer | null> {
    switch (this.#device) {
      case 'null':
        return null;
      case 'zero':
      case 'full':
        return Buffer.alloc(Math.min(max, CHUNK));
      case 'urandom':
        return randomBytes(Math.min(max, CHUNK));
      case 'socket':
        throw new SystemError('ENXIO', this.label);
    }
  }
  async write(): Promise<void> {
    if (this.#device === 'full') throw new SystemError('ENOSPC', this.label);
    if (this.#device === 'socket') throw new SystemError('ENXIO', this.label);
  }
}

/** Text that is simply there to be read: here-documents and here-strings. */
export class TextDescription extends Description {
  readonly label = 'here-document';
  #rest: Buffer;
  constructor(text: string) {
    super();
    this.#rest = Buffer.from(text);
  }
  protected async take(max: number): Promise<Buffer | null> {
    if (this.#rest.length === 0) return null;
    const bytes = this.#rest.subarray(0, max);
    this.#rest = this.#rest.subarray(bytes.length);
    return bytes;
  }
  async write(): Promise<void> {
    throw new SystemError('EBADF', this.label);
  }
}

/**
 * Reads to the end.
 * @throws SystemError ENOMEM when that is too far away
 */
export async function readAll(description: Description, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for (;;) {
    const chunk = await description.read(CHUNK, signal);
    if (chunk === null) return Buffer.concat(chunks);
    length += chunk.length;
    if (length > MAX_WHOLE) throw new SystemError('ENOMEM', description.label);
    chunks.push(chunk);
  }
}

/** Reads one line (or up to another delimiter byte); what follows it stays for the next reader. */
export async function readLine(
  description: Description,
  signal: AbortSignal,
  delimiter = 0x0a,
): Promise<{ readonly line: Buffer; readonly ended: boolean }> {
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = await description.read(4096, signal);
    if (chunk === null) return { line: Buffer.concat(chunks), ended: false };
    const cut = chunk.indexOf(delimiter);
    if (cut >= 0) {
      description.unread(chunk.subarray(cut + 1));
      chunks.push(chunk.subarray(0, cut));
      return { line: Buffer.concat(chunks), ended: true };
    }
    chunks.push(chunk);
  }
}
