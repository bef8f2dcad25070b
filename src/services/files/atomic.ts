/** Files and directories of ours on the operator's computer: whole or not at all, private by default. */
import { chmod, mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Trouble } from '../../lab/types.js';

export const PRIVATE_FILE = 0o600;
const PRIVATE_DIRECTORY = 0o700;

/** The system's name of a failure, e.g. `ENOENT`; null for anything else. */
export function errorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** The package is loaded by the first file that is written: none is before the first frame. */
async function writeWhole(path: string, text: string, mode: number): Promise<void> {
  const { default: writeFileAtomic } = await import('write-file-atomic');
  await writeFileAtomic(path, text, { mode });
}

/** Makes a directory that only its owner can enter, with its parents. An existing one is closed to others. Throws Trouble `file-not-written`. */
export async function ensurePrivateDirectory(path: string): Promise<void> {
  try {
    const made = await mkdir(path, { recursive: true, mode: PRIVATE_DIRECTORY });
    if (made === undefined) await chmod(path, PRIVATE_DIRECTORY);
  } catch (error) {
    throw notWritten(path, error);
  }
}

/**
 * Writes a file so that a reader, a crash or a full disk finds the old or the new text, never a part.
 * @param mode permission bits; the umask does not change them
 * @throws Trouble `file-not-written`
 */
export async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: PRIVATE_DIRECTORY });
    await writeWhole(path, text, mode);
  } catch (error) {
    throw notWritten(path, error);
  }
}

/**
 * Writes a file that must not be there yet: the name is claimed first, then filled as `replaceFile` does.
 * @throws Trouble `file-exists` or `file-not-written`
 */
export async function createFile(path: string, text: string, mode: number): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: PRIVATE_DIRECTORY });
  } catch (error) {
    throw notWritten(path, error);
  }
  try {
    const handle = await open(path, 'wx', mode);
    await handle.close();
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw notWritten(path, error);
    throw new Trouble(
      'file-exists',
      {
        id: 'berkas ini sudah ada dan tidak ditimpa',
        en: 'this file is there already and is not overwritten',
      },
      {
        id: 'Pilih nama lain, pindahkan berkas itu, atau minta agar ditimpa.',
        en: 'Choose another name, move that file away, or ask for it to be replaced.',
      },
      path,
    );
  }
  try {
    await writeWhole(path, text, mode);
  } catch (error) {
    await rm(path, { force: true });
    throw notWritten(path, error);
  }
}

const REASONS: Readonly<Record<string, { readonly id: string; readonly en: string }>> = {
  EACCES: { id: 'tidak ada izin', en: 'no permission' },
  EPERM: { id: 'tidak ada izin', en: 'no permission' },
  EROFS: { id: 'sistem berkasnya hanya-baca', en: 'its file system is read-only' },
  ENOSPC: { id: 'ruang disk habis', en: 'the disk is full' },
  EDQUOT: { id: 'kuota disk habis', en: 'the disk quota is used up' },
  ENOTDIR: { id: 'bagian dari path-nya bukan direktori', en: 'a part of its path is not a directory' },
  EEXIST: { id: 'bagian dari path-nya bukan direktori', en: 'a part of its path is not a directory' },
  EISDIR: { id: 'di sana sudah ada direktori', en: 'there is a directory of that name' },
};

/** Why a file operation failed, in words. */
export function fileReason(error: unknown): { readonly id: string; readonly en: string } {
  const code = errorCode(error) ?? 'unknown';
  return REASONS[code] ?? { id: `kesalahan sistem ${code}`, en: `system error ${code}` };
}

/** An error of the system as a Trouble; any other is a mistake of ours and stays what it is. */
function notWritten(path: string, error: unknown): unknown {
  if (errorCode(error) === null) return error;
  const reason = fileReason(error);
  return new Trouble(
    'file-not-written',
    { id: `berkas tidak dapat ditulis: ${reason.id}`, en: `the file cannot be written: ${reason.en}` },
    {
      id: 'Periksa izin direktorinya (ls -ld) dan ruang disk (df -h), lalu coba lagi.',
      en: "Check the directory's permissions (ls -ld) and the disk space (df -h), then try again.",
    },
    path,
    2,
    { cause: error },
  );
}
