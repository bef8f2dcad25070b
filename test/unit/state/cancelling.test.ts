/** Cancelling: shown at once, and told when it came too late. */
import { describe, expect, it } from 'vitest';
import { isCancelling } from '../../../src/state/cancelling.js';
import type { AppState, StepRun } from '../../../src/state/types.js';
import { update } from '../../../src/state/update.js';
import { after, opened, run, start, NOW } from '../../screens/fixture.js';

const running = after(opened(start()), { type: 'run', run: run('A1', 'vm-k8s') });
const ran = (over: Partial<StepRun>): StepRun => {
  const base = run('A1', 'vm-k8s', over);
  return { ...base, actions: base.actions.map((one) => ({ ...one, phase: 'ok' as const, endedAt: NOW })) };
};
const cancel = { type: 'ask.cancel', step: 'A1' } as const;
const notice = (state: AppState): string => state.ui.notice?.text.en ?? '';

describe('a cancel', () => {
  it('shows at once, before any host has answered', () => {
    const [state, effects] = update(running, cancel);
    expect(effects).toEqual([{ type: 'step.cancel', step: 'A1', hosts: ['vm-k8s'] }]);
    expect(notice(state)).toContain('A1 vm-k8s: being cancelled');
    expect(isCancelling(state, { step: 'A1', host: 'vm-k8s' })).toBe(true);
    // News of the run do not make it look as if nobody had asked.
    const still = after(state, { type: 'run', run: run('A1', 'vm-k8s') });
    expect(still.runs['A1@vm-k8s']?.actions[1]?.phase).toBe('cancelling');
    const ended = after(still, {
      type: 'run',
      run: run('A1', 'vm-k8s', { phase: 'cancelled', endedAt: NOW }),
    });
    expect(notice(ended)).toContain('cancelled. Check the gates');
    expect(ended.cancelling).toEqual({});
  });

  it('that came after the commands had ended says so, and that it stopped nothing', () => {
    const asked = after(running, cancel);
    const gating = after(asked, { type: 'run', run: ran({ phase: 'gating' }) });
    expect(notice(gating)).toContain('nothing was stopped');
    expect(isCancelling(gating, { step: 'A1', host: 'vm-k8s' })).toBe(false);
    const done = after(gating, { type: 'run', run: ran({ phase: 'done', endedAt: NOW }) });
    expect(notice(done)).toContain('nothing was stopped');
    expect(done.cancelling).toEqual({});
  });

  it('that the engine heard of after the last command had ended is late too', () => {
    const ended = after(running, cancel, { type: 'run', run: ran({ phase: 'cancelled', endedAt: NOW }) });
    expect(notice(ended)).toContain('nothing was stopped');
  });

  it('while only gates are asked is answered at once, and bothers no host', () => {
    const gating = after(running, { type: 'run', run: ran({ phase: 'gating' }) });
    const [state, effects] = update(gating, cancel);
    expect(effects).toEqual([]);
    expect(notice(state)).toContain('nothing was stopped');
  });

  it('answers for each host when some ended while the question was open', () => {
    const two = after(running, { type: 'run', run: run('A1', 'vm-docker') });
    const asked = after(two, cancel);
    expect(asked.ui.dialog).toMatchObject({ kind: 'choose-host', purpose: 'cancel' });
    const meanwhile = after(asked, { type: 'run', run: ran({ phase: 'done', endedAt: NOW }) });
    const [state, effects] = update(meanwhile, { type: 'dialog.accept' });
    expect(effects).toEqual([{ type: 'step.cancel', step: 'A1', hosts: ['vm-docker'] }]);
    expect(isCancelling(state, { step: 'A1', host: 'vm-docker' })).toBe(true);
    expect(isCancelling(state, { step: 'A1', host: 'vm-k8s' })).toBe(false);
  });

  it('that could not be carried out is no longer under way', () => {
    const trouble = {
      code: 'job-not-ended',
      what: { id: 'a', en: 'b' },
      remedy: { id: 'c', en: 'd' },
      where: 'x',
    };
    expect(after(running, cancel, { type: 'trouble', trouble }).cancelling).toEqual({});
  });
});

describe('starting from the step screen', () => {
  const onStep = after(
    opened(start()),
    { type: 'ui.step', step: 'A1' },
    { type: 'ui.open', screen: 'step' },
    { type: 'ui.position', name: 'step.tab', value: 1 },
  );
  it('goes to the output of a host on which it runs', () => {
    const asked = after(
      onStep,
      { type: 'ask.run', step: 'A1', force: false },
      { type: 'dialog.move', by: 2 },
      { type: 'dialog.accept' },
    );
    expect(asked.ui.positions['step.tab']).toBe(1);
    const started = after(asked, { type: 'dialog.accept' });
    expect(started.ui.positions['step.tab']).toBe(2);
    expect(started.ui.focusedHost).toBe('vm-k8s');
    // Who says no stays where they were.
    expect(after(asked, { type: 'dialog.reject' }).ui.positions['step.tab']).toBe(1);
  });
  it('does the same for undo', () => {
    const undone = after(
      onStep,
      { type: 'ask.undo', step: 'A1' },
      { type: 'dialog.accept' },
      { type: 'dialog.accept' },
    );
    expect(undone.ui.positions['step.tab']).toBe(2);
  });
});
