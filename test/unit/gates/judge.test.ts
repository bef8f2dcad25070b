import { describe, expect, it } from 'vitest';
import { judgeGate } from '../../../src/gates/judge.js';
import { blockers, rounds, waiverHolds, withNeeds } from '../../../src/gates/schedule.js';
import type { GateKey, GateResult, Recording, Waiver } from '../../../src/gates/types.js';
import type { RenderedGate } from '../../../src/runbook/types.js';

const text = (one: string) => ({ id: one, en: one });
function gate(key: GateKey, needs: readonly GateKey[] = []): RenderedGate {
  return {
    key,
    gate: key.split('@')[0] ?? '',
    step: 'A1',
    subject: 'vm-docker',
    title: text('title'),
    probes: { 'vm-docker': { kind: 'command', on: 'vm-docker', script: 'x', as: 'user', timeoutMs: 1000 } },
    outcomes: [
      { when: { stdout: { is: 'active' } }, verdict: 'pass' },
      { when: { stdout: { is: 'activating' } }, verdict: 'warn', say: text('still {{seen}}') },
      {
        verdict: 'fail',
        say: text('it is {{seen}}'),
        hints: [text('look at {{seen.vm-docker}}')],
        symptom: 'S34',
      },
    ],
    needs,
    freshMs: 1000,
  };
}
const recording = (stdout: string, more: Partial<Recording> = {}): ReadonlyMap<'vm-docker', Recording> =>
  new Map([
    [
      'vm-docker',
      {
        place: 'vm-docker',
        asked: 'x',
        exit: 0,
        stdout,
        stderr: '',
        error: null,
        startedAt: 1,
        durationMs: 2,
        ...more,
      },
    ],
  ]);

describe('judgeGate', () => {
  const g = gate('A1.x@vm-docker');

  it('takes the first outcome that holds and quotes what was seen', () => {
    expect(judgeGate(g, recording('active\n'), 9)).toMatchObject({ verdict: 'pass', judgedAt: 9 });
    expect(judgeGate(g, recording('activating'), 9)).toMatchObject({
      verdict: 'warn',
      say: text('still activating'),
    });
    const failed = judgeGate(g, recording('failed\nbadly'), 9);
    expect(failed).toMatchObject({ verdict: 'fail', say: text('it is failed · badly'), symptom: 'S34' });
    expect(failed.hints).toEqual([text('look at failed · badly')]);
  });

  it('is unknown when a place is silent or was not asked, never a pass', () => {
    const down = { exit: null, error: text('connection refused') };
    expect(judgeGate(g, recording('active', down), 9)).toMatchObject({
      verdict: 'unknown',
      say: text('vm-docker: connection refused'),
    });
    expect(judgeGate(g, new Map(), 9).verdict).toBe('unknown');
    expect(judgeGate({ ...g, probes: {} }, new Map(), 9).verdict).toBe('unknown');
  });

  it('keeps evidence small, however much came back', () => {
    const [evidence] = judgeGate(g, recording(`${'x'.repeat(10_000)}\n`.repeat(500)), 9).evidence;
    expect(evidence?.excerpt.length).toBeLessThan(2200);
    expect(evidence?.excerpt).toContain('(+494)');
  });
});

describe('what can be asked', () => {
  const all = [
    gate('A1.a@vm-docker'),
    gate('A1.b@vm-docker', ['A1.a@vm-docker']),
    gate('A1.c@vm-docker', ['A1.b@vm-docker']),
    gate('A1.d@vm-docker'),
  ];

  it('asks in rounds, a need before what stands on it', () => {
    expect(rounds(all).map((round) => round.map((one) => one.key))).toEqual([
      ['A1.a@vm-docker', 'A1.d@vm-docker'],
      ['A1.b@vm-docker'],
      ['A1.c@vm-docker'],
    ]);
  });

  it('takes along what a gate stands on', () => {
    expect(withNeeds(new Set(['A1.c@vm-docker']), all).map((one) => one.key)).toEqual([
      'A1.a@vm-docker',
      'A1.b@vm-docker',
      'A1.c@vm-docker',
    ]);
  });

  it('is blocked by anything that is not green, and opened by a waiver until its last day', () => {
    const [a, b] = all;
    if (a === undefined || b === undefined) throw new Error('fixture');
    const result = (verdict: GateResult['verdict']): ReadonlyMap<GateKey, GateResult> =>
      new Map([[a.key, { ...judgeGate(a, recording('active'), 0), verdict }]]);
    const noon = new Date(2026, 10, 22, 12).getTime();
    expect(blockers(b, new Map(), new Map(), noon)).toEqual([a.key]);
    expect(blockers(b, result('pass'), new Map(), noon)).toEqual([]);
    expect(blockers(b, result('warn'), new Map(), noon)).toEqual([]);
    for (const verdict of ['fail', 'unknown', 'blocked'] as const)
      expect(blockers(b, result(verdict), new Map(), noon)).toEqual([a.key]);
    const waiver: Waiver = { key: a.key, reason: 'lab', by: 'me', until: '2026-11-22', madeAt: 0 };
    expect(blockers(b, result('fail'), new Map([[a.key, waiver]]), noon)).toEqual([]);
    expect(waiverHolds(waiver, new Date(2026, 10, 22, 23, 59).getTime())).toBe(true);
    expect(waiverHolds(waiver, new Date(2026, 10, 23, 0, 0, 1).getTime())).toBe(false);
  });
});
