/** The rows of the smoke screen's lists: stages with their checks, differences, what runs out. */
import { clockTime, isoDate, stopwatch } from '../i18n/format.js';
import {
  CHECK_COLUMNS,
  checkWord,
  diary as diaryText,
  DIFFERENCE_COLUMNS,
  expiry as expiryText,
  LEFT_COLUMNS,
  smoke as text,
} from '../i18n/texts/smoke.js';
import type { Text } from '../lab/types.js';
import type { Difference } from '../smoke/diary.js';
import { isOverdue, type ExpiryRow } from '../smoke/expiry.js';
import type { JudgedCheck, JudgedStage } from '../smoke/progress.js';
import {
  checkStanding,
  greenOf,
  holdsNow,
  isGreenStanding,
  isTesting,
  isUnfolded,
  stageStanding,
  type CheckStanding,
  type SmokeRow,
} from '../state/smoke-view.js';
import type { AppState } from '../state/types.js';
import type { Glyphs } from '../term/glyphs.js';
import type { Tone } from '../term/theme.js';
import { chosenMark } from './frame.js';
import { cell, span, type Line, type Span } from './ui/line.js';
import { subjectWord } from './ui/standing.js';
import { glyphsOf, inLang, type View } from './view.js';

/** From this width on a row has room for the id of its gate. */
const WITH_ID = 100;
const ID_COLUMNS = 24;
const RIGHT_COLUMNS = 11;
const HOST_COLUMNS = 10;

const SIGN = {
  waiting: 'never',
  asked: 'running',
  pass: 'pass',
  warn: 'warn',
  waived: 'waived',
  rising: 'running',
  broken: 'fail',
  behind: 'blocked',
} as const satisfies Record<CheckStanding, keyof Glyphs['standing']>;
const TONE: Readonly<Record<CheckStanding, Tone>> = {
  waiting: 'dim',
  asked: 'info',
  pass: 'ok',
  warn: 'warn',
  waived: 'warn',
  rising: 'info',
  broken: 'bad',
  behind: 'dim',
};

export function checkTone(state: AppState, standing: CheckStanding): Tone {
  return standing === 'pass' && !holdsNow(state) ? 'dim' : TONE[standing];
}
export function checkSign(view: View, standing: CheckStanding): Span {
  return span(glyphsOf(view).standing[SIGN[standing]], checkTone(view.state, standing));
}
/** The word for how checks stand together. @param checks those it stands for, one or a whole stage */
export function checkWordOf(view: View, standing: CheckStanding, checks: readonly JudgedCheck[]): string {
  const rising = checks.filter(({ state }) => state === 'rising');
  const last = standing === 'rising' && rising.length > 0 && rising.every((one) => isAskedLast(view, one));
  return inLang(view, last ? text.askedAgain : checkWord[standing]);
}
function checkCells(view: View, standing: CheckStanding, checks: readonly JudgedCheck[]): Line {
  const tone = checkTone(view.state, standing);
  return [
    checkSign(view, standing),
    span(' '),
    cell(checkWordOf(view, standing, checks), CHECK_COLUMNS, tone),
    span(' '),
  ];
}

/** It has had its time since the boot, and is asked a last time: what is red twice stays so. */
export function isAskedLast({ state }: View, { until }: JudgedCheck): boolean {
  return until !== null && until - state.now < 1000;
}

/** How long a check may still take, or when it became green, counted from the beginning of the test. */
export function checkTime({ state }: View, { result, until }: JudgedCheck): Text | null {
  const { test } = state.smoke;
  if (test === null) return null;
  if (until !== null) {
    if (!isTesting(test)) return null;
    const left = Math.min(until, test.deadline) - state.now;
    return left < 1000 ? text.once : text.left({ time: stopwatch(left) });
  }
  const green = result?.verdict === 'pass' || result?.verdict === 'warn';
  return green ? text.at({ time: stopwatch(result.judgedAt - test.startedAt) }) : null;
}

function checkRow(view: View, one: JudgedCheck, chosen: boolean, columns: number): Line {
  const standing = checkStanding(view.state, one);
  const { gate } = one.check;
  const red = standing === 'broken' || standing === 'rising' || standing === 'behind';
  const telling = red || standing === 'warn';
  const words = telling && one.result !== null ? inLang(view, one.result.say) : inLang(view, gate.title);
  const time = checkTime(view, one);
  const id = columns >= WITH_ID ? ID_COLUMNS : 0;
  const room = columns - 4 - 2 - CHECK_COLUMNS - 1 - id - 1 - RIGHT_COLUMNS - 1;
  const tone: Tone = chosen ? 'pick' : telling ? 'plain' : 'dim';
  return [
    chosenMark(view, chosen, true),
    span('   '),
    ...checkCells(view, standing, [one]),
    ...(id === 0 ? [] : [cell(gate.gate, id, red ? 'accent' : 'dim')]),
    cell(words, room, tone),
    span(' '),
    cell(time === null ? '' : inLang(view, time), RIGHT_COLUMNS, red ? 'info' : 'dim', 'right'),
  ];
}

function stageRow(view: View, one: JudgedStage, chosen: boolean, columns: number): Line {
  const { state } = view;
  const standing = stageStanding(state, one);
  const { green, all } = greenOf(state, [one]);
  const last = one.checks.reduce((at, { result }) => Math.max(at, result?.judgedAt ?? 0), 0);
  const { test } = state.smoke;
  const done = isGreenStanding(standing) && test !== null && last >= test.startedAt;
  const time = done ? inLang(view, text.at({ time: stopwatch(last - test.startedAt) })) : '';
  const count = `${green}/${all}`;
  const room = columns - 4 - 2 - CHECK_COLUMNS - 1 - 6 - RIGHT_COLUMNS - 1;
  return [
    chosenMark(view, chosen, true),
    span(isUnfolded(state, one) ? '- ' : '+ ', 'dim'),
    ...checkCells(view, standing, one.checks),
    cell(inLang(view, one.stage.title), room, chosen ? 'pick' : 'title'),
    cell(count, 6, 'plain', 'right'),
    span(' '),
    cell(time, RIGHT_COLUMNS, 'dim', 'right'),
    span(' '),
  ];
}

/** How a thing differs, in one word. */
export function differenceWord({ before, after }: Difference): Text {
  if (before === null) return diaryText.added;
  return after === null ? diaryText.gone : diaryText.changed;
}
/** Of some kinds a host has only one, which needs no name. */
export function differenceName(view: View, { kind, name, title }: Difference): string {
  return name === kind ? inLang(view, title) : `${inLang(view, title)} ${name}`;
}
function differenceRow(view: View, one: Difference, chosen: boolean, columns: number): Line {
  const { before, after } = one;
  const values = [before, after].filter((value) => value !== null).join(' → ');
  const name = Math.max(16, Math.floor((columns - 4 - HOST_COLUMNS - DIFFERENCE_COLUMNS - 4) * 0.45));
  return [
    chosenMark(view, chosen, true),
    span(' '),
    cell(one.host, HOST_COLUMNS, 'dim'),
    cell(inLang(view, differenceWord(one)), DIFFERENCE_COLUMNS, 'warn'),
    cell(differenceName(view, one), name, chosen ? 'pick' : 'plain'),
    span('  '),
    span(values, 'dim'),
  ];
}

/** Days left, or what stands in their place. */
export function leftWord({ level, kind, daysLeft }: ExpiryRow): Text {
  switch (level) {
    case 'never':
      return kind === 'support' ? expiryText.open : expiryText.never;
    case 'unknown':
      return expiryText.unknown;
    case 'over':
      return daysLeft === null || daysLeft >= -1
        ? expiryText.overToday
        : expiryText.ago({ days: -daysLeft - 1 });
    case 'soon':
    case 'ok':
      return daysLeft === null || daysLeft === 0 ? expiryText.today : expiryText.days({ days: daysLeft });
  }
}
export function leftTone(row: ExpiryRow): Tone {
  if (isOverdue(row)) return 'bad';
  switch (row.level) {
    case 'over':
      return row.harmless === null ? 'warn' : 'dim';
    case 'soon':
    case 'unknown':
      return 'warn';
    case 'ok':
      return 'plain';
    case 'never':
      return 'dim';
  }
}
/** The last day of a version, or the day on which a thing ends. */
export function endDay({ endsAt, kind }: ExpiryRow): string {
  return endsAt === null ? '-' : isoDate(kind === 'support' ? endsAt - 1 : endsAt);
}
export function expiryName(view: View, { title, version, name }: ExpiryRow): string {
  const words = inLang(view, title);
  // A name that the words hold already is not said twice.
  const which = version ?? (words.split(' ').includes(name) ? '' : name);
  return which === '' ? words : `${words} ${which}`;
}
const EXPIRY_SIGN = {
  over: 'fail',
  soon: 'warn',
  ok: 'never',
  never: 'never',
  unknown: 'unknown',
} as const satisfies Record<ExpiryRow['level'], keyof Glyphs['standing']>;

function expiryRow(view: View, row: ExpiryRow, chosen: boolean, columns: number): Line {
  const tone = leftTone(row);
  const { step } = row.renew;
  const hosts = columns >= WITH_ID ? 30 : 0;
  const sign = row.level === 'over' && !isOverdue(row) ? 'warn' : EXPIRY_SIGN[row.level];
  const room = columns - 4 - LEFT_COLUMNS - 12 - hosts - RIGHT_COLUMNS - 2;
  return [
    chosenMark(view, chosen, true),
    span(' '),
    span(glyphsOf(view).standing[sign], tone),
    span(' '),
    cell(inLang(view, leftWord(row)), LEFT_COLUMNS, tone),
    cell(endDay(row), 12, 'dim'),
    cell(expiryName(view, row), room, chosen ? 'pick' : 'plain'),
    span(' '),
    ...(hosts === 0 ? [] : [cell(row.hosts.join(' '), hosts, 'dim')]),
    cell(stepWord(view, step), RIGHT_COLUMNS, 'accent', 'right'),
    span(' '),
  ];
}

/** `step B4`; nothing where no step is meant. */
function stepWord(view: View, step: string | undefined): string {
  return step === undefined ? '' : inLang(view, expiryText.step({ step }));
}

export function smokeRow(view: View, row: SmokeRow, chosen: boolean, columns: number): Line {
  const tone: Tone = chosen ? 'pick' : 'dim';
  switch (row.kind) {
    case 'stage':
      return stageRow(view, row.one, chosen, columns);
    case 'check':
      return checkRow(view, row.one, chosen, columns);
    case 'absent':
      return [
        chosenMark(view, chosen, true),
        span(`  ${glyphsOf(view).standing.never} `, 'dim'),
        cell(inLang(view, text.absent), CHECK_COLUMNS, 'dim'),
        span(' '),
        cell(inLang(view, row.part.title), columns - 6 - CHECK_COLUMNS - RIGHT_COLUMNS - 1, tone),
        cell(stepWord(view, row.part.steps[0]), RIGHT_COLUMNS, 'accent', 'right'),
        span(' '),
      ];
    case 'boot':
      return [
        chosenMark(view, chosen, true),
        span(' '),
        cell(row.boot.host, HOST_COLUMNS, 'dim'),
        cell(inLang(view, diaryText.rebooted), DIFFERENCE_COLUMNS, 'info'),
        span(localMinute(row.boot.bootedAt), tone),
      ];
    case 'difference':
      return differenceRow(view, row.one, chosen, columns);
    case 'unread':
      return [
        chosenMark(view, chosen, true),
        span(' '),
        cell(row.what.split('@').at(-1) ?? row.what, HOST_COLUMNS, 'dim'),
        cell(inLang(view, diaryText.unread), DIFFERENCE_COLUMNS, 'warn'),
        span(row.what.includes('@') ? (row.what.split('@')[0] ?? '') : '', tone),
      ];
    case 'expiry':
      return expiryRow(view, row.row, chosen, columns);
  }
}

/** `2026-11-22 14:02`, operator's clock. @param at epoch ms */
export function localMinute(at: number): string {
  return `${isoDate(at)} ${clockTime(at).slice(0, 5)}`;
}

/** Where a check is asked about, when that is not plain from its stage. */
export function subjectOf(view: View, { check }: JudgedCheck): string {
  return subjectWord(view, check.gate.subject);
}
