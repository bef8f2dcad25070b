/** Still booting or broken: what a person would say who looks at the same answers and the clock. */
import { describe, expect, it } from 'vitest';
import type { GateKey, GateResult } from '../../../src/gates/types.js';
import type { RenderedGate } from '../../../src/runbook/types.js';
import type { PlannedStage, SmokeCheck } from '../../../src/smoke/checklist.js';
import {
  firstNotGreen,
  isSettled,
  judgeStages,
  seenNext,
  toAsk,
  type Arrival,
  type Moment,
  type Seen,
} from '../../../src/smoke/progress.js';
import { checklistSchema, type Stage } from '../../../src/smoke/schema.js';

const text = { id: 'a', en: 'a' };
const checklist = checklistSchema.parse({
  boot: 'x',
  arrives: 180,
  lingers: 30,
  starting: ['\\bactivating\\b', 'still starting'],
  over: ['^failed( |$)'],
  parts: [],
  stages: [{ id: 'one', title: text, hosts: ['vm-docker'], settles: 120, checks: [{ rising: ['X1.unit'] }] }],
});
const stage = firstStage();
function firstStage(): Stage {
  const [one] = checklist.stages;
  if (one === undefined) throw new Error('no stage');
  return one;
}

function check(
  name: string,
  options: Partial<SmokeCheck> & { readonly needs?: readonly GateKey[] } = {},
): SmokeCheck {
  const { needs = [], ...rest } = options;
  const gate: RenderedGate = {
    key: `X1.${name}@vm-docker`,
    gate: `X1.${name}`,
    step: 'X1',
    subject: 'vm-docker',
    title: text,
    probes: {
      'vm-docker': { kind: 'command', on: 'vm-docker', script: 'true', as: 'user', timeoutMs: 1000 },
    },
    outcomes: [],
    needs,
    freshMs: 300_000,
  };
  return { key: gate.key, gate, stage, rising: true, paceMs: 0, ...rest };
}
function result(
  name: string,
  verdict: GateResult['verdict'],
  printed = '',
  more: Partial<GateResult> = {},
): GateResult {
  return {
    gate: `X1.${name}`,
    subject: 'vm-docker',
    verdict,
    say: text,
    hints: [],
    symptom: null,
    evidence: [{ place: 'vm-docker', asked: 'x', exit: 1, excerpt: printed, startedAt: 0, durationMs: 1 }],
    blockedBy: [],
    judgedAt: 0,
    ...more,
  };
}
const seen = (one: GateResult, since: number, count = 5): Seen => ({ result: one, since, count });
const NOW = 10_000_000;
const booted = (secondsAgo: number): Arrival => ({
  kind: 'up',
  bootId: 'b',
  bootedAt: NOW - secondsAgo * 1000,
});

function judged(
  checks: readonly SmokeCheck[],
  known: readonly Seen[],
  arrival: Arrival,
  more: Partial<Moment> = {},
) {
  const planned: readonly PlannedStage[] = [{ stage, checks }];
  return judgeStages(checklist, planned, {
    seen: new Map(known.map((one) => [`${one.result.gate}@vm-docker`, one])),
    arrivals: new Map([['vm-docker', arrival]]),
    waived: new Set(),
    now: NOW,
    ...more,
  });
}
const stateOf = (
  checks: readonly SmokeCheck[],
  known: readonly Seen[],
  arrival: Arrival,
): readonly string[] => judged(checks, known, arrival).flatMap((one) => one.checks.map(({ state }) => state));

describe('a red gate that comes up by itself', () => {
  it('is still booting while its VM is young, and broken when the same is seen after that', () => {
    const known = [seen(result('unit', 'fail', 'inactive'), NOW - 30_000)];
    expect(stateOf([check('unit')], known, booted(60))).toEqual(['rising']);
    expect(stateOf([check('unit')], known, booted(121))).toEqual(['broken']);
  });

  it('says until when it is waited for', () => {
    const [one] = judged([check('unit')], [seen(result('unit', 'fail', 'inactive'), NOW)], booted(60));
    expect(one?.checks[0]?.until).toBe(NOW + 60_000);
  });

  it('on a VM that is up for long is broken, once it was seen twice', () => {
    const red = result('unit', 'fail', 'inactive');
    expect(stateOf([check('unit')], [seen(red, NOW, 1)], booted(9000))).toEqual(['rising']);
    expect(stateOf([check('unit')], [seen(red, NOW, 2)], booted(9000))).toEqual(['broken']);
  });

  it('that is being started gets its own time, however long the VM is up', () => {
    const starting = result('unit', 'fail', 'activating');
    expect(stateOf([check('unit')], [seen(starting, NOW - 10_000)], booted(9000))).toEqual(['rising']);
    expect(stateOf([check('unit')], [seen(starting, NOW - 121_000)], booted(9000))).toEqual(['broken']);
  });

  it('that systemd has given up is broken at once', () => {
    expect(stateOf([check('unit')], [seen(result('unit', 'fail', 'failed'), NOW)], booted(5))).toEqual([
      'broken',
    ]);
  });

  it('counts as still booting with no answer from a young VM', () => {
    expect(stateOf([check('unit')], [seen(result('unit', 'unknown'), NOW)], booted(5))).toEqual(['rising']);
  });
});

describe('what does not come up by itself', () => {
  it('is broken at once: swap that is on stays on', () => {
    const swap = check('swap', { rising: false });
    expect(stateOf([swap], [seen(result('swap', 'fail', '/swap.img'), NOW)], booted(5))).toEqual(['broken']);
  });

  it('keeps what stands on it behind it, and nothing is waited for any more', () => {
    const checks = [check('swap', { rising: false }), check('kubelet', { needs: ['X1.swap@vm-docker'] })];
    const known = [
      seen(result('swap', 'fail', '/swap.img'), NOW),
      seen(result('kubelet', 'blocked', '', { blockedBy: ['X1.swap@vm-docker'] }), NOW),
    ];
    const stages = judged(checks, known, booted(5));
    expect(stages[0]?.checks.map(({ state }) => state)).toEqual(['broken', 'behind']);
    expect(isSettled(stages)).toBe(true);
    expect(firstNotGreen(stages)?.check.key).toBe('X1.swap@vm-docker');
  });
});

describe('a VM that is away', () => {
  const away: Arrival = { kind: 'away', since: NOW - 100_000, final: false };
  const reachable = [seen(result('unit', 'unknown'), NOW)];
  it('is waited for as long as a boot may take', () => {
    expect(stateOf([check('unit', { rising: false })], reachable, away)).toEqual(['rising']);
    expect(stateOf([check('unit')], reachable, { ...away, since: NOW - 181_000 })).toEqual(['broken']);
  });

  it('that refuses the login is not waited for that long', () => {
    expect(stateOf([check('unit')], reachable, { ...away, final: true })).toEqual(['broken']);
    expect(stateOf([check('unit')], reachable, { ...away, since: NOW - 5000, final: true })).toEqual([
      'rising',
    ]);
  });
});

describe('waiting on what is blocked', () => {
  it('goes on while the gate below is still booting', () => {
    const checks = [check('docker'), check('unit', { needs: ['X1.docker@vm-docker'] })];
    const known = [
      seen(result('docker', 'fail', 'activating'), NOW),
      seen(result('unit', 'blocked', '', { blockedBy: ['X1.docker@vm-docker'] }), NOW),
    ];
    expect(stateOf(checks, known, booted(5))).toEqual(['rising', 'rising']);
  });
});

describe('what is asked in a round', () => {
  it('is what is not green, a green one only when it grew stale, and nothing faster than its pace', () => {
    const checks = [
      check('green'),
      check('old'),
      check('red'),
      check('paced', { paceMs: 4000 }),
      check('new'),
    ];
    const known = [
      seen(result('green', 'pass', '', { judgedAt: NOW - 1000 }), NOW, 0),
      seen(result('old', 'pass', '', { judgedAt: NOW - 300_001 }), NOW, 0),
      seen(result('red', 'fail', '', { judgedAt: NOW - 1000 }), NOW),
      seen(result('paced', 'fail', '', { judgedAt: NOW - 1000 }), NOW),
    ];
    const stages = judged(checks, known, booted(5));
    expect(toAsk(stages, NOW)).toEqual(['X1.old@vm-docker', 'X1.red@vm-docker', 'X1.new@vm-docker']);
    expect(toAsk(stages, NOW + 3000)).toContain('X1.paced@vm-docker');
  });
});

describe('what is remembered of a gate', () => {
  it('is since when it is as it is, and how often in a row it was red', () => {
    const first = seenNext(undefined, result('unit', 'fail', '', { judgedAt: 10 }));
    const second = seenNext(first, result('unit', 'unknown', '', { judgedAt: 20 }));
    expect([second.since, second.count]).toEqual([10, 2]);
    const green = seenNext(second, result('unit', 'pass', '', { judgedAt: 30 }));
    expect([green.since, green.count]).toEqual([30, 0]);
  });
});

it('a waived gate holds nothing up', () => {
  const known = [seen(result('unit', 'fail', 'failed'), NOW)];
  const stages = judged([check('unit')], known, booted(5), {
    waived: new Set(['X1.unit@vm-docker']),
  });
  expect(isSettled(stages)).toBe(true);
  expect(firstNotGreen(stages)).toBeNull();
});
