/** Details, a followed log, the timeline: read, searched, held, and honest about what is not there. */
import { describe, expect, it } from 'vitest';
import { describeText, eventsText, streamText } from '../../src/i18n/texts/live-screens.js';
import { keyOutcome } from '../../src/input/keys.js';
import { LANGUAGES } from '../../src/lab/types.js';
import { keyContextOf } from '../../src/screens/key-context.js';
import { lineWidth, plain } from '../../src/screens/ui/line.js';
import { createLiveBook, type LiveBook } from '../../src/state/live/book.js';
import { createStreamBook, type StreamBook } from '../../src/state/live/stream.js';
import type { AppState } from '../../src/state/types.js';
import { after, busyLab, start, viewOn, NOW } from './fixture.js';
import { DETAIL, frameOf, POD } from './frames.js';
import { brokenBook } from './live-data.js';

interface Seen {
  readonly live?: LiveBook;
  readonly stream?: StreamBook;
}
const rowsOf = (state: AppState, { live, stream }: Seen = {}): string[] =>
  plain(frameOf(state, undefined, live, stream).lines);
const textOf = (state: AppState, seen?: Seen): string => rowsOf(state, seen).join('\n');
function press(state: AppState, { live, stream }: Seen, ...keys: readonly string[]): AppState {
  const context = keyContextOf(viewOn(state, undefined, live, stream));
  return keys.reduce((now, key) => {
    const outcome = keyOutcome(now, key, context);
    return outcome === null || 'local' in outcome ? now : after(now, outcome);
  }, state);
}
const lab = (lang: 'id' | 'en' = 'en', columns = 80, rows = 24): AppState =>
  busyLab(start({ lang, terminal: { columns, rows } }));

describe('details', () => {
  const open = after(
    lab(),
    { type: 'live.describe', target: POD },
    { type: 'live.detail', target: POD, lines: DETAIL },
  );

  it('are shown whole, wrapped, to the last line', () => {
    const seen = new Set<string>();
    for (let value = 0; value < 400; value += 10) {
      for (const row of rowsOf(after(open, { type: 'ui.position', name: 'describe.scroll', value })))
        seen.add(row);
    }
    const all = [...seen].join('\n');
    expect(all).toContain('Name:         go-7d9f8c6b5-x2x4z');
    expect(all).toContain('BackOff  12s (x5 over 1m)');
    expect(all).toContain('line 60 of the answer');
    expect(all).not.toContain('…');
  });

  it('are searched: to the next match, around the end, and it is marked', () => {
    const typed = press(open, {}, '/', ...'line 5', 'enter');
    expect(textOf(typed)).toContain(describeText.hits({ at: 0, all: 11 }).en);
    const first = press(typed, {}, 'n');
    expect(textOf(first)).toMatch(/▸ +line 5 of the answer/);
    const tenth = press(first, {}, ...Array.from({ length: 10 }, () => 'n'));
    expect(textOf(tenth)).toMatch(/▸ +line 59 of the answer/);
    expect(textOf(press(tenth, {}, 'n'))).toMatch(/▸ +line 5 of the answer/);
    expect(textOf(press(first, {}, 'N'))).toMatch(/▸ +line 59 of the answer/);
  });

  it('say that they are being asked for, why there are none, and that there are none', () => {
    for (const lang of LANGUAGES) {
      const asked = after(lab(lang), { type: 'live.describe', target: POD });
      expect(textOf(asked)).toContain(describeText.asking[lang]);
      const trouble = {
        code: 'x',
        what: { id: 'Pod itu sudah tidak ada.', en: 'That pod is gone.' },
        remedy: { id: 'Pilih yang lain.', en: 'Choose another one.' },
        where: null,
      };
      const failed = textOf(after(asked, { type: 'live.detail-failed', target: POD, trouble }));
      expect(failed).toContain(trouble.what[lang]);
      expect(failed).toContain(trouble.remedy[lang]);
      expect(textOf(after(asked, { type: 'live.detail', target: POD, lines: [] }))).toContain(
        describeText.empty[lang],
      );
    }
  });
});

describe('the switcher of kinds', () => {
  it.each([80, 120])('names every kind in %i columns, the chosen one whole', (columns) => {
    const zoomed = after(
      lab('en', columns),
      { type: 'ui.host', host: 'vm-k8s' },
      { type: 'ui.position', name: 'home.zoom', value: 1 },
    );
    for (const [kind, count] of [
      ['Pod', 0],
      ['PersistentVolumeClaim', 9],
      ['Namespace', 10],
    ] as const) {
      const state = press(zoomed, {}, ...Array.from({ length: count }, () => ']'));
      const bar = rowsOf(state).find((row) => row.includes('▸' + kind)) ?? '';
      expect(bar).toMatch(/po|Pod/);
      for (const short of ['deploy', 'sts', 'ds', 'job', 'svc', 'ep', 'pv'])
        expect(
          bar
            .toLowerCase()
            .replaceAll('statefulset', 'sts')
            .replaceAll('daemonset', 'ds')
            .replaceAll('service', 'svc')
            .replaceAll('persistentvolume', 'pv'),
        ).toContain(short);
      expect(bar).toContain(']');
    }
  });
});

describe('a followed log', () => {
  const book = (lines: number, kept = 200): StreamBook => {
    const stream = createStreamBook({ lines: kept });
    for (let i = 0; i < lines; i += 1)
      stream.append(`entry ${i} ${i % 50 === 7 ? 'connection refused' : 'ok'}\n`);
    return stream;
  };
  const open = after(lab(), { type: 'live.follow', target: POD, previous: false });

  it('shows the newest lines, and stays where it is held while new ones come', () => {
    const stream = book(100);
    expect(textOf(open, { stream })).toContain('entry 99 ok');
    const held = press(open, { stream }, 'space');
    const before = rowsOf(held, { stream }).filter((row) => row.includes('entry'));
    for (let i = 100; i < 140; i += 1) stream.append(`entry ${i} ok\n`);
    expect(rowsOf(held, { stream }).filter((row) => row.includes('entry'))).toEqual(before);
    expect(textOf(held, { stream })).toContain(streamText.held({ below: 40 }).en);
    expect(textOf(press(held, { stream }, 'space'), { stream })).toContain('entry 139 ok');
  });

  it('scrolls back to the oldest line and forward until it follows again', () => {
    const stream = book(100);
    const oldest = press(open, { stream }, 'home');
    expect(textOf(oldest, { stream })).toContain('entry 0 ok');
    expect(press(oldest, { stream }, 'end').ui.positions['stream.line']).toBe(0);
    expect(textOf(press(open, { stream }, 'up'), { stream })).not.toContain('entry 99');
  });

  it('says how much was dropped, also of what was not seen yet', () => {
    const stream = book(300);
    expect(textOf(open, { stream })).toContain(streamText.dropped({ count: 100 }).en);
    const held = press(open, { stream }, 'space');
    for (let i = 300; i < 600; i += 1) stream.append(`entry ${i} ok\n`);
    expect(textOf(held, { stream })).toMatch(/100 lines dropped meanwhile/);
  });

  it('is searched with matches marked', () => {
    const stream = book(100);
    const typed = press(open, { stream }, '/', ...'refused', 'enter', 'n');
    // From the newest lines, which are in sight: the nearest, not the oldest.
    expect(textOf(typed, { stream })).toMatch(/▸ entry 57 connection refused/);
    expect(textOf(typed, { stream })).toContain(streamText.hits({ at: 2, all: 2 }).en);
    const around = press(typed, { stream }, 'n');
    expect(textOf(around, { stream })).toMatch(/▸ entry 7 connection refused/);
    const fromTop = press(open, { stream }, 'home', '/', ...'refused', 'enter', 'n');
    expect(textOf(fromTop, { stream })).toMatch(/▸ entry 7 connection refused/);
  });

  it('says what it did not find, as it was typed', () => {
    const stream = book(100);
    const searched = press(open, { stream }, '/', ...'[*(^ X', 'enter', 'n');
    expect(searched.ui.notice?.text.en).toBe('Nothing holds “[*(^ X”.');
    expect(press(open, { stream }, 'n').ui.notice?.text.en).toBe('Search first with /.');
    const filtered = press(open, { stream }, '&', ...'Zzz', 'enter');
    expect(textOf(filtered, { stream })).toContain('Nothing holds “Zzz”');
    const long = 'COMMAND=bash -s and a long search';
    expect(textOf(press(open, { stream }, '/', ...long, 'enter'), { stream })).toContain(long);
    const longer = press(open, { stream }, '/', ...long.repeat(5), 'enter');
    expect(textOf(longer, { stream })).toMatch(/search \/ COMMAND=.*…/);
  });

  it('is filtered to the lines that hold a text, also those that come, and searched within them', () => {
    const stream = book(100);
    const filtered = press(open, { stream }, '&', ...'refused', 'enter');
    const entries = (state: AppState): string[] =>
      rowsOf(state, { stream })
        .filter((row) => row.includes('entry'))
        .map((row) => row.trim());
    expect(entries(filtered)).toEqual(['entry 7 connection refused', 'entry 57 connection refused']);
    expect(textOf(filtered, { stream })).toContain('2 of 100');
    stream.append('entry 100 connection refused\nentry 101 ok\nentry 102 half a line, ref');
    expect(entries(filtered)).toHaveLength(3);
    stream.append('used');
    expect(entries(filtered).at(-1)).toBe('entry 102 half a line, refused');
    const found = press(filtered, { stream }, '/', ...'57', 'enter', 'n');
    expect(entries(found)).toContain('▸ entry 57 connection refused');
    // Giving the filter up leaves one where one stood.
    const whole = press(found, { stream }, '&', 'esc');
    expect(entries(whole)).toContain('▸ entry 57 connection refused');
    expect(entries(whole)).toContain('entry 58 ok');
  });

  it('says so when the filter lets nothing through, and scrolls through what it lets through', () => {
    const stream = book(5000, 10_000);
    const none = press(open, { stream }, '&', ...'zzz', 'enter');
    expect(textOf(none, { stream })).toContain('Nothing holds “zzz”');
    const some = press(open, { stream }, '&', ...'refused', 'enter', 'home');
    expect(textOf(some, { stream })).toContain('entry 7 connection refused');
    const down = press(some, { stream }, 'down');
    expect(textOf(down, { stream })).not.toContain('entry 7 connection');
    expect(textOf(down, { stream })).toContain('entry 57 connection refused');
    const end = press(down, { stream }, 'end');
    expect(end.ui.positions['stream.line']).toBe(0);
    expect(textOf(end, { stream })).toContain('entry 4957 connection refused');
    const held = press(end, { stream }, 'up');
    for (let i = 0; i < 15_000; i += 1) stream.append(`more ${i}\n`);
    // What was in sight was dropped meanwhile: the oldest line that is left, and how many went.
    expect(textOf(held, { stream })).toMatch(/lines dropped meanwhile/);
  });

  it('can be followed again when it has broken off', () => {
    const stream = book(3);
    const TROUBLE = {
      code: 'x',
      what: { id: 'putus', en: 'it broke off' },
      remedy: { id: 'coba', en: 'try' },
      where: '',
    };
    const ended = after(open, { type: 'live.stream-ended', target: POD, trouble: TROUBLE });
    expect(textOf(ended, { stream })).toContain('it broke off');
    const again = press(ended, { stream }, 'r');
    expect(again.live.stream).toMatchObject({ ended: false, trouble: null, target: POD });
  });

  it('turns to the log of the container before, tells its end, and is left with Esc', () => {
    const stream = book(3);
    const previous = press(open, { stream }, 'p');
    expect(previous.live.stream?.previous).toBe(true);
    expect(textOf(previous, { stream })).toContain(streamText.previous.en);
    const ended = after(previous, { type: 'live.stream-ended', target: POD, trouble: null });
    expect(textOf(ended, { stream })).toContain(streamText.ended.en);
    expect(press(ended, { stream }, 'esc').ui.stack).not.toContain('stream');
  });

  it('keeps inside the terminal whatever the program writes', () => {
    const stream = createStreamBook();
    stream.append(`${'語'.repeat(3000)}\n\u001B[31mred\u001B[0m\u202E\n${'y'.repeat(3999)}\n`);
    for (const line of frameOf(open, undefined, undefined, stream).lines) {
      expect(lineWidth(line)).toBeLessThanOrEqual(80);
    }
  });
});

describe('the timeline', () => {
  const open = (lang: 'id' | 'en' = 'en', columns = 80): AppState =>
    after(lab(lang, columns, 30), { type: 'ui.open', screen: 'events' });

  it('counts repeats, tells the chosen one whole, follows the newest', () => {
    const live = brokenBook();
    const shown = rowsOf(open(), { live });
    expect(shown.filter((row) => row.includes('BackOff'))).toHaveLength(1);
    expect(shown.find((row) => row.includes('BackOff'))).toContain('×12');
    expect(shown.join('\n')).toContain('5 of 7 components are healthy');
    const up = press(open(), { live }, 'up', 'up');
    expect(textOf(up, { live })).toContain('Back-off restarting failed container go in pod');
    expect(textOf(up, { live })).toContain('kubernetes vm-worker');
  });

  it('holds its place while new events come, and says how many wait', () => {
    const live = brokenBook();
    const held = press(open(), { live }, 'space');
    const chosen = (): string => rowsOf(held, { live }).find((row) => row.startsWith('▸')) ?? '';
    const before = chosen();
    const event = {
      at: NOW,
      source: 'systemd',
      host: 'vm-k8s',
      health: 'good',
      what: 'started',
      text: '',
      count: 1,
    } as const;
    live.addEvent({ ...event, about: 'kubelet.service' });
    live.addEvent({ ...event, about: 'containerd.service' });
    expect(chosen()).toBe(before);
    // Those two are in sight below it: nothing waits.
    expect(textOf(held, { live })).toMatch(/containerd\.service/);
    expect(textOf(held, { live })).toContain(eventsText.held({ newer: 0 }).en);
    expect(textOf(held, { live })).not.toContain('waiting');
    for (let i = 0; i < 60; i += 1) live.addEvent({ ...event, about: `unit-${i}.service` });
    expect(chosen()).toBe(before);
    const seen = rowsOf(held, { live }).filter((row) => /unit-\d+\.service/.test(row)).length;
    expect(textOf(held, { live })).toContain(eventsText.held({ newer: 60 - seen }).en);
    live.addEvent({ ...event, about: 'containerd.service' });
    expect(textOf(press(held, { live }, 'space'), { live })).toMatch(/▸.*containerd\.service/);
  });

  it('calls nothing newer that was there when one went up from it', () => {
    const live = createLiveBook();
    const event = { at: NOW, source: 'systemd', host: 'vm-k8s', health: 'good', what: 'started' } as const;
    const add = (from: number, to: number): void => {
      for (let i = from; i < to; i += 1)
        live.addEvent({ ...event, text: '', count: 1, about: `unit-${i}.service` });
    };
    add(0, 100);
    const up = press(open(), { live }, 'up', 'up');
    expect(textOf(up, { live })).not.toContain('waiting');
    const far = press(up, { live }, 'home');
    expect(textOf(far, { live })).not.toContain('waiting');
    add(100, 103);
    expect(textOf(press(far, { live }, 'down'), { live })).toContain(eventsText.held({ newer: 3 }).en);
    expect(textOf(press(far, { live }, 'end'), { live })).not.toContain('waiting');
  });

  it('says in our own words what we did and why a gate is red, and finds it by them', () => {
    const live = createLiveBook();
    const event = { at: NOW, host: 'vm-docker', count: 1, text: '' } as const;
    live.addEvent({
      ...event,
      source: 'step',
      health: 'good',
      about: 'Deployment threebody-prod/laravel',
      what: 'scale',
      say: { id: 'Skalakan laravel dari 1 ke 0', en: 'Scale laravel from 1 to 0' },
    });
    live.addEvent({
      ...event,
      source: 'gate',
      health: 'bad',
      about: 'E3.nodeports',
      what: 'fail',
      say: { id: 'Sebuah NodePort menolak', en: 'A NodePort refuses' },
    });
    expect(textOf(open('en', 120), { live })).toContain('Scale laravel from 1 to 0');
    expect(textOf(open('id', 80), { live })).toContain('Sebuah NodePort menolak');
    const found = rowsOf(press(open('en', 120), { live }, '/', ...'refuses'), { live }).join('\n');
    expect(found).toContain('E3.nodeports');
    expect(found).not.toContain('Scale laravel');
  });

  it('puts what is told late in its place in time, with the day where it was another one', () => {
    const live = createLiveBook();
    const event = { source: 'step', host: null, health: 'good', what: 'done', text: '', count: 1 } as const;
    const hours = 3_600_000;
    for (const [about, at] of [
      ['third', NOW],
      ['first', NOW - 20 * hours],
      ['second', NOW - hours],
    ] as const)
      live.addEvent({ ...event, about, at });
    const rows = rowsOf(open('en', 80), { live }).filter((row) => /(?:first|second|third) +done/.test(row));
    expect(rows.slice(0, 3).map((row) => row.trim().replaceAll(/\s+/g, ' '))).toEqual([
      '11-21 18:02 ✓ first done',
      '13:02:29 ✓ second done',
      '▸14:02:29 ✓ third done',
    ]);
  });

  it('keeps messages apart that are not the same, and shows a long one to its end', () => {
    const live = createLiveBook();
    const event = {
      at: NOW,
      source: 'kubernetes',
      host: 'vm-worker',
      health: 'bad',
      about: 'pod threebody-prod/laravel-1',
      count: 1,
    } as const;
    live.addEvent({ ...event, what: 'Killing', text: 'Stopping container laravel' });
    live.addEvent({ ...event, what: 'Killing', text: 'Stopping container nginx' });
    const long = `Failed to create pod sandbox: ${'rpc error, code Unknown, '.repeat(14)}calico/node is not running`;
    live.addEvent({ ...event, what: 'FailedCreatePodSandBox', text: long });
    const state = after(lab('en', 120, 40), { type: 'ui.open', screen: 'events' });
    const shown = textOf(state, { live });
    expect(shown).toContain('Stopping container laravel');
    expect(shown).toContain('Stopping container nginx');
    expect(shown).toContain('calico/node is not running');
  });

  it('is filtered by trouble, source, host and text, and says so', () => {
    const live = brokenBook();
    for (const lang of LANGUAGES) {
      const bad = textOf(press(open(lang, 120), { live }, 'b'), { live });
      expect(bad).toContain(eventsText.onlyBad[lang]);
      expect(bad).not.toContain('Started');
    }
    const docker = rowsOf(press(open(), { live }, 'o'), { live }).join('\n');
    expect(docker).toContain('harbor-jobservice');
    expect(docker).not.toContain('BackOff');
    const worker = rowsOf(press(open(), { live }, 'h', 'h', 'h'), { live }).join('\n');
    expect(worker).toContain('BackOff');
    expect(worker).not.toContain('harbor-jobservice');
    const none = textOf(press(open(), { live }, '/', ...'zzz'), { live });
    expect(none).toContain(eventsText.noMatch.en);
  });

  it('says what is ours in the language of the person, and finds it by that word', () => {
    const live = createLiveBook();
    const ours = [
      ['gate', 'fail', 'B4.behind'],
      ['step', 'restart-rollout', 'Deployment threebody-prod/go'],
      ['systemd', 'gave-up', 'docker.service'],
      ['link', 'down', 'vm-k8s'],
    ] as const;
    for (const [source, what, about] of ours)
      live.addEvent({ at: NOW, source, host: null, health: 'bad', about, what, text: '', count: 1 });
    const shown = textOf(open('id', 120), { live });
    for (const word of ['gagal', 'ganti pod', 'menyerah', 'putus']) expect(shown).toContain(word);
    for (const [, what] of ours) expect(shown).not.toContain(what);
    const found = rowsOf(press(open('id', 120), { live }, '/', ...'menyerah', 'enter'), { live }).join('\n');
    expect(found).toContain('docker.service');
    expect(found).not.toContain('B4.behind');
  });

  it('shows words of a cluster that JavaScript has a meaning for as they are', () => {
    const live = createLiveBook();
    for (const what of ['constructor', 'toString', '__proto__'])
      for (const source of ['kubernetes', 'step'] as const)
        live.addEvent({ at: NOW, source, host: null, health: 'bad', about: 'x', what, text: '', count: 1 });
    const shown = textOf(open('id', 120), { live });
    for (const what of ['constructor', 'toString', '__proto__'])
      expect(shown.split(what).length).toBeGreaterThan(2);
  });

  it('shows what happened since the last green, once there was one', () => {
    const live = brokenBook();
    const state = open();
    const never = { ...state, live: { ...state.live, lastGreenAt: null } };
    expect(keyOutcome(never, 'g', keyContextOf(viewOn(never, undefined, live)))).toMatchObject({
      type: 'ui.refuse',
    });
    const green = { ...state, live: { ...state.live, lastGreenAt: NOW - 20_000 } };
    const shown = textOf(press(green, { live }, 'g'), { live });
    expect(shown).toContain('harbor-jobservice');
    expect(shown).not.toContain('BackOff');
  });

  it('says what it is for while it is empty', () => {
    for (const lang of LANGUAGES) {
      const shown = textOf(open(lang), { live: createLiveBook() });
      expect(shown.replaceAll(/\s+/g, ' ')).toContain(eventsText.none[lang].slice(0, 40));
    }
  });
});

describe("a host's own journal", () => {
  it('is followed by one key from the host screen', () => {
    const host = after(lab(), { type: 'ui.host', host: 'vm-k8s' }, { type: 'ui.open', screen: 'host' });
    const followed = press(host, {}, 'F');
    expect(followed.ui.stack.at(-1)).toBe('stream');
    expect(followed.live.stream?.target).toEqual({ kind: 'host', host: 'vm-k8s' });
  });
});

describe('the journal tab of a host', () => {
  const journal = (host: 'vm-docker' | 'vm-k8s' = 'vm-docker', columns = 80): AppState =>
    press(
      after(lab('en', columns), { type: 'ui.host', host }, { type: 'ui.open', screen: 'host' }),
      {},
      'tab',
      'tab',
      'tab',
    );
  const stream = createStreamBook();
  stream.append('Nov 22 sshd[1]: Accepted publickey\nNov 22 kubelet[2]: node not ready\n');

  it('follows the journal of the host that is looked at, and lets go of it', () => {
    const open = journal();
    expect(open.live.stream?.target).toEqual({ kind: 'host', host: 'vm-docker' });
    expect(textOf(open, { stream })).toContain('node not ready');
    const other = press(open, { stream }, '2');
    expect(other.live.stream?.target).toEqual({ kind: 'host', host: 'vm-k8s' });
    expect(press(other, { stream }, 'tab').live.stream).toBeNull();
    expect(press(other, { stream }, 'esc').live.stream).toBeNull();
  });

  it('is held, searched and filtered like any log, and goes on at full height', () => {
    const open = journal();
    expect(press(open, { stream }, 'space').ui.positions['stream.line']).toBe(2);
    const filtered = press(open, { stream }, '&', ...'kubelet', 'enter');
    expect(textOf(filtered, { stream })).not.toContain('Accepted');
    const found = press(open, { stream }, '/', ...'publickey', 'enter', 'n');
    expect(textOf(found, { stream })).toContain('▸ Nov 22 sshd[1]: Accepted publickey');
    const high = press(filtered, { stream }, 'F');
    expect(high.ui.stack.at(-1)).toBe('stream');
    expect(textOf(high, { stream })).not.toContain('Accepted');
    const back = press(high, { stream }, 'esc');
    expect(back.ui.stack.at(-1)).toBe('host');
    expect(back.live.stream?.target).toEqual({ kind: 'host', host: 'vm-docker' });
  });

  it('is taken up again when the host comes back, unless it is held', () => {
    const TROUBLE = {
      code: 'link-lost',
      what: { id: 'putus', en: 'gone' },
      remedy: { id: '', en: '' },
      where: '',
    };
    const target = { kind: 'host', host: 'vm-docker' } as const;
    const down = {
      type: 'link',
      host: 'vm-docker',
      status: {
        kind: 'down',
        code: 'link-lost',
        reason: { id: 'putus', en: 'gone' },
        remedy: { id: '', en: '' },
        lastSeen: NOW,
        retryAt: null,
      },
    } as const;
    const up = {
      type: 'link',
      host: 'vm-docker',
      status: { kind: 'up', since: NOW, sudo: 'nopasswd' },
    } as const;
    const lost = after(journal(), down, { type: 'live.stream-ended', target, trouble: TROUBLE });
    expect(textOf(lost, { stream })).toContain('gone');
    expect(after(lost, up).live.stream?.ended).toBe(false);
    const held = press(lost, { stream }, 'space');
    expect(after(held, up).live.stream?.ended).toBe(true);
  });

  it.each([80, 120, 200])('fits into %i columns', (columns) => {
    for (const line of frameOf(journal('vm-k8s', columns), undefined, undefined, stream).lines)
      expect(lineWidth(line)).toBeLessThanOrEqual(columns);
  });
});
