/** Writing a bundle: a gzipped tar that only its owner can read, and that is there whole or not at all. */
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { Trouble } from '../../lab/types.js';
import { errorCode, fileReason, PRIVATE_FILE } from '../files/atomic.js';
import { isThere } from '../files/places.js';
import { ROOT } from './format.js';

export interface BundleFile {
  /** Below the bundle's directory, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

function bundleExists(path: string): Trouble {
  return new Trouble(
    'file-exists',
    { id: 'berkas ini sudah ada dan tidak ditimpa', en: 'this file is there already and is not overwritten' },
    { id: 'Pilih nama lain, atau tambahkan --replace.', en: 'Choose another name, or add --replace.' },
    path,
  );
}

/** Before anything is asked of anybody: whether the name is free. @throws Trouble `file-exists` */
export async function mustBeFree(path: string): Promise<void> {
  if (await isThere(path)) throw bundleExists(path);
}

/**
 * @param path absolute; its directory has to be there
 * @param options.replace a file of that name is replaced, at the very end
 * @returns bytes of the archive
 * @throws Trouble `file-exists` or `file-not-written`; when the signal fires, its reason. No part of a file is left.
 */
export async function writeBundle(
  path: string,
  files: readonly BundleFile[],
  options: { readonly replace: boolean; readonly writtenAt: number; readonly signal: AbortSignal },
): Promise<number> {
  const part = `${path}.${randomBytes(4).toString('hex')}.part`;
  try {
    await pack(part, files, options);
    options.signal.throwIfAborted();
    if (!options.replace) await claim(path);
    await rename(part, path);
    const handle = await open(path, 'r');
    try {
      return (await handle.stat()).size;
    } finally {
      await handle.close();
    }
  } catch (error) {
    await rm(part, { force: true });
    if (error instanceof Trouble || errorCode(error) === null || options.signal.aborted) throw error;
    const reason = fileReason(error);
    throw new Trouble(
      'file-not-written',
      { id: `bundel tidak dapat ditulis: ${reason.id}`, en: `the bundle cannot be written: ${reason.en}` },
      {
        id: 'Periksa direktorinya (ls -ld) dan ruang disk (df -h), lalu coba lagi.',
        en: 'Check its directory (ls -ld) and the disk space (df -h), then try again.',
      },
      path,
      2,
      { cause: error },
    );
  }
}

async function pack(
  part: string,
  files: readonly BundleFile[],
  { writtenAt, signal }: { readonly writtenAt: number; readonly signal: AbortSignal },
): Promise<void> {
  // CommonJS: in the bundle only its default export is there.
  const { default: tarStream } = await import('tar-stream');
  const packing = tarStream.pack();
  const header = { mode: PRIVATE_FILE, mtime: new Date(writtenAt), uid: 0, gid: 0 };
  for (const { path, text } of files) packing.entry({ ...header, name: `${ROOT}/${path}` }, text);
  packing.finalize();
  await pipeline(packing, createGzip(), createWriteStream(part, { mode: PRIVATE_FILE, flags: 'wx' }), {
    signal,
  });
}

/** Takes the name for ourselves; what another program has put there meanwhile stays. */
async function claim(path: string): Promise<void> {
  try {
    const handle = await open(path, 'wx', PRIVATE_FILE);
    await handle.close();
  } catch (error) {
    if (errorCode(error) === 'EEXIST') throw bundleExists(path);
    throw error;
  }
}
