/** The mode without a full screen: the same program, read out line by line. */
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { startApp } from '../../src/app.js';
import { setup } from '../../src/i18n/texts/setup.js';
import { words } from '../../src/i18n/texts/words.js';
import { dialogs } from '../../src/i18n/texts/dialogs.js';
import type { Effect } from '../../src/state/types.js';
import { busyLab, result, someLogs, start, viewOn } from './fixture.js';

function begin(initial = start({ lang: 'en', terminal: { linear: true } })) {
  const logs = someLogs(3);
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  let out = '';
  stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  const effects: Effect[] = [];
  const host = new EventEmitter();
  const app = startApp({
    initial,
    logs,
    live: viewOn(initial, logs).live,
    stream: viewOn(initial, logs).stream,
    stdin,
    stdout,
    stderr: stdout,
    env: {},
    runEffect: (effect) => effects.push(effect),
    vagrantText: viewOn(initial, logs).vagrantText,
    process: Object.assign(host, { pid: 1, kill: () => true, exit: () => undefined }),
    onFatal: (error) => {
      throw error;
    },
  });
  return {
    app,
    effects,
    type: (line: string) => stdin.write(`${line}\n`),
    clear: () => {
      out = '';
    },
    text: () => out,
    see: (what: string) => vi.waitFor(() => expect(out).toContain(what), { timeout: 2000, interval: 5 }),
  };
}

describe('the linear mode', () => {
  it('reads the screen out, takes words for keys, and paints nothing', async () => {
    const seen = begin();
    await seen.see(setup.ask.en);
    seen.type('');
    await vi.waitFor(() =>
      expect(seen.effects).toEqual([{ type: 'lab.open', source: { kind: 'practice' } }]),
    );
    seen.clear();
    seen.type('2');
    seen.app.store.dispatch({
      type: 'lab.failed',
      trouble: {
        code: 'x',
        what: { id: 'a', en: 'no room' },
        remedy: { id: 'b', en: 'make room' },
        where: null,
      },
    });
    await seen.see('no room');
    await seen.see('make room');
    expect(seen.text()).not.toContain('\u001B');
    seen.app.close();
    await seen.app.done;
  });

  it('tells news by itself, one sentence each', async () => {
    const seen = begin(busyLab(start({ lang: 'en', terminal: { linear: true } })));
    await seen.see(words.practice.en);
    seen.clear();
    seen.app.store.dispatch({ type: 'gate.judged', result: result('A2.hostname@vm-k8s', 'fail') });
    await seen.see('A2.hostname@vm-k8s: fail. This host calls itself ubuntu');
    seen.clear();
    seen.type('q');
    await seen.see(dialogs.quit.title.en.replace('?', ''));
    seen.type('y');
    await seen.app.done;
    expect(seen.effects.at(-1)).toEqual({ type: 'quit' });
  });

  it('takes answers of the form as lines', async () => {
    const seen = begin();
    seen.type('2 enter');
    await seen.see(setup.connectTitle.en);
    seen.type('10.9.8.7');
    await vi.waitFor(() =>
      expect(seen.app.store.state.getState().connect.draft.addresses['vm-docker']).toBe('10.9.8.7'),
    );
    seen.app.close();
    await seen.app.done;
  });
});
