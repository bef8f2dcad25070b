/** Panes and lists over live facts: what a person sees of a healthy lab, a broken one, a lost one, a crowded one. */
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { live as text } from '../../src/i18n/texts/live.js';
import { liveReasons } from '../../src/i18n/texts/live-screens.js';
import { LANGUAGES, type HostName } from '../../src/lab/types.js';
import { keyOutcome } from '../../src/input/keys.js';
import { keyContextOf } from '../../src/screens/key-context.js';
import { drawn, lineWidth, plain, type Line } from '../../src/screens/ui/line.js';
import { createLiveBook, type LiveBook } from '../../src/state/live/book.js';
import type { HOST_TABS } from '../../src/state/live/listing.js';
import type { AppState } from '../../src/state/types.js';
import { after, busyLab, sample, start, viewOn, NOW } from './fixture.js';
import { frameOf, hostTabOf } from './frames.js';
import {
  absentBook,
  brokenBook,
  container,
  crowdedBook,
  facts,
  healthyBook,
  hostileBook,
  lostBook,
  pod,
} from './live-data.js';

type Tab = (typeof HOST_TABS)[number];

/** All three hosts connected. */
function connected(options: Parameters<typeof start>[0] = {}): AppState {
  return after(
    busyLab(start(options)),
    { type: 'link', host: 'vm-worker', status: { kind: 'up', since: NOW, sudo: 'nopasswd' } },
    { type: 'sample', host: 'vm-worker', sample: sample('vm-worker') },
  );
}
const onHost = (state: AppState, host: HostName, tab: Tab): AppState =>
  hostTabOf(after(state, { type: 'ui.host', host }), tab);
const zoom = (state: AppState, host: HostName): AppState =>
  after(state, { type: 'ui.host', host }, { type: 'ui.position', name: 'home.zoom', value: 1 });
const rowsOf = (state: AppState, book: LiveBook): string[] => plain(frameOf(state, undefined, book).lines);
const textOf = (state: AppState, book: LiveBook): string => rowsOf(state, book).join('\n');

/** Presses keys one after another over that book; effects are dropped. */
function press(state: AppState, book: LiveBook, ...keys: readonly string[]): AppState {
  const context = keyContextOf(viewOn(state, undefined, book));
  return keys.reduce((now, key) => {
    const outcome = keyOutcome(now, key, context);
    return outcome === null || 'local' in outcome ? now : after(now, outcome);
  }, state);
}
const outcomeOf = (state: AppState, book: LiveBook, key: string) =>
  keyOutcome(state, key, keyContextOf(viewOn(state, undefined, book)));

const BOOKS = {
  healthy: healthyBook(),
  broken: brokenBook(),
  lost: lostBook(),
  absent: absentBook(),
  crowded: crowdedBook(),
  hostile: hostileBook(),
  empty: createLiveBook(),
};

function everyLiveScreen(state: AppState): AppState[] {
  return [
    state,
    zoom(state, 'vm-docker'),
    zoom(state, 'vm-k8s'),
    ...(['overview', 'services', 'workloads', 'files', 'system', 'gates'] as const).map((tab) =>
      onHost(state, 'vm-docker', tab),
    ),
    ...Array.from({ length: 11 }, (_, value) =>
      after(onHost(state, 'vm-k8s', 'workloads'), { type: 'ui.position', name: 'host.kind', value }),
    ),
    onHost(state, 'vm-worker', 'workloads'),
    after(state, { type: 'ui.open', screen: 'events' }),
  ];
}

describe.each([
  [80, 24],
  [120, 40],
  [200, 50],
] as const)('at %i×%i', (columns, rows) => {
  it.each(Object.entries(BOOKS))('fills the terminal and never leaves it: %s', (name, book) => {
    const lang = LANGUAGES[name.length % 2] ?? 'id';
    for (const state of everyLiveScreen(connected({ lang, terminal: { columns, rows, ascii: false } }))) {
      const { lines } = frameOf(state, undefined, book);
      expect(lines, name).toHaveLength(rows);
      for (const line of lines) {
        expect(lineWidth(line), plain([line])[0]).toBeLessThanOrEqual(columns);
        const painted = drawn(line, columns, false)
          .map((one) => one.text)
          .join('');
        expect(painted).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u202A-\u202E]/);
        expect(stringWidth(painted)).toBeLessThanOrEqual(columns);
      }
    }
  });

  it.each(LANGUAGES)('draws ASCII only where only that can be drawn: %s', (lang) => {
    for (const state of everyLiveScreen(connected({ lang, terminal: { columns, rows, ascii: true } }))) {
      const lines = frameOf(state, undefined, BOOKS.broken).lines.map((line) => drawn(line, columns, true));
      expect([...plain(lines).join('')].filter((char) => char > '~' || char < ' ')).toEqual([]);
    }
  });

  it.each(LANGUAGES)('names on home what is broken and what it is: %s', (lang) => {
    const shown = textOf(connected({ lang, terminal: { columns, rows } }), BOOKS.broken);
    expect(shown).toContain(text.healthyOf({ good: 5, all: 7 })[lang]);
    expect(shown).toMatch(/✗ \d\/\d/);
    // Where there is no room for panes the worst of each host stands in its row.
    const told =
      columns >= 120 ? ['core jobservice', '✗ unhealthy', '30081 go'] : ['pod ✗ 8/9', 'harbor ✗ 5/7'];
    for (const words of told) expect(shown).toContain(words);
  });

  it('keeps every column of a list where it is while rows change', () => {
    const state = onHost(connected({ lang: 'en', terminal: { columns, rows } }), 'vm-docker', 'workloads');
    const book = healthyBook();
    const column = (): number[] =>
      rowsOf(state, book)
        .filter((row) => / (?:running|unhealthy|exited) /.test(row) && /harbor-|nginx|redis|edge/.test(row))
        .map((row) => row.search(/harbor-|nginx|redis|edge/));
    const before = column();
    book.setContainers('vm-docker', [
      container('harbor-core', { state: 'exited', exitCode: 137, restarts: 1234 }),
      ...['harbor-db', 'harbor-log', 'nginx', 'redis', 'edge'].map((name) => container(name)),
    ]);
    expect(new Set([...before, ...column()]).size).toBe(1);
  });
});

/** Parts of lines with what they mean, to find what is green. */
const toned = (lines: readonly Line[], tone: string): string[] =>
  lines.flatMap((line) => line.filter((one) => one.tone === tone).map((one) => one.text));

describe('facts of a source that does not answer', () => {
  it('are shown as old, with their age, and never green', () => {
    for (const lang of LANGUAGES) {
      const state = connected({ lang });
      for (const screen of [
        onHost(state, 'vm-docker', 'workloads'),
        onHost(state, 'vm-docker', 'services'),
        onHost(state, 'vm-k8s', 'workloads'),
        zoom(state, 'vm-docker'),
      ]) {
        const frame = frameOf(screen, undefined, BOOKS.lost);
        const shown = plain(frame.lines).join('\n');
        expect(shown).toMatch(lang === 'id' ? /putus sejak \d\d:\d\d:\d\d/ : /lost since \d\d:\d\d:\d\d/);
        expect(shown).toMatch(lang === 'id' ? /2 mnt lalu/ : /2 min ago/);
        // Below the header nothing is green.
        expect(toned(frame.lines.slice(2, -2), 'ok')).toEqual([]);
      }
      const pane = frameOf(state, undefined, BOOKS.lost);
      expect(plain(pane.lines).join('\n')).toMatch(lang === 'id' ? /putus sejak/ : /lost since/);
      const green = frameOf(state, undefined, BOOKS.healthy);
      expect(toned(green.lines.slice(3, 8), 'ok').length).toBeGreaterThan(3);
      expect(toned(pane.lines.slice(5, 14), 'ok')).toEqual([]);
    }
  });

  it('say why and what to do on the overview, and that nothing found is no good news', () => {
    const shown = textOf(onHost(connected({ lang: 'en' }), 'vm-docker', 'overview'), BOOKS.lost);
    expect(shown).toContain('Docker does not answer.');
    expect(shown).toContain('Check docker.service.');
    expect(shown).toContain('Not known');
    expect(shown).not.toContain('Nothing is broken');
  });

  it('of an edge that was stopped say that, and nothing that only a running one could tell', () => {
    const book = healthyBook();
    const state = onHost(connected({ lang: 'en' }), 'vm-docker', 'overview');
    expect(textOf(state, book)).toContain('Nothing is broken.');
    book.setEdge({
      at: NOW,
      container: 'Exited (143) 5 seconds ago',
      running: false,
      configOk: false,
      configWords: '',
      certificate: null,
    });
    const shown = textOf(state, book);
    expect(shown).toMatch(/edge +✗ not running\n/);
    expect(shown).not.toMatch(/configuration wrong|no certificate|Nothing is broken/);
    expect(shown).toContain('Nothing but what is red above is broken.');
  });

  it('say plainly that there is none of it yet', () => {
    const shown = textOf(connected({ lang: 'id' }), BOOKS.absent);
    expect(shown).toContain('belum dipasang');
    expect(shown).not.toContain('putus');
  });
});

describe('lists', () => {
  it('show broken ones first, and what matters of each', () => {
    const rows = rowsOf(onHost(connected({ lang: 'en' }), 'vm-docker', 'workloads'), BOOKS.broken);
    const at = (name: string): number => rows.findIndex((row) => row.includes(name));
    expect(at('harbor-core')).toBeLessThan(at('harbor-db'));
    expect(rows[at('harbor-jobservice')]).toMatch(/✗ restarting +harbor-jobservice +4 +9 s/);
    expect(rows[at('harbor-core')]).toMatch(/unhealthy .* 1\.3% +83\.0 MiB/);
  });

  it('find one pod among five thousand, and draw no more than fit', () => {
    const state = onHost(connected({ lang: 'en' }), 'vm-k8s', 'workloads');
    const first = rowsOf(state, BOOKS.crowded);
    expect(first.join('\n')).toContain('5000');
    expect(first.filter((row) => row.includes('Error'))).toHaveLength(10);
    const typed = press(state, BOOKS.crowded, '/', ...'app-04999');
    const shown = rowsOf(typed, BOOKS.crowded);
    expect(shown.join('\n')).toContain('1 of 5000');
    expect(shown.filter((row) => /Running .* app-/.test(row))).toHaveLength(1);
    const none = rowsOf(press(state, BOOKS.crowded, '/', ...'zzz'), BOOKS.crowded).join('\n');
    expect(none).toContain(text.noMatch({ needle: 'zzz' }).en);
  });

  it('keep the cursor on its item wherever that goes, and near its place when the item is gone', () => {
    const book = healthyBook();
    const state = press(onHost(connected(), 'vm-docker', 'workloads'), book, 'down', 'down', 'down');
    const chosen = (): string =>
      rowsOf(state, book).find((row) => row.startsWith('▸') && / (?:running|exited)/.test(row)) ?? '';
    expect(chosen()).toContain('harbor-jobservice');
    book.setContainers('vm-docker', [
      container('aaa'),
      ...['harbor-core', 'harbor-db', 'harbor-jobservice', 'harbor-log'].map((name) => container(name)),
      container('zzz', { state: 'exited', exitCode: 1 }),
    ]);
    expect(chosen()).toContain('harbor-jobservice');
    book.setContainers('vm-docker', [container('aaa'), container('bbb'), container('ccc'), container('ddd')]);
    expect(chosen()).toContain('ddd');
  });

  it('show on the worker the application before what Kubernetes needs there', () => {
    const book = healthyBook();
    const known = book.objects('Pod');
    book.replaceObjects('Pod', [pod('kube-system', 'calico-node-9zw2c'), ...known]);
    const state = connected({ lang: 'en', terminal: { columns: 200, rows: 50 } });
    const worker = textOf(onHost(state, 'vm-worker', 'workloads'), book);
    expect(worker.indexOf('mysql-0')).toBeGreaterThan(-1);
    expect(worker.indexOf('calico-node')).toBeGreaterThan(worker.indexOf('mysql-0'));
  });

  it('show on the worker its own pods only, on the control plane every kind it has', () => {
    const state = connected({ lang: 'en', terminal: { columns: 200, rows: 50 } });
    const worker = textOf(onHost(state, 'vm-worker', 'workloads'), BOOKS.healthy);
    expect(worker).toContain('mysql-0');
    expect(worker).not.toContain('kube-apiserver');
    const book = healthyBook();
    book.setMissingKinds(['Job']);
    const kinds = onHost(state, 'vm-k8s', 'workloads');
    expect(textOf(kinds, book)).toContain(text.notServed({ kinds: 'Job' }).en);
    expect(textOf(press(kinds, book, ']'), book)).toMatch(/Ready +vm-worker .*192\.168\.56\.44/);
    expect(textOf(press(kinds, book, '[', '['), book)).toMatch(/Bound .*mysql-data .*5Gi/);
  });
});

describe('keys on an item', () => {
  const state = onHost(connected({ lang: 'en' }), 'vm-docker', 'workloads');
  const target = { kind: 'container', host: 'vm-docker', id: 'id-harbor-core', name: 'harbor-core' };

  it('describe it, follow its log, open a shell in it, ask what to do', () => {
    expect(outcomeOf(state, BOOKS.broken, 'enter')).toEqual({ type: 'live.describe', target });
    expect(outcomeOf(state, BOOKS.broken, 'f')).toEqual({ type: 'live.follow', target, previous: false });
    expect(outcomeOf(state, BOOKS.broken, 's')).toEqual({ type: 'shell.open', target });
    const asked = press(state, BOOKS.broken, 'a', '2', 'enter');
    expect(asked.ui.dialog).toMatchObject({
      kind: 'confirm-act',
      act: { act: 'stop-container', name: 'harbor-core' },
    });
    const box = plain(frameOf(asked, undefined, BOOKS.broken).dialog).join('\n');
    expect(box).toContain('Stop container harbor-core on vm-docker');
    expect(box).toContain('changes');
    expect(box).toContain('Back: start it again');
    // Enter alone does nothing; y does it.
    expect(keyOutcome(asked, 'enter', keyContextOf(viewOn(asked, undefined, BOOKS.broken)))).toBeNull();
    const done = press(asked, BOOKS.broken, 'y');
    expect(done.live.acting).toHaveLength(1);
    // What is under way is told above the keys.
    expect(rowsOf(done, BOOKS.broken).at(-2)).toContain('Stop container harbor-core on vm-docker …');
  });

  it('work on home when its list is enlarged, and never on steps that are out of sight', () => {
    const home = zoom(connected({ lang: 'en' }), 'vm-docker');
    expect(outcomeOf(home, BOOKS.broken, 'enter')).toEqual({ type: 'live.describe', target });
    for (const key of ['r', 'R', 'u', 'v', 'w']) expect(outcomeOf(home, BOOKS.broken, key), key).toBeNull();
    expect(press(home, BOOKS.broken, 'esc').ui.positions['home.zoom']).toBe(0);
  });

  it('open the shell of the chosen host with one key from home', () => {
    expect(outcomeOf(press(connected(), BOOKS.broken, '2'), BOOKS.broken, 's')).toEqual({
      type: 'shell.open',
      target: { kind: 'host', host: 'vm-k8s' },
    });
  });

  it('scale a deployment by one of few steps', () => {
    const kinds = press(onHost(connected(), 'vm-k8s', 'workloads'), BOOKS.broken, ']', ']');
    const outcome = outcomeOf(kinds, BOOKS.broken, 'a');
    expect(outcome).toMatchObject({ type: 'ask.acts' });
    const acts = outcome !== null && 'type' in outcome && outcome.type === 'ask.acts' ? outcome.acts : [];
    expect(acts.flatMap((act) => (act.act === 'scale' ? [[act.from, act.to]] : []))).toEqual([
      [2, 3],
      [2, 1],
      [2, 0],
    ]);
  });

  it('are told apart in a narrow terminal, however long the name is', () => {
    for (const lang of LANGUAGES) {
      const narrow = connected({ lang, terminal: { columns: 80, rows: 24 } });
      const book = healthyBook();
      const long = { namespace: 'kube-system', name: 'calico-kube-controllers-of-some-length' };
      const dialogFor = (wanted: number): string[] => {
        const [row] = book.objects('Deployment');
        if (row?.kind !== 'Deployment') throw new Error('no deployment');
        book.replaceObjects('Deployment', [{ ...row, ...long, wanted }]);
        const asked = press(onHost(narrow, 'vm-k8s', 'workloads'), book, ']', ']', 'a');
        return plain(frameOf(asked, undefined, book).dialog);
      };
      const rows = dialogFor(1).filter((line) => /\d {2}\S/.test(line));
      expect(rows).toHaveLength(3);
      for (const line of rows) expect(line).toMatch(lang === 'id' ? /mengubah/ : /changes/);
      expect(rows.filter((line) => /1 (?:to|menjadi) 0/.test(line))).toHaveLength(1);
      expect(rows.filter((line) => /1 (?:to|menjadi) 2/.test(line))).toHaveLength(1);
      // With no pod there is none to replace: one thing is left to be asked about.
      expect(
        dialogFor(0)
          .join(' ')
          .replaceAll(/[│\s]+/g, ' '),
      ).toMatch(/0 (?:to|menjadi) 1/);
    }
  });

  it('want the name typed before a pod is deleted that nobody makes again', () => {
    const book = healthyBook();
    book.replaceObjects('Pod', [pod('default', 'debug', { owner: '' })]);
    const asked = press(onHost(connected({ lang: 'id' }), 'vm-k8s', 'workloads'), book, 'a', 'y');
    const box = plain(frameOf(asked, undefined, book).dialog).join('\n');
    expect(box).toContain('MENGHAPUS');
    expect(box).toContain('Ketik namanya');
    expect(press(asked, book, ...'debu', 'enter').live.acting).toEqual([]);
    expect(press(asked, book, ...'debug', 'enter').live.acting).toHaveLength(1);
  });

  it('say why where they cannot be used', () => {
    const why = (place: AppState, book: LiveBook, key: string): unknown => {
      const outcome = outcomeOf(place, book, key);
      return outcome !== null && 'type' in outcome && outcome.type === 'ui.refuse' ? outcome.why : outcome;
    };
    const nodes = press(onHost(connected(), 'vm-k8s', 'workloads'), BOOKS.broken, ']');
    expect(why(nodes, BOOKS.broken, 'f')).toBe(liveReasons.noLog);
    expect(why(nodes, BOOKS.broken, 's')).toBe(liveReasons.noShell);
    expect(why(nodes, BOOKS.broken, 'a')).toBe(liveReasons.noActs);
    expect(why(state, BOOKS.empty, 'enter')).toBe(liveReasons.nothingChosen);
    const files = onHost(connected(), 'vm-docker', 'files');
    expect(why(files, BOOKS.broken, 'f')).toBe(liveReasons.noLog);
    expect(why(files, BOOKS.broken, 'a')).toBe(liveReasons.asLeft);
    const down = after(connected(), {
      type: 'link',
      host: 'vm-docker',
      status: { kind: 'connecting', attempt: 2 },
    });
    expect(why(onHost(down, 'vm-docker', 'workloads'), BOOKS.lost, 'a')).toBe(liveReasons.hostDown);
    // On home, where no list is enlarged, there is no row that they could be about.
    for (const key of ['a', '/', 'f']) {
      const home = why(connected(), BOOKS.broken, key);
      for (const lang of LANGUAGES) expect(home).toHaveProperty(lang, expect.stringContaining('z)'));
    }
  });

  it('stand in the footer only where they do something with the row', () => {
    const footer = (place: AppState, book: LiveBook = BOOKS.broken): string =>
      rowsOf(place, book).at(-1) ?? '';
    const wide = { lang: 'en', terminal: { columns: 200 } } as const;
    const pods = onHost(connected(wide), 'vm-k8s', 'workloads');
    expect(footer(pods)).toContain('f follow log');
    expect(footer(pods)).toContain('a actions');
    const kinds = Array.from({ length: 10 }, (_, i) => Array.from({ length: i + 1 }, () => ']'));
    for (const turns of kinds) {
      const list = press(pods, BOOKS.broken, ...turns);
      expect(footer(list)).not.toContain('f follow log');
      const refused = press(list, BOOKS.broken, 'a').ui.notice !== null;
      expect(footer(list).includes('a actions')).toBe(!refused);
    }
    const files = onHost(connected(wide), 'vm-docker', 'files');
    expect(footer(files)).not.toMatch(/f follow log|a actions/);
    expect(footer(onHost(connected(wide), 'vm-docker', 'services'))).toMatch(/f follow log.*a actions/);
    expect(footer(onHost(connected(wide), 'vm-docker', 'workloads'), BOOKS.empty)).not.toMatch(
      /f follow log|a actions|Enter describe/,
    );
  });

  it('say so only until the next key', () => {
    const nodes = press(onHost(connected({ lang: 'en' }), 'vm-k8s', 'workloads'), BOOKS.broken, ']');
    const refused = press(nodes, BOOKS.broken, 'f');
    expect(textOf(refused, BOOKS.broken)).toContain(liveReasons.noLog.en);
    expect(textOf(press(refused, BOOKS.broken, '/'), BOOKS.broken)).not.toContain(liveReasons.noLog.en);
    expect(textOf(press(refused, BOOKS.broken, 'down'), BOOKS.broken)).not.toContain(liveReasons.noLog.en);
    // News of other things stays for its time.
    const told = after(nodes, {
      type: 'notice',
      notice: { tone: 'good', text: { id: 'sudah', en: 'it is done' }, at: NOW },
    });
    expect(textOf(press(told, BOOKS.broken, '/'), BOOKS.broken)).toContain('it is done');
  });
});

describe('the list of services', () => {
  it.each([80, 120, 160])('has room for the words of a state (%i columns)', (columns) => {
    const book = createLiveBook();
    const unit = { enabled: 'enabled', description: 'x'.repeat(60), health: 'off', ours: false } as const;
    const long = 'systemd-networkd-wait-online.service';
    book.setFacts(
      'vm-docker',
      facts({
        units: [
          { ...unit, name: long, active: 'inactive', sub: 'dead' },
          { ...unit, name: 'b.service', active: 'activating', sub: 'auto-restart' },
          { ...unit, name: 'c.service', active: 'deactivating', sub: 'stop-sigterm' },
        ],
      }),
    );
    const state = onHost(connected({ lang: 'en', terminal: { columns } }), 'vm-docker', 'services');
    const seen = textOf(state, book);
    expect(seen).toMatch(/inactive dead +systemd-networkd/);
    expect(seen).toContain(long);
    if (columns < 150) return;
    expect(seen).toMatch(/activating auto-restart +b\.service/);
    expect(seen).toMatch(/deactivating stop-sigterm +c\.service/);
  });
});

describe('what changed', () => {
  it('is marked for a while in a column of its own', () => {
    const state = onHost(connected({ lang: 'en' }), 'vm-docker', 'workloads');
    const row = (at: AppState): string =>
      rowsOf(at, BOOKS.broken).find((one) => one.includes('harbor-jobservice')) ?? '';
    expect(row(state)).toMatch(/^ •✗ restarting/);
    expect(row(after(state, { type: 'clock', now: NOW + 60_000 }))).toMatch(/^ {2}✗ restarting/);
  });
});
