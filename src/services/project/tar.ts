/** Writing a tar: the same files always make the same bytes, so that a host which has them is not sent them again. */
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Pack } from 'tar-stream';
import { errorCode, PRIVATE_FILE } from '../files/atomic.js';

export interface TarEntry {
  /** With forward slashes, no leading one. */
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  readonly content:
    | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
    /** A file of this computer; `size` in bytes, as it was when it was looked at. */
    | { readonly kind: 'file'; readonly file: string; readonly size: number }
    /** A symbolic link and what it says. */
    | { readonly kind: 'link'; readonly to: string };
}

/** Of every file in the archive: a time that programs which dislike 1970 can live with. */
const MTIME = new Date(Date.UTC(2000, 0, 1));

/**
 * Writes the entries, in the order given, into a file that only its owner can read.
 * @throws NodeJS.ErrnoException of the file that could not be read or written; Error when one has changed its size meanwhile
 */
export async function writeTar(
  path: string,
  entries: readonly TarEntry[],
  signal?: AbortSignal,
): Promise<void> {
  // CommonJS: in the bundle only its default export is there.
  const { default: tarStream } = await import('tar-stream');
  const packing = tarStream.pack();
  const written = pipeline(packing, createWriteStream(path, { mode: PRIVATE_FILE }), {
    ...(signal === undefined ? {} : { signal }),
  });
  const ended = await Promise.allSettled([fill(packing, entries), written]);
  const failures = ended.flatMap((one): unknown[] => (one.status === 'rejected' ? [one.reason] : []));
  // Where one side fails the other is torn down: the system's own error is the cause.
  if (failures.length > 0) throw failures.find((error) => errorCode(error) !== null) ?? failures[0];
}

async function fill(packing: Pack, entries: readonly TarEntry[]): Promise<void> {
  try {
    for (const entry of entries) await add(packing, entry);
    packing.finalize();
  } catch (error) {
    packing.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}

async function add(packing: Pack, { path, mode, content }: TarEntry): Promise<void> {
  const header = { name: path, mode, mtime: MTIME, uid: 0, gid: 0 };
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // When the file itself cannot be read, that is told, and nobody waits for this any more.
  promise.catch(() => undefined);
  const done = (error?: Error | null): void => (error ? reject(error) : resolve());
  switch (content.kind) {
    case 'bytes':
      packing.entry({ ...header, size: content.bytes.length }, content.bytes, done);
      return promise;
    case 'link':
      packing.entry({ ...header, type: 'symlink', linkname: content.to }, done);
      return promise;
    case 'file': {
      const sink = packing.entry({ ...header, size: content.size }, done);
      // Told by the promise; without a listener it would end the process.
      sink.on('error', reject);
      if (content.size > 0)
        for await (const piece of createReadStream(content.file, { end: content.size - 1 }))
          if (!sink.write(piece)) await Promise.race([once(sink, 'drain'), promise]);
      sink.end(null);
      return promise;
    }
  }
}
