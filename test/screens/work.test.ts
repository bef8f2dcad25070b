/** Screens of a lab, as a person at work meets them. */
import { afterEach, describe, expect, it } from 'vitest';
import { dialogs } from '../../src/i18n/texts/dialogs.js';
import { misc } from '../../src/i18n/texts/misc.js';
import { step as stepTexts } from '../../src/i18n/texts/step.js';
import { actionWord, unitWord } from '../../src/i18n/texts/words.js';
import { HOST_NAMES, LANGUAGES, type Language } from '../../src/lab/types.js';
import { copyableText } from '../../src/screens/extent.js';
import { width } from '../../src/screens/ui/cells.js';
import { plain } from '../../src/screens/ui/line.js';
import { createLogBook } from '../../src/state/logs.js';
import type { ActionPhase, AppState } from '../../src/state/types.js';
import { after, busyLab, opened, run, RUNBOOK, sample, someLogs, start, viewOn, NOW } from './fixture.js';
import { ENTRIES, everyScreen, frameOf } from './frames.js';
import { KEY, startTestApp, type TestApp } from './terminal.js';

const SIZES = [
  [80, 24],
  [120, 40],
  [200, 50],
] as const;

const ACTION_PHASES = [
  'satisfied',
  'failed',
  'cancelled',
  'timed-out',
  'lost',
  'unreachable',
] as const satisfies readonly ActionPhase[];

const rowsOf = (state: AppState | undefined): string[] => plain(frameOf(state ?? start()).lines);
const boxOf = (state: AppState | undefined): string =>
  plain(frameOf(state ?? start()).dialog)
    .join(' ')
    .replaceAll(/[│ ]+/g, ' ');
const a1 = RUNBOOK.phases.flatMap((phase) => phase.steps).find((step) => step.id === 'A1');

function askUndo(lang: Language, columns: number, rows: number): AppState {
  return after(
    opened(start({ lang, terminal: { columns, rows } })),
    { type: 'ask.undo', step: 'A1' },
    { type: 'dialog.accept' },
  );
}

describe.each(SIZES)('at %i×%i', (columns, rows) => {
  describe.each(LANGUAGES)('in %s', (lang) => {
    const screens = everyScreen({ lang, columns, rows });

    it('tells of an undo what it puts back, and not what had been done', () => {
      const box = boxOf(askUndo(lang, columns, rows));
      const actions = a1?.actions ?? [];
      const undone = actions.filter((action) => action.undo !== undefined);
      expect(undone.map((action) => box.includes(action.restores?.[lang] ?? 'no sentence'))).toEqual([
        true,
        true,
        true,
      ]);
      const unsaid = actions.filter((action) => action.undo !== undefined || action.risk === 'safe');
      for (const action of unsaid) expect(box).not.toContain(action.say[lang]);
      // What only looked is counted; what cannot be put back is named with that.
      expect(box).toContain(dialogs.undo.looked({ count: 1 })[lang]);
      expect(box.split(dialogs.undo.cannot[lang])).toHaveLength(2);
    });

    it('shows the titles of all steps whole, beside what is to be known of each', () => {
      const home = rowsOf(opened(start({ lang, terminal: { columns, rows } })));
      for (const step of RUNBOOK.phases.find((phase) => phase.id === 'A')?.steps ?? []) {
        expect(
          home.some((row) => row.includes(` ${step.id} ${step.title[lang]} `)),
          step.id,
        ).toBe(true);
      }
      expect(home.join('\n')).toContain(lang === 'id' ? 'menunggu A2' : 'waits for A2');
    });

    it('numbers the hosts wherever a digit chooses one', () => {
      for (const name of ['home', 'step output']) {
        const text = rowsOf(screens[name]).join('\n');
        HOST_NAMES.forEach((host, i) => expect(text, name).toContain(`${i + 1} ${host}`));
        expect(rowsOf(screens[name]).at(-1), name).toContain('1-3 ');
      }
    });

    it('says what each time on the output tab is', () => {
      const done = run('A1', 'vm-docker', { phase: 'done', endedAt: NOW - 60_000 });
      const state = after(
        busyLab(start({ lang, terminal: { columns, rows } })),
        { type: 'run', run: done },
        { type: 'ui.step', step: 'A1' },
        { type: 'ui.open', screen: 'step' },
        { type: 'ui.position', name: 'step.tab', value: 2 },
      );
      const row = rowsOf(state).find((one) => one.includes('1 vm-docker')) ?? '';
      expect(row).toMatch(lang === 'id' ? /lama 0:42 .* 1 mnt lalu/ : /took 0:42 .* 1 min ago/);
      // Whatever the word for how an action stands, the time stands apart from it.
      for (const phase of ACTION_PHASES) {
        const actions = done.actions.map((one) => ({ ...one, phase }));
        const shown = rowsOf(after(state, { type: 'run', run: { ...done, actions } }));
        const action = shown.find((one) => one.includes('stop-timers')) ?? '';
        expect(action, phase).toContain(`${actionWord[phase][lang]} `);
        expect(action, phase).toMatch(lang === 'id' ? / lama 0:10/ : / took 0:10/);
      }
    });

    it('shows a cancel under way as such, on home and on the step', () => {
      const word = lang === 'id' ? 'dibatalkan …' : 'being cancelled …';
      expect(rowsOf(screens['cancelling']).join('\n')).toContain(word);
      const onStep = after(
        screens['cancelling'] ?? start(),
        { type: 'ui.open', screen: 'step' },
        { type: 'ui.position', name: 'step.tab', value: 2 },
      );
      expect(rowsOf(onStep).join('\n')).toContain(stepTexts.cancelling[lang]);
    });

    it('tells which number a pitfall has, and at an action which pitfalls it avoids', () => {
      const explained = rowsOf(screens['step explained']).join('\n');
      expect(explained).toContain(stepTexts.pitfallsNumbered[lang]);
      const told = a1?.pitfalls.find((one) => one.trap === 'T05')?.[lang] ?? 'none';
      const scrolled = (state: AppState): string =>
        Array.from({ length: 60 }, (_, value) =>
          rowsOf(after(state, { type: 'ui.position', name: 'step.scroll', value })).join('\n'),
        ).join('\n');
      expect(scrolled(screens['step explained'] ?? start())).toMatch(
        new RegExp(`! T05 ${told.slice(0, 20)}`),
      );
      const commands = scrolled(
        after(
          screens['step explained'] ?? start(),
          { type: 'ui.position', name: 'step.tab', value: 1 },
          { type: 'ui.position', name: 'step.action', value: 4 },
        ),
      );
      expect(commands).toContain(stepTexts.avoids[lang]);
      expect(commands).toMatch(new RegExp(`T05 ${told.slice(0, 20)}`));
    });

    it('keeps units apart whatever their words', () => {
      const units = { 'systemd-resolved': 'absent', containerd: 'absent', kubelet: 'absent' } as const;
      const state = after(
        opened(start({ lang, terminal: { columns, rows } })),
        { type: 'link', host: 'vm-docker', status: { kind: 'up', since: NOW, sudo: 'nopasswd' } },
        { type: 'sample', host: 'vm-docker', sample: sample('vm-docker', { units }) },
        { type: 'ui.open', screen: 'host' },
      );
      const word = unitWord.absent[lang];
      for (const row of rowsOf(state).filter((one) => one.includes(word))) {
        expect(row).not.toMatch(new RegExp(`${word}\\S`));
      }
    });

    it('opens an entry of the journal whole, wrapped, to the end of its output', () => {
      const entry = ENTRIES[0];
      const open = screens['entry job 0'] ?? start();
      const seen = Array.from({ length: 400 }, (_, value) =>
        rowsOf(after(open, { type: 'ui.position', name: 'entry.scroll', value })).slice(2, -2),
      ).flat();
      for (const part of ['guru@meja-1', 'k3x9', '229da804a26', misc.entry.output[lang], 'baris 1 ']) {
        expect(
          seen.some((row) => row.includes(part)),
          part,
        ).toBe(true);
      }
      expect(seen.some((row) => row.includes('baris 60'))).toBe(true);
      expect(seen.some((row) => row.includes('…'))).toBe(false);
      const copied = copyableText(viewOn(open)) ?? '';
      expect(entry?.kind === 'job' && copied.endsWith(entry.outputTail)).toBe(true);
    });

    it('says in words how every job of the journal ended', () => {
      const text = rowsOf(screens['journal']).join('\n');
      expect(text).toContain(stepTexts.exit({ code: 1 })[lang]);
      for (const word of [misc.flooded, misc.lost.rebooted]) expect(text).toContain(word[lang]);
      expect(text).not.toMatch(lang === 'id' ? /timed-out|cancelled|flooded/ : /timed-out|flooded/);
    });
  });
});

describe('every action of the runbook that can be undone', () => {
  it('says what that puts back, in other words than what it does', () => {
    const undone = RUNBOOK.phases
      .flatMap((phase) => phase.steps)
      .flatMap((step) => step.actions)
      .filter((action) => action.undo !== undefined);
    expect(undone.length).toBeGreaterThan(0);
    for (const { id, say, restores } of undone) {
      for (const lang of LANGUAGES) {
        expect(restores?.[lang] ?? '', id).not.toBe('');
        expect(restores?.[lang], id).not.toBe(say[lang]);
      }
    }
  });
});

describe('a question on a wide screen', () => {
  let open: TestApp | null = null;
  afterEach(async () => {
    await open?.close();
    open = null;
  });
  it('leaves no scraps of the screen at its sides', async () => {
    const state = after(
      busyLab(start({ lang: 'id', terminal: { columns: 140, rows: 40 } })),
      { type: 'ui.step', step: 'A1' },
      { type: 'ui.open', screen: 'step' },
    );
    open = startTestApp(state, someLogs());
    await open.see(stepTexts.why.id);
    await open.press('u', KEY.enter);
    await open.see(dialogs.undo.title({ step: 'A1' }).id);
    const rows = open.screen();
    const top = rows.findIndex((row) => row.includes('┌'));
    const bottom = rows.findIndex((row) => row.includes('└'));
    expect(bottom).toBeGreaterThan(top);
    for (const row of rows.slice(top, bottom + 1)) expect(row.trim()).toMatch(/^[┌│└].*[┐│┘]$/);
    // Above and below it what was being looked at is still there.
    expect(rows[top - 1] ?? '').not.toContain('│');
    await open.press('n');
    await open.see(stepTexts.effect.id);
  });

  it('goes from the journal to an entry and back with the keys that the footer names', async () => {
    const state = after(
      busyLab(start({ lang: 'en', terminal: { columns: 80, rows: 24 } })),
      { type: 'ui.open', screen: 'journal' },
      { type: 'journal', damaged: 0, entries: ENTRIES },
    );
    open = startTestApp(state, someLogs());
    await open.see(/Enter open/);
    await open.press(KEY.down, KEY.down, KEY.enter);
    await open.see('A1/stop-timers satisfied already');
    await open.press('n');
    await open.see('lost: rebooted');
    await open.press('y');
    await open.see(/Copied/);
    await open.press(KEY.esc);
    await open.see(misc.newestFirst.en);
    expect(open.text()).toContain('▸ 13:02:29');
  });

  it.each([80, 120, 200])(
    'tells in the journal what was done as far as the row goes (%i columns)',
    (columns) => {
      const en = 'Scale Deployment threebody-prod/laravel from 1 to 3';
      const act = {
        kind: 'act',
        at: NOW,
        endedAt: NOW,
        by: 'guru@meja-1',
        act: 'scale',
        about: 'Deployment threebody-prod/laravel',
        say: { id: en, en },
        trouble: null,
      } as const;
      const long = `${en}, ${'and so on, '.repeat(20)}`;
      const state = after(
        busyLab(start({ lang: 'en', terminal: { columns, rows: 24 } })),
        { type: 'ui.open', screen: 'journal' },
        {
          type: 'journal',
          damaged: 0,
          entries: [
            { ...act, host: 'vm-k8s', say: { id: long, en: long } },
            { ...act, host: null, say: { id: long, en: long } },
            { ...act, host: null },
          ],
        },
      );
      const rows = rowsOf(state).filter((row) => row.includes('guru@meja-1'));
      expect(rows).toHaveLength(3);
      expect(rows[0]).toContain(`${en} `);
      for (const row of rows.slice(1)) expect(row).toMatch(/Scale Deployment .*… guru@meja-1$/);
      for (const row of rows) expect(width(row)).toBeLessThanOrEqual(columns);
      for (const row of rows.slice(1)) expect(width(row)).toBeGreaterThanOrEqual(columns - 1);
    },
  );

  it('filters the journal, and opens what is left of it', async () => {
    const state = after(
      busyLab(start({ lang: 'en', terminal: { columns: 80, rows: 24 } })),
      { type: 'ui.open', screen: 'journal' },
      { type: 'journal', damaged: 0, entries: ENTRIES },
    );
    open = startTestApp(state, someLogs());
    await open.press('/', ...'public-dns', KEY.enter);
    await open.see(/1 (?:of|\/) 9/);
    expect(open.text()).not.toContain('A2.hostname');
    await open.press(KEY.enter);
    await open.see(/jaringan sekolah/);
    await open.press(KEY.esc, '/', ...'zzz');
    await open.see(/Nothing holds “public-dnszzz”/);
    await open.press(KEY.esc);
    await open.see('A2.hostname');
  });

  it('filters what a step prints', async () => {
    const state = after(
      busyLab(start({ lang: 'en', terminal: { columns: 80, rows: 24 } })),
      { type: 'ui.open', screen: 'step' },
      { type: 'ui.position', name: 'step.tab', value: 2 },
    );
    const logs = createLogBook();
    for (const text of ['Get:1 noble InRelease', 'Setting up docker-ce', 'Get:2 noble-updates'])
      logs.append(state.ui.focusedHost, 'A1/x', text, NOW);
    open = startTestApp(state, logs);
    await open.see('Setting up docker-ce');
    await open.press('/', ...'get:', KEY.enter);
    await open.see(/noble-updates/);
    expect(open.text()).not.toContain('Setting up');
    expect(open.text()).toContain('2 lines match');
  });
});
