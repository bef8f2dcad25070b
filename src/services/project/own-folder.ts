/** A person's own project as a folder: which of its files go into the archive, and which stay at home. */
import type { Dirent } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { comparePaths } from '../../project/files.js';
import { fileReason } from '../files/atomic.js';
import type { TarEntry } from './tar.js';
import { projectTrouble } from './troubles.js';

export interface OwnFolder {
  readonly entries: readonly TarEntry[];
  /** What was left out, as paths in the folder; a directory ends with a slash. */
  readonly leftOut: readonly string[];
}

/** More is no project but a home directory, or a disk. */
const MOST_FILES = 20_000;
const MOST_BYTES = 1024 * 1024 * 1024;

/** What git, package managers and Vagrant keep beside a project: large, or with keys in it, and made anew where it is needed. */
const DIRECTORIES = ['.git', 'node_modules', 'vendor', '.vagrant'];
/** Files that hold secrets, or that only mean something on this computer. `.env.example` and the like are meant to be shared. */
const PRIVATE = [
  /^\.git$/,
  /^\.env(?:\.(?!example$|sample$|template$|dist$).*)?$/,
  /^kubeconfig/,
  /\.(?:key|p12|pfx)$/,
  /^id_(?:rsa|ed25519|ecdsa)(?!.*\.pub$)/,
  // Lab files hold passwords, and a folder of a project is one of the places where they are looked for.
  /^threebody\.ya?ml$/,
  /^lab\.ya?ml$/,
  /^\.DS_Store$/,
];

/**
 * Walks the folder. Empty directories are not kept, as in git; symbolic links are kept when they lead to something inside.
 * @param root absolute path
 * @throws Trouble `project-source` when it cannot be read, is empty, or is too large to be a project
 */
export async function readOwnFolder(root: string, signal?: AbortSignal): Promise<OwnFolder> {
  const entries: TarEntry[] = [];
  const leftOut: string[] = [];
  let bytes = 0;
  const visit = async (inside: string): Promise<void> => {
    for (const found of await listed(root, inside)) {
      signal?.throwIfAborted();
      const path = inside === '' ? found.name : `${inside}/${found.name}`;
      const { entry, kind } = await entryFor(root, path, found);
      if (kind === 'directory') await visit(path);
      else if (entry === null) leftOut.push(found.isDirectory() ? `${path}/` : path);
      else {
        entries.push(entry);
        if (entry.content.kind === 'file') bytes += entry.content.size;
        if (entries.length > MOST_FILES || bytes > MOST_BYTES) throw tooLarge(root);
      }
    }
  };
  await visit('');
  if (entries.length === 0)
    throw projectTrouble(root, {
      id: 'folder ini tidak berisi berkas yang dapat dikirim',
      en: 'this folder holds no file that can be sent',
    });
  return { entries: entries.toSorted((a, b) => comparePaths(a.path, b.path)), leftOut };
}

async function listed(root: string, inside: string): Promise<readonly Dirent[]> {
  try {
    const found = await readdir(join(root, inside), { withFileTypes: true });
    return found.toSorted((a, b) => comparePaths(a.name, b.name));
  } catch (error) {
    throw projectTrouble(join(root, inside), fileReason(error));
  }
}

interface Found {
  readonly kind: 'directory' | 'other';
  /** null: left out. */
  readonly entry: TarEntry | null;
}
const LEFT_OUT: Found = { kind: 'other', entry: null };

async function entryFor(root: string, path: string, found: Dirent): Promise<Found> {
  if (found.isDirectory())
    return DIRECTORIES.includes(found.name) ? LEFT_OUT : { kind: 'directory', entry: null };
  if (PRIVATE.some((pattern) => pattern.test(found.name))) return LEFT_OUT;
  const file = join(root, path);
  if (!found.isFile() && !found.isSymbolicLink()) return LEFT_OUT;
  try {
    if (found.isSymbolicLink()) {
      const to = await readlink(file);
      if (!leadsInside(path, to)) return LEFT_OUT;
      return { kind: 'other', entry: { path, mode: 0o777, content: { kind: 'link', to } } };
    }
    const { mode, size } = await lstat(file);
    const executable = (mode & 0o100) !== 0;
    return {
      kind: 'other',
      entry: { path, mode: executable ? 0o755 : 0o644, content: { kind: 'file', file, size } },
    };
  } catch (error) {
    throw projectTrouble(file, fileReason(error));
  }
}

/** @param path of the link in the folder @param to what the link says */
function leadsInside(path: string, to: string): boolean {
  if (posix.isAbsolute(to)) return false;
  const target = posix.normalize(posix.join(posix.dirname(path), to));
  return target !== '..' && !target.startsWith('../');
}

function tooLarge(root: string): Error {
  return projectTrouble(
    root,
    {
      id: `folder ini terlalu besar untuk sebuah proyek (lebih dari ${MOST_FILES} berkas atau ${MOST_BYTES / 1024 ** 3} GiB)`,
      en: `this folder is too large for a project (more than ${MOST_FILES} files or ${MOST_BYTES / 1024 ** 3} GiB)`,
    },
    {
      id: 'Tunjuk folder proyeknya sendiri, bukan folder di atasnya, dan bersihkan hasil build di dalamnya.',
      en: 'Name the folder of the project itself, not one above it, and clean up build output in it.',
    },
  );
}
