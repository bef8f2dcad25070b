/** What the smoke screen asks of the world, where its cursor is, and what counts as of now. */
import { describe, expect, it } from 'vitest';
import { chosenSmoke, checkStanding, holdsNow, nextRed, smokeRows } from '../../../src/state/smoke-view.js';
import { TROUBLES_LIST } from '../../../src/state/troubles-view.js';
import type { AppState } from '../../../src/state/types.js';
import { after, effectsOf, result, sample, start, NOW } from '../../screens/fixture.js';
import {
  asking,
  BOOTING,
  BROKEN,
  CALENDAR_READ,
  COMPARISON,
  ended,
  GREEN,
  outcome,
  progress,
  steady,
} from '../../screens/smoke-data.js';

const kinds = (state: AppState, message: Parameters<typeof effectsOf>[1]): readonly string[] =>
  effectsOf(state, message).map((one) => one.type);
const lab = steady({ lang: 'en' });

describe('one key', () => {
  it('opens the screen and starts the test by itself', () => {
    expect(kinds(lab, { type: 'smoke.open' })).toEqual(['smoke.start']);
    expect(after(lab, { type: 'smoke.open' }).ui.stack.at(-1)).toBe('smoke');
  });
  it('does not start a second one, nor repeat one that has just ended', () => {
    expect(kinds(asking(lab, BOOTING), { type: 'smoke.open' })).toEqual([]);
    expect(kinds(asking(lab, BOOTING), { type: 'smoke.run' })).toEqual([]);
    const green = ended(lab, GREEN);
    expect(kinds(green, { type: 'smoke.open' })).toEqual([]);
    expect(kinds(green, { type: 'smoke.run' })).toEqual(['smoke.start']);
    const later = after(green, { type: 'clock', now: NOW + 120_000 });
    expect(kinds(later, { type: 'smoke.open' })).toEqual(['smoke.start']);
  });
  it('does nothing without a lab', () => {
    expect(after(start(), { type: 'smoke.open' }).ui.stack.at(-1)).toBe('welcome');
    expect(kinds(start(), { type: 'smoke.open' })).toEqual([]);
  });
});

describe('a test under way', () => {
  it('goes on when the screen is left, and its verdict is told elsewhere', () => {
    const left = after(asking(lab, BROKEN), { type: 'ui.back' });
    const end = { type: 'smoke.ended', at: NOW + 42_000, outcome: outcome(BROKEN) } as const;
    expect(after(left, end).ui.notice?.text.en).toContain('R2.harbor-containers@vm-docker');
    expect(after(asking(lab, BROKEN), end).ui.notice).toBeNull();
  });
  it('is stopped by a person, and then has no verdict', () => {
    const running = asking(lab, BOOTING);
    expect(kinds(running, { type: 'smoke.stop' })).toEqual(['smoke.stop']);
    const stopped = after(running, { type: 'smoke.ended', at: NOW + 43_000, outcome: null });
    expect(stopped.smoke.test).toMatchObject({ phase: 'stopped', outcome: null });
    expect(kinds(stopped, { type: 'smoke.stop' })).toEqual([]);
  });
  it('shows what the last one asked, none of it answered, until it is known what this one asks', () => {
    const again = after(ended(lab, BROKEN), { type: 'smoke.run' });
    const checks = again.smoke.test?.progress?.stages.flatMap((one) => one.checks) ?? [];
    expect(checks.length).toBeGreaterThan(60);
    // One of them a person has waived.
    expect(new Set(checks.map((one) => checkStanding(again, one)))).toEqual(new Set(['waiting', 'waived']));
  });
  it('counts a green answer before its round is over, a red one not', () => {
    const first = asking(lab, { open: true });
    const of = (state: AppState, key: string): string | undefined =>
      state.smoke.test?.progress?.stages
        .flatMap((one) => one.checks)
        .filter(({ check }) => check.key === key)
        .map((one) => checkStanding(state, one))[0];
    const answered = after(
      first,
      { type: 'gates.running', keys: ['R2.docker@vm-docker'] },
      { type: 'gate.judged', result: result('A0.disk@vm-k8s', 'pass', { judgedAt: NOW + 3000 }) },
      { type: 'gate.judged', result: result('A0.sudo@vm-k8s', 'fail', { judgedAt: NOW + 3000 }) },
      { type: 'gate.judged', result: result('A0.disk@vm-worker', 'pass', { judgedAt: NOW - 3000 }) },
    );
    expect(of(answered, 'A0.disk@vm-k8s')).toBe('pass');
    expect(of(answered, 'A0.sudo@vm-k8s')).toBe('waiting');
    // Green before this test began: that says nothing of now.
    expect(of(answered, 'A0.disk@vm-worker')).toBe('waiting');
    expect(of(answered, 'R2.docker@vm-docker')).toBe('asked');
  });
});

describe('the cursor', () => {
  it('is on the first one in boot order that is broken, else on what is waited for', () => {
    expect(chosenSmoke(ended(lab, BROKEN))?.key).toBe('R2.harbor-containers@vm-docker');
    expect(chosenSmoke(asking(lab, BOOTING))?.key).toBe('R1.booted@vm-docker');
  });
  it('goes to the next red one, from the last to the first', () => {
    const first = ended(lab, BROKEN);
    const next = nextRed(first);
    expect(next?.key).toBe('B4.certificate@vm-docker');
    const there = after(first, { type: 'ui.pick', name: 'smoke.test', key: next?.key ?? '', at: 0 });
    expect(nextRed(there)?.key).toBe('R2.harbor-containers@vm-docker');
    expect(nextRed(ended(lab, GREEN))).toBeNull();
  });
  it('stays on the stage that a person folds', () => {
    const folded = after(ended(lab, BROKEN), { type: 'smoke.fold', stage: 'harbor', open: false });
    expect(chosenSmoke(folded)?.key).toBe('stage:harbor');
    expect(smokeRows(folded).some((row) => row.key === 'R2.harbor-containers@vm-docker')).toBe(false);
    const again = after(
      folded,
      { type: 'smoke.run' },
      { type: 'smoke.progress', progress: progress(BROKEN) },
    );
    expect(chosenSmoke(again)?.key).toBe('R2.harbor-containers@vm-docker');
  });
});

describe('opening', () => {
  it('goes to the symptom of a check, also where only the end of the test knew it', () => {
    const at = after(ended(lab, BROKEN), {
      type: 'smoke.symptom',
      gate: 'B4.certificate@vm-docker',
      symptom: 'S21',
    });
    expect(at.ui.stack.at(-1)).toBe('troubles');
    expect(at.ui.picks[TROUBLES_LIST]).toBe('S21');
    expect(at.ui.positions['troubles.walk']).toBe(1);
    expect(at.ui.notice).toBeNull();
  });
  it('goes to the step that renews', () => {
    const at = after(lab, { type: 'smoke.open' }, { type: 'smoke.step', step: 'B4' });
    expect([at.ui.stack.at(-1), at.ui.step]).toEqual(['step', 'B4']);
  });
});

describe('diary and calendar', () => {
  it('are read when their tab is opened, not twice at once, and not again while they are fresh', () => {
    const test = ended(lab, GREEN);
    expect(kinds(test, { type: 'smoke.tab', by: 1 })).toEqual(['smoke.diary']);
    const diary = after(test, { type: 'smoke.tab', by: 1 });
    expect(kinds(diary, { type: 'smoke.read' })).toEqual([]);
    const read = after(
      diary,
      { type: 'smoke.diary', read: { at: NOW + 42_000, comparison: COMPARISON } },
      { type: 'smoke.unread', what: 'diary' },
    );
    expect(kinds(read, { type: 'smoke.read' })).toEqual(['smoke.diary']);
    expect(kinds(after(read, { type: 'smoke.tab', by: -1 }), { type: 'smoke.tab', by: 1 })).toEqual([]);
    expect(kinds(read, { type: 'smoke.tab', by: 1 })).toEqual(['smoke.calendar']);
  });
  it('show boots first, then differences as they come, then who did not answer', () => {
    const at = after(
      ended(lab, GREEN),
      { type: 'smoke.tab', by: 1 },
      { type: 'smoke.diary', read: { at: NOW, comparison: COMPARISON } },
    );
    expect(smokeRows(at).map(({ kind }) => kind)).toEqual([
      'boot',
      'difference',
      'difference',
      'difference',
      'unread',
    ]);
    const dates = after(at, { type: 'smoke.tab', by: 1 }, { type: 'smoke.calendar', read: CALENDAR_READ });
    expect(smokeRows(dates).map(({ kind }) => kind)).toEqual([
      'expiry',
      'expiry',
      'expiry',
      'unread',
      'unread',
    ]);
  });
  it('are forgotten with the lab', () => {
    expect(after(ended(lab, GREEN), { type: 'lab.closed' }).smoke.test).toBeNull();
  });
});

describe('a verdict', () => {
  const green = ended(lab, GREEN);
  it('holds while it is new and nothing has gone or booted since', () => {
    expect(holdsNow(green)).toBe(true);
    expect(holdsNow(after(green, { type: 'clock', now: NOW + 700_000 }))).toBe(false);
  });
  it('is one of the past once a host has booted, or cannot be reached', () => {
    const booted = sample('vm-k8s', { bootId: 'b2' });
    expect(holdsNow(after(green, { type: 'sample', host: 'vm-k8s', sample: booted }))).toBe(false);
    const gone = { kind: 'idle' } as const;
    expect(holdsNow(after(green, { type: 'link', host: 'vm-k8s', status: gone }))).toBe(false);
  });
});
