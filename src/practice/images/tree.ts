/** The file system of an image as a list: what a build leaves, a registry keeps and a container starts with. */
import type { Inode } from '../vfs/inode.js';
import type { Volume } from '../vfs/volume.js';

interface Owned {
  readonly path: string;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}
export type TreeEntry =
  | (Owned & { readonly kind: 'directory' })
  | (Owned & { readonly kind: 'symlink'; readonly target: string })
  | (Owned & {
      readonly kind: 'file';
      readonly content: string;
      readonly encoding: 'utf8' | 'base64';
      /** The simulated program that executing it runs. */
      readonly program: string | null;
    });

function entryOf(path: string, inode: Inode): TreeEntry | null {
  const owned = { path, uid: inode.uid, gid: inode.gid, mode: inode.mode };
  switch (inode.kind) {
    case 'directory':
      return { ...owned, kind: 'directory' };
    case 'symlink':
      return { ...owned, kind: 'symlink', target: inode.target };
    case 'file': {
      const bytes = inode.bytes.subarray(0, inode.size);
      const text = bytes.toString('utf8');
      const plain = Buffer.from(text).equals(bytes);
      return {
        ...owned,
        kind: 'file',
        content: plain ? text : bytes.toString('base64'),
        encoding: plain ? 'utf8' : 'base64',
        program: inode.program,
      };
    }
    case 'live':
    case 'live-directory':
    case 'device':
      return null;
  }
}
/**
 * Everything below a path of a volume, parents first, by name.
 * @param keep false leaves an entry out, with what is below it
 */
export function listTree(
  volume: Volume,
  from = '/',
  keep: (path: string, inode: Inode) => boolean = () => true,
): readonly TreeEntry[] {
  const found: TreeEntry[] = [];
  const walk = (path: string, inode: Inode): void => {
    if (!keep(path, inode)) return;
    const entry = entryOf(path, inode);
    if (entry === null) return;
    if (path !== '/') found.push(entry);
    if (inode.kind !== 'directory') return;
    for (const [name, child] of [...inode.entries].toSorted(([a], [b]) => (a < b ? -1 : 1)))
      walk(path === '/' ? `/${name}` : `${path}/${name}`, child);
  };
  const start = volume.find(from);
  if (start !== undefined) walk(from, start);
  return found;
}
/** Puts entries into a volume; what is there stays where nothing lies over it. */
export function plantTree(volume: Volume, tree: readonly TreeEntry[]): void {
  for (const entry of tree) {
    const { path, uid, gid, mode } = entry;
    switch (entry.kind) {
      case 'directory': {
        const made = volume.ensureDirectory(path);
        made.uid = uid;
        made.gid = gid;
        made.mode = mode;
        break;
      }
      case 'symlink':
        volume.place(path, volume.make.symlink(entry.target, { uid, gid }));
        break;
      case 'file': {
        const file = volume.make.file({ uid, gid, mode }, Buffer.from(entry.content, entry.encoding));
        file.program = entry.program;
        volume.place(path, file);
        break;
      }
    }
  }
}
/** Bytes that the files of a tree hold. */
export const treeBytes = (tree: readonly TreeEntry[]): number =>
  tree.reduce((sum, entry) => sum + (entry.kind === 'file' ? entry.content.length : 0), 0);
