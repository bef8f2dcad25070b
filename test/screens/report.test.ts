/** A report from the screen: one key, a form, and a file that only its owner can read. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keyOutcome } from '../../src/input/keys.js';
import { LANGUAGES } from '../../src/lab/types.js';
import { keyContextOf } from '../../src/screens/key-context.js';
import { writeScreenReport } from '../../src/screen-report.js';
import type { Message } from '../../src/state/messages.js';
import { REPORT_FORMS, type ReportEffect } from '../../src/state/report-types.js';
import { createAppStore } from '../../src/state/store.js';
import type { AppState, Effect } from '../../src/state/types.js';
import { misfits } from '../support/documents.js';
import { fakeLab } from '../unit/engine/fakes.js';
import { scratch, troubleOf } from '../unit/services-local/support.js';
import { busyLab, NOW, start, viewOn } from './fixture.js';
import { frameOf } from './frames.js';

/** Presses keys; gives the state and what was asked of the world. */
function pressed(initial: AppState, ...keys: readonly string[]): readonly [AppState, readonly Effect[]] {
  const effects: Effect[] = [];
  const store = createAppStore(initial, (effect) => effects.push(effect));
  const { logs, live, stream, vagrantText } = viewOn(initial);
  const context = keyContextOf({ logs, live, stream, vagrantText });
  for (const key of keys) {
    const outcome: Message | { readonly local: string } | null = keyOutcome(
      store.state.getState(),
      key,
      context,
    );
    if (outcome !== null && !('local' in outcome)) store.dispatch(outcome);
  }
  return [store.state.getState(), effects];
}

describe.each(LANGUAGES)('the question in %s', (lang) => {
  it.each([
    [80, 24],
    [120, 40],
    [200, 50],
  ])('names every form and where the file goes, at %i×%i', (columns, rows) => {
    for (const over of [{}, { ascii: true }, { color: true }]) {
      const [state] = pressed(busyLab(start({ lang, terminal: { columns, rows, ...over } })), 'W');
      const lines = frameOf(state).dialog.map((line) => line.map((part) => part.text).join(''));
      expect(lines.every((line) => line.length <= columns)).toBe(true);
      const text = lines.join(' ').replaceAll(/[^\w()<>:.,;-]+/g, ' ');
      for (const word of ['HTML', 'Markdown', 'JSON', 'JUnit', 'TAP', '0600']) expect(text).toContain(word);
      expect(text).toContain(lang === 'id' ? 'tidak ada rahasia' : 'no secrets');
    }
  });
});

it('is asked for from any screen, and Enter writes an HTML page', () => {
  for (const keys of [
    ['W', 'enter'],
    ['g', 'W', 'enter'],
    ['W', '3', '1', 'enter'],
  ])
    expect(pressed(busyLab(start({ lang: 'en' })), ...keys)[1]).toContainEqual({
      type: 'report.write',
      form: 'html',
      language: 'en',
    });
  const [, effects] = pressed(busyLab(start()), 'W', 'down', 'down', 'enter');
  expect(effects).toContainEqual({ type: 'report.write', form: 'json', language: 'id' });
  const [closed, none] = pressed(busyLab(start()), 'W', 'esc');
  expect([closed.ui.dialog, none.filter(({ type }) => type === 'report.write')]).toEqual([null, []]);
});

it('is not to be had without a lab', () => {
  const [state, effects] = pressed(start(), 'W', 'enter');
  expect(state.ui.dialog).toBeNull();
  expect(effects.filter(({ type }) => type === 'report.write')).toEqual([]);
});

describe('the file', () => {
  async function written(
    form: ReportEffect['form'],
    directory: string,
    name = 'kelas a/../<b>',
  ): Promise<string> {
    const { session } = await fakeLab();
    const named = { ...session.lab, name };
    const state = busyLab(start({ lang: 'en' }));
    const { logs, live, stream, vagrantText } = viewOn(state);
    const { state: store } = createAppStore(state, () => undefined);
    return writeScreenReport(
      { type: 'report.write', form, language: 'en' },
      {
        session: {
          ...session,
          lab: named,
          mask: (text) => text.replaceAll('Reading package lists', '***'),
          close: () => Promise.resolve(),
        },
        catalogue: { symptoms: [], byId: new Map() },
        scene: { store, logs, live, stream, vagrantText },
        directory,
        version: '1.2.3',
        now: NOW,
      },
    );
  }

  it('has a name of its own in every form, and is for its owner only', async () => {
    const directory = await scratch();
    for (const form of REPORT_FORMS) {
      const path = await written(form, directory);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
    }
    const names = await readdir(directory);
    expect(names).toHaveLength(REPORT_FORMS.length);
    for (const name of names)
      expect(name).toMatch(/^threebody-kelas-a-[\w.-]*\d{8}-\d{6}\.(html|md|json|xml|tap)$/);
    const json = names.find((name) => name.endsWith('.json')) ?? '';
    expect(misfits(await readFile(join(directory, json), 'utf8'))).toBeNull();
  });

  it('shows the panes as a person saw them, without secrets', async () => {
    const page = await readFile(await written('html', await scratch()), 'utf8');
    expect(page.match(/<svg /g)).toHaveLength(1);
    expect(page).toContain('vm-worker');
    expect(page).toContain('connection refused');
    expect(page).toContain('***... line 40');
    expect(page).not.toContain('Reading package lists');
  });

  it('never takes the place of another one', async () => {
    const directory = await scratch();
    await written('tap', directory);
    expect((await troubleOf(written('tap', directory))).code).toBe('file-exists');
  });
});
