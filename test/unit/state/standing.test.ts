import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../src/gates/types.js';
import { VERDICTS } from '../../../src/gates/types.js';
import { phaseRollup, rollUp, standing, stepRollup, unmetNeeds } from '../../../src/state/standing.js';
import { contentOf } from '../../../src/state/content.js';
import { STANDING_TONE } from '../../../src/screens/ui/standing.js';
import type { GateView } from '../../../src/state/types.js';
import { after, busyLab, opened, result, run, start, NOW } from '../../screens/fixture.js';

const FRESH = 900_000;
const key = 'A2.hostname@vm-docker';
const judged = (
  verdict: Exclude<Verdict, 'waived'>,
  ageMs: number,
  over: Partial<GateView> = {},
): GateView => ({
  key,
  running: false,
  waiver: null,
  result: result(key, verdict, { judgedAt: NOW - ageMs }),
  ...over,
});
const waiver = (until: string) => ({ key, reason: 'x', by: 'y', until, madeAt: NOW }) as const;

describe('standing', () => {
  it('is the verdict while that is fresh, and stale afterwards, whatever it was', () => {
    for (const verdict of VERDICTS) {
      if (verdict === 'waived') continue;
      expect(standing(judged(verdict, FRESH), FRESH, NOW)).toBe(verdict);
      expect(standing(judged(verdict, FRESH + 1), FRESH, NOW)).toBe('stale');
    }
  });

  it('is never without a result', () => {
    expect(standing(undefined, FRESH, NOW)).toBe('never');
    expect(standing(judged('pass', 0, { result: null }), FRESH, NOW)).toBe('never');
  });

  it('is running while it runs, even when it was green', () => {
    expect(standing(judged('pass', 0, { running: true }), FRESH, NOW)).toBe('running');
  });

  it('is waived up to and including the last day, not after it', () => {
    expect(standing(judged('fail', 0, { waiver: waiver('2026-11-22') }), FRESH, NOW)).toBe('waived');
    expect(standing(judged('fail', 0, { waiver: waiver('2026-11-21') }), FRESH, NOW)).toBe('fail');
    expect(standing(judged('pass', 0, { waiver: waiver('2026-12-31') }), FRESH, NOW)).toBe('pass');
    expect(standing(judged('pass', FRESH + 1, { waiver: waiver('2026-12-31') }), FRESH, NOW)).toBe('waived');
  });

  it('is green for a fresh pass and for nothing else', () => {
    const green = Object.entries(STANDING_TONE).filter(([, tone]) => tone === 'ok');
    expect(green.map(([name]) => name)).toEqual(['pass']);
  });
});

describe('roll-up', () => {
  it('never makes a pass out of nothing', () => expect(rollUp([])).toBe('never'));
  it('shows the worst first', () => {
    expect(rollUp(['pass', 'blocked', 'fail', 'warn'])).toBe('fail');
    expect(rollUp(['pass', 'stale', 'warn'])).toBe('warn');
    expect(rollUp(['pass', 'running', 'fail'])).toBe('running');
  });
  it('is partly when some are green and others were not looked at', () => {
    expect(rollUp(['pass', 'never'])).toBe('partial');
    expect(rollUp(['never', 'never'])).toBe('never');
  });
  it('is not a pass when something was waived', () => {
    expect(rollUp(['pass', 'waived'])).toBe('waived');
    expect(rollUp(['pass', 'pass'])).toBe('pass');
  });
});

describe('steps', () => {
  const stepOf = (id: string, state = opened(start())) => {
    const step = contentOf(state).steps.get(id);
    if (step === undefined) throw new Error(id);
    return step;
  };
  it('stand as running while a run is under way', () => {
    const state = after(opened(start()), { type: 'run', run: run('A1', 'vm-k8s') });
    expect(stepRollup(state, stepOf('A1'))).toBe('running');
  });
  it('wait for the steps they need until those are green', () => {
    let state = opened(start());
    const step = stepOf('A3');
    expect(unmetNeeds(state, step)).toEqual(step.needs);
    for (const gate of contentOf(state).gates) {
      if (step.needs.includes(gate.step))
        state = after(state, { type: 'gate.judged', result: result(gate.key, 'pass') });
    }
    expect(unmetNeeds(state, step)).toEqual([]);
  });
  it('keep a phase red while another of its steps runs', () => {
    expect(phaseRollup(busyLab(start()), 'A')).toBe('fail');
    expect(phaseRollup(busyLab(start()), 'B')).toBe('never');
  });
  it('are counted by what they show', () => {
    const state = busyLab(start());
    expect(stepRollup(state, stepOf('A2'))).toBe('fail');
    expect(stepRollup(state, stepOf('A0'))).toBe('partial');
  });
});
