/** The end of a walk: the fix for what was proved, what was tried, or that nothing could be proved. */
import { outcomeWord, troubles as text } from '../i18n/texts/troubles.js';
import { riskWord } from '../i18n/texts/words.js';
import type { Text } from '../lab/types.js';
import { nextFix, outcomesOf, provedStage, stagesOf, type WalkStage } from '../state/troubles-view.js';
import type { Finding, FixSource } from '../symptoms/types.js';
import type { Tone } from '../term/theme.js';
import { head } from './troubles-parts.js';
import { line, prose, span, BLANK, type Line } from './ui/line.js';
import { standingSign } from './ui/standing.js';
import { glyphsOf, inLang, type View } from './view.js';

/** What mends the proved cause; the fix that f offers is marked. */
export function fixLines(view: View, finding: Finding, columns: number): Line[] {
  const { state } = view;
  const proof = provedStage(stagesOf(state, finding));
  if (proof === null) return [];
  const offered = nextFix(state, finding)?.fix.id;
  const how = (fix: FixSource): string => {
    if (fix['by-hand'] !== undefined) return inLang(view, text.byHand);
    return fix.steps === undefined ? inLang(view, riskWord[fix.risk ?? 'config']) : fix.steps.join(', ');
  };
  const lines = proof.fixes.flatMap((fix): Line[] => [
    ...prose(`${inLang(view, fix.say)} [${how(fix)}]`, columns - 4).map((one, i): Line => [
      span(i === 0 && fix.id === offered ? `  ${glyphsOf(view).focus} ` : '    ', 'accent'),
      ...one,
    ]),
    ...(fix['by-hand'] === undefined ? [] : prose(inLang(view, fix['by-hand']), columns, 'dim', 6)),
  ]);
  const { steps } = proof.symptom;
  return [
    head(view, text.fix, proof.fixes.length === 0 ? '' : inLang(view, text.press)),
    ...(lines.length === 0 ? prose(inLang(view, text.noFix), columns, 'warn', 2) : lines),
    ...(steps.length === 0
      ? []
      : [line(`  ${inLang(view, text.readStep({ steps: steps.join(', ') }))}`, 'dim')]),
    BLANK,
  ];
}

/** What is under way with this finding. */
export function doingLines(view: View, { symptom }: Finding): Line[] {
  const { doing } = view.state.troubles;
  if (doing === null || doing.root !== symptom.id) return [];
  const sign = glyphsOf(view).standing.running;
  if (doing.kind === 'asking')
    return doing.check === null ? [line(`  ${sign} ${inLang(view, text.starting)}`, 'info')] : [];
  if (doing.kind === 'undoing')
    return [line(`${sign} ${inLang(view, text.undoing)}: ${doing.what}`, 'info'), BLANK];
  const { run, gating, fix } = doing;
  const at = run === null ? '' : ` ${run.step}/${run.actions[0]?.action ?? ''} ${run.host}`;
  return [
    line(`${sign} ${inLang(view, text.fixing)}: ${inLang(view, fix.say)}`, 'info'),
    line(
      `  ${run === null ? inLang(view, text.preparing) : gating ? inLang(view, text.gating) : at.trim()}`,
      'info',
    ),
    BLANK,
  ];
}

/** The fixes that were carried out, and what came of each. */
export function triedLines(view: View, { symptom }: Finding, columns: number): Line[] {
  const outcomes = outcomesOf(view.state, symptom.id);
  if (outcomes.length === 0) return [];
  return [
    head(view, text.tried),
    ...outcomes.flatMap(({ say, result, results }) => {
      const red = results.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'warn');
      const tone: Tone = result === 'helped' ? 'ok' : result === 'not-run' ? 'dim' : 'warn';
      return [
        ...prose(inLang(view, say), columns, 'plain', 2),
        ...prose(inLang(view, outcomeWord[result]), columns, tone, 4),
        ...red.map((one): Line => [
          span('    '),
          standingSign(view, one.verdict),
          span(` ${one.gate}  ${inLang(view, one.say)}`),
        ]),
      ];
    }),
    BLANK,
  ];
}

/** The end of a walk that proved nothing: what is left, what is out, what a person can take to somebody else. */
export function unknownLines(view: View, stages: readonly WalkStage[], columns: number): Line[] {
  const end = stages.at(-1)?.walk.end;
  if (end?.kind !== 'unknown') return [];
  const list = (of: Text, causes: typeof end.open): Line[] =>
    causes.length === 0
      ? []
      : [
          head(view, of),
          ...causes.flatMap(({ say }) => prose(`- ${inLang(view, say)}`, columns, 'plain', 2)),
        ];
  return [
    ...prose(inLang(view, text.unproved), columns, 'warn'),
    ...list(text.stillOpen, end.open),
    ...list(text.ruledOut, end.ruledOut),
    ...prose(inLang(view, text.bundle), columns, 'dim'),
    BLANK,
  ];
}
