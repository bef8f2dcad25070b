/** Signs, every one a single column wide in both sets. A word always stands beside a sign. */
import type { Standing } from '../gates/types.js';

export interface Glyphs {
  readonly standing: Readonly<Record<Standing | 'partial', string>>;
  /** Where the focus is. */
  readonly focus: string;
  /** What is chosen where the focus is not. */
  readonly chosen: string;
  readonly rule: string;
  readonly column: string;
  /** Stands where `column` stands on a line that goes on from the one above. */
  readonly folded: string;
  readonly corner: { readonly tl: string; readonly tr: string; readonly bl: string; readonly br: string };
  readonly up: string;
  readonly down: string;
  readonly caret: string;
  readonly mask: string;
}

const UNICODE: Glyphs = {
  standing: {
    pass: '✓',
    warn: '!',
    fail: '✗',
    blocked: '⊘',
    unknown: '?',
    waived: '~',
    stale: '○',
    never: '·',
    running: '◌',
    partial: '◐',
  },
  focus: '▸',
  chosen: '▹',
  rule: '─',
  column: '│',
  folded: '┊',
  corner: { tl: '┌', tr: '┐', bl: '└', br: '┘' },
  up: '↑',
  down: '↓',
  caret: '▏',
  mask: '•',
};

const ASCII: Glyphs = {
  standing: {
    pass: '+',
    warn: '!',
    fail: 'x',
    blocked: '-',
    unknown: '?',
    waived: '~',
    stale: 'o',
    never: '.',
    running: '*',
    partial: '%',
  },
  focus: '>',
  chosen: '-',
  rule: '-',
  column: '|',
  folded: ':',
  corner: { tl: '+', tr: '+', bl: '+', br: '+' },
  up: '^',
  down: 'v',
  caret: '_',
  mask: '*',
};

export function glyphs(ascii: boolean): Glyphs {
  return ascii ? ASCII : UNICODE;
}
