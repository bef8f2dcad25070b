/** sort in the C locale, which is the only one of the practice hosts: by bytes, not by the alphabet of a language. */
import { readOperand } from '../kernel/open.js';
import type { Program } from '../kernel/kernel.js';
import { SystemError } from '../vfs/inode.js';
import { compareVersions } from './dpkg-versions.js';
import { withOptions } from './program.js';

interface Key {
  readonly start: readonly [field: number, char: number];
  readonly end: readonly [field: number, char: number] | null;
  readonly letters: string;
}
/** `2,3n`, `1.3`, `2nr,2`. Null when it is none. */
function readKey(text: string): Key | null {
  const match = /^(\d+)(?:\.(\d+))?([bdfinrhMV]*)(?:,(\d+)(?:\.(\d+))?([bdfinrhMV]*))?$/.exec(text);
  if (match === null) return null;
  const [, field = '1', char = '1', first = '', endField, endChar = '0', second = ''] = match;
  return {
    start: [Number(field), Number(char)],
    end: endField === undefined ? null : [Number(endField), Number(endChar)],
    letters: first + second,
  };
}
function keyText(line: string, key: Key, separator: string | null): string {
  // Without a separator a field begins with the blanks before it.
  const fields = separator === null ? (line.match(/\s*\S+/g) ?? []) : line.split(separator);
  const from = (at: number) =>
    fields.slice(0, at - 1).reduce((sum, field) => sum + field.length + (separator === null ? 0 : 1), 0);
  const blanks = (at: number) =>
    separator === null && key.letters.includes('b')
      ? (/^\s*/.exec(fields[at - 1] ?? '')?.[0].length ?? 0)
      : 0;
  const begin = from(key.start[0]) + blanks(key.start[0]) + key.start[1] - 1;
  if (key.end === null) return line.slice(begin);
  const [field, char] = key.end;
  const end =
    char === 0 ? from(field) + (fields[field - 1] ?? '').length : from(field) + blanks(field) + char;
  return line.slice(begin, Math.max(begin, end));
}
const number = (text: string) => Number(/^\s*(-?\d*\.?\d+)/.exec(text)?.[1] ?? 0);
function human(text: string): number {
  const match = /^\s*(-?\d*\.?\d+)([KMGTP]?)/i.exec(text);
  return match === null
    ? 0
    : Number(match[1]) * 1024 ** ' KMGTP'.indexOf((match[2] ?? '').toUpperCase() || ' ');
}
const bytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
function compare(a: string, b: string, letters: string): number {
  if (letters.includes('n') || letters.includes('g')) return number(a) - number(b);
  if (letters.includes('h')) return human(a) - human(b);
  if (letters.includes('V')) return compareVersions(a, b);
  const shape = (text: string) => {
    const folded = letters.includes('f') ? text.toUpperCase() : text;
    const plain = letters.includes('d') ? folded.replace(/[^A-Za-z0-9\s]/g, '') : folded;
    return letters.includes('b') ? plain.trimStart() : plain;
  };
  return bytes(shape(a), shape(b));
}

export const sort: Program = withOptions(
  {
    flags: 'bdfghinrsuzcCmMV',
    values: 'ktoTS',
    long: [
      'unique',
      'reverse',
      'numeric-sort',
      'human-numeric-sort',
      'version-sort',
      'ignore-case',
      'stable',
      'zero-terminated',
      'check',
      'key=',
      'field-separator=',
      'output=',
    ],
  },
  async (process, options) => {
    if (options.has('m', 'M')) return process.refuse('this way of sorting');
    const chunks: Buffer[] = [];
    for (const operand of options.operands.length === 0 ? ['-'] : options.operands) {
      try {
        const chunk = await readOperand(process, operand);
        chunks.push(chunk);
        if (chunk.length > 0 && chunk.at(-1) !== 10 && !options.has('z', 'zero-terminated'))
          chunks.push(Buffer.from('\n'));
      } catch (error) {
        if (!(error instanceof SystemError)) throw error;
        await process.err(`sort: cannot read: ${operand}: ${error.message}\n`);
        return 2;
      }
    }
    const end = options.has('z', 'zero-terminated') ? '\0' : '\n';
    const lines = Buffer.concat(chunks).toString('utf8').split(end);
    if (lines.at(-1) === '') lines.pop();
    const global =
      ['b', 'd', 'f', 'g', 'h', 'n', 'V'].filter((letter) => options.has(letter)).join('') +
      (options.has('numeric-sort') ? 'n' : '') +
      (options.has('version-sort') ? 'V' : '') +
      (options.has('ignore-case') ? 'f' : '') +
      (options.has('human-numeric-sort') ? 'h' : '');
    const given = [...options.all('k'), ...options.all('key')];
    const keys = given.map(readKey);
    const wrong = keys.indexOf(null);
    if (wrong >= 0)
      return process.fail(
        `invalid number at field start: invalid count at start of '${given[wrong] ?? ''}'`,
        2,
      );
    const separator = options.value('t', 'field-separator')?.replace('\\0', '\0') ?? null;
    const reverse = options.has('r', 'reverse') ? -1 : 1;
    const byKeys = (a: string, b: string): number => {
      if (keys.length === 0) return reverse * compare(a, b, global);
      for (const key of keys) {
        if (key === null) continue;
        const own = key.letters.replace(/[br]/g, '');
        const direction = key.letters === '' ? reverse : key.letters.includes('r') ? -1 : 1;
        const order =
          direction *
          compare(keyText(a, key, separator), keyText(b, key, separator), own === '' ? global : own);
        if (order !== 0) return order;
      }
      return 0;
    };
    const whole = (a: string, b: string) =>
      byKeys(a, b) || (options.has('s', 'stable', 'u', 'unique') ? 0 : reverse * bytes(a, b));
    if (options.has('c', 'C', 'check')) {
      const at = lines.findIndex((line, index) => index > 0 && whole(lines[index - 1] ?? '', line) > 0);
      if (at < 0) return 0;
      if (!options.has('C')) await process.err(`sort: -:${at + 1}: disorder: ${lines[at] ?? ''}\n`);
      return 1;
    }
    const sorted = lines.toSorted(whole);
    const kept = options.has('u', 'unique')
      ? sorted.filter((line, index) => index === 0 || byKeys(sorted[index - 1] ?? '', line) !== 0)
      : sorted;
    const text = kept.map((line) => line + end).join('');
    const target = options.value('o', 'output');
    if (target === undefined) await process.out(text);
    else process.view.write(process.path(target), text);
    return 0;
  },
);
