/** Programs that show files and directories. They stream: what they read goes out at once. */
import type { Program } from '../kernel/kernel.js';
import { joinPath } from '../vfs/volume.js';
import { formatTime } from '../shell/builtins/format.js';
import { each, withOptions } from './program.js';
import { groupName, userName } from './owners.js';
import { CHUNK, head, openOperand, tail } from './head-tail.js';
import { modeLetters, stat } from './stat.js';

const cat = withOptions({ flags: 'nuAeEstTvb', long: ['number', 'show-all'] }, async (process, options) => {
  const operands = options.operands.length > 0 ? options.operands : ['-'];
  const marks = options.has('A', 'e', 'E', 't', 'T', 'v', 'show-all');
  let line = 0;
  return each(
    process,
    operands,
    (operand) => operand,
    async (_path, operand) => {
      const file = openOperand(process, operand).retain();
      try {
        for (;;) {
          const chunk = await file.read(CHUNK, process.signal);
          if (chunk === null) break;
          if (!options.has('n', 'number', 'b') && !marks) {
            await process.out(chunk);
            continue;
          }
          let text = chunk.toString('utf8');
          if (marks)
            text = text.replaceAll('\t', options.has('A', 't', 'T') ? '^I' : '\t').replaceAll('\r', '^M');
          if (options.has('A', 'e', 'E')) text = text.replaceAll('\n', '$\n');
          if (options.has('n', 'number', 'b')) {
            text = text.replace(/^(?=[\s\S])/gm, () => `${String((line += 1)).padStart(6)}\t`);
          }
          await process.out(text);
        }
      } finally {
        file.close();
      }
    },
  );
});

const ls = withOptions(
  {
    flags: 'alhAd1tSrRFiQ',
    values: 'I',
    long: ['all', 'almost-all', 'color', 'color=', 'directory', 'time-style=', 'full-time', 'human-readable'],
  },
  async (process, options) => {
    const { view } = process;
    const { volume } = process.kernel;
    const operands = options.operands.length > 0 ? options.operands : ['.'];
    const line = (path: string, name: string): string => {
      const inode = view.getLink(path);
      const id = options.has('i') ? `${inode.ino} ` : '';
      if (!options.has('l')) return `${id}${name}\n`;
      const link = inode.kind === 'symlink' ? ` -> ${inode.target}` : '';
      const time = formatTime('%b %e %H:%M', inode.mtimeMs);
      const owner = `${userName(volume, inode.uid)} ${groupName(volume, inode.gid)}`;
      return `${id}${modeLetters(inode)} ${inode.nlink} ${owner} ${String(view.size(inode)).padStart(8)} ${time} ${name}${link}\n`;
    };
    const show = async (path: string, operand: string): Promise<void> => {
      const inode = view.getLink(path);
      const followed = inode.kind === 'symlink' && !options.has('l') ? view.peek(path) : inode;
      const isDirectory = followed?.kind === 'directory' || followed?.kind === 'live-directory';
      if (!isDirectory || options.has('d', 'directory')) {
        await process.out(line(path, operand));
        return;
      }
      if (operands.length > 1 || options.has('R')) await process.out(`${operand}:\n`);
      const names = view
        .list(path)
        .filter((name) => options.has('a', 'A', 'all', 'almost-all') || !name.startsWith('.'));
      if (options.has('a', 'all')) names.unshift('.', '..');
      if (options.has('t'))
        names.sort(
          (a, b) => view.getLink(joinPath(path, b)).mtimeMs - view.getLink(joinPath(path, a)).mtimeMs,
        );
      if (options.has('r')) names.reverse();
      if (options.has('l')) await process.out(`total ${names.length * 4}\n`);
      for (const name of names) await process.out(line(joinPath(path, name), name));
      if (!options.has('R')) return;
      for (const name of names) {
        if (view.getLink(joinPath(path, name)).kind !== 'directory') continue;
        await process.out('\n');
        await show(joinPath(path, name), `${operand.replace(/\/$/, '')}/${name}`);
      }
    };
    const status = await each(process, operands, (operand) => `cannot access '${operand}'`, show);
    return status === 0 ? 0 : 2;
  },
);

const which: Program = async (process, args) => {
  let status = 0;
  for (const name of args.filter((arg) => !arg.startsWith('-'))) {
    const dirs = name.includes('/') ? [''] : (process.env.get('PATH') ?? '').split(':');
    const found = dirs
      .map((dir) => joinPath(dir === '' ? process.cwd : dir, name))
      .find((path) => process.view.access(path, 1));
    if (found === undefined) status = 1;
    else await process.out(`${found}\n`);
  }
  return status;
};

export const showPrograms: Readonly<Record<string, Program>> = { cat, head, tail, ls, stat, which };
