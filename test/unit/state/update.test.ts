import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reasons } from '../../../src/i18n/texts/reasons.js';
import { welcomeChoices, welcomeMessage } from '../../../src/input/choices.js';
import type { HostKey } from '../../../src/services/ports.js';
import { contentOf } from '../../../src/state/content.js';
import { chosenGate, visibleGates } from '../../../src/state/lists.js';
import type { Message } from '../../../src/state/messages.js';
import { createAppStore } from '../../../src/state/store.js';
import type { AppState, Effect } from '../../../src/state/types.js';
import { editText } from '../../../src/state/typing.js';
import { update } from '../../../src/state/update.js';
import {
  after,
  busyLab,
  effectsOf,
  lab,
  opened,
  result,
  run,
  sample,
  start,
  NOW,
} from '../../screens/fixture.js';

const KEY = 'A2.hostname@vm-docker';
const type = (text: string): Message => ({ type: 'ui.edit', edit: { kind: 'insert', text } });

describe('opening a lab', () => {
  it('shows every gate of the runbook as never checked, and what was saved with its age', () => {
    const saved = result(KEY, 'pass', { judgedAt: NOW - 1000 });
    const state = after(start(), {
      type: 'lab.opened',
      lab: lab(),
      results: [saved, { ...saved, gate: 'Z9.gone' }],
      waivers: [],
      variants: { 'A1/stop-timers': 'runbook' },
      cursor: { phase: 'A', step: 'A3' },
      now: NOW,
    });
    expect(Object.keys(state.gates)).toHaveLength(contentOf(state).gates.length);
    expect(state.gates[KEY]?.result).toEqual(saved);
    expect(state.gates['A1.dpkg-clean@vm-docker']?.result).toBeNull();
    expect(state.ui).toMatchObject({ stack: ['home'], phase: 'A', step: 'A3' });
    expect(state.variants).toEqual({ 'A1/stop-timers': 'runbook' });
  });

  it('starts at the first step when the saved place is not there any more', () => {
    const state = after(start(), {
      type: 'lab.opened',
      lab: lab(),
      results: [],
      waivers: [],
      variants: {},
      cursor: { phase: 'Q', step: 'Q7' },
      now: NOW,
    });
    expect(state.ui).toMatchObject({ phase: 'A', step: 'A0' });
  });

  it('asks the world once, and shows why it failed', () => {
    const choose: Message = { type: 'lab.choose', source: { kind: 'practice' } };
    expect(effectsOf(start(), choose)).toEqual([{ type: 'lab.open', source: { kind: 'practice' } }]);
    const opening = after(start(), choose);
    expect(effectsOf(opening, choose)).toEqual([]);
    const trouble = { code: 'x', what: { id: 'a', en: 'b' }, remedy: { id: 'c', en: 'd' }, where: null };
    const failed = after(opening, { type: 'lab.failed', trouble });
    expect(failed.opening).toBeNull();
    expect(failed.ui.dialog).toEqual({ kind: 'trouble', trouble });
  });

  it('forgets the lab when it is closed', () => {
    const state = after(busyLab(start()), { type: 'lab.closed' });
    expect(state).toMatchObject({ lab: null, gates: {}, runs: {} });
    expect(state.ui.stack).toEqual(['welcome']);
  });

  it('offers the lab that was closed again, whichever way it was opened', () => {
    const state = after({ ...busyLab(start()), lab: lab(false) }, { type: 'lab.closed' });
    expect(welcomeChoices(state)).toContain('last');
    expect(welcomeMessage(state, 'last')).toMatchObject({ source: { kind: 'file', path: 'kelas-a.yaml' } });
  });
});

describe('questions', () => {
  const ask = (n: number, host: HostKey['host']): Message => ({
    type: 'host-key.ask',
    ask: n,
    key: { host, endpoint: `h${n}:22`, type: 'ssh-ed25519', fingerprint: `SHA256:${n}` },
  });
  it('come one at a time, in order, and each gets its own answer', () => {
    let state = after(start(), ask(1, 'vm-docker'), ask(2, 'vm-k8s'), ask(3, 'vm-worker'));
    const answers: Effect[] = [];
    for (const message of ['dialog.accept', 'dialog.reject', 'dialog.accept'] as const) {
      const [next, effects] = update(state, { type: message });
      answers.push(...effects);
      state = next;
    }
    expect(answers).toEqual([
      { type: 'host-key.answer', ask: 1, accept: true },
      { type: 'host-key.answer', ask: 2, accept: false },
      { type: 'host-key.answer', ask: 3, accept: true },
    ]);
    expect(state.ui.dialog).toBeNull();
  });

  it('do not pile up the same trouble', () => {
    const trouble = { code: 'x', what: { id: 'a', en: 'b' }, remedy: { id: 'c', en: 'd' }, where: 'h' };
    const state = after(start(), ...Array.from({ length: 5 }, (): Message => ({ type: 'trouble', trouble })));
    expect(state.ui.waiting).toEqual([]);
  });
});

describe('running', () => {
  const asked = after(opened(start()), { type: 'ask.run', step: 'A2', force: true });
  it('needs hosts and a yes', () => {
    expect(asked.ui.dialog).toMatchObject({
      kind: 'choose-host',
      hosts: ['vm-docker', 'vm-k8s', 'vm-worker'],
    });
    const plan = after(asked, { type: 'dialog.accept' });
    expect(plan.ui.dialog).toMatchObject({ kind: 'confirm-run', force: true });
    expect(effectsOf(plan, { type: 'dialog.accept' })).toEqual([
      {
        type: 'step.run',
        step: 'A2',
        hosts: ['vm-docker', 'vm-k8s', 'vm-worker'],
        force: true,
        variants: {},
      },
    ]);
    expect(effectsOf(plan, { type: 'dialog.reject' })).toEqual([]);
  });

  it('wants the name of the lab typed for what destroys', () => {
    const base = opened(start());
    const phases = base.runbook.phases.map((phase) => ({
      ...phase,
      steps: phase.steps.map((step) => ({
        ...step,
        actions: step.actions.map((action) => ({ ...action, risk: 'destroys' as const })),
      })),
    }));
    const risky: AppState = { ...base, runbook: { ...base.runbook, phases } };
    const typed = after(
      risky,
      { type: 'ask.run', step: 'A2', force: false },
      { type: 'dialog.move', by: 2 },
      { type: 'dialog.accept' },
      { type: 'dialog.accept' },
    );
    expect(typed.ui.dialog).toMatchObject({ kind: 'typed-confirm', expected: 'kelas-a', hosts: ['vm-k8s'] });
    const wrong = after(typed, type('kelas-b'));
    expect(effectsOf(wrong, { type: 'dialog.accept' })).toEqual([]);
    const right = after(typed, type('kelas-a'));
    expect(effectsOf(right, { type: 'dialog.accept' })).toMatchObject([
      { type: 'step.run', hosts: ['vm-k8s'] },
    ]);
  });

  it('wants it typed for an undo that destroys, too', () => {
    const base = opened(start());
    const phases = base.runbook.phases.map((phase) => ({
      ...phase,
      steps: phase.steps.map((step) => ({
        ...step,
        actions: step.actions.map((action) => ({ ...action, 'undo-destroys': true as const })),
      })),
    }));
    const risky: AppState = { ...base, runbook: { ...base.runbook, phases } };
    const typed = after(
      risky,
      { type: 'ask.undo', step: 'A2' },
      { type: 'dialog.move', by: 2 },
      { type: 'dialog.accept' },
      { type: 'dialog.accept' },
    );
    expect(typed.ui.dialog).toMatchObject({ kind: 'typed-confirm', purpose: 'undo', hosts: ['vm-k8s'] });
    expect(effectsOf(typed, { type: 'dialog.accept' })).toEqual([]);
    expect(effectsOf(after(typed, type('kelas-a')), { type: 'dialog.accept' })).toEqual([
      { type: 'step.undo', step: 'A2', hosts: ['vm-k8s'] },
    ]);
  });

  it('cancels where it runs without asking when that is one place', () => {
    const state = after(opened(start()), { type: 'run', run: run('A1', 'vm-k8s') });
    expect(effectsOf(state, { type: 'ask.cancel', step: 'A1' })).toEqual([
      { type: 'step.cancel', step: 'A1', hosts: ['vm-k8s'] },
    ]);
  });

  it('tells once how a run ended', () => {
    const running = after(opened(start()), { type: 'run', run: run('A1', 'vm-k8s') });
    const done = run('A1', 'vm-k8s', { phase: 'done', endedAt: NOW });
    const told = after(running, { type: 'run', run: done });
    expect(told.ui.notice?.text.en).toContain('A1 vm-k8s: done');
    const satisfied = {
      ...done,
      actions: done.actions.map((one) => ({ ...one, phase: 'satisfied' as const })),
    };
    expect(after(running, { type: 'run', run: satisfied }).ui.notice?.text.en).toContain('nothing was run');
    const quiet = after(told, { type: 'clock', now: NOW + 60_000 });
    expect(quiet.ui.notice).toBeNull();
    expect(after(quiet, { type: 'run', run: done }).ui.notice).toBeNull();
  });

  it('remembers the variant a person chose', () => {
    const [state, effects] = update(opened(start()), { type: 'variant.toggle', step: 'A1', action: 'x' });
    expect(state.variants).toEqual({ 'A1/x': 'runbook' });
    expect(effects).toMatchObject([{ type: 'save', variants: { 'A1/x': 'runbook' } }]);
    expect(after(state, { type: 'variant.toggle', step: 'A1', action: 'x' }).variants).toEqual({});
  });
});

describe('waiving', () => {
  const asked = after(opened(start()), { type: 'ask.waive', key: KEY });
  const until = (date: string): AppState =>
    after(
      asked,
      type('the school network'),
      { type: 'dialog.accept' },
      { type: 'ui.edit', edit: { kind: 'clear' } },
      type(date),
    );
  const problem = (state: AppState) => {
    const { dialog } = after(state, { type: 'dialog.accept' }).ui;
    return dialog?.kind === 'waive' ? dialog.problem : null;
  };
  it('needs a reason', () => expect(problem(asked)).toEqual(reasons.waiverReason));
  it.each([
    ['2026-02-30', reasons.waiverDate],
    ['soon', reasons.waiverDate],
    ['2026-11-21', reasons.waiverPast],
    ['2036-11-21', reasons.waiverFar],
  ])('refuses %s', (date, why) => expect(problem(until(date))).toEqual(why));
  it('is made with reason, person and end date', () => {
    expect(effectsOf(until('2026-12-24'), { type: 'dialog.accept' })).toEqual([
      {
        type: 'gate.waive',
        waiver: {
          key: KEY,
          reason: 'the school network',
          until: '2026-12-24',
          by: 'guru@meja-1',
          madeAt: NOW,
        },
      },
    ]);
  });
});

describe('leaving', () => {
  it('saves where one was', () => {
    const state = after(opened(start()), { type: 'ui.step', step: 'A3' });
    expect(effectsOf(state, { type: 'ask.quit' })).toEqual([
      { type: 'save', variants: {}, cursor: { phase: 'A', step: 'A3' } },
      { type: 'quit' },
    ]);
  });
  it('keeps an open question while it asks', () => {
    const key = { host: 'vm-k8s', endpoint: 'h:22', type: 'ssh-ed25519', fingerprint: 'SHA256:1' } as const;
    const asked = after(busyLab(start()), { type: 'host-key.ask', ask: 7, key }, { type: 'ask.quit' });
    expect(asked.ui.dialog).toMatchObject({ kind: 'confirm-quit' });
    expect(after(asked, { type: 'dialog.reject' }).ui.dialog).toMatchObject({ kind: 'host-key', ask: 7 });
    expect(after(asked, { type: 'lab.closed' }).ui).toMatchObject({ dialog: null, waiting: [] });
  });
  it('asks while something runs; asking twice is yes', () => {
    const state = busyLab(start());
    expect(effectsOf(state, { type: 'ask.quit' })).toEqual([]);
    expect(effectsOf(after(state, { type: 'ask.quit' }), { type: 'ask.quit' })).toContainEqual({
      type: 'quit',
    });
  });
});

describe('the form', () => {
  it('forgets its secrets once the file is written, and opens the lab', () => {
    const typed = after(start(), { type: 'draft.auth', by: 1 });
    const state: AppState = {
      ...typed,
      connect: { ...typed.connect, draft: { ...typed.connect.draft, password: 'p', sudoPassword: 's' } },
    };
    const [next, effects] = update(state, { type: 'draft.written', path: '/x/lab.yaml' });
    expect(next.connect.draft).toMatchObject({ password: '', sudoPassword: '', passphrase: '' });
    expect(effects).toEqual([{ type: 'lab.open', source: { kind: 'file', path: '/x/lab.yaml' } }]);
  });
  it('asks before a file is replaced', () => {
    const trouble = {
      code: 'file-exists',
      what: { id: 'a', en: 'b' },
      remedy: { id: 'c', en: 'd' },
      where: null,
    };
    const state = after(start(), { type: 'draft.failed', trouble });
    expect(state.ui.dialog).toMatchObject({ kind: 'confirm-replace', file: 'lab' });
    expect(effectsOf(state, { type: 'dialog.accept' })).toMatchObject([
      { type: 'draft.write', replace: true },
    ]);
  });
});

describe('moving about', () => {
  it('goes back the way it came, and never grows the way without end', () => {
    let state = opened(start());
    for (let i = 0; i < 5; i += 1) {
      state = after(
        state,
        { type: 'ui.open', screen: 'gates' },
        { type: 'ui.open', screen: 'gate' },
        { type: 'ui.open', screen: 'help' },
      );
    }
    expect(state.ui.stack).toEqual(['home', 'gates', 'gate', 'help']);
    state = after(state, { type: 'ui.back' }, { type: 'ui.back' }, { type: 'ui.back' }, { type: 'ui.back' });
    expect(state.ui.stack).toEqual(['home']);
  });
  it('keeps the gate list in place while a gate is asked again', () => {
    const state = busyLab(start());
    const before = visibleGates(state).map((gate) => gate.key);
    const asking = after(state, { type: 'gates.running', keys: [KEY] });
    expect(visibleGates(asking).map((gate) => gate.key)).toEqual(before);
  });
  it('filters where the filter is seen, and never acts on a gate that is filtered out', () => {
    let state = after(busyLab(start()), { type: 'ui.gate', key: KEY }, { type: 'ui.open', screen: 'gates' });
    state = after(state, { type: 'ui.type', name: 'gates.filter' }, type('A1.dpkg'));
    expect(visibleGates(state).every((gate) => gate.gate === 'A1.dpkg-clean')).toBe(true);
    expect(chosenGate(state)).toBe('A1.dpkg-clean@vm-docker');
    expect(chosenGate(after(state, type('nothing')))).toBeNull();
    expect(visibleGates(after(state, { type: 'ui.back' })).length).toBe(contentOf(state).gates.length);
  });
  it('lists red before green', () => {
    const state = busyLab(start());
    expect(state.gates[visibleGates(state)[0]?.key ?? KEY]?.result?.verdict).toBe('fail');
  });
  it('never lets the clock run backwards', () => {
    expect(after(start(), { type: 'clock', now: NOW - 5 }).now).toBe(NOW);
  });
  it('changes nothing when nothing is new', () => {
    const state = busyLab(start());
    for (const message of [
      { type: 'logs', revisions: {} },
      { type: 'clock', now: NOW },
      { type: 'ui.open', screen: 'home' },
    ] as const) {
      expect(update(state, message)[0]).toBe(state);
    }
  });
});

describe('text fields', () => {
  it('edit like any other', () => {
    let now = { text: '', caret: 0 };
    const edit = (...edits: readonly Parameters<typeof editText>[2][]) => {
      for (const one of edits) now = editText(now.text, now.caret, one);
      return now;
    };
    expect(edit({ kind: 'insert', text: 'halo dunia' }, { kind: 'word' })).toEqual({
      text: 'halo ',
      caret: 5,
    });
    expect(edit({ kind: 'home' }, { kind: 'delete' }, { kind: 'right' }, { kind: 'backspace' })).toEqual({
      text: 'lo ',
      caret: 0,
    });
    expect(edit({ kind: 'clear' })).toEqual({ text: '', caret: 0 });
  });
  it('take no control characters, are bounded, and keep the caret inside', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.integer(),
        fc.string({ unit: 'binary' }),
        (text, caret, more) => {
          const clean = editText('', 0, { kind: 'insert', text }).text;
          const next = editText(clean, caret, { kind: 'insert', text: more + '\u001B[31m\u202E' });
          expect(next.text).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u202A-\u202E]/);
          expect(next.caret).toBeGreaterThanOrEqual(0);
          expect(next.caret).toBeLessThanOrEqual(next.text.length);
        },
      ),
    );
    expect(editText('', 0, { kind: 'insert', text: 'x'.repeat(100_000) }).text.length).toBeLessThanOrEqual(
      512,
    );
  });
});

describe('the store', () => {
  it('works messages off one after another, effects after the state is set', () => {
    const order: string[] = [];
    const store = createAppStore(start(), (effect, dispatch, getState) => {
      order.push(`${effect.type} while opening=${getState().opening !== null}`);
      if (effect.type === 'lab.open') dispatch({ type: 'ui.focus', by: 1 });
      order.push(`focus still ${getState().ui.focus}`);
    });
    store.state.subscribe((state) => order.push(`focus ${state.ui.focus}`));
    store.dispatch({ type: 'lab.choose', source: { kind: 'practice' } });
    expect(order).toEqual([
      'focus wizard',
      'lab.open while opening=true',
      'focus still wizard',
      'focus gates',
    ]);
  });
  it('goes on after an effect threw', () => {
    const store = createAppStore(start(), () => {
      throw new Error('boom');
    });
    expect(() => store.dispatch({ type: 'lab.choose', source: { kind: 'practice' } })).toThrow('boom');
    store.dispatch({ type: 'ui.focus', by: 1 });
    expect(store.state.getState().ui.focus).toBe('gates');
  });
  it('never mutates what it was given', () => {
    const state = busyLab(start());
    const frozen = structuredClone({ gates: state.gates, hosts: state.hosts, ui: state.ui });
    after(
      state,
      { type: 'sample', host: 'vm-k8s', sample: sample('vm-k8s', { load1: 9 }) },
      { type: 'gate.judged', result: result(KEY, 'pass') },
      { type: 'ui.focus', by: 1 },
    );
    expect({ gates: state.gates, hosts: state.hosts, ui: state.ui }).toEqual(frozen);
  });
});
