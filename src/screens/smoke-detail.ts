/** What is known of the chosen row of the smoke screen, in whole sentences. */
import { diary as diaryText, expiry as expiryText, smoke as text } from '../i18n/texts/smoke.js';
import type { Text } from '../lab/types.js';
import type { ExpiryRow } from '../smoke/expiry.js';
import type { JudgedCheck, JudgedStage } from '../smoke/progress.js';
import {
  checkStanding,
  chosenSmoke,
  greenOf,
  isTesting,
  smokeStep,
  symptomHere,
  type SmokeRow,
} from '../state/smoke-view.js';
import {
  checkSign,
  checkTime,
  checkTone,
  checkWordOf,
  differenceName,
  differenceWord,
  endDay,
  expiryName,
  isAskedLast,
  leftTone,
  leftWord,
  localMinute,
  subjectOf,
} from './smoke-rows.js';
import { code } from './step-commands.js';
import { cell, cutLine, line, prose, span, type Line } from './ui/line.js';
import { inLang, type View } from './view.js';

const LABEL_COLUMNS = 15;

function labelled(view: View, label: Text, lines: readonly Line[]): Line[] {
  return lines.map((one, i) => [cell(i === 0 ? inLang(view, label) : '', LABEL_COLUMNS, 'dim'), ...one]);
}
function enterLine(view: View, words: Text): Line {
  return line(inLang(view, words), 'accent');
}

function checkText(view: View, one: JudgedCheck, columns: number): Line[] {
  const { state } = view;
  const { result } = one;
  const standing = checkStanding(state, one);
  const tone = checkTone(state, standing);
  const symptom = standing === 'broken' || standing === 'rising' ? symptomHere(state, one) : null;
  const time = checkTime(view, one);
  const ended = standing === 'rising' && !isTesting(state.smoke.test);
  const explain = ended
    ? text.notWaited
    : standing === 'rising' && isAskedLast(view, one)
      ? text.bootOver
      : standing === 'pass'
        ? null
        : text.explain[standing];
  const blockers = standing === 'behind' ? ` ${(result?.blockedBy ?? []).join(', ')}` : '';
  const words = explain === null ? '' : `${inLang(view, explain)}${blockers}`;
  const evidence = (result?.evidence ?? []).filter(({ excerpt }) => excerpt.trim() !== '');
  return [
    [
      checkSign(view, standing),
      span(` ${checkWordOf(view, standing, [one])}`, tone),
      span(`  ${one.check.gate.gate}`, 'accent'),
      span(`  ${subjectOf(view, one)}  `, 'dim'),
      span(inLang(view, one.check.gate.title), 'title'),
      span(time === null ? '' : `  ${inLang(view, time)}`, 'dim'),
    ],
    ...(result === null ? [] : prose(inLang(view, result.say), columns)),
    ...(symptom === null ? [] : [enterLine(view, text.opens({ id: symptomName(view, symptom) }))]),
    ...(words === '' ? [] : prose(words, columns, 'dim')),
    ...evidence.flatMap(({ excerpt }) =>
      labelled(view, text.seen, code(view, excerpt, columns - LABEL_COLUMNS)),
    ),
  ];
}

/** The checks of a stage that something can be said of: those that are not simply green. */
function stageText(view: View, stage: JudgedStage, columns: number): Line[] {
  const telling = stage.checks.filter((one) => !['pass', 'waiting'].includes(checkStanding(view.state, one)));
  if (telling.length === 0) {
    const { all } = greenOf(view.state, [stage]);
    return [line(inLang(view, text.stageOpens({ count: all })), 'dim')];
  }
  return telling.map((one) =>
    cutLine(
      [
        checkSign(view, checkStanding(view.state, one)),
        span(` ${one.check.gate.gate}`, 'accent'),
        span(`  ${subjectOf(view, one)}  `, 'dim'),
        span(inLang(view, one.result?.say ?? one.check.gate.title)),
      ],
      columns,
    ),
  );
}

/** `S21 Harbor does not answer`, as far as it is known. */
function symptomName({ state }: View, id: string): string {
  const named = state.smoke.test?.outcome?.symptom ?? null;
  const title = state.troubles.catalogue?.byId.get(id)?.title ?? (named?.id === id ? named.title : null);
  return title === null ? id : `${id} ${title[state.lang]}`;
}

function expiryLines(view: View, row: ExpiryRow, columns: number): Line[] {
  const step = smokeStep(view.state, { kind: 'expiry', key: '', row });
  const inner = columns - LABEL_COLUMNS;
  const tell = (of: Text | null): Line[] => (of === null ? [] : prose(inLang(view, of), columns, 'dim'));
  return [
    [
      span(expiryName(view, row), 'title'),
      span(`  ${row.hosts.join(', ')}  `, 'dim'),
      span(inLang(view, leftWord(row)), leftTone(row)),
      span(row.endsAt === null ? '' : `  ${inLang(view, expiryText.ends({ date: endDay(row) }))}`, 'dim'),
    ],
    ...tell(row.harmless),
    ...labelled(view, expiryText.renew, prose(inLang(view, row.renew.say), inner)),
    ...(step === null ? [] : [enterLine(view, text.opensStep({ step }))]),
    ...(row.renew.command === undefined
      ? []
      : labelled(view, expiryText.command, code(view, row.renew.command, inner))),
    ...tell(row.about),
    ...(row.source === null ? [] : labelled(view, expiryText.source, prose(row.source, inner, 'dim'))),
  ];
}

function rowText(view: View, row: SmokeRow, columns: number): Line[] {
  switch (row.kind) {
    case 'stage': {
      const outcome = view.state.smoke.test?.outcome ?? null;
      const hops = outcome?.hops ?? [];
      return [
        [
          span(inLang(view, row.one.stage.title), 'title'),
          span(`  ${row.one.stage.hosts.join(', ')}`, 'dim'),
        ],
        ...stageText(view, row.one, columns),
        ...(outcome?.recorded === true ? prose(inLang(view, text.recorded), columns, 'dim') : []),
        ...hops.flatMap(({ flow, hop, say }) =>
          prose(
            inLang(
              view,
              text.hop({ flow: inLang(view, flow), hop: inLang(view, hop), say: inLang(view, say) }),
            ),
            columns,
          ),
        ),
      ];
    }
    case 'check':
      return checkText(view, row.one, columns);
    case 'absent': {
      const step = smokeStep(view.state, row);
      return [
        line(inLang(view, row.part.title), 'title'),
        ...prose(inLang(view, text.absentMore({ steps: row.part.steps.join(', ') })), columns, 'dim'),
        ...(step === null ? [] : [enterLine(view, text.opensStep({ step }))]),
      ];
    }
    case 'boot': {
      const differs = (view.state.smoke.diary?.comparison?.differences.length ?? 0) > 0;
      return [
        line(row.boot.host, 'title'),
        line(inLang(view, diaryText.bootedMore({ at: localMinute(row.boot.bootedAt) })), 'dim'),
        ...(differs ? [line(inLang(view, diaryText.bootedWhy), 'dim')] : []),
      ];
    }
    case 'difference': {
      const inner = columns - LABEL_COLUMNS;
      const value = (of: string | null): Line[] =>
        of === null ? [line(inLang(view, diaryText.nothing), 'dim')] : code(view, of, inner);
      return [
        [
          span(differenceName(view, row.one), 'title'),
          span(`  ${row.one.host}  `, 'dim'),
          span(inLang(view, differenceWord(row.one)), 'warn'),
        ],
        ...labelled(view, diaryText.before, value(row.one.before)),
        ...labelled(view, diaryText.after, value(row.one.after)),
      ];
    }
    case 'unread': {
      const [what = '', host] = row.what.split('@');
      return [
        line(host === undefined ? what : `${what}  ${host}`, 'title'),
        ...prose(
          inLang(view, host === undefined ? diaryText.unreadMore : expiryText.unreadMore),
          columns,
          'dim',
        ),
      ];
    }
    case 'expiry':
      return expiryLines(view, row.row, columns);
  }
}

/** What stands below the list, as long as it is; nothing where nothing is chosen. */
export function smokeDetail(view: View, columns: number): Line[] {
  const row = chosenSmoke(view.state);
  return row === null ? [] : rowText(view, row, columns);
}
