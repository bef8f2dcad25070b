/** The live slice: looking, following, acting, shells, and what is let go of when one leaves. */
import { describe, expect, it } from 'vitest';
import type { LiveAct, LiveTarget } from '../../../src/state/live/targets.js';
import type { TroubleView } from '../../../src/state/types.js';
import { update } from '../../../src/state/update.js';
import { after, effectsOf, opened, result, start, NOW } from '../../screens/fixture.js';

const KUBELET: LiveTarget = { kind: 'unit', host: 'vm-k8s', unit: 'kubelet.service' };
const POD: LiveTarget = {
  kind: 'object',
  object: 'Pod',
  namespace: 'threebody-prod',
  name: 'go-1',
  container: '',
};
const RESTART: LiveAct = { act: 'restart-unit', host: 'vm-k8s', unit: 'kubelet.service' };
const LONELY: LiveAct = { act: 'delete-pod', namespace: 'default', name: 'debug', owner: '' };
const OWNED: LiveAct = {
  act: 'delete-pod',
  namespace: 'threebody-prod',
  name: 'mysql-0',
  owner: 'StatefulSet/mysql',
};
const TROUBLE: TroubleView = {
  code: 'unit-restart',
  what: { id: 'gagal', en: 'failed' },
  remedy: { id: 'coba', en: 'try' },
  where: 'vm-k8s',
};
const HOME = opened(start());
const top = (state: typeof HOME): string | undefined => state.ui.stack.at(-1);

describe('describing', () => {
  it('opens the screen, asks, and shows the answer to the last question only', () => {
    const asked = after(HOME, { type: 'live.describe', target: KUBELET });
    expect(top(asked)).toBe('describe');
    expect(effectsOf(HOME, { type: 'live.describe', target: KUBELET })).toEqual([
      { type: 'live.describe', target: KUBELET },
    ]);
    const late = after(asked, { type: 'live.detail', target: POD, lines: ['of another'] });
    expect(late.live.detail?.lines).toBeNull();
    const told = after(asked, { type: 'live.detail', target: KUBELET, lines: ['Active: active'] });
    expect(told.live.detail?.lines).toEqual(['Active: active']);
  });

  it('keeps what was seen when it is looked at anew, and says why there is no newer', () => {
    const seen = after(
      HOME,
      { type: 'live.describe', target: KUBELET },
      { type: 'live.detail', target: KUBELET, lines: ['old'] },
      { type: 'live.describe', target: KUBELET },
      { type: 'live.detail-failed', target: KUBELET, trouble: TROUBLE },
    );
    expect(seen.live.detail).toMatchObject({ lines: ['old'], trouble: TROUBLE });
    expect(after(seen, { type: 'ui.back' }).live.detail).toBeNull();
  });
});

describe('following a log', () => {
  const following = after(HOME, { type: 'live.follow', target: POD, previous: false });

  it('goes on while one looks at something on top of it, and ends when one leaves', () => {
    expect(top(following)).toBe('stream');
    const help = after(following, { type: 'ui.open', screen: 'help' });
    expect(help.live.stream).not.toBeNull();
    expect(effectsOf(following, { type: 'live.leave-stream' })).toEqual([{ type: 'live.unfollow' }]);
    expect(effectsOf(following, { type: 'ui.back' })).toEqual([{ type: 'live.unfollow' }]);
    const left = after(following, { type: 'ui.back' });
    expect(left.live.stream).toBeNull();
    expect(effectsOf(left, { type: 'ui.back' })).toEqual([]);
  });

  it('begins afresh with another log: no position, no search of the one before', () => {
    const paused = after(
      following,
      { type: 'ui.position', name: 'stream.line', value: 17 },
      { type: 'live.follow', target: POD, previous: true },
    );
    expect(paused.ui.positions['stream.line']).toBeUndefined();
    expect(paused.live.stream?.previous).toBe(true);
    expect(paused.ui.stack.filter((screen) => screen === 'stream')).toHaveLength(1);
  });

  it('says that it has ended, and why', () => {
    const ended = after(following, { type: 'live.stream-ended', target: POD, trouble: TROUBLE });
    expect(ended.live.stream).toMatchObject({ ended: true, trouble: TROUBLE });
  });

  it('is forgotten with its lab', () => {
    expect(after(following, { type: 'lab.closed' }).live.stream).toBeNull();
  });
});

describe('acting', () => {
  it('asks first, with the risk, and does nothing when the answer is no', () => {
    const asked = after(HOME, { type: 'ask.act', act: RESTART });
    expect(asked.ui.dialog).toMatchObject({ kind: 'confirm-act', act: RESTART });
    expect(asked.ui.dialog?.kind === 'confirm-act' && asked.ui.dialog.risk.en).toContain('seconds');
    expect(effectsOf(asked, { type: 'dialog.reject' })).toEqual([]);
    const [agreed, effects] = update(asked, { type: 'dialog.accept' });
    expect(effects).toEqual([{ type: 'live.act', act: RESTART }]);
    expect(agreed.live.acting).toEqual([RESTART]);
    expect(after(agreed, { type: 'ask.act', act: RESTART }).ui.dialog).toBeNull();
  });

  it('wants the name typed only where nothing brings it back', () => {
    const [owned] = update(after(HOME, { type: 'ask.act', act: OWNED }), { type: 'dialog.accept' });
    expect(owned.ui.dialog).toBeNull();
    const lonely = after(HOME, { type: 'ask.act', act: LONELY }, { type: 'dialog.accept' });
    expect(lonely.ui.dialog).toMatchObject({ kind: 'typed-act', expected: 'debug', input: '' });
    expect(effectsOf(lonely, { type: 'dialog.accept' })).toEqual([]);
    const typed = after(lonely, { type: 'ui.edit', edit: { kind: 'insert', text: 'debug' } });
    expect(effectsOf(typed, { type: 'dialog.accept' })).toEqual([{ type: 'live.act', act: LONELY }]);
  });

  it('tells how it went', () => {
    const under = after(HOME, { type: 'ask.act', act: RESTART }, { type: 'dialog.accept' });
    const done = after(under, { type: 'live.acted', act: RESTART, trouble: null });
    expect(done.live.acting).toEqual([]);
    expect(done.ui.notice?.text.en).toContain('Restart kubelet.service on vm-k8s');
    const failed = after(under, { type: 'live.acted', act: RESTART, trouble: TROUBLE });
    expect(failed.live.acting).toEqual([]);
    expect(failed.ui.dialog).toEqual({ kind: 'trouble', trouble: TROUBLE });
  });
});

describe('a shell', () => {
  const HOST: LiveTarget = { kind: 'host', host: 'vm-worker' };

  it('is one at a time, and its end is told in words', () => {
    const open = after(HOME, { type: 'shell.open', target: HOST });
    expect(open.live.shell).toEqual(HOST);
    expect(effectsOf(open, { type: 'shell.open', target: POD })).toEqual([]);
    const exited = after(open, { type: 'shell.ended', target: HOST, end: { kind: 'exited', exit: 3 } });
    expect(exited.live.shell).toBeNull();
    expect(exited.ui.notice?.text.id).toContain('kode 3');
    const lost = after(open, { type: 'shell.ended', target: HOST, end: { kind: 'lost' } });
    expect(lost.ui.notice).toMatchObject({ tone: 'bad' });
    const never = after(open, {
      type: 'shell.ended',
      target: HOST,
      end: { kind: 'failed', trouble: TROUBLE },
    });
    expect(never.ui.dialog).toEqual({ kind: 'trouble', trouble: TROUBLE });
  });

  it('needs a lab', () => {
    expect(effectsOf(start(), { type: 'shell.open', target: HOST })).toEqual([]);
  });
});

describe('the last green', () => {
  const judge = (verdict: 'pass' | 'fail', judgedAt: number) =>
    ({ type: 'gate.judged', result: result('A0.reachable@vm-k8s', verdict, { judgedAt }) }) as const;

  it('is when every gate that has been judged was green last', () => {
    expect(HOME.live.lastGreenAt).toBeNull();
    const green = after(HOME, judge('pass', NOW + 1000));
    expect(green.live.lastGreenAt).toBe(NOW + 1000);
    const red = after(green, judge('fail', NOW + 2000));
    expect(red.live.lastGreenAt).toBe(NOW + 1000);
    expect(after(red, judge('pass', NOW + 3000)).live.lastGreenAt).toBe(NOW + 3000);
  });

  it('stays known when its verdicts have aged, also those of an earlier run of the program', () => {
    const yesterday = NOW - 86_400_000;
    expect(after(HOME, judge('pass', yesterday)).live.lastGreenAt).toBe(yesterday);
    const mixed = after(
      HOME,
      { type: 'gate.judged', result: result('A0.reachable@vm-docker', 'pass', { judgedAt: yesterday }) },
      judge('pass', NOW),
    );
    // One of them was long old when the other one was asked: they were never green together, but at the first.
    expect(mixed.live.lastGreenAt).toBe(yesterday);
  });

  it('is a green smoke test too, of whichever program, and never goes back', () => {
    const green = after(HOME, { type: 'live.green', at: NOW - 5000 });
    expect(green.live.lastGreenAt).toBe(NOW - 5000);
    expect(after(green, { type: 'live.green', at: NOW - 9000 }).live.lastGreenAt).toBe(NOW - 5000);
    expect(after(green, judge('fail', NOW)).live.lastGreenAt).toBe(NOW - 5000);
  });
});
