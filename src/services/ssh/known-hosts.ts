/** Our own known_hosts file of a lab, in OpenSSH's format, so that people can read and mend it with the usual tools. */
import { createHash, createHmac } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Endpoint } from '../../lab/types.js';
import { Trouble } from '../../lab/types.js';

/** One key of one host, and the line (from 1) on which it stands. */
export interface KnownKey {
  readonly type: string;
  readonly key: string;
  readonly line: number;
  readonly revoked: boolean;
}

/** How OpenSSH writes an endpoint in known_hosts: `host`, or `[host]:port` when the port is not 22. */
export function knownName(endpoint: Endpoint): string {
  return endpoint.port === 22 ? endpoint.host : `[${endpoint.host}]:${endpoint.port}`;
}

/** `SHA256:…` of a raw public key, as `ssh-keygen -l` prints it. */
export function fingerprint(key: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** The key type that a raw public key names in its first field (RFC 4253, 6.6). */
export function keyType(key: Uint8Array): string {
  if (key.length < 4) return 'unknown';
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
  const length = view.getUint32(0);
  if (length > 64 || length + 4 > key.length) return 'unknown';
  return new TextDecoder('latin1').decode(key.subarray(4, 4 + length)).replace(/[^a-z0-9@.-]/gi, '?');
}

function nameMatches(pattern: string, name: string): boolean {
  if (pattern.startsWith('|1|')) {
    const [, , salt, hash] = pattern.split('|');
    if (salt === undefined || hash === undefined) return false;
    return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
  }
  return pattern.toLowerCase() === name.toLowerCase();
}

function parse(text: string, name: string): KnownKey[] {
  const found: KnownKey[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const words = raw.trim().split(/\s+/);
    if (words[0] === undefined || words[0] === '' || words[0].startsWith('#')) continue;
    const marker = words[0].startsWith('@') ? words.shift() : undefined;
    if (marker === '@cert-authority') continue;
    const [names, type, key] = words;
    if (names === undefined || type === undefined || key === undefined) continue;
    if (!names.split(',').some((pattern) => nameMatches(pattern, name))) continue;
    found.push({ type, key, line: index + 1, revoked: marker === '@revoked' });
  }
  return found;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** Reads and extends one known_hosts file. Writes of one process follow each other; each is atomic. */
export class KnownHosts {
  readonly file: string;
  #writing: Promise<void> = Promise.resolve();

  /** @param file absolute path; made with mode 0600 on the first write */
  constructor(file: string) {
    this.file = file;
  }

  /**
   * Keys that are known for the first of these names that has any.
   * @throws Trouble `known-hosts-unreadable`
   */
  async lookup(names: readonly string[]): Promise<readonly KnownKey[]> {
    const text = await this.#read();
    for (const name of names) {
      const keys = parse(text, name);
      if (keys.length > 0) return keys;
    }
    return [];
  }

  /** Adds a key under a name. @throws Trouble `known-hosts-unwritable` */
  async add(name: string, key: Uint8Array): Promise<void> {
    const line = `${name} ${keyType(key)} ${Buffer.from(key).toString('base64')}\n`;
    const write = this.#append(this.#writing, line);
    this.#writing = write.catch(() => undefined);
    await write;
  }

  async #append(turn: Promise<void>, line: string): Promise<void> {
    await turn;
    const before = await this.#read();
    const { default: writeFileAtomic } = await import('write-file-atomic');
    try {
      await mkdir(dirname(this.file), { recursive: true, mode: 0o700 });
      const head = before === '' || before.endsWith('\n') ? before : `${before}\n`;
      await writeFileAtomic(this.file, head + line, { mode: 0o600 });
    } catch (error) {
      throw new Trouble(
        'known-hosts-unwritable',
        {
          id: 'Berkas kunci host tidak dapat ditulis, jadi host ini belum dapat dipercaya.',
          en: 'The file of host keys cannot be written, so this host cannot be trusted yet.',
        },
        {
          id: `Periksa izin dan ruang disk untuk ${this.file}, lalu coba lagi.`,
          en: `Check permissions and disk space for ${this.file}, then try again.`,
        },
        this.file,
        2,
        { cause: error },
      );
    }
  }

  async #read(): Promise<string> {
    try {
      return await readFile(this.file, 'utf8');
    } catch (error) {
      if (isMissing(error)) return '';
      throw new Trouble(
        'known-hosts-unreadable',
        { id: 'Berkas kunci host tidak dapat dibaca.', en: 'The file of host keys cannot be read.' },
        {
          id: `Periksa izin berkas ${this.file}, lalu coba lagi.`,
          en: `Check the permissions of ${this.file}, then try again.`,
        },
        this.file,
        2,
        { cause: error },
      );
    }
  }
}
