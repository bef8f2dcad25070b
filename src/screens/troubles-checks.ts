/** The checks of a walk as a growing transcript: where, the command, what was expected, what came, what it means. */
import { causeWord, CAUSE_COLUMNS, troubles as text } from '../i18n/texts/troubles.js';
import type { Text } from '../lab/types.js';
import { contextOf } from '../state/content.js';
import type { WalkStage } from '../state/troubles-view.js';
import { askedBy, renderCheck } from '../symptoms/render.js';
import type { Answer, CheckSource, Finding, StandingCause, Symptom } from '../symptoms/types.js';
import type { Tone } from '../term/theme.js';
import { code } from './step-commands.js';
import { head, placeWord } from './troubles-parts.js';
import { cell, line, prose, span, BLANK, type Line } from './ui/line.js';
import { standingSign } from './ui/standing.js';
import { glyphsOf, inLang, type View } from './view.js';

const LABEL_COLUMNS = 9;
/** Lines of a command or of what it printed that are shown; the journal and the gate hold the rest. */
const MOST_CODE = 6;

/** A label in a column of its own, and lines beside it. */
function labelled(view: View, of: Text | null, lines: readonly Line[]): Line[] {
  const word = of === null ? '' : inLang(view, of);
  return lines.map((one, i) => [span('    '), cell(i === 0 ? word : '', LABEL_COLUMNS, 'dim'), ...one]);
}

/** A script or an excerpt, bounded. */
function bounded(view: View, lines: readonly string[], columns: number, tone: Tone = 'plain'): Line[] {
  const shown = code(view, lines.slice(0, MOST_CODE).join('\n'), columns, tone);
  const left = lines.length - MOST_CODE;
  return left > 0 ? [...shown, line(inLang(view, text.more({ count: left })), 'dim')] : shown;
}

const CAUSE_TONE = { proved: 'bad', open: 'plain', 'ruled-out': 'dim' } as const;
const CAUSE_SIGN = { proved: 'fail', open: 'unknown', 'ruled-out': 'never' } as const;

/** The causes, likeliest first, and how each stands. */
export function causeLines(view: View, causes: readonly StandingCause[], columns: number): Line[] {
  const inner = columns - 4 - CAUSE_COLUMNS - 1;
  return [
    head(view, text.causes),
    ...causes.flatMap(({ cause, standing, hinted }): Line[] => {
      const points = hinted && standing === 'open' ? ` (${inLang(view, text.points)})` : '';
      const lines = prose(`${inLang(view, cause.say)}${points}`, inner, CAUSE_TONE[standing]);
      return lines.map((one, i) => [
        span('  '),
        span(i === 0 ? glyphsOf(view).standing[CAUSE_SIGN[standing]] : ' ', CAUSE_TONE[standing]),
        span(' '),
        cell(i === 0 ? inLang(view, causeWord[standing]) : '', CAUSE_COLUMNS, 'dim'),
        span(' '),
        ...one,
      ]);
    }),
    BLANK,
  ];
}

function answerLines(view: View, symptom: Symptom, answer: Answer, columns: number): Line[] {
  const check = symptom.checks.find((one) => one.id === answer.check);
  const outcome = answer.outcome === null ? undefined : check?.outcomes[answer.outcome];
  const proves = outcome?.proves !== undefined;
  const inner = columns - 4 - LABEL_COLUMNS;
  const standing = answer.outcome === null ? 'unknown' : proves ? 'fail' : 'pass';
  const unasked = answer.outcome === null ? `${inLang(view, text.unasked)}: ` : '';
  const tone: Tone = answer.outcome === null ? 'warn' : proves ? 'bad' : 'plain';
  const got = (one: Answer['evidence'][number]): Line[] => {
    const words = one.excerpt.trim();
    const exit = one.exit === null ? '' : inLang(view, text.exit({ exit: String(one.exit) }));
    return [
      ...(words === ''
        ? [line(inLang(view, text.printedNothing), 'dim')]
        : bounded(view, words.split('\n'), inner)),
      ...(exit === '' ? [] : [line(exit, 'dim')]),
    ];
  };
  return [
    [
      span('  '),
      standingSign(view, standing),
      span(` ${check === undefined ? answer.check : inLang(view, check.say)}`),
    ],
    ...answer.evidence.flatMap((one, i) => [
      ...labelled(view, text.where, [line(placeWord(view, one.place), 'accent')]),
      ...(i === 0
        ? labelled(view, text.command, bounded(view, one.asked.trim().split('\n'), inner, 'dim'))
        : []),
      ...labelled(view, text.got, got(one)),
    ]),
    ...(check === undefined
      ? []
      : labelled(view, text.expected, prose(inLang(view, check.expected), inner, 'dim'))),
    ...labelled(view, text.so, prose(`${unasked}${inLang(view, answer.say)}`, inner, tone)),
    BLANK,
  ];
}

/** A check that was not asked yet: where it runs and what it would ask. */
export function checkLines(
  view: View,
  { symptom, evidence }: Finding,
  check: CheckSource,
  label: Text,
  columns: number,
): Line[] {
  const { lab } = view.state;
  const inner = columns - 4 - LABEL_COLUMNS;
  const rendered = lab === null ? null : renderCheck(symptom, check, contextOf(lab), evidence);
  const places =
    rendered === null ? [] : Object.values(rendered.probes).map((one) => placeWord(view, one.on));
  return [
    [span(`  ${inLang(view, label)}: `, 'accent'), span(inLang(view, check.say))],
    ...labelled(view, text.where, [line(places.join(', '), 'accent')]),
    ...(rendered === null
      ? []
      : labelled(view, text.command, bounded(view, askedBy(rendered).split('\n'), inner, 'dim'))),
    ...labelled(view, text.expected, prose(inLang(view, check.expected), inner, 'dim')),
    BLANK,
  ];
}

/** The stages below the first have a heading of their own, and causes of their own. */
export function stageLines(
  view: View,
  finding: Finding,
  stage: WalkStage,
  first: boolean,
  columns: number,
): Line[] {
  const { walk, answers } = stage;
  const { symptom } = walk;
  const { doing } = view.state.troubles;
  const asked =
    doing?.kind === 'asking' && doing.root === finding.symptom.id && doing.symptom === symptom.id
      ? symptom.checks.find((one) => one.id === doing.check)
      : undefined;
  const deeper = walk.end?.kind === 'proved' ? walk.end.cause.symptom : undefined;
  const begun = answers.length > 0 || asked !== undefined;
  return [
    ...(first
      ? []
      : [
          head(view, text.deeper({ title: `${symptom.id} ${inLang(view, symptom.title)}` })),
          BLANK,
          ...causeLines(view, walk.causes, columns),
        ]),
    ...(begun ? [head(view, text.transcript)] : []),
    ...answers.flatMap((one) => answerLines(view, symptom, one, columns)),
    ...(asked === undefined ? [] : checkLines(view, { ...finding, symptom }, asked, text.asking, columns)),
    ...(walk.end?.kind === 'proved'
      ? [
          ...prose(`${inLang(view, text.cause)}: ${inLang(view, walk.end.cause.say)}`, columns, 'bad'),
          ...(deeper === undefined
            ? []
            : prose(inLang(view, text.deeperThere({ symptom: deeper })), columns, 'warn', 2)),
          BLANK,
        ]
      : []),
  ];
}
