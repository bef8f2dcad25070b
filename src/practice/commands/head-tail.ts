/** head and tail, tail -f too. */
import type { Program } from '../kernel/kernel.js';
import { openPath } from '../kernel/open.js';
import type { Description } from '../kernel/description.js';
import type { Process } from '../kernel/process.js';
import { each, withOptions } from './program.js';

export const CHUNK = 65_536;

export function openOperand(process: Process, operand: string): Description {
  return operand === '-' ? process.descriptor(0) : openPath(process, process.path(operand), { read: true });
}

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

export const head: Program = (process, args) =>
  withOptions(
    { flags: 'qv', values: 'nc', long: ['lines=', 'bytes=', 'quiet'] },
    async (_process, options) => {
      const bytesWanted = options.value('c', 'bytes');
      const { count, sign } = amount(bytesWanted ?? options.value('n', 'lines') ?? '10');
      const operands = options.operands.length > 0 ? options.operands : ['-'];
      return each(
        process,
        operands,
        (operand) => `cannot open '${operand}' for reading`,
        async (_path, operand) => {
          const file = openOperand(process, operand).retain();
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
              const keep =
                bytesWanted === undefined
                  ? Math.max(0, countLines(all) - count)
                  : Math.max(0, all.length - count);
              await process.out(all.subarray(0, bytesWanted === undefined ? lineEnd(all, keep) : keep));
            }
          } finally {
            file.close();
          }
        },
      );
    },
  )(process, modern(args));

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

export const tail: Program = (process, args) =>
  withOptions(
    {
      flags: 'fFqvz',
      values: 'ncs',
      long: ['lines=', 'bytes=', 'follow', 'follow=', 'pid=', 'retry', 'sleep-interval=', 'quiet'],
    },
    async (_process, options) => {
      const bytesWanted = options.value('c', 'bytes');
      const { count, sign } = amount(bytesWanted ?? options.value('n', 'lines') ?? '10');
      const [operand = '-'] = options.operands;
      const follow = options.has('f', 'F', 'follow') && operand !== '-';
      return each(
        process,
        [operand],
        () => `cannot open '${operand}' for reading`,
        async () => {
          const file = openOperand(process, operand).retain();
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
              await process.out(
                all.subarray(
                  bytesWanted === undefined ? tailStart(all, count) : Math.max(0, all.length - count),
                ),
              );
            }
            if (follow) await followFile(process, file, options.value('pid'));
          } finally {
            file.close();
          }
        },
      );
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
