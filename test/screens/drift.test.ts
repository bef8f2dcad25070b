/** Files of ours on the screen of a host: which have changed, what is different, and what can be decided. */
import { describe, expect, it } from 'vitest';
import { fileStateSaid, fileStateWord, driftText } from '../../src/i18n/texts/drift.js';
import { live as liveText } from '../../src/i18n/texts/live.js';
import { liveReasons } from '../../src/i18n/texts/live-screens.js';
import { LANGUAGES, type Language } from '../../src/lab/types.js';
import { keyOutcome } from '../../src/input/keys.js';
import { keyContextOf } from '../../src/screens/key-context.js';
import { plain } from '../../src/screens/ui/line.js';
import { createLiveBook, type LiveBook } from '../../src/state/live/book.js';
import { fileActs } from '../../src/state/live/items.js';
import type { AppState } from '../../src/state/types.js';
import { CLOSED, DIFF, EDITED, GONE, KEPT, lookedInto } from './drift-data.js';
import { after, busyLab, start, viewOn } from './fixture.js';
import { frameOf, hostTabOf } from './frames.js';
import { facts, ourFile } from './live-data.js';

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
