/** A pod with several containers: which one is meant is asked, and only then. */
import { describe, expect, it } from 'vitest';
import { keyOutcome } from '../../src/input/keys.js';
import { LANGUAGES } from '../../src/lab/types.js';
import { keyContextOf } from '../../src/screens/key-context.js';
import { lineWidth, plain } from '../../src/screens/ui/line.js';
import { createLiveBook, type LiveBook } from '../../src/state/live/book.js';
import type { PodContainer } from '../../src/state/live/rows.js';
import type { AppState, Effect } from '../../src/state/types.js';
import { update } from '../../src/state/update.js';
import { after, busyLab, sample, start, viewOn, NOW } from './fixture.js';
import { frameOf } from './frames.js';
import { harborFacts, pod } from './live-data.js';

const [plainOne] = pod('a', 'b').containers;
const container = (name: string, over: Partial<PodContainer> = {}): PodContainer => {
  if (plainOne === undefined) throw new Error('the pod of the tests has no container');
  return { ...plainOne, name, ...over };
};
const prepared = container('setup', { init: true, state: 'terminated', reason: 'Completed', exitCode: 0 });

function bookWith(containers: readonly PodContainer[]): LiveBook {
  const book = createLiveBook();
  book.setStatus('kubernetes', { kind: 'live', since: NOW });
  book.replaceObjects('Pod', [pod('monitoring', 'prometheus-0', { containers })]);
  return book;
}
/** The list of pods at full height, with its only row chosen. */
function listed(lang: 'id' | 'en' = 'en'): AppState {
  return after(
    busyLab(start({ lang })),
    { type: 'link', host: 'vm-worker', status: { kind: 'up', since: NOW, sudo: 'nopasswd' } },
    { type: 'sample', host: 'vm-worker', sample: sample('vm-worker') },
    { type: 'ui.host', host: 'vm-worker' },
    { type: 'ui.position', name: 'home.zoom', value: 1 },
  );
}
function press(
  state: AppState,
  book: LiveBook,
  ...keys: readonly string[]
): { readonly state: AppState; readonly effects: readonly Effect[] } {
  let now = state;
  let effects: readonly Effect[] = [];
  for (const key of keys) {
    const outcome = keyOutcome(now, key, keyContextOf(viewOn(now, undefined, book)));
    if (outcome === null || 'local' in outcome) continue;
    [now, effects] = update(now, outcome);
  }
  return { state: now, effects };
}
const target = (name: string) => ({
  kind: 'object',
  object: 'Pod',
  namespace: 'monitoring',
  name: 'prometheus-0',
  container: name,
});

describe('a pod with several containers', () => {
  const book = bookWith([
    prepared,
    container('prometheus'),
    container('config-reloader', { state: 'waiting', reason: 'CrashLoopBackOff' }),
    container('thanos'),
  ]);

  it('asks whose log is meant, and follows that one', () => {
    const asked = press(listed(), book, 'f');
    expect(asked.effects).toEqual([]);
    const shown = plain(frameOf(asked.state, undefined, book).dialog).join('\n');
    expect(shown).toContain('The log of which container?');
    expect(shown).toMatch(/1 {2}prometheus +running/);
    expect(shown).toMatch(/2 {2}config-reloader +CrashLoopBackOff/);
    // It has done its work well: nobody asks about it.
    expect(shown).not.toContain('setup');
    for (const keys of [
      ['2', 'enter'],
      ['j', 'enter'],
    ]) {
      const chosen = press(asked.state, book, ...keys);
      expect(chosen.state.ui.dialog).toBeNull();
      expect(chosen.state.ui.stack.at(-1)).toBe('stream');
      expect(chosen.effects).toContainEqual({
        type: 'live.follow',
        target: target('config-reloader'),
        previous: false,
      });
    }
    const left = press(asked.state, book, 'esc');
    expect([left.state.ui.dialog, left.effects]).toEqual([null, []]);
  });

  it('offers a shell in those that run', () => {
    const asked = press(listed(), book, 's');
    const shown = plain(frameOf(asked.state, undefined, book).dialog).join('\n');
    expect(shown).toContain('A shell in which container?');
    expect(shown).not.toContain('config-reloader');
    expect(press(asked.state, book, '2', 'enter').effects).toContainEqual({
      type: 'shell.open',
      target: target('thanos'),
    });
  });

  it('tells one that prepares the pod and has not come to its end, with the cursor behind it', () => {
    const failing = bookWith([
      container('setup', { init: true, state: 'waiting', reason: 'CrashLoopBackOff' }),
      container('prometheus', { state: 'waiting', reason: 'PodInitializing' }),
    ]);
    for (const lang of LANGUAGES) {
      const { state } = press(listed(lang), failing, 'f');
      const { dialog: lines } = frameOf(state, undefined, failing);
      const shown = plain(lines).join('\n');
      expect(shown).toContain(lang === 'id' ? 'hanya menyiapkan pod' : 'only prepares the pod');
      expect(Math.max(...lines.map(lineWidth))).toBeLessThanOrEqual(state.terminal.columns);
      expect(press(state, failing, 'enter').effects).toContainEqual(
        expect.objectContaining({ target: target('prometheus') }),
      );
    }
  });

  it('is not asked about where there is nothing to choose', () => {
    const single = bookWith([prepared, container('prometheus')]);
    expect(press(listed(), single, 'f').effects).toContainEqual({
      type: 'live.follow',
      target: target(''),
      previous: false,
    });
    const oneRuns = bookWith([container('a', { state: 'terminated', reason: 'Error' }), container('b')]);
    expect(press(listed(), oneRuns, 's').effects).toContainEqual({ type: 'shell.open', target: target('b') });
  });
});

describe('Harbor without its password', () => {
  it.each([
    ['no-password', 'is not known here', 'belum diketahui'],
    ['refused', 'Harbor refuses the admin password', 'Harbor menolak kata sandi'],
  ] as const)('%s: says why there are no projects', (access, en, id) => {
    const book = createLiveBook();
    book.setStatus('harbor', { kind: 'live', since: NOW });
    book.setHarbor({ ...harborFacts(), access, projects: [], repositories: [] });
    for (const lang of LANGUAGES) {
      const state = after(
        busyLab(start({ lang, terminal: { columns: 200, rows: 50 } })),
        { type: 'ui.host', host: 'vm-docker' },
        { type: 'ui.open', screen: 'host' },
      );
      const shown = plain(frameOf(state, undefined, book).lines)
        .join(' ')
        .replaceAll(/\s+/g, ' ');
      expect(shown).toContain(lang === 'en' ? en : id);
    }
  });
});
