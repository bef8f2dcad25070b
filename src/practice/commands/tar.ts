/** tar: lists, extracts and makes archives (ustar, gzipped or not). */
import { gunzipSync } from 'node:zlib';
import { tarGz, tarPlain, type TarEntry } from '../images/tar.js';
import { readOperand } from '../kernel/open.js';
import type { Program } from '../kernel/kernel.js';
import type { Process } from '../kernel/process.js';
import { SystemError } from '../vfs/inode.js';
import { joinPath } from '../vfs/volume.js';
import { matchesPattern } from '../shell/patterns.js';
import { OptionError, readOptions, type Options } from './options.js';

const BLOCK = 512;
interface Entry {
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  readonly kind: string;
  readonly link: string;
  readonly content: Buffer;
}
class Damaged extends Error {
  override readonly name = 'Damaged';
}
function entries(bytes: Buffer): readonly Entry[] {
  const found: Entry[] = [];
  for (let at = 0; at + BLOCK <= bytes.length;) {
    const head = bytes.subarray(at, at + BLOCK);
    if (head.every((byte) => byte === 0)) return found;
    const text = (from: number, length: number) =>
      head.toString('utf8', from, from + length).replace(/\0[\s\S]*$/, '');
    const octal = (from: number, length: number) => Number.parseInt(text(from, length).trim() || '0', 8);
    if (text(257, 5) !== 'ustar') throw new Damaged('tar: This does not look like a tar archive');
    const size = octal(124, 12);
    const content = bytes.subarray(at + BLOCK, at + BLOCK + size);
    if (content.length < size) throw new Damaged('tar: Unexpected EOF in archive');
    const prefix = text(345, 155);
    found.push({
      path: prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`,
      mode: octal(100, 8),
      uid: octal(108, 8),
      gid: octal(116, 8),
      mtime: octal(136, 12),
      kind: text(156, 1),
      link: text(157, 100),
      content,
    });
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return found;
}
function unpacked(bytes: Buffer): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes);
  } catch (error) {
    const short = error instanceof Error && /unexpected end/.test(error.message);
    throw new Damaged(
      `\ngzip: stdin: ${short ? 'unexpected end of file' : 'invalid compressed data--format violated'}\ntar: ${short ? 'Unexpected EOF in archive' : 'Child returned status 1'}`,
    );
  }
}

function extract(process: Process, entry: Entry, target: string, options: Options): void {
  const { view } = process;
  const makeParents = (path: string) => {
    let walked = '';
    for (const part of path
      .split('/')
      .filter((name) => name !== '')
      .slice(0, -1)) {
      walked += `/${part}`;
      if (view.peek(walked) === undefined) view.makeDirectory(walked, 0o777);
    }
  };
  makeParents(target);
  const there = view.peek(target, false);
  const mode = process.credentials.uid === 0 || options.has('p') ? entry.mode : entry.mode & ~process.umask;
  if (entry.kind === '5') {
    if (there === undefined) view.makeDirectory(target, mode);
  } else {
    if (there !== undefined && options.has('skip-old-files', 'k', 'keep-old-files')) return;
    if (there !== undefined) view.unlink(target);
    if (entry.kind === '2') {
      view.symlink(entry.link, target);
      return;
    }
    view.write(target, entry.content);
  }
  view.chmod(target, mode & 0o7777);
  if (process.credentials.uid === 0 && !options.has('no-same-owner'))
    view.chown(target, { uid: entry.uid, gid: entry.gid });
  if (!options.has('m')) view.touch(target, entry.mtime * 1000);
}

async function create(
  process: Process,
  options: Options,
  base: string,
  file: string | undefined,
): Promise<number> {
  const { view } = process;
  const found: TarEntry[] = [];
  const add = (name: string): void => {
    const path = joinPath(base, name);
    const inode = view.get(path);
    if (inode.kind === 'directory') {
      found.push({ path: `${name.replace(/\/$/, '')}/`, content: '', mode: inode.mode });
      for (const child of view.list(path)) add(`${name.replace(/\/$/, '')}/${child}`);
    } else if (inode.kind === 'file')
      found.push({ path: name.replace(/^\//, ''), content: view.readBytes(path), mode: inode.mode });
  };
  for (const name of options.operands) add(name);
  const now = Math.floor(process.kernel.now() / 1000);
  const bytes = options.has('z', 'gzip') ? tarGz(found, now) : tarPlain(found, now);
  if (file === undefined || file === '-') await process.out(bytes);
  else view.write(process.path(file), bytes);
  return 0;
}

export const tar: Program = async (process, args) => {
  // The old style has no dash: `tar xzf file`.
  const [first = '', ...rest] = args;
  const words = /^[a-zA-Z]+$/.test(first) ? [`-${first}`, ...rest] : args;
  let options: Options;
  try {
    options = readOptions(words, {
      flags: 'xtczvpkmjJa',
      values: 'fCT',
      long: [
        'extract',
        'list',
        'create',
        'gzip',
        'gunzip',
        'verbose',
        'file=',
        'directory=',
        'strip-components=',
        'no-same-owner',
        'same-owner',
        'skip-old-files',
        'keep-old-files',
        'overwrite',
        'exclude=',
        'preserve-permissions',
        'no-same-permissions',
        'wildcards',
        'one-top-level',
      ],
    });
  } catch (error) {
    if (error instanceof OptionError) return process.refuse(`option ${error.option}`);
    throw error;
  }
  if (options.has('j', 'J')) return process.refuse('this compression');
  const base = process.path(options.value('C', 'directory') ?? '.');
  const file = options.value('f', 'file');
  if (options.has('c', 'create')) return create(process, options, base, file);
  if (!options.has('x', 't', 'extract', 'list')) {
    await process.err("tar: You must specify one of the '-Acdtrux', '--delete' or '--test-label' options\n");
    return 2;
  }
  let bytes: Buffer;
  try {
    bytes = await readOperand(process, file ?? '-');
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    await process.err(
      `tar: ${file ?? ''}: Cannot open: ${error.message}\ntar: Error is not recoverable: exiting now\n`,
    );
    return 2;
  }
  try {
    if (options.has('z', 'gzip') && (bytes[0] !== 0x1f || bytes[1] !== 0x8b))
      throw new Damaged(
        `\ngzip: stdin: ${bytes.length === 0 ? 'unexpected end of file' : 'not in gzip format'}\ntar: Child returned status 1`,
      );
    const found = entries(unpacked(bytes));
    const strip = Number(options.value('strip-components') ?? 0);
    for (const entry of found) {
      const wanted = options.operands;
      if (
        wanted.length > 0 &&
        !wanted.some(
          (name) =>
            entry.path === name ||
            entry.path.startsWith(`${name.replace(/\/$/, '')}/`) ||
            matchesPattern(entry.path, name),
        )
      )
        continue;
      if (options.all('exclude').some((pattern) => matchesPattern(entry.path, pattern))) continue;
      if (options.has('t', 'list')) {
        await process.out(`${entry.path}\n`);
        continue;
      }
      const parts = entry.path.split('/').filter((part) => part !== '' && part !== '.');
      if (parts.length <= strip) continue;
      if (options.has('v', 'verbose')) await process.out(`${entry.path}\n`);
      // The big ones take their time on a real disk.
      await process.sleep(Math.min(2000, entry.content.length / 4000));
      extract(process, entry, joinPath(base, parts.slice(strip).join('/')), options);
    }
    return 0;
  } catch (error) {
    if (error instanceof Damaged)
      await process.err(`${error.message}\ntar: Error is not recoverable: exiting now\n`);
    else if (error instanceof SystemError)
      await process.err(
        `tar: ${error.path ?? ''}: Cannot open: ${error.message}\ntar: Exiting with failure status due to previous errors\n`,
      );
    else throw error;
    return 2;
  }
};
