/** diff: normal and unified output, -q and -s. */
import type { Program } from '../kernel/kernel.js';
import { readOperand } from '../kernel/open.js';
import { SystemError } from '../vfs/inode.js';
import { formatTime } from '../shell/builtins/format.js';
import { withOptions } from './program.js';

interface Edit {
  readonly kind: ' ' | '-' | '+';
  readonly line: string;
  /** Line numbers in the old and the new file before this edit, from 0. */
  readonly a: number;
  readonly b: number;
}
const MAX_CELLS = 16_000_000;

/** The longest common subsequence, as a list of kept, removed and added lines. */
function edits(old: readonly string[], fresh: readonly string[]): Edit[] {
  let head = 0;
  while (head < old.length && head < fresh.length && old[head] === fresh[head]) head += 1;
  let tail = 0;
  while (tail < old.length - head && tail < fresh.length - head && old.at(-1 - tail) === fresh.at(-1 - tail))
    tail += 1;
  const n = old.length - head - tail;
  const m = fresh.length - head - tail;
  const width = m + 1;
  const longest = n * m > MAX_CELLS ? null : new Uint32Array((n + 1) * width);
  if (longest !== null) {
    for (let i = n - 1; i >= 0; i -= 1) {
      for (let j = m - 1; j >= 0; j -= 1) {
        const down = longest[(i + 1) * width + j] ?? 0;
        const right = longest[i * width + j + 1] ?? 0;
        longest[i * width + j] =
          old[head + i] === fresh[head + j]
            ? (longest[(i + 1) * width + j + 1] ?? 0) + 1
            : Math.max(down, right);
      }
    }
  }
  const list: Edit[] = [];
  for (let at = 0; at < head; at += 1) list.push({ kind: ' ', line: old[at] ?? '', a: at, b: at });
  let i = 0;
  let j = 0;
  while (i < n || j < m) {
    const a = head + i;
    const b = head + j;
    const down = longest?.[(i + 1) * width + j] ?? 0;
    const right = longest?.[i * width + j + 1] ?? 0;
    if (longest !== null && i < n && j < m && old[a] === fresh[b]) {
      list.push({ kind: ' ', line: old[a] ?? '', a, b });
      i += 1;
      j += 1;
    } else if (i < n && (j >= m || down >= right)) {
      list.push({ kind: '-', line: old[a] ?? '', a, b });
      i += 1;
    } else {
      list.push({ kind: '+', line: fresh[b] ?? '', a, b });
      j += 1;
    }
  }
  for (let at = 0; at < tail; at += 1) {
    const a = old.length - tail + at;
    list.push({ kind: ' ', line: old[a] ?? '', a, b: fresh.length - tail + at });
  }
  return list;
}

function splitLines(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
function range(from: number, count: number): string {
  if (count === 1) return String(from + 1);
  return count === 0 ? `${from},0` : `${from + 1},${count}`;
}

function unified(list: readonly Edit[], context: number): string {
  let text = '';
  const changed = list.flatMap((edit, index) => (edit.kind === ' ' ? [] : [index]));
  for (let at = 0; at < changed.length;) {
    const from = Math.max(0, (changed[at] ?? 0) - context);
    let last = changed[at] ?? 0;
    while (at < changed.length && (changed[at] ?? 0) - last <= context * 2) {
      last = changed[at] ?? 0;
      at += 1;
    }
    const hunk = list.slice(from, last + context + 1);
    const [first] = hunk;
    const olds = hunk.filter((edit) => edit.kind !== '+').length;
    const news = hunk.filter((edit) => edit.kind !== '-').length;
    text += `@@ -${range(first?.a ?? 0, olds)} +${range(first?.b ?? 0, news)} @@\n`;
    text += hunk.map((edit) => `${edit.kind}${edit.line}\n`).join('');
  }
  return text;
}
function normal(list: readonly Edit[]): string {
  let text = '';
  for (let at = 0; at < list.length;) {
    const first = list[at];
    if (first === undefined || first.kind === ' ') {
      at += 1;
      continue;
    }
    const group: Edit[] = [];
    while (list[at] !== undefined && list[at]?.kind !== ' ') {
      const edit = list[at];
      if (edit !== undefined) group.push(edit);
      at += 1;
    }
    const gone = group.filter((edit) => edit.kind === '-');
    const come = group.filter((edit) => edit.kind === '+');
    const span = (start: number, count: number) =>
      count <= 1 ? String(start + 1) : `${start + 1},${start + count}`;
    const left = gone.length === 0 ? String(first.a) : span(first.a, gone.length);
    const right = come.length === 0 ? String(first.b) : span(first.b, come.length);
    text += `${left}${gone.length === 0 ? 'a' : come.length === 0 ? 'd' : 'c'}${right}\n`;
    text += gone.map((edit) => `< ${edit.line}\n`).join('');
    if (gone.length > 0 && come.length > 0) text += '---\n';
    text += come.map((edit) => `> ${edit.line}\n`).join('');
  }
  return text;
}

/** The hunks between two texts, with three lines around each change. */
export const unifiedHunks = (old: string, fresh: string): string =>
  unified(edits(splitLines(old), splitLines(fresh)), 3);

export const diff: Program = withOptions(
  {
    flags: 'uqsrNbwBiaZ',
    values: 'UL',
    long: [
      'unified',
      'unified=',
      'brief',
      'recursive',
      'new-file',
      'label=',
      'report-identical-files',
      'color',
      'color=',
    ],
  },
  async (process, options) => {
    const [a = '-', b = '-'] = options.operands;
    const texts: string[] = [];
    for (const operand of [a, b]) {
      try {
        texts.push((await readOperand(process, operand)).toString('utf8'));
      } catch (error) {
        if (!(error instanceof SystemError)) throw error;
        if (error.code === 'EISDIR') return process.refuse('comparing directories');
        if (error.code === 'ENOENT' && options.has('N', 'new-file')) {
          texts.push('');
          continue;
        }
        return process.fail(`${operand}: ${error.message}`, 2);
      }
    }
    const [old = '', fresh = ''] = texts;
    if (old === fresh) {
      if (options.has('s', 'report-identical-files'))
        await process.out(`Files ${a} and ${b} are identical\n`);
      return 0;
    }
    if (options.has('q', 'brief')) {
      await process.out(`Files ${a} and ${b} differ\n`);
      return 1;
    }
    const list = edits(splitLines(old), splitLines(fresh));
    if (!options.has('u', 'U', 'unified')) {
      await process.out(normal(list));
      return 1;
    }
    const labels = [...options.all('L'), ...options.all('label')];
    const stamp = (operand: string, index: number) => {
      const label = labels[index];
      if (label !== undefined) return label;
      const at = process.view.peek(process.path(operand))?.mtimeMs ?? 0;
      return `${operand}\t${formatTime('%Y-%m-%d %H:%M:%S', at)}.000000000 +0000`;
    };
    const context = Number(options.value('U', 'unified') || 3);
    await process.out(`--- ${stamp(a, 0)}\n+++ ${stamp(b, 1)}\n${unified(list, context)}`);
    return 1;
  },
);
