/** The right half of troubleshooting: what is chosen, its causes, the checks as a growing transcript, the fix at the end. */
import { layerWord, troubles as text } from '../i18n/texts/troubles.js';
import { position } from '../state/lists.js';
import { keyStanding } from '../state/standing.js';
import { chosenTrouble, isOvercome, nextAsked, redGatesOf, stagesOf } from '../state/troubles-view.js';
import type { Finding, FoundEvidence } from '../symptoms/types.js';
import { evidenceLines } from './gate.js';
import { code } from './step-commands.js';
import { causeLines, checkLines, stageLines } from './troubles-checks.js';
import { doingLines, fixLines, triedLines, unknownLines } from './troubles-end.js';
import { head, placesWord, placeWord } from './troubles-parts.js';
import { line, prose, span, BLANK, type Line } from './ui/line.js';
import { standingSign } from './ui/standing.js';
import { inLang, type View } from './view.js';

const MOST_EVIDENCE = 4;
const MOST_FOLDED = 12;

function evidenceBlock(view: View, evidence: readonly FoundEvidence[], columns: number): Line[] {
  if (evidence.length === 0) {
    const words = view.state.troubles.gathering === null ? text.unseen : text.unseenYet;
    return [line(`  ${inLang(view, words)}`, 'dim'), BLANK];
  }
  const told = new Map(
    evidence.map(({ observation, line: words }) => {
      const where = `${placeWord(view, observation.place)} ${observation.object ?? ''}`.trim();
      return [`${where} ${words}`, { where, words }] as const;
    }),
  );
  const all = [...told.values()];
  return [
    head(view, text.evidence),
    ...all
      .slice(0, MOST_EVIDENCE)
      .flatMap(({ where, words }) => [
        [span('  '), span(where, 'accent')],
        ...prose(words.trim() === '' ? '-' : words, columns, 'plain', 4).slice(0, 3),
      ]),
    ...(all.length > MOST_EVIDENCE
      ? [line(`  ${inLang(view, text.more({ count: all.length - MOST_EVIDENCE }))}`, 'dim')]
      : []),
    BLANK,
  ];
}

function foldedLines(view: View, { folded }: Finding): Line[] {
  if (folded.length === 0) return [];
  return [
    head(view, text.folded, String(folded.length)),
    ...folded
      .slice(0, MOST_FOLDED)
      .map(({ symptom }): Line => [
        span(`  ${symptom.id} `, 'accent'),
        span(inLang(view, symptom.title), 'dim'),
      ]),
    BLANK,
  ];
}

function gateLines(view: View, finding: Finding): Line[] {
  const keys = redGatesOf(view.state, finding);
  if (keys.length === 0) return [];
  return [
    head(view, isOvercome(view.state, finding) ? text.greenSince : text.redGates),
    ...keys.map((key): Line => [
      span('  '),
      standingSign(view, keyStanding(view.state, key)),
      span(` ${key}`),
    ]),
    BLANK,
  ];
}

function findingText(view: View, finding: Finding, columns: number): Line[] {
  const { state } = view;
  const { symptom, evidence } = finding;
  const stages = stagesOf(state, finding);
  const [first] = stages;
  const pending = nextAsked(stages);
  const why = position(state, 'troubles.why') === 1;
  return [
    [span(`${symptom.id} `, 'accent'), span(inLang(view, symptom.title), 'title')],
    line(
      [inLang(view, layerWord[symptom.layer]), placesWord(view, evidence)]
        .filter((one) => one !== '')
        .join(' · '),
      'dim',
    ),
    ...prose(inLang(view, symptom.sees), columns),
    ...(why
      ? [
          BLANK,
          head(view, text.why),
          ...prose(inLang(view, symptom.why), columns, 'plain', 2),
          ...(symptom.runbook === undefined
            ? []
            : [head(view, text.runbook), ...prose(symptom.runbook, columns, 'dim', 2)]),
        ]
      : [line(inLang(view, text.whyHint), 'dim')]),
    BLANK,
    ...evidenceBlock(view, evidence, columns),
    ...foldedLines(view, finding),
    ...gateLines(view, finding),
    ...causeLines(view, first?.walk.causes ?? [], columns),
    ...stages.flatMap((stage, i) => stageLines(view, finding, stage, i === 0, columns)),
    ...doingLines(view, finding),
    ...(pending?.walk.next == null || state.troubles.doing !== null
      ? []
      : checkLines(
          view,
          { ...finding, symptom: pending.walk.symptom },
          pending.walk.next,
          text.next,
          columns,
        )),
    ...unknownLines(view, stages, columns),
    ...triedLines(view, finding, columns),
    ...fixLines(view, finding, columns),
  ];
}

/** What is told of the chosen row. */
export function troubleText(view: View, columns: number): Line[] {
  const row = chosenTrouble(view.state);
  if (row === null) return prose(inLang(view, text.choose), columns, 'dim');
  switch (row.kind) {
    case 'symptom':
      return findingText(view, row.finding, columns);
    case 'red':
      return [
        [span(`${row.result.gate} `, 'accent'), span(inLang(view, row.result.say), 'title')],
        ...prose(inLang(view, text.gateUnknown), columns, 'warn'),
        BLANK,
        ...row.result.evidence.flatMap((one) => evidenceLines(view, one, columns)),
        ...prose(inLang(view, text.bundle), columns, 'dim'),
      ];
    case 'pasted':
      return [
        ...prose(inLang(view, text.pastedUnknown), columns, 'warn'),
        BLANK,
        ...code(view, row.text, columns),
        BLANK,
        ...prose(inLang(view, text.bundle), columns, 'dim'),
      ];
    case 'expected': {
      const { symptom, observation, say } = row.expected;
      const title = view.state.troubles.catalogue?.byId.get(symptom)?.title;
      return [
        [span(`${symptom} `, 'accent'), span(title === undefined ? '' : inLang(view, title), 'title')],
        ...prose(inLang(view, text.meant), columns, 'dim'),
        ...prose(inLang(view, say), columns),
        BLANK,
        line(`${placeWord(view, observation.place)} ${observation.object ?? ''}`.trim(), 'accent'),
        ...code(view, observation.text, columns),
      ];
    }
  }
}
