/** Still booting, or broken: how the checks of a smoke test stand at a moment. Pure. */
import type { GateKey, GateResult } from '../gates/types.js';
import type { HostName } from '../lab/types.js';
import { hostsOf, type PlannedStage, type SmokeCheck } from './checklist.js';
import type { Checklist } from './schema.js';

/** What is known of a gate in this run. Times are epoch milliseconds, operator's clock. */
export interface Seen {
  readonly result: GateResult;
  /** Since when it is not green; of a green one, when it became so. */
  readonly since: number;
  /** How often in a row it was asked and not green; 0 when it is. */
  readonly count: number;
}
/** How a host stands. Times are epoch milliseconds, operator's clock. */
export type Arrival =
  | { readonly kind: 'up'; readonly bootId: string; readonly bootedAt: number }
  /** It cannot be logged in to. `final`: waiting will not change that (a changed key, a refused login). */
  | { readonly kind: 'away'; readonly since: number; readonly final: boolean };

/**
 * `green` · `rising`: not green, and may still become so by itself · `broken`: that time is over · `behind`: not asked, because
 * of a broken one · `open`: not asked yet.
 */
export type CheckState = 'green' | 'rising' | 'broken' | 'behind' | 'open';
export interface JudgedCheck {
  readonly check: SmokeCheck;
  readonly result: GateResult | null;
  readonly state: CheckState;
  /** When a rising one will count as broken, epoch ms; null for all others. */
  readonly until: number | null;
}
export interface JudgedStage {
  readonly stage: PlannedStage['stage'];
  readonly checks: readonly JudgedCheck[];
}

/** How a smoke test stands; told before the first asking and after every round. */
export interface SmokeProgress {
  readonly stages: readonly JudgedStage[];
  readonly arrivals: ReadonlyMap<HostName, Arrival>;
  /** Parts of the lab that are there. */
  readonly parts: ReadonlySet<string>;
  /** Rounds so far. */
  readonly attempts: number;
  /** Epoch ms, operator's clock. */
  readonly startedAt: number;
  readonly now: number;
  /** When it gives up waiting, epoch ms. */
  readonly deadline: number;
}

/** `broken`: something will not come up by itself · `out-of-time`: something was still on its way when the time was over. */
export type SmokeVerdict = 'green' | 'broken' | 'out-of-time';

export interface Moment {
  readonly seen: ReadonlyMap<GateKey, Seen>;
  readonly arrivals: ReadonlyMap<HostName, Arrival>;
  /** Gates that a person has waived. */
  readonly waived: ReadonlySet<GateKey>;
  /** Epoch ms. */
  readonly now: number;
}

/** How long a smoke test waits for what is still coming up, unless told otherwise, milliseconds. */
export const SMOKE_WAIT_MS = 300_000;
/** What came back twice is no slip. */
const TWICE = 2;
/** A login that is refused though the host answers: sshd says so, too, in the first seconds of a boot. */
const REFUSED_MS = 30_000;

/** How every check stands, in the order of the checklist. */
export function judgeStages(
  checklist: Checklist,
  stages: readonly PlannedStage[],
  moment: Moment,
): readonly JudgedStage[] {
  const judged = new Map<GateKey, JudgedCheck>();
  const checks = stages.flatMap((one) => one.checks);
  const byKey = new Map(checks.map((check) => [check.key, check]));
  const judge = (check: SmokeCheck): JudgedCheck => {
    const known = judged.get(check.key);
    if (known !== undefined) return known;
    const one = judgeCheck(checklist, check, moment, (key) => {
      const blocker = byKey.get(key);
      return blocker === undefined || blocker === check ? null : judge(blocker);
    });
    judged.set(check.key, one);
    return one;
  };
  return stages.map(({ stage, checks: own }) => ({ stage, checks: own.map(judge) }));
}

function judgeCheck(
  checklist: Checklist,
  check: SmokeCheck,
  moment: Moment,
  blockerOf: (key: GateKey) => JudgedCheck | null,
): JudgedCheck {
  const seen = moment.seen.get(check.key);
  const result = seen?.result ?? null;
  const as = (state: CheckState, until: number | null = null): JudgedCheck => ({
    check,
    result,
    state,
    until,
  });
  if (moment.waived.has(check.key)) return as('green');
  if (seen === undefined) return as('open');
  if (seen.result.verdict === 'pass' || seen.result.verdict === 'warn') return as('green');
  if (seen.result.verdict === 'blocked') {
    const blockers = seen.result.blockedBy.flatMap((key) => blockerOf(key) ?? []);
    const broken = blockers.some(({ state }) => state === 'broken' || state === 'behind');
    if (broken) return as('behind');
    return as('rising', Math.max(moment.now, ...blockers.map(({ until }) => until ?? 0)));
  }
  const limit = limitOf(checklist, check, seen, moment);
  if (limit > moment.now || seen.count < TWICE) return as('rising', Math.max(limit, moment.now));
  return as('broken');
}

/** Until when a red check may still be on its way, epoch ms. */
function limitOf(checklist: Checklist, check: SmokeCheck, seen: Seen, { arrivals }: Moment): number {
  const hosts = hostsOf(check).map((host) => arrivals.get(host));
  const away = hosts.flatMap((one) => {
    if (one?.kind !== 'away') return [];
    return one.since + (one.final ? REFUSED_MS : checklist.arrives * 1000);
  });
  if (away.length > 0) return Math.max(...away);
  // No answer says nothing about what is there: only a red one is sure to stay so.
  if ((!check.rising && seen.result.verdict === 'fail') || isOver(checklist, seen.result)) return 0;
  const youngest = Math.max(
    0,
    ...check.stage.hosts.map((host) => {
      const arrival = arrivals.get(host);
      return arrival?.kind === 'up' ? arrival.bootedAt : 0;
    }),
  );
  const from = isStarting(checklist, seen.result) ? Math.max(youngest, seen.since) : youngest;
  return from + check.stage.settles * 1000;
}

function excerptOf(result: GateResult): string {
  return result.evidence.map((one) => one.excerpt).join('\n');
}

function isOver(checklist: Checklist, result: GateResult): boolean {
  const text = excerptOf(result);
  return checklist.over.some((pattern) => new RegExp(pattern, 'm').test(text));
}

function isStarting(checklist: Checklist, result: GateResult): boolean {
  const text = `${excerptOf(result)}\n${result.say.en}`;
  return checklist.starting.some((pattern) => new RegExp(pattern, 'im').test(text));
}

/** What a new answer makes of what was known. */
export function seenNext(before: Seen | undefined, result: GateResult): Seen {
  const green = result.verdict === 'pass' || result.verdict === 'warn';
  const wasGreen = before === undefined || before.count === 0;
  return {
    result,
    since: before !== undefined && wasGreen === green ? before.since : result.judgedAt,
    count: green ? 0 : (before?.count ?? 0) + 1,
  };
}

/**
 * Checks to ask now: those not asked yet, and those not green whose pace allows it; a green one again only when it is stale. A
 * warning may be one of the boot, and is looked at again as long as anything else is.
 */
export function toAsk(stages: readonly JudgedStage[], now: number): readonly GateKey[] {
  return stages.flatMap(({ checks }) =>
    checks.flatMap(({ check, result, state }) => {
      if (result === null) return [check.key];
      const age = now - result.judgedAt;
      const calm = state === 'green' && !(result.verdict === 'warn' && check.rising);
      if (calm) return age > check.gate.freshMs ? [check.key] : [];
      return age >= check.paceMs ? [check.key] : [];
    }),
  );
}

/** Nothing is on its way any more: what is not green now stays so. */
export function isSettled(stages: readonly JudgedStage[]): boolean {
  return stages.every(({ checks }) => checks.every(({ state }) => state !== 'rising' && state !== 'open'));
}

/** Something will not come up by itself. */
export function anyBroken(stages: readonly JudgedStage[]): boolean {
  return stages.some(({ checks }) => checks.some(({ state }) => state === 'broken'));
}

export function allGreen(stages: readonly JudgedStage[]): boolean {
  return stages.every(({ checks }) => checks.every(({ state }) => state === 'green'));
}

/** What a test that has ended comes to. Nothing asked at all is not green. */
export function verdictOf(stages: readonly JudgedStage[]): SmokeVerdict {
  if (allGreen(stages) && stages.some(({ checks }) => checks.length > 0)) return 'green';
  return anyBroken(stages) || isSettled(stages) ? 'broken' : 'out-of-time';
}

/** The first check in boot order that is broken, or that is still waited for when none is. */
export function firstNotGreen(stages: readonly JudgedStage[]): JudgedCheck | null {
  const checks = stages.flatMap((one) => one.checks);
  return (
    checks.find(({ state }) => state === 'broken') ??
    checks.find(({ state, result }) => state === 'rising' && result?.verdict !== 'blocked') ??
    checks.find(({ state }) => state !== 'green') ??
    null
  );
}
