/** Programs that show files and directories. They stream: what they read goes out at once. */
import type { Program } from '../kernel/kernel.js';
import { openPath } from '../kernel/open.js';
import type { Description } from '../kernel/description.js';
import type { Process } from '../kernel/process.js';
import { type Inode } from '../vfs/inode.js';
import { joinPath } from '../vfs/volume.js';
import { formatTime } from '../shell/builtins/format.js';
import { each, withOptions } from './files.js';
import { groupName, userName } from './owners.js';

const CHUNK = 65_536;

function open(process: Process, operand: string): Description {
  return operand === '-' ? process.descriptor(0) : openPath(process, process.path(operand), { read: true });
}

const cat = withOptions({ flags: 'nuAeEstTvb', long: ['number', 'show-all'] }, async (process, options) => {
  const operands = options.operands.length > 0 ? options.operands : ['-'];
  const marks = options.has('A', 'e', 'E', 't', 'T', 'v', 'show-all');
  let line = 0;
  return each(process, operands, (operand) => operand, async (_path, operand) => {
    const file = open(process, operand).retain();
    try {
      for (;;) {
        const chunk = await file.read(CHUNK, process.signal);
        if (chunk === null) break;
        if (!options.has('n', 'number', 'b') && !marks) {
          await process.out(chunk);
          continue;
        }
        let text = chunk.toString('utf8');
        if (marks) text = text.replaceAll('\t', options.has('A', 't', 'T') ? '^I' : '\t').replaceAll('\r', '^M');
        if (options.has('A', 'e', 'E')) text = text.replaceAll('\n', '$\n');
        if (options.has('n', 'number', 'b')) {
          text = text.replace(/^(?=[\s\S])/gm, () => `${String((line += 1)).padStart(6)}\t`);
        }
        await process.out(text);
      }
    } finally {
      file.close();
    }
  });
});

/** `10`, `-10`, `+10`, with K and M. */
function amount(text: string): { readonly count: number; readonly sign: '' | '+' | '-' } {
  const match = /^([+-]?)(\d+)([bkKMG]?)/.exec(text);
  const factor = { b: 512, k: 1024, K: 1024, M: 1 << 20, G: 1 << 30 }[match?.[3] ?? ''] ?? 1;
  const sign = match?.[1];
  return { count: Number(match?.[2] ?? 10) * factor, sign: sign === '+' || sign === '-' ? sign : '' };
}
/** The old form `head -5`. */
function modern(args: readonly string[]): readonly string[] {
  return args.map((arg) => (/^-\d+$/.test(arg) ? `-n${arg.slice(1)}` : arg));
}

const head: Program = (process, args) =>
  withOptions({ flags: 'qv', values: 'nc', long: ['lines=', 'bytes=', 'quiet'] }, async (_process, options) => {
    const bytesWanted = options.value('c', 'bytes');
    const { count, sign } = amount(bytesWanted ?? options.value('n', 'lines') ?? '10');
    const operands = options.operands.length > 0 ? options.operands : ['-'];
    return each(process, operands, (operand) => `cannot open '${operand}' for reading`, async (_path, operand) => {
      const file = open(process, operand).retain();
      try {
        if (operands.length > 1 && !options.has('q', 'quiet')) await process.out(`==> ${operand} <==\n`);
        let left = count;
        const held: Buffer[] = [];
        while (left > 0 || sign === '-') {
          const chunk = await file.read(CHUNK, process.signal);
          if (chunk === null) break;
          if (sign === '-') {
            held.push(chunk);
            continue;
          }
          const cut = bytesWanted === undefined ? lineEnd(chunk, left) : Math.min(chunk.length, left);
          left -= bytesWanted === undefined ? countLines(chunk.subarray(0, cut)) : cut;
          await process.out(chunk.subarray(0, cut));
          if (left <= 0) file.unread(chunk.subarray(cut));
        }
        if (sign === '-') {
          const all = Buffer.concat(held);
          const keep = bytesWanted === undefined ? Math.max(0, countLines(all) - count) : Math.max(0, all.length - count);
          await process.out(all.subarray(0, bytesWanted === undefined ? lineEnd(all, keep) : keep));
        }
      } finally {
        file.close();
      }
    });
  })(process, modern(args));

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (const byte of bytes) if (byte === 10) lines += 1;
  return lines;
}
/** Offset after so many lines. */
function lineEnd(bytes: Buffer, lines: number): number {
  let at = 0;
  for (let seen = 0; seen < lines; seen += 1) {
    const next = bytes.indexOf(10, at);
    if (next < 0) return bytes.length;
    at = next + 1;
  }
  return at;
}
function tailStart(bytes: Buffer, lines: number): number {
  let at = bytes.length;
  if (bytes.at(-1) === 10) at -= 1;
  for (let seen = 0; seen < lines; seen += 1) {
    const before = bytes.lastIndexOf(10, at - 1);
    if (before < 0 || at <= 0) return 0;
    at = before;
  }
  return lines === 0 ? bytes.length : at + 1;
}

const FOLLOW_MS = 100;
const tail: Program = (process, args) =>
  withOptions(
    { flags: 'fFqvz', values: 'ncs', long: ['lines=', 'bytes=', 'follow', 'follow=', 'pid=', 'retry', 'sleep-interval=', 'quiet'] },
    async (_process, options) => {
      const bytesWanted = options.value('c', 'bytes');
      const { count, sign } = amount(bytesWanted ?? options.value('n', 'lines') ?? '10');
      const [operand = '-'] = options.operands;
      const follow = options.has('f', 'F', 'follow') && operand !== '-';
      return each(process, [operand], () => `cannot open '${operand}' for reading`, async () => {
        const file = open(process, operand).retain();
        try {
          const chunks: Buffer[] = [];
          let skip = sign === '+' ? Math.max(0, count - 1) : 0;
          for (;;) {
            const chunk = await file.read(CHUNK, process.signal);
            if (chunk === null) break;
            if (sign !== '+') {
              chunks.push(chunk);
              continue;
            }
            const from = bytesWanted === undefined ? lineEnd(chunk, skip) : Math.min(skip, chunk.length);
            skip -= bytesWanted === undefined ? Math.min(skip, countLines(chunk.subarray(0, from))) : from;
            await process.out(chunk.subarray(from));
          }
          const all = Buffer.concat(chunks);
          if (sign !== '+') {
            await process.out(all.subarray(bytesWanted === undefined ? tailStart(all, count) : Math.max(0, all.length - count)));
          }
          if (follow) await followFile(process, file, options.value('pid'));
        } finally {
          file.close();
        }
      });
    },
  )(process, modern(args));

/** Goes on printing what is appended, until stdout is closed or the watched process is gone. */
async function followFile(process: Process, file: Description, pid: string | undefined): Promise<void> {
  const output = process.descriptor(1);
  while (!output.broken) {
    const gone = pid !== undefined && process.kernel.process(Number(pid)) === undefined;
    for (;;) {
      const chunk = await file.read(CHUNK, process.signal);
      if (chunk === null) break;
      await process.out(chunk);
    }
    if (gone) return;
    // What is followed is written in real time, so this wait is not scaled below a few milliseconds.
    await process.sleep(FOLLOW_MS);
  }
}

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
  return TYPES[inode.kind] + letters.join('');
}

const ls = withOptions(
  { flags: 'alhAd1tSrRFiQ', values: 'I', long: ['all', 'almost-all', 'color', 'color=', 'directory', 'time-style=', 'full-time', 'human-readable'] },
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
      const names = view.list(path).filter((name) => options.has('a', 'A', 'all', 'almost-all') || !name.startsWith('.'));
      if (options.has('a', 'all')) names.unshift('.', '..');
      if (options.has('t')) names.sort((a, b) => view.getLink(joinPath(path, b)).mtimeMs - view.getLink(joinPath(path, a)).mtimeMs);
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

const KINDS: Readonly<Record<Inode['kind'], string>> = {
  file: 'regular file',
  live: 'regular file',
  directory: 'directory',
  'live-directory': 'directory',
  symlink: 'symbolic link',
  device: 'character special file',
};
const stat = withOptions(
  { flags: 'Lft', values: 'c', long: ['format=', 'printf=', 'dereference', 'file-system', 'terse'] },
  async (process, options) => {
    const { view } = process;
    const { volume } = process.kernel;
    if (options.has('f', 'file-system')) {
      const kind = (path: string) => (/^\/(proc|sys|run|dev)(\/|$)/.test(path) ? (path.startsWith('/proc') ? 'proc' : 'tmpfs') : 'ext2/ext3');
      const format = options.value('c', 'format') ?? '%n %T';
      return each(process, options.operands, (operand) => `cannot read file system information for '${operand}'`, async (path) => {
        view.get(path);
        await process.out(`${format.replaceAll('%T', kind(path)).replaceAll('%n', path)}\n`);
      });
    }
    const printf = options.value('printf');
    const format = printf ?? options.value('c', 'format');
    return each(process, options.operands, (operand) => `cannot statx '${operand}'`, async (path, operand) => {
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
        await process.out(printf === undefined ? `${text}\n` : text.replaceAll('\\n', '\n').replaceAll('\\t', '\t'));
        return;
      }
      await process.out(
        `  File: ${operand}\n  Size: ${size}\t\tBlocks: ${fields['b']}\tIO Block: 4096   ${fields['F']}\n` +
          `Access: (${inode.mode.toString(8).padStart(4, '0')}/${modeLetters(inode)})  Uid: (${inode.uid}/${fields['U']})   Gid: (${inode.gid}/${fields['G']})\n` +
          `Modify: ${human}\n`,
      );
    });
  },
);

const which: Program = async (process, args) => {
  let status = 0;
  for (const name of args.filter((arg) => !arg.startsWith('-'))) {
    const dirs = name.includes('/') ? [''] : (process.env.get('PATH') ?? '').split(':');
    const found = dirs.map((dir) => joinPath(dir === '' ? process.cwd : dir, name)).find((path) => process.view.access(path, 1));
    if (found === undefined) status = 1;
    else await process.out(`${found}\n`);
  }
  return status;
};


export const showPrograms: Readonly<Record<string, Program>> = { cat, head, tail, ls, stat, which };
