/** stat and ls -l: what there is to know about a file. */
import type { Inode } from '../vfs/inode.js';
import { formatTime } from '../shell/builtins/format.js';
import { each, withOptions } from './program.js';
import { groupName, userName } from './owners.js';

const TYPES: Readonly<Record<Inode['kind'], string>> = {
  file: '-',
  live: '-',
  directory: 'd',
  'live-directory': 'd',
  symlink: 'l',
  device: 'c',
};

export function modeLetters(inode: Inode): string {
  const bits = 'rwxrwxrwx';
  const letters = [...bits].map((letter, index) => ((inode.mode >> (8 - index)) & 1 ? letter : '-'));
  if ((inode.mode & 0o1000) !== 0) letters[8] = letters[8] === 'x' ? 't' : 'T';
  if ((inode.mode & 0o4000) !== 0) letters[2] = letters[2] === 'x' ? 's' : 'S';
  if ((inode.mode & 0o2000) !== 0) letters[5] = letters[5] === 'x' ? 's' : 'S';
  const socket = inode.kind === 'device' && inode.device === 'socket';
  return (socket ? 's' : TYPES[inode.kind]) + letters.join('');
}

const KINDS: Readonly<Record<Inode['kind'], string>> = {
  file: 'regular file',
  live: 'regular file',
  directory: 'directory',
  'live-directory': 'directory',
  symlink: 'symbolic link',
  device: 'character special file',
};

export const stat = withOptions(
  { flags: 'Lft', values: 'c', long: ['format=', 'printf=', 'dereference', 'file-system', 'terse'] },
  async (process, options) => {
    const { view } = process;
    const { volume } = process.kernel;
    if (options.has('f', 'file-system')) {
      const kind = (path: string) =>
        /^\/(proc|sys|run|dev)(\/|$)/.test(path)
          ? path.startsWith('/proc')
            ? 'proc'
            : 'tmpfs'
          : 'ext2/ext3';
      const format = options.value('c', 'format') ?? '%n %T';
      return each(
        process,
        options.operands,
        (operand) => `cannot read file system information for '${operand}'`,
        async (path) => {
          view.get(path);
          await process.out(`${format.replaceAll('%T', kind(path)).replaceAll('%n', path)}\n`);
        },
      );
    }
    const printf = options.value('printf');
    const format = printf ?? options.value('c', 'format');
    return each(
      process,
      options.operands,
      (operand) => `cannot statx '${operand}'`,
      async (path, operand) => {
        const inode = options.has('L', 'dereference') ? view.get(path) : view.getLink(path);
        const seconds = Math.floor(inode.mtimeMs / 1000);
        const human = `${formatTime('%Y-%m-%d %H:%M:%S', inode.mtimeMs)}.${String(Math.floor(inode.mtimeMs % 1000)).padStart(3, '0')}000000 +0000`;
        const size = inode.kind === 'live' ? 0 : view.size(inode);
        const fields: Readonly<Record<string, string>> = {
          n: operand,
          N: inode.kind === 'symlink' ? `'${operand}' -> '${inode.target}'` : `'${operand}'`,
          a: inode.mode.toString(8),
          A: modeLetters(inode),
          f: inode.mode.toString(16),
          u: String(inode.uid),
          g: String(inode.gid),
          U: userName(volume, inode.uid),
          G: groupName(volume, inode.gid),
          s: String(size),
          b: String(Math.ceil(size / 512)),
          B: '512',
          i: String(inode.ino),
          h: String(inode.nlink),
          F: inode.kind === 'file' && size === 0 ? 'regular empty file' : KINDS[inode.kind],
          Y: String(seconds),
          X: String(seconds),
          Z: String(seconds),
          W: String(seconds),
          y: human,
          x: human,
          z: human,
          d: '2050',
          D: '802',
          m: '/',
          '%': '%',
        };
        if (format !== undefined) {
          const text = format.replace(/%([a-zA-Z%])/g, (whole, letter: string) => fields[letter] ?? whole);
          await process.out(
            printf === undefined ? `${text}\n` : text.replaceAll('\\n', '\n').replaceAll('\\t', '\t'),
          );
          return;
        }
        await process.out(
          `  File: ${operand}\n  Size: ${size}\t\tBlocks: ${fields['b']}\tIO Block: 4096   ${fields['F']}\n` +
            `Access: (${inode.mode.toString(8).padStart(4, '0')}/${modeLetters(inode)})  Uid: (${inode.uid}/${fields['U']})   Gid: (${inode.gid}/${fields['G']})\n` +
            `Modify: ${human}\n`,
        );
      },
    );
  },
);
