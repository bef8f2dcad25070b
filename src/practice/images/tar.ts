/** Archives in the form of tar (ustar), gzipped: what release pages hand out. */
import { gzipSync } from 'node:zlib';

export interface TarEntry {
  /** With a slash at the end for a directory. */
  readonly path: string;
  readonly content: string | Buffer;
  readonly mode: number;
}
const BLOCK = 512;

function header(entry: TarEntry, size: number, mtime: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, width: number) =>
    block.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at, 'latin1');
  block.write(entry.path, 0, 100, 'utf8');
  octal(entry.mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(mtime, 136, 12);
  block.write('        ', 148, 'latin1');
  block.write(entry.path.endsWith('/') ? '5' : '0', 156, 'latin1');
  block.write('ustar\u000000', 257, 'latin1');
  block.write('root', 265, 'latin1');
  block.write('root', 297, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}
/** @param mtime epoch seconds of all entries */
export function tarPlain(entries: readonly TarEntry[], mtime: number): Buffer {
  const blocks = entries.flatMap((entry) => {
    const bytes = Buffer.from(entry.content);
    const padding = Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK);
    return [header(entry, bytes.length, mtime), bytes, padding];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}
export const tarGz = (entries: readonly TarEntry[], mtime: number): Buffer =>
  gzipSync(tarPlain(entries, mtime));
