/** A file of ours in full: what became of it since a step wrote it; the difference follows below. */
import { diffLine } from '../../drift/explain.js';
import type { OurFile } from '../../drift/files.js';
import { clockTime, isoDate } from '../../i18n/format.js';
import { driftText as text, fileStateWord } from '../../i18n/texts/drift.js';
import { fileNotes } from '../../state/live/file-notes.js';
import { fileHealth } from '../../state/live/items.js';
import type { Tone } from '../../term/theme.js';
import { BLANK, prose, span, type Line } from '../ui/line.js';
import { inLang, type View } from '../view.js';
import { healthSign, healthTone } from './health.js';

/** What stands above the difference. @param diff its lines; empty when there is none to be shown */
export function fileLines(view: View, file: OurFile, diff: readonly string[], columns: number): Line[] {
  const health = fileHealth(file);
  const at = file.writtenAt;
  const when = at === null ? '' : `${isoDate(at)} ${clockTime(at).slice(0, 5)}`;
  const notes = fileNotes(file, diff, view.state.lab?.parameters ?? {});
  return [
    [
      healthSign(view, health, true),
      span(` ${inLang(view, fileStateWord[file.state])}`, healthTone(health, true)),
      span(`  ${inLang(view, text.wroteBy({ step: file.step, when }))}`, 'dim'),
    ],
    ...notes.flatMap((note) => prose(inLang(view, note), columns)),
    ...(diff.length === 0 ? [] : [BLANK]),
  ];
}

const DIFF_TONE = { head: 'dim', gone: 'bad', come: 'info', same: 'plain' } as const satisfies Record<
  string,
  Tone
>;
/** How a line of a unified diff is drawn; its first character says the same without colour. */
export function diffTone(line: string): Tone {
  return DIFF_TONE[diffLine(line)];
}
