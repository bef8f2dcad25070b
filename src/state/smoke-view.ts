/** What the smoke screen shows: its tabs, the rows of its lists, what the cursor is on. Pure. */
import type { GateKey } from '../gates/types.js';
import { waiverHolds } from '../gates/schedule.js';
import type { Comparison, Difference, DiaryBoot } from '../smoke/diary.js';
import type { ExpiryRow } from '../smoke/expiry.js';
import { firstNotGreen, type JudgedCheck, type JudgedStage } from '../smoke/progress.js';
import type { Part, Stage } from '../smoke/schema.js';
import type { SymptomId } from '../symptoms/types.js';
import { stepOf } from './content.js';
import { position } from './lists.js';
import type { SmokeTest } from './smoke-types.js';
import type { AppState } from './types.js';

/** Tabs of the smoke screen, in order. */
export const SMOKE_TABS = ['test', 'diary', 'calendar'] as const;
export type SmokeTab = (typeof SMOKE_TABS)[number];

/** Under such names the state remembers of which stages a person wants to see no check (2) or all (1). */
export const FOLD_PREFIX = 'smoke.open.';
export function foldName(stage: string): string {
  return `${FOLD_PREFIX}${stage}`;
}

export function smokeTab(state: AppState): SmokeTab {
  return SMOKE_TABS[position(state, 'smoke.tab')] ?? 'test';
}
/** Each tab has a cursor of its own. */
export function smokeList(state: AppState): string {
  return `smoke.${smokeTab(state)}`;
}

export function isTesting(test: SmokeTest | null): boolean {
  return test !== null && (test.phase === 'asking' || test.phase === 'concluding');
}

/**
 * How a check stands to whoever looks at it: `waiting`: not asked yet · `asked`: its first answer is awaited · `rising`: still
 * booting · `behind`: blocked by another one, `by`.
 */
export type CheckStanding = 'waiting' | 'asked' | 'pass' | 'warn' | 'waived' | 'rising' | 'broken' | 'behind';
export function checkStanding(state: AppState, { check, result, state: judged }: JudgedCheck): CheckStanding {
  switch (judged) {
    case 'green': {
      if (result?.verdict === 'pass') return 'pass';
      return result?.verdict === 'warn' ? 'warn' : 'waived';
    }
    case 'open': {
      const view = state.gates[check.key];
      if (view?.waiver != null && waiverHolds(view.waiver, state.now)) return 'waived';
      const { test } = state.smoke;
      if (view === undefined || test === null || !isTesting(test)) return 'waiting';
      if (view.running) return 'asked';
      // Its answer is there already, though the round is not over: only green is sure to stay so.
      const verdict = view.result?.verdict;
      const fresh = (view.result?.judgedAt ?? 0) >= test.startedAt;
      return fresh && (verdict === 'pass' || verdict === 'warn') ? verdict : 'waiting';
    }
    case 'rising':
      return result?.verdict === 'blocked' ? 'behind' : 'rising';
    case 'broken':
      return 'broken';
    case 'behind':
      return 'behind';
  }
}
const GREEN: readonly CheckStanding[] = ['pass', 'warn', 'waived'];
export function isGreenStanding(standing: CheckStanding): boolean {
  return GREEN.includes(standing);
}

/** A stage in one word: the worst of its checks. */
export function stageStanding(state: AppState, { checks }: JudgedStage): CheckStanding {
  const all = checks.map((one) => checkStanding(state, one));
  const worst = (['broken', 'rising', 'behind', 'asked', 'waiting'] as const).find((one) =>
    all.includes(one),
  );
  return worst ?? (all.includes('warn') ? 'warn' : all.every((one) => one === 'waived') ? 'waived' : 'pass');
}

/** How many of these checks are green, and how many there are. */
export function greenOf(
  state: AppState,
  stages: readonly JudgedStage[],
): { readonly green: number; readonly all: number } {
  const checks = stages.flatMap((one) => one.checks);
  const green = checks.filter((one) => isGreenStanding(checkStanding(state, one))).length;
  return { green, all: checks.length };
}

/** Whether a person wants to see all checks of a stage. */
export function isUnfolded(state: AppState, { stage }: JudgedStage): boolean {
  return position(state, foldName(stage.id)) === 1;
}
/** The checks of a stage that are in sight: those to be looked at, unless a person wants all of them, or none. */
function shownChecks(state: AppState, stage: JudgedStage): readonly JudgedCheck[] {
  const chosen = position(state, foldName(stage.stage.id));
  if (chosen !== 0) return chosen === 1 ? stage.checks : [];
  const standings = stage.checks.map((one) => checkStanding(state, one));
  if (!standings.includes('broken') && !standings.includes('rising')) return [];
  return stage.checks.filter((_, i) => !isGreenStanding(standings[i] ?? 'waiting'));
}

/** Parts of the lab that are not built yet; none while it is not known. */
export function absentParts(test: SmokeTest | null): readonly Part[] {
  const progress = test?.progress ?? null;
  return progress === null ? [] : (test?.parts ?? []).filter(({ id }) => !progress.parts.has(id));
}

export type SmokeRow =
  | { readonly kind: 'stage'; readonly key: string; readonly one: JudgedStage }
  | { readonly kind: 'check'; readonly key: GateKey; readonly stage: Stage; readonly one: JudgedCheck }
  | { readonly kind: 'absent'; readonly key: string; readonly part: Part }
  | { readonly kind: 'boot'; readonly key: string; readonly boot: DiaryBoot }
  | { readonly kind: 'difference'; readonly key: string; readonly one: Difference }
  | { readonly kind: 'unread'; readonly key: string; readonly what: string }
  | { readonly kind: 'expiry'; readonly key: string; readonly row: ExpiryRow };

/** The rows of the tab that is looked at. */
export function smokeRows(state: AppState): readonly SmokeRow[] {
  const { test, diary, calendar } = state.smoke;
  switch (smokeTab(state)) {
    case 'test':
      return [
        ...(test?.progress?.stages ?? []).flatMap((one): SmokeRow[] => [
          { kind: 'stage', key: `stage:${one.stage.id}`, one },
          ...shownChecks(state, one).map((check): SmokeRow => ({
            kind: 'check',
            key: check.check.key,
            stage: one.stage,
            one: check,
          })),
        ]),
        ...absentParts(test).map((part): SmokeRow => ({ kind: 'absent', key: `part:${part.id}`, part })),
      ];
    case 'diary':
      return diary?.comparison == null ? [] : comparisonRows(diary.comparison);
    case 'calendar':
      return [
        ...(calendar?.rows ?? []).map((row, i): SmokeRow => ({
          kind: 'expiry',
          key: `${row.id}/${row.name}/${row.version ?? ''}/${row.hosts[0] ?? i}`,
          row,
        })),
        ...(calendar === null ? [] : [...calendar.silent, ...calendar.unread]).map(unreadRow),
      ];
  }
}

function unreadRow(what: string): SmokeRow {
  return { kind: 'unread', key: `unread:${what}`, what };
}

function comparisonRows({ rebooted, differences, unread }: Comparison): readonly SmokeRow[] {
  return [
    ...rebooted.map((boot): SmokeRow => ({ kind: 'boot', key: `boot:${boot.host}`, boot })),
    ...differences.map((one): SmokeRow => ({
      kind: 'difference',
      key: `${one.host}/${one.kind}/${one.name}`,
      one,
    })),
    ...unread.map(unreadRow),
  ];
}

/** Where the cursor is: on what was chosen, else on the first check that is not green. */
export function smokeCursor(state: AppState, rows: readonly SmokeRow[] = smokeRows(state)): number {
  const name = smokeList(state);
  const picked = state.ui.picks[name];
  const at = rows.findIndex((row) => row.key === picked);
  if (at >= 0) return at;
  if (picked !== undefined && picked !== '')
    return Math.max(0, Math.min(position(state, name), rows.length - 1));
  const stages = state.smoke.test?.progress?.stages;
  const first = smokeTab(state) !== 'test' || stages === undefined ? null : firstNotGreen(stages);
  const red = rows.findIndex((row) => row.key === first?.check.key);
  const folded = rows.findIndex(
    (row) => row.kind === 'stage' && row.one.checks.some(({ check }) => check.key === first?.check.key),
  );
  return Math.max(0, red >= 0 ? red : folded);
}
export function chosenSmoke(state: AppState): SmokeRow | null {
  const rows = smokeRows(state);
  return rows[smokeCursor(state, rows)] ?? null;
}

/** The row of the next red check after the cursor, from the first again at the end; null when nothing is red. */
export function nextRed(state: AppState): { readonly key: string; readonly at: number } | null {
  const rows = smokeRows(state);
  const isRed = (row: SmokeRow, standings: readonly CheckStanding[]): boolean =>
    row.kind === 'check' && standings.includes(checkStanding(state, row.one));
  const broken = rows.some((row) => isRed(row, ['broken']));
  const wanted: readonly CheckStanding[] = broken ? ['broken'] : ['rising'];
  const reds = rows.flatMap((row, at) => (isRed(row, wanted) ? [{ key: row.key, at }] : []));
  const cursor = smokeCursor(state, rows);
  return reds.find(({ at }) => at > cursor) ?? reds[0] ?? null;
}

/** The symptom that a check shows: its own, or what the end of the test found for it. */
export function symptomHere(state: AppState, { check, result }: JudgedCheck): SymptomId | null {
  if (result?.symptom != null) return result.symptom;
  const outcome = state.smoke.test?.outcome ?? null;
  return outcome?.first?.check.key === check.key ? (outcome.symptom?.id ?? null) : null;
}

/** The step that Enter opens: what builds an absent part, or renews what runs out. Null when the runbook has none. */
export function smokeStep(state: AppState, row: SmokeRow | null): string | null {
  const id =
    row?.kind === 'absent' ? row.part.steps[0] : row?.kind === 'expiry' ? row.row.renew.step : undefined;
  return id === undefined || stepOf(state, id) === null ? null : id;
}

/** A verdict is told as news for so long, ms. */
const FRESH_MS = 600_000;

/** Whether what the test found still speaks of now: it runs, or ended lately, and no host was lost or booted since. */
export function holdsNow(state: AppState): boolean {
  const { test } = state.smoke;
  if (test === null || isTesting(test)) return true;
  if (test.endedAt === null || state.now - test.endedAt > FRESH_MS) return false;
  return [...(test.progress?.arrivals ?? [])].every(([host, arrival]) => {
    const { link, sample } = state.hosts[host];
    if (arrival.kind === 'away') return link.kind !== 'up';
    return link.kind === 'up' && (sample === null || sample.bootId === arrival.bootId);
  });
}
