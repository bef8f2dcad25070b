/** One painted line taken apart into cells, so that two frames can be compared cell by cell. */
import stringWidth from 'string-width';

/** A cell: `style` (SGR parameters, '' = none) and the character; the right half of a wide character is ''. */
export interface CellRow {
  readonly chars: readonly string[];
  readonly styles: readonly string[];
  /** False when it holds characters on whose width terminals disagree (joined, combined): then columns cannot be counted. */
  readonly certain: boolean;
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const SGR = /\u001B\[([0-9;]*)m/g;
const SIMPLE = /^[\u0020-\u007E\u2500-\u257F]*$/;

/** Which attribute a parameter sets; attributes of one kind replace each other. */
function kindOf(code: number): string | null {
  if (code === 1 || code === 2) return `weight${code}`;
  if (code === 3 || code === 4 || code === 7 || code === 9) return `attribute${code}`;
  if ((code >= 30 && code <= 38) || (code >= 90 && code <= 97)) return 'foreground';
  return (code >= 40 && code <= 48) || (code >= 100 && code <= 107) ? 'background' : null;
}

/** Kinds that a parameter switches off. */
const OFF: Readonly<Record<number, readonly string[]>> = {
  22: ['weight1', 'weight2'],
  23: ['attribute3'],
  24: ['attribute4'],
  27: ['attribute7'],
  29: ['attribute9'],
  39: ['foreground'],
  49: ['background'],
};

function applySgr(style: Map<string, string>, parameters: string): void {
  const codes = parameters === '' ? [0] : parameters.split(';').map(Number);
  for (let i = 0; i < codes.length; i += 1) {
    const code = codes[i] ?? 0;
    const kind = kindOf(code);
    if (code === 0) style.clear();
    else if (kind === null) for (const off of OFF[code] ?? []) style.delete(off);
    else if (code === 38 || code === 48) {
      // 38;5;n and 38;2;r;g;b are one colour each.
      const length = codes[i + 1] === 5 ? 3 : 5;
      style.set(kind, codes.slice(i, i + length).join(';'));
      i += length - 1;
    } else style.set(kind, String(code));
  }
}

/** Takes a line apart. Sequences other than SGR do not occur in a frame; they would be dropped. */
export function parseRow(line: string): CellRow {
  const chars: string[] = [];
  const styles: string[] = [];
  const active = new Map<string, string>();
  let style = '';
  let certain = true;
  const put = (text: string): void => {
    if (SIMPLE.test(text)) {
      for (const char of text) {
        chars.push(char);
        styles.push(style);
      }
      return;
    }
    for (const { segment } of segmenter.segment(text)) {
      const wide = stringWidth(segment);
      if (segment.length > 1 || wide === 0) certain = false;
      if (wide === 0) continue;
      chars.push(segment, ...Array.from({ length: wide - 1 }, () => ''));
      styles.push(...Array.from({ length: wide }, () => style));
    }
  };
  let from = 0;
  for (const match of line.matchAll(SGR)) {
    put(line.slice(from, match.index));
    applySgr(active, match[1] ?? '');
    style = [...active.values()].sort().join(';');
    from = match.index + match[0].length;
  }
  put(line.slice(from));
  return { chars, styles, certain };
}
