/** Sign, word and tone of a standing: never one without the other, and green for a fresh pass only. */
import type { Rollup } from '../../state/standing.js';
import { STANDING_COLUMNS, standingWord, words } from '../../i18n/texts/words.js';
import type { Subject } from '../../lab/types.js';
import type { Tone } from '../../term/theme.js';
import { glyphsOf, inLang, type View } from '../view.js';
import { cell, span, type Line, type Span } from './line.js';

export const STANDING_TONE: Readonly<Record<Rollup, Tone>> = {
  pass: 'ok',
  warn: 'warn',
  fail: 'bad',
  blocked: 'dim',
  unknown: 'warn',
  waived: 'warn',
  stale: 'dim',
  never: 'dim',
  running: 'info',
  partial: 'info',
};

export function standingSign(view: View, standing: Rollup): Span {
  return span(glyphsOf(view).standing[standing], STANDING_TONE[standing]);
}
/** `✓ lulus    `: fixed width. */
export function standingCell(view: View, standing: Rollup): Line {
  const tone = STANDING_TONE[standing];
  return [
    standingSign(view, standing),
    span(' '),
    cell(inLang(view, standingWord[standing]), STANDING_COLUMNS, tone),
  ];
}
/** A host's name, or who else a verdict is about. */
export function subjectWord(view: View, subject: Subject): string {
  if (subject === 'operator') return inLang(view, words.operator);
  return subject === 'lab' ? inLang(view, words.wholeLab) : subject;
}
export const SUBJECT_COLUMNS = 13;
