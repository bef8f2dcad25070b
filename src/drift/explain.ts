/** Reading a unified diff: what its lines are, and whether a change is that of a parameter of the lab file. Pure. */
import type { Parameters } from '../lab/types.js';

/** What a line of a unified diff is; a removed line that begins with `--` reads as a heading, as in every such diff. */
export function diffLine(line: string): 'head' | 'gone' | 'come' | 'same' {
  if (/^(?:--- |\+\+\+ |@@|\\)/.test(line)) return 'head';
  if (line.startsWith('-')) return 'gone';
  return line.startsWith('+') ? 'come' : 'same';
}

/** One parameter whose value would have to be another one. */
export interface ParameterChange {
  /** All parameters that have this value: a file does not say which of them it came from. */
  readonly names: readonly string[];
  readonly from: string;
  readonly to: string;
}

/** A shorter value would be found everywhere. */
const SHORTEST_VALUE = 2;

/**
 * The parameters that explain a whole unified diff; empty when any line of it is not explained by one.
 * @param diff lines, without secrets
 */
export function explainDiff(diff: readonly string[], parameters: Parameters): readonly ParameterChange[] {
  const changes = new Map<string, ParameterChange>();
  const values = valuesOf(parameters);
  for (const block of blocksOf(diff)) {
    if (block.gone.length !== block.come.length) return [];
    for (const [i, gone] of block.gone.entries()) {
      const change = explainLine(gone, block.come[i] ?? '', values);
      if (change === null) return [];
      const known = changes.get(change.from);
      if (known !== undefined && known.to !== change.to) return [];
      changes.set(change.from, change);
    }
  }
  return [...changes.values()];
}

interface Block {
  readonly gone: readonly string[];
  readonly come: readonly string[];
}

/** Runs of removed lines, each with the added ones behind it. */
function blocksOf(diff: readonly string[]): readonly Block[] {
  const blocks: { gone: string[]; come: string[] }[] = [];
  let open: { gone: string[]; come: string[] } | null = null;
  for (const line of diff) {
    const kind = diffLine(line);
    if (kind === 'head' && !line.startsWith('@@')) continue;
    if (kind === 'head' || kind === 'same') {
      open = null;
      continue;
    }
    if (open === null || (kind === 'gone' && open.come.length > 0)) {
      open = { gone: [], come: [] };
      blocks.push(open);
    }
    (kind === 'gone' ? open.gone : open.come).push(line.slice(1));
  }
  return blocks;
}

/** Value → names of parameters that have it, the longest value first: 192.168.56.4 is also a part of 192.168.56.42. */
function valuesOf(parameters: Parameters): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(parameters)) {
    if (typeof value !== 'string' && typeof value !== 'number') continue;
    const text = String(value);
    if (text.length >= SHORTEST_VALUE) values.set(text, [...(values.get(text) ?? []), name]);
  }
  return new Map([...values].toSorted(([a], [b]) => b.length - a.length));
}

function explainLine(
  gone: string,
  come: string,
  values: ReadonlyMap<string, readonly string[]>,
): ParameterChange | null {
  for (const [from, names] of values) {
    const parts = gone.split(from);
    const [head, ...rest] = parts;
    const tail = rest.at(-1);
    if (head === undefined || tail === undefined || !come.startsWith(head) || !come.endsWith(tail)) continue;
    const count = rest.length;
    const middle = come.length - head.length - tail.length - rest.slice(0, -1).join('').length;
    if (middle <= 0 || middle % count !== 0) continue;
    const to = come.slice(head.length, head.length + middle / count);
    if (to === from || to.trim() !== to || /\s/.test(to) || parts.join(to) !== come) continue;
    // A value that only begins or ends where another word goes on is not that value.
    if (isPart(gone, from) || isPart(come, to)) continue;
    return { names, from, to };
  }
  return null;
}

const WORD = /[A-Za-z0-9]/;
function isPart(line: string, value: string): boolean {
  const at = line.indexOf(value);
  return WORD.test(line[at - 1] ?? '') || WORD.test(line[at + value.length] ?? '');
}
