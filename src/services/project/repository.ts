/** The project as a folder of a person's: compared with what is there, and written beside it before it takes its place. */
import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Trouble } from '../../lab/types.js';
import type { ProjectFile } from '../../project/files.js';
import { errorCode, fileReason } from '../files/atomic.js';

/** What writing the files into a folder would do there. */
export interface Comparison {
  /** `empty` may hold a `.git`: a clone of a new repository. */
  readonly folder: 'absent' | 'empty' | 'filled';
  /** Paths of files that are there, byte for byte. */
  readonly same: readonly string[];
  /** Paths at which something else is. */
  readonly different: readonly string[];
  readonly missing: readonly string[];
}

const EXECUTABLE = 0o100;

/**
 * @param folder absolute path
 * @throws Trouble `scaffold-blocked` when a directory, a link to one, or a file stands where the other is needed; `file-not-read`
 */
export async function compareFolder(folder: string, files: readonly ProjectFile[]): Promise<Comparison> {
  const entries = await entriesOf(folder);
  const paths = (of: readonly ProjectFile[]): readonly string[] => of.map((file) => file.path);
  if (entries === null) return { folder: 'absent', same: [], different: [], missing: paths(files) };
  const state = entries.every((name) => name === '.git') ? 'empty' : 'filled';
  const found = { same: [] as string[], different: [] as string[], missing: [] as string[] };
  const parents = new Map<string, boolean>();
  for (const file of files) found[await standingOf(folder, file, parents)].push(file.path);
  return { folder: state, ...found };
}

/** @returns names in the folder; null when there is none */
async function entriesOf(folder: string): Promise<readonly string[] | null> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    if (errorCode(error) === 'ENOTDIR') throw blocked(folder);
    throw notRead(folder, error);
  }
}

/** @param parents directories looked at so far: whether each is there */
async function standingOf(
  folder: string,
  { path, bytes, mode }: ProjectFile,
  parents: Map<string, boolean>,
): Promise<'same' | 'different' | 'missing'> {
  if (!(await isInPlace(folder, dirname(path), parents))) return 'missing';
  const file = join(folder, path);
  try {
    const facts = await lstat(file);
    if (facts.isDirectory()) throw blocked(file);
    if (!facts.isFile() || facts.size !== bytes.length) return 'different';
    if ((facts.mode & EXECUTABLE) !== (mode & EXECUTABLE)) return 'different';
    return (await readFile(file)).equals(bytes) ? 'same' : 'different';
  } catch (error) {
    if (error instanceof Trouble) throw error;
    if (errorCode(error) === 'ENOENT') return 'missing';
    throw notRead(file, error);
  }
}

/** Whether a directory of the repository is there. A link in its place could lead anywhere: nothing is written through it. */
async function isInPlace(folder: string, inside: string, parents: Map<string, boolean>): Promise<boolean> {
  if (inside === '.') return true;
  const known = parents.get(inside);
  if (known !== undefined) return known;
  let there = await isInPlace(folder, dirname(inside), parents);
  if (there) {
    const path = join(folder, inside);
    const facts = await lstat(path).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return null;
      throw notRead(path, error);
    });
    if (facts !== null && !facts.isDirectory()) throw blocked(path);
    there = facts !== null;
  }
  parents.set(inside, there);
  return there;
}

/**
 * Writes what is missing or different. A new folder appears as a whole; in one that is there each file is whole at every
 * moment, and none is touched before all of them could be written beside it.
 * @throws Trouble `scaffold-not-written`
 */
export async function writeFolder(
  folder: string,
  files: readonly ProjectFile[],
  { folder: state, same }: Comparison,
): Promise<void> {
  const wanted = files.filter((file) => !same.includes(file.path));
  const mark = randomBytes(6).toString('hex');
  const beside =
    state === 'absent'
      ? join(dirname(folder), `.${basename(folder)}.threebody-${mark}`)
      : join(folder, `.threebody-${mark}`);
  try {
    await mkdir(dirname(folder), { recursive: true });
    await mkdir(beside);
    for (const { path, bytes, mode } of wanted) {
      await mkdir(join(beside, dirname(path)), { recursive: true });
      await writeFile(join(beside, path), bytes, { mode });
    }
    if (state === 'absent') await rename(beside, folder);
    else
      for (const { path } of wanted) {
        await mkdir(join(folder, dirname(path)), { recursive: true });
        await rename(join(beside, path), join(folder, path));
      }
  } catch (error) {
    throw notWritten(folder, error);
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}

function blocked(path: string): Trouble {
  return new Trouble(
    'scaffold-blocked',
    {
      id: 'di sini ada folder, tautan, atau berkas yang menghalangi berkas proyek',
      en: 'a folder, link or file here is in the way of a file of the project',
    },
    { id: 'Pindahkan, atau pilih folder lain.', en: 'Move it away, or choose another folder.' },
    path,
  );
}

function notRead(path: string, error: unknown): unknown {
  if (errorCode(error) === null) return error;
  const reason = fileReason(error);
  return new Trouble(
    'file-not-read',
    { id: `ini tidak dapat dibaca: ${reason.id}`, en: `this cannot be read: ${reason.en}` },
    {
      id: 'Periksa izinnya (ls -ld), atau pilih folder lain.',
      en: 'Check its permissions (ls -ld), or choose another folder.',
    },
    path,
    2,
    { cause: error },
  );
}

function notWritten(folder: string, error: unknown): unknown {
  if (errorCode(error) === null) return error;
  const reason = fileReason(error);
  return new Trouble(
    'scaffold-not-written',
    {
      id: `proyek tidak dapat ditulis di sini: ${reason.id}`,
      en: `the project cannot be written here: ${reason.en}`,
    },
    {
      id: 'Periksa izin folder itu (ls -ld) dan ruang disk (df -h), lalu jalankan lagi: yang sudah tertulis tidak ditulis ulang.',
      en: 'Check the permissions of that folder (ls -ld) and the disk space (df -h), then run this again: what is written already stays.',
    },
    folder,
    2,
    { cause: error },
  );
}
