/** Files of ours on the screen of a host: which have changed, what is different, and what can be decided. */
import { describe, expect, it } from 'vitest';
import { fileStateSaid, fileStateWord, driftText } from '../../src/i18n/texts/drift.js';
import { live as liveText } from '../../src/i18n/texts/live.js';
import { liveReasons } from '../../src/i18n/texts/live-screens.js';
import { HOST_NAMES, LANGUAGES, type HostName, type Language } from '../../src/lab/types.js';
import { DRIFT_KEY } from '../../src/input/keys-drift.js';
import { keyOutcome } from '../../src/input/keys.js';
import { keyContextOf } from '../../src/screens/key-context.js';
import { plain } from '../../src/screens/ui/line.js';
import { createLiveBook, type LiveBook } from '../../src/state/live/book.js';
import { fileActs } from '../../src/state/live/items.js';
import type { AppState } from '../../src/state/types.js';
import { CLOSED, DIFF, EDITED, GONE, KEPT, lookedInto } from './drift-data.js';
import { after, busyLab, NOW, opened, sample, start, viewOn } from './fixture.js';
import { frameOf, hostTabOf } from './frames.js';
import { facts, healthyBook, ourFile } from './live-data.js';

function book(): LiveBook {
  const live = createLiveBook();
  live.setFacts('vm-docker', facts({ files: [KEPT, ourFile({}), CLOSED, GONE] }));
  live.setStatus('facts@vm-docker', { kind: 'live', since: 0 });
  return live;
}
const sized = (lang: Language, columns = 120, rows = 40): AppState =>
  after(
    busyLab(start({ lang, terminal: { columns, rows } })),
    { type: 'ui.host', host: 'vm-docker' },
    { type: 'link', host: 'vm-docker', status: { kind: 'up', since: 0, sudo: 'nopasswd' } },
  );
const outcomeOf = (state: AppState, live: LiveBook, key: string): unknown =>
  keyOutcome(state, key, keyContextOf(viewOn(state, undefined, live)));
const textOf = (state: AppState, live?: LiveBook): string =>
  plain(frameOf(state, undefined, live).lines).join('\n');
const boxOf = (state: AppState): string =>
  plain(frameOf(state).dialog)
    .map((line) => line.replaceAll(/[│┃|]/g, '').trim())
    .join(' ');

describe('the list of files', () => {
  it('names what has changed, the worst first, at every size and in both languages', () => {
    for (const lang of LANGUAGES) {
      for (const [columns, rows] of [
        [80, 24],
        [120, 40],
        [200, 50],
      ] as const) {
        const rowsShown = textOf(hostTabOf(sized(lang, columns, rows), 'files'), book())
          .split('\n')
          .filter((row) => row.includes('/etc/'));
        const words = [GONE, CLOSED, KEPT, ourFile({})].map((file) => fileStateWord[file.state][lang]);
        expect(rowsShown).toHaveLength(4);
        for (const [i, word] of words.entries()) expect(rowsShown[i]).toContain(word);
      }
    }
  });

  it('opens the difference with enter, and decides with a', () => {
    const state = hostTabOf(sized('en'), 'files');
    const live = book();
    expect(outcomeOf(state, live, 'enter')).toEqual({
      type: 'live.describe',
      target: { kind: 'file', host: 'vm-docker', path: GONE.path },
    });
    const asked = outcomeOf(state, live, 'a');
    expect(asked).toEqual({ type: 'ask.acts', acts: fileActs('vm-docker', GONE) });
  });
});

describe('a file that has changed', () => {
  it('is told in words, with the difference below', () => {
    for (const lang of LANGUAGES) {
      const shown = textOf(lookedInto(sized(lang), EDITED, DIFF));
      expect(shown).toContain(fileStateSaid.edited[lang]);
      expect(shown).toContain('-  "insecure-registries": ["192.168.56.42:8080"]');
      expect(shown).toContain('+  "debug": true');
    }
  });

  it('does not show what may be a secret, and says so', () => {
    for (const lang of LANGUAGES) {
      const shown = textOf(lookedInto(sized(lang), CLOSED, [])).replaceAll(/\s+/g, ' ');
      expect(shown).toContain(driftText.hidden[lang]);
      expect(shown).toContain('644 root:root');
    }
  });

  it('is asked about before anything is done: what it costs, how it comes back, that it is recorded', () => {
    for (const lang of LANGUAGES) {
      const state = lookedInto(sized(lang), EDITED, DIFF);
      const asked = outcomeOf(state, book(), 'a');
      expect(asked).toEqual({ type: 'ask.acts', acts: fileActs('vm-docker', EDITED) });
      const [restore, keep] = fileActs('vm-docker', EDITED);
      if (restore === undefined || keep === undefined) throw new Error('nothing to decide');
      const restoring = boxOf(after(state, { type: 'ask.act', act: restore }));
      expect(restoring).toContain('/var/lib/threebody/edited');
      expect(restoring).toContain(liveText.recorded[lang]);
      const keeping = boxOf(after(state, { type: 'ask.act', act: keep }));
      expect(keeping).toContain(liveText.recordedOnly[lang]);
      expect(keeping).not.toContain(liveText.recorded[lang]);
    }
  });

  it('is looked at anew when it was decided about', () => {
    const state = lookedInto(sized('en'), EDITED, DIFF);
    const [act] = fileActs('vm-docker', EDITED);
    if (act === undefined) throw new Error('nothing to decide');
    const done = after(state, { type: 'live.acted', act, trouble: null });
    expect(done.live.detail).toMatchObject({ lines: DIFF, file: EDITED });
    expect(done.ui.notice?.text.en).toContain('Restore /etc/docker/daemon.json on vm-docker: done');
  });

  it('offers nothing when it is as its step left it', () => {
    const outcome = outcomeOf(lookedInto(sized('en'), ourFile({}), []), book(), 'a');
    expect(outcome).toEqual({ type: 'ui.refuse', why: liveReasons.asLeft });
  });
});

describe('home', () => {
  const SIZES = [
    [80, 24],
    [120, 40],
    [200, 50],
  ] as const;
  /** The chosen host is vm-docker, all is well, and two files were changed on vm-worker. */
  function changed(more: readonly HostName[] = []): LiveBook {
    const live = healthyBook();
    for (const host of [...more, 'vm-worker'] as const)
      live.setFacts(host, facts({ files: [GONE, KEPT, EDITED] }));
    return live;
  }
  const home = (lang: Language, columns: number, rows: number, ascii = false): AppState =>
    HOST_NAMES.reduce(
      (state, host) =>
        after(
          state,
          { type: 'link', host, status: { kind: 'up', since: NOW, sudo: 'nopasswd' } },
          { type: 'sample', host, sample: sample(host) },
        ),
      after(opened(start({ lang, terminal: { columns, rows, ascii } })), {
        type: 'ui.host',
        host: 'vm-docker',
      }),
    );

  it('says beside the host that files were changed there, and how to see them; else not a word', () => {
    for (const lang of LANGUAGES)
      for (const [columns, rows] of SIZES) {
        const hint = driftText.hint({ count: 2, key: DRIFT_KEY })[lang];
        const state = home(lang, columns, rows, columns === 80);
        expect(textOf(state, changed()).split(hint), `${columns} ${lang}`).toHaveLength(2);
        expect(textOf(state, changed(['vm-docker'])), `${columns} ${lang}`).toContain(hint);
        expect(textOf(state, healthyBook())).not.toContain(`(${DRIFT_KEY})`);
      }
  });

  it('is never green about it, and has no colour once the facts are old', () => {
    const state = home('en', 80, 24);
    const tones = (live: LiveBook): readonly unknown[] =>
      frameOf(state, undefined, live)
        .lines.flat()
        .filter(({ text }) => text.includes(`(${DRIFT_KEY})`))
        .map(({ tone }) => tone);
    const live = changed();
    expect(tones(live)).toEqual(['warn']);
    live.setStatus('facts@vm-worker', {
      kind: 'lost',
      since: NOW,
      lastSeen: NOW,
      retryAt: null,
      why: driftText.noneSeen,
      remedy: driftText.noneSeen,
    });
    expect(tones(live)).toEqual(['dim']);
  });

  it('a key opens the list on the host that has them; the chosen host first', () => {
    const state = home('en', 80, 24);
    expect(outcomeOf(state, changed(), DRIFT_KEY)).toEqual({ type: 'ui.files', host: 'vm-worker' });
    expect(outcomeOf(state, changed(['vm-docker']), DRIFT_KEY)).toEqual({
      type: 'ui.files',
      host: 'vm-docker',
    });
    const files = after(state, { type: 'ui.files', host: 'vm-worker' });
    const [first, second] = textOf(files, changed())
      .split('\n')
      .filter((row) => row.includes('/etc/'));
    expect(first).toContain(fileStateWord.missing.en);
    expect(second).toContain(fileStateWord.edited.en);
    expect(after(files, { type: 'ui.back' }).ui.stack.at(-1)).toBe('home');
  });

  it('the key says so where nothing is seen to be changed', () => {
    expect(outcomeOf(home('id', 80, 24), healthyBook(), DRIFT_KEY)).toEqual({
      type: 'ui.refuse',
      why: driftText.noneSeen,
    });
  });
});
