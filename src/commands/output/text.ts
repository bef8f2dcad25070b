/** A check for the person at the terminal. */
import type { Standing } from '../../gates/types.js';
import { STANDING_COLUMNS, standingWord } from '../../i18n/texts/words.js';
import type { Language } from '../../lab/types.js';
import type { Runbook } from '../../runbook/types.js';
import { glyphs } from '../../term/glyphs.js';
import { paintTone, type Tone } from '../../term/theme.js';
import { SHOWN_STANDINGS, summaryOf, type CheckedGate } from '../verdicts.js';

export interface Style {
  readonly language: Language;
  readonly color: boolean;
  readonly ascii: boolean;
}

const STANDING_TONE: Readonly<Record<Standing, Tone>> = {
  pass: 'ok',
  warn: 'warn',
  fail: 'bad',
  blocked: 'dim',
  unknown: 'warn',
  waived: 'warn',
  stale: 'dim',
  never: 'dim',
  running: 'info',
};

/** Glyph and word of a standing, in its colour, as wide as any. */
export function standingText(standing: Standing, style: Style): string {
  const { language, color, ascii } = style;
  const word = standingWord[standing][language].padEnd(STANDING_COLUMNS);
  return paintTone(`${glyphs(ascii).standing[standing]} ${word}`, STANDING_TONE[standing], color);
}

/** ASCII stand-ins for the few signs that our sentences use. */
export function plainSigns(text: string, ascii: boolean): string {
  if (!ascii) return text;
  const signs: Readonly<Record<string, string>> = {
    '…': '...',
    '·': '-',
    '•': '*',
    '—': '-',
    '–': '-',
    '→': '->',
    '│': '|',
    '“': '"',
    '”': '"',
    '’': "'",
    '≤': '<=',
    '≥': '>=',
    '×': 'x',
  };
  return text.replaceAll(/[…·—–→│“”’≤≥×]/g, (sign) => signs[sign] ?? sign);
}

const WORDS = {
  id: { hint: 'petunjuk', seen: 'terlihat', until: 'sampai', gates: 'gate' },
  en: { hint: 'hint', seen: 'seen', until: 'until', gates: 'gates' },
} as const;

/** A gate with what was seen, and with its mildest hint when it is not green. */
export function gateLines(checked: CheckedGate, width: number, style: Style): string[] {
  const { gate, result, standing, waiver } = checked;
  const { language, color } = style;
  const words = WORDS[language];
  const more: string[] = [];
  if (waiver !== null) more.push(`${words.until} ${waiver.until}: ${waiver.reason}`);
  if (standing === 'fail' || standing === 'warn' || standing === 'unknown') {
    const [hint] = result.hints;
    const [evidence] = result.evidence;
    if (evidence !== undefined && evidence.excerpt !== '')
      more.push(
        ...evidence.excerpt
          .split('\n')
          .slice(0, 3)
          .map((line) => `${words.seen}: ${line}`),
      );
    if (hint !== undefined) more.push(`${words.hint}: ${hint[language]}`);
  }
  return [
    `  ${standingText(standing, style)}  ${gate.key.padEnd(width)}  ${result.say[language]}`,
    ...more.map((line) => paintTone(`      ${line}`, 'dim', color)),
  ];
}

export function checkText(gates: readonly CheckedGate[], runbook: Runbook, style: Style): string {
  const { language, color } = style;
  const width = Math.max(0, ...gates.map(({ gate }) => gate.key.length));
  const lines: string[] = [];
  for (const phase of runbook.phases) {
    for (const step of phase.steps) {
      const own = gates.filter(({ gate }) => gate.step === step.id);
      if (own.length === 0) continue;
      lines.push(paintTone(`${step.id} · ${step.title[language]}`, 'title', color));
      for (const gate of own) lines.push(...gateLines(gate, width, style));
    }
  }
  return plainSigns(`${lines.join('\n')}\n${summaryLine(gates, style)}\n`, style.ascii);
}

/** `42 gates: 40 pass · 2 fail` */
export function summaryLine(gates: readonly CheckedGate[], style: Style): string {
  const { language, color } = style;
  const summary = summaryOf(gates);
  const parts = SHOWN_STANDINGS.filter((name) => summary[name] > 0).map((name) =>
    paintTone(`${summary[name]} ${standingWord[name][language]}`, STANDING_TONE[name], color),
  );
  return plainSigns(`${gates.length} ${WORDS[language].gates}: ${parts.join(' · ')}`, style.ascii);
}
