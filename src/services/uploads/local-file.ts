/** The file on the operator's computer that is to be sent. */
import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { fileReason } from '../files/atomic.js';
import { localTrouble } from './troubles.js';

const CHUNK_BYTES = 256 * 1024;

/**
 * @returns size of the file in bytes
 * @throws Trouble `upload-file` when there is no such file, or it cannot be read or is empty
 */
export async function checkLocalFile(path: string): Promise<number> {
  try {
    const facts = await stat(path);
    if (!facts.isFile())
      throw localTrouble(path, { id: 'ini bukan berkas biasa', en: 'it is not a regular file' });
    if (facts.size === 0) throw localTrouble(path, { id: 'isinya kosong', en: 'it is empty' });
    await access(path, constants.R_OK);
    return facts.size;
  } catch (error) {
    throw asTrouble(path, error);
  }
}

/** SHA-256 in hex; reads the file in pieces. @throws Trouble `upload-file` */
export async function hashLocalFile(path: string, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of readLocalFile(path, 0, signal)) hash.update(piece);
  return hash.digest('hex');
}

/** The file's bytes from an offset on, piece by piece. @throws Trouble `upload-file` */
export async function* readLocalFile(
  path: string,
  from: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  const options = { start: from, highWaterMark: CHUNK_BYTES, ...(signal === undefined ? {} : { signal }) };
  try {
    for await (const piece of createReadStream(path, options)) if (Buffer.isBuffer(piece)) yield piece;
  } catch (error) {
    if (signal?.aborted === true) return;
    throw asTrouble(path, error);
  }
}

function asTrouble(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return error;
  if (error.code === 'ENOENT')
    return localTrouble(path, { id: 'berkas itu tidak ada', en: 'there is no such file' });
  return localTrouble(path, fileReason(error));
}
