/** The app as a person meets it: keys in, screen out, through Ink and a real terminal emulator. */
import { afterEach, describe, expect, it } from 'vitest';
import { dialogs } from '../../src/i18n/texts/dialogs.js';
import { home } from '../../src/i18n/texts/home.js';
import { reasons } from '../../src/i18n/texts/reasons.js';
import { setup } from '../../src/i18n/texts/setup.js';
import { words } from '../../src/i18n/texts/words.js';
import { readSize } from '../../src/term/size.js';
import { PassThrough } from 'node:stream';
import { RESTORE } from '../../src/term/guard.js';
import { after, busyLab, run, someLogs, start, NOW } from './fixture.js';
import { KEY, startTestApp, type TestApp } from './terminal.js';

let open: TestApp | null = null;
afterEach(async () => {
  await open?.close();
  open = null;
});
function show(...args: Parameters<typeof startTestApp>): TestApp {
  open = startTestApp(...args);
  return open;
}

describe('the first screen', () => {
  it('offers the practice lab first and dials nothing before a choice', async () => {
    const seen = show(start({ lang: 'id' }), someLogs(0));
    await seen.see(setup.ask.id);
    const rows = seen.screen();
    const practice = rows.findIndex((row) => row.includes(setup.choice.practice.title.id));
    const own = rows.findIndex((row) => row.includes(setup.choice.own.title.id));
    expect(practice).toBeGreaterThan(0);
    expect(practice).toBeLessThan(own);
    expect(rows[practice]).toContain('▸');
    expect(seen.effects).toEqual([]);
    await seen.press(KEY.enter);
    expect(seen.effects).toEqual([{ type: 'lab.open', source: { kind: 'practice' } }]);
    // Once is enough: a second Enter while the lab is being opened says so.
    await seen.press(KEY.enter);
    expect(seen.effects).toHaveLength(1);
    await seen.see(reasons.opening.id);
  });

  it('switches the language at once, and back', async () => {
    const seen = show(start({ lang: 'id' }), someLogs(0));
    await seen.see(setup.ask.id);
    await seen.press('l');
    await seen.see(setup.ask.en);
    expect(seen.text()).not.toContain(setup.ask.id);
    await seen.press(KEY.ctrlG);
    await seen.see(setup.ask.id);
    expect(seen.text()).not.toContain(setup.ask.en);
  });
});

describe('the form for own VMs', () => {
  it('takes answers, hides secrets, tries and writes', async () => {
    const seen = show(start({ lang: 'en', terminal: { columns: 80, rows: 24 } }), someLogs(0));
    await seen.press('2', KEY.enter);
    await seen.see(setup.connectTitle.en);
    // Letters that are commands elsewhere are text here.
    await seen.press(KEY.ctrlU, '10.0.0.9', KEY.tab, KEY.tab, KEY.tab);
    await seen.press(KEY.ctrlU, 'qlr', KEY.tab, KEY.tab);
    await seen.see('qlr');
    await seen.press(KEY.right);
    await seen.see(setup.auth.password.en);
    await seen.press(KEY.tab, 'hunter2');
    await seen.see('•••••••');
    expect(seen.text()).not.toContain('hunter2');
    await seen.press(KEY.down, KEY.down, KEY.down, KEY.down, KEY.enter);
    const [test] = seen.effects;
    expect(test).toMatchObject({
      type: 'draft.test',
      draft: { user: 'qlr', password: 'hunter2', auth: 'password' },
    });
    expect(test?.type === 'draft.test' && test.draft.addresses['vm-docker']).toBe('10.0.0.9');
    await seen.press(KEY.down, KEY.enter);
    expect(seen.effects.at(-1)).toMatchObject({ type: 'draft.write', replace: false });
  });

  it('takes a paste as text, and never as commands', async () => {
    const seen = show(start({ lang: 'en' }), someLogs(0));
    await seen.see(setup.ask.en);
    await seen.press('\u001B[200~2q\r\u001B[201~');
    await seen.settle();
    expect(seen.effects).toEqual([]);
    expect(seen.text()).toContain(setup.ask.en);
    await seen.press('2', KEY.enter, KEY.ctrlU, '\u001B[200~10.1.1.1\n\u001B[201~');
    await seen.see('10.1.1.1');
  });
});

describe('running a step', () => {
  it('asks where, shows the plan, and only then asks for the run', async () => {
    const lab = after(busyLab(start({ lang: 'en' })), { type: 'ui.step', step: 'A2' });
    const seen = show(lab, someLogs());
    await seen.press('r');
    await seen.see(dialogs.choose.run.en);
    await seen.press('2', KEY.enter);
    await seen.see(dialogs.run.title({ step: 'A2' }).en);
    expect(seen.effects).toEqual([]);
    await seen.press('n');
    expect(seen.effects).toEqual([]);
    await seen.press('r', '2', KEY.enter, 'y');
    expect(seen.effects).toEqual([
      { type: 'step.run', step: 'A2', hosts: ['vm-k8s'], force: false, variants: {} },
    ]);
  });

  it('says why a key cannot be used', async () => {
    const seen = show(busyLab(start({ lang: 'en' })), someLogs());
    await seen.press('r');
    await seen.see(reasons.noActions.en);
    expect(seen.effects).toEqual([]);
  });

  it('warns on leaving that jobs go on', async () => {
    const seen = show(busyLab(start({ lang: 'id' })), someLogs());
    await seen.press('q');
    await seen.see(dialogs.quit.title.id);
    expect(seen.effects).toEqual([]);
    await seen.press('y');
    expect(seen.effects.at(-1)).toEqual({ type: 'quit' });
    await seen.app.done;
  });
});

describe('the terminal', () => {
  it('writes nothing while nothing changes', async () => {
    const quiet = after(busyLab(start()), {
      type: 'run',
      run: run('A1', 'vm-docker', { phase: 'done', endedAt: NOW }),
    });
    const seen = show(quiet, someLogs());
    await seen.see(home.phase.id);
    await seen.settle();
    const before = seen.stdout.bytes;
    // The same news again, and a clock that moves no age on: nothing to draw.
    seen.app.store.dispatch({ type: 'logs', revisions: {} });
    seen.app.store.dispatch({ type: 'clock', now: NOW });
    await seen.settle();
    expect(seen.stdout.bytes).toBe(before);
  });

  it('changes few cells when the cursor moves', async () => {
    const quiet = after(busyLab(start({ terminal: { columns: 200, rows: 50 } })), {
      type: 'run',
      run: run('A1', 'vm-docker', { phase: 'done', endedAt: NOW }),
    });
    const seen = show(after(quiet, { type: 'clock', now: NOW + 9000 }), someLogs());
    await seen.see(home.phase.id);
    await seen.settle();
    await seen.press(KEY.tab);
    await seen.settle();
    const before = seen.stdout.bytes;
    await seen.press(KEY.down);
    await seen.settle();
    const spent = seen.stdout.bytes - before;
    expect(spent).toBeGreaterThan(0);
    expect(spent).toBeLessThanOrEqual(200);
  });

  it('comes through a storm of sizes with the right frame', async () => {
    const seen = show(busyLab(start({ lang: 'en' })), someLogs());
    await seen.see('vm-docker');
    for (const [columns, rows] of [
      [50, 10],
      [200, 50],
      [61, 17],
      [80, 24],
      [300, 12],
      [120, 40],
      [79, 23],
      [100, 30],
    ] as const) {
      seen.resize(columns, rows);
    }
    await seen.see('vm-worker');
    await seen.settle();
    const rows = seen.screen();
    expect(rows).toHaveLength(30);
    expect(rows[0]).toContain('threebody');
    expect(rows[29]).toContain('quit');
    expect(rows.filter((row) => row.includes('threebody  '))).toHaveLength(1);
  });

  it('says when it is too small, takes no blind commands, and recovers', async () => {
    const seen = show(busyLab(start({ lang: 'en' })), someLogs());
    await seen.see('vm-docker');
    seen.resize(50, 12);
    await seen.see(words.tooSmall.en);
    await seen.see('q or Ctrl-C quit.');
    await seen.press('V', 'r', KEY.enter);
    expect(seen.effects).toEqual([]);
    // Something is running: that is a question, which cannot be read here.
    await seen.press('q');
    await seen.see('Ctrl-C once more quits.');
    seen.resize(80, 24);
    await seen.press('n');
    await seen.see('vm-worker');
    expect(seen.text()).not.toContain(words.tooSmall.en);
  });

  it('is drawn for 80×24 while the terminal says 0×0, and for its size as soon as that is known', async () => {
    const size = readSize(Object.assign(new PassThrough(), { columns: 0, rows: 0 }));
    expect(size).toEqual({ columns: 80, rows: 24 });
    const seen = show(start({ lang: 'en', terminal: size }), someLogs(0), { columns: 0, rows: 0 });
    await seen.see(setup.ask.en);
    expect(seen.screen()[23]).toContain('quit');
    seen.resize(120, 40);
    await seen.see(setup.ask.en);
    await seen.settle();
    expect(seen.screen()[39]).toContain('quit');
  });

  it('gives the terminal back on the way out', async () => {
    const seen = show(start({ lang: 'en' }), someLogs(0));
    await seen.see(setup.ask.en);
    expect(seen.stdin.rawMode).toBe(true);
    expect(seen.stdout.raw).toContain('\u001B[?1049h');
    await seen.press('q');
    await seen.app.done;
    expect(seen.stdin.rawMode).toBe(false);
    expect(seen.stdout.raw.lastIndexOf('\u001B[?1049l')).toBeGreaterThan(
      seen.stdout.raw.lastIndexOf('\u001B[?1049h'),
    );
    expect(seen.stdout.raw.lastIndexOf('\u001B[?25h')).toBeGreaterThan(
      seen.stdout.raw.lastIndexOf('\u001B[?25l'),
    );
    expect(RESTORE).toContain('\u001B[?1049l');
  });

  it('copies with OSC 52', async () => {
    const lab = after(busyLab(start({ lang: 'en' })), { type: 'ui.step', step: 'A2' });
    const seen = show(lab, someLogs());
    await seen.press(KEY.enter, KEY.tab, 'y');
    await seen.see(/Copied/);
    const copied = /\u001B\]52;c;([A-Za-z0-9+/=]+)\u0007/.exec(seen.stdout.raw)?.[1] ?? '';
    expect(Buffer.from(copied, 'base64').toString()).toContain('name=vm-docker');
  });
});
