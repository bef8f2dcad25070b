/** The smoke test as people see and use it: the checklist, its verdict, diary and calendar; every size, both languages, ASCII. */
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import {
  checkWord,
  diary,
  expiry,
  LEFT_COLUMNS,
  smoke as text,
  smokeReasons,
  smokeVerdict,
} from '../../src/i18n/texts/smoke.js';
import { keyOutcome } from '../../src/input/keys.js';
import { LANGUAGES } from '../../src/lab/types.js';
import { keyContextOf } from '../../src/screens/key-context.js';
import { newsBetween, screenKey, screenText } from '../../src/screens/linear.js';
import { expiryName } from '../../src/screens/smoke-rows.js';
import { drawn, lineWidth, painted, plain } from '../../src/screens/ui/line.js';
import type { AppState } from '../../src/state/types.js';
import { after, viewOn, NOW, type start } from './fixture.js';
import { frameOf } from './frames.js';
import {
  asking,
  BOOTING,
  BROKEN,
  CALENDAR_READ,
  CHECKLIST,
  COMPARISON,
  ended,
  GREEN,
  outcome,
  progress,
  steady,
} from './smoke-data.js';

type Options = Parameters<typeof start>[0];
const HOP = {
  flow: { id: 'sebuah permintaan', en: 'a request' },
  hop: { id: 'edge', en: 'the edge' },
  say: { id: 'edge menolak', en: 'the edge refuses' },
};
const onDiary = (state: AppState, comparison: typeof COMPARISON | null = COMPARISON): AppState =>
  after(
    state,
    { type: 'smoke.tab', by: 1 },
    { type: 'smoke.diary', read: { at: NOW, comparison } },
    { type: 'smoke.unread', what: 'diary' },
  );
const onCalendar = (state: AppState): AppState =>
  after(
    state,
    { type: 'smoke.tab', by: -1 },
    { type: 'smoke.calendar', read: CALENDAR_READ },
    { type: 'smoke.unread', what: 'calendar' },
  );
const begun = (options: Options): AppState => after(steady(options), { type: 'smoke.open' });

function everyState(options: Options): Readonly<Record<string, AppState>> {
  const lab = steady(options);
  const broken = ended(lab, BROKEN, { hops: [HOP] });
  return {
    begun: begun(options),
    planned: asking(lab, { open: true }),
    booting: asking(lab, { ...BOOTING, away: ['vm-worker'] }),
    'broken so far': asking(lab, BROKEN),
    concluding: after(asking(lab, GREEN), { type: 'smoke.concluding' }),
    green: ended(lab, GREEN),
    broken,
    'broken, old': after(broken, { type: 'clock', now: NOW + 2_000_000 }),
    'out of time': ended(lab, BOOTING),
    stopped: after(asking(lab, BOOTING), { type: 'smoke.ended', at: NOW + 42_000, outcome: null }),
    'on a stage': after(broken, { type: 'ui.pick', name: 'smoke.test', key: 'stage:together', at: 0 }),
    'on an absent part': after(broken, { type: 'ui.pick', name: 'smoke.test', key: 'part:app', at: 0 }),
    'diary being read': after(broken, { type: 'smoke.tab', by: 1 }),
    diary: onDiary(broken),
    'diary, a difference': after(onDiary(broken), {
      type: 'ui.pick',
      name: 'smoke.diary',
      key: 'vm-docker/container/harbor-core\u001B[31m',
      at: 0,
    }),
    'no diary': onDiary(broken, null),
    'same as before': onDiary(broken, { ...COMPARISON, rebooted: [], differences: [], unread: [] }),
    calendar: onCalendar(broken),
    'calendar, unread': after(onCalendar(broken), {
      type: 'ui.pick',
      name: 'smoke.calendar',
      key: 'unread:kubeconfig@vm-docker',
      at: 0,
    }),
  };
}

const rowsOf = (state: AppState): string[] => plain(frameOf(state).lines);
const shownIn = (state: AppState): string => rowsOf(state).join('\n');
const rowWith = (state: AppState, words: string): string =>
  rowsOf(state).find((one) => one.includes(words)) ?? '';
const press = (state: AppState, ...keys: readonly string[]): AppState =>
  keys.reduce((now, key) => {
    const pressed = keyOutcome(now, key, keyContextOf(viewOn(now)));
    return pressed === null || 'local' in pressed ? now : after(now, pressed);
  }, state);
const english = (sketch: Parameters<typeof ended>[1], over = {}): AppState =>
  ended(steady({ lang: 'en' }), sketch, over);

describe.each([
  [80, 24],
  [120, 40],
  [200, 50],
] as const)('at %i×%i', (columns, rows) => {
  it.each(LANGUAGES)('fills the terminal and never leaves it: %s', (lang) => {
    for (const [name, state] of Object.entries(everyState({ lang, terminal: { columns, rows } }))) {
      const { lines } = frameOf(state);
      expect(lines, name).toHaveLength(rows);
      for (const one of lines) {
        expect(lineWidth(one), `${name}: ${plain([one])[0] ?? ''}`).toBeLessThanOrEqual(columns);
        const shown = plain([drawn(one, columns, false)])[0] ?? '';
        expect(shown).not.toMatch(/[\u0000-\u001F\u007F-\u009F]/);
        expect(stringWidth(shown)).toBeLessThanOrEqual(columns);
      }
    }
  });

  it.each(LANGUAGES)('draws ASCII only where only that can be drawn: %s', (lang) => {
    const states = everyState({ lang, terminal: { columns, rows, ascii: true } });
    for (const [name, state] of Object.entries(states)) {
      const all = plain(frameOf(state).lines.map((one) => drawn(one, columns, true))).join('');
      expect(
        [...all].filter((char) => char > '~' || char < ' '),
        name,
      ).toEqual([]);
    }
  });

  it.each(LANGUAGES)('says in words what still boots, what is broken and what comes of it: %s', (lang) => {
    const options = { lang, terminal: { columns, rows } };
    const booting = shownIn(asking(steady(options), BOOTING));
    expect(booting).toContain(checkWord.rising[lang]);
    expect(booting).toContain(checkWord.behind[lang]);
    expect(booting).not.toContain(checkWord.broken[lang]);
    expect(booting).toContain('0:42');
    expect(booting).toContain(text.left({ time: '1:00' })[lang]);
    // On a host that is up for long nothing is still booting: it is asked once more, and said so.
    const last = shownIn(after(asking(steady(options), BOOTING), { type: 'clock', now: NOW + 102_000 }));
    const words = text.onceMore({ what: '' })[lang];
    expect(last).toContain(words);
    expect(last).not.toContain(text.rising({ what: '' })[lang]);
    expect(last).not.toContain(checkWord.rising[lang]);
    expect(last).toContain(text.once[lang]);
    expect(booting).not.toContain(words);
    const broken = shownIn(ended(steady(options), BROKEN));
    expect(broken).toContain(smokeVerdict.broken[lang]);
    expect(broken).toContain('R2.harbor-containers');
    expect(broken).toContain('S21');
    expect(shownIn(ended(steady(options), GREEN))).toContain(text.greenSoFar[lang]);
    expect(shownIn(ended(steady(options), BOOTING))).toContain(smokeVerdict['out-of-time'][lang]);
  });
});

describe('the checklist', () => {
  it('is in boot order, with the stages that are well folded to a line each', () => {
    const lines = rowsOf(english(BROKEN));
    const at = CHECKLIST.stages
      .filter(({ id }) => id !== 'application')
      .map(({ title }) => lines.findIndex((line, i) => i > 5 && line.includes(` ${title.en} `)));
    expect(at.every((one) => one > 0)).toBe(true);
    expect(at).toEqual(at.toSorted((a, b) => a - b));
    expect(shownIn(english(BROKEN))).toContain('R2.registry');
    expect(shownIn(english(BROKEN))).not.toContain('R3.kubelet');
    const open = press(
      after(english(BROKEN), { type: 'ui.pick', name: 'smoke.test', key: 'stage:control-plane', at: 0 }),
      'enter',
    );
    expect(shownIn(open)).toContain('R3.kubelet');
    expect(shownIn(press(open, 'space'))).not.toContain('R3.kubelet');
  });

  it('shows for each check how long it may still take, or when it became green', () => {
    const state = asking(steady({ lang: 'en' }), BOOTING);
    expect(rowWith(state, 'R1.booted ')).toContain('1:00 left');
    const all = press(state, 'up', 'enter');
    expect(rowWith(all, 'A0.sudo')).toContain('at 0:12');
    const almost = after(state, { type: 'clock', now: NOW + 101_500 });
    expect(rowWith(almost, 'R1.booted ')).toContain('once more');
    const count = progress(BOOTING).stages.flatMap((one) => one.checks).length;
    expect(rowsOf(state)[2]).toContain(`${count - 3} of ${count} green`);
  });

  it('tells since when each host is up, and which cannot be logged in to', () => {
    const state = asking(steady({ lang: 'en' }), { ...BOOTING, away: ['vm-worker'] });
    expect(shownIn(state)).toContain('vm-docker up for 52 s');
    expect(shownIn(state)).toContain('vm-worker cannot be logged in to for 42 s');
  });

  it('leaves out what the lab has not come to, and says which step builds it', () => {
    const row = rowWith(english(GREEN), 'the application');
    expect(row).toContain(text.absent.en);
    expect(row).toContain('step E3');
    const at = after(english(GREEN), { type: 'ui.pick', name: 'smoke.test', key: 'part:app', at: 0 });
    expect(press(at, 'enter').ui).toMatchObject({ step: 'E3' });
  });

  it('paints green only what holds now', () => {
    const fresh = steady({ lang: 'en', terminal: { color: true } });
    const green = (state: AppState): boolean =>
      frameOf(state)
        .lines.slice(2)
        .flat()
        .some(({ tone }) => tone === 'ok');
    expect(green(ended(fresh, GREEN))).toBe(true);
    const old = after(ended(fresh, GREEN), { type: 'clock', now: NOW + 2_000_000 });
    expect(green(old)).toBe(false);
    expect(shownIn(old)).toContain(text.old.en);
    expect(green(onCalendar(ended(fresh, GREEN)))).toBe(false);
    expect(painted(frameOf(ended(steady(), GREEN)).lines, false, false)).not.toContain('\u001B');
  });
});

describe('the keys', () => {
  it('m on home starts it; r runs it again; c stops it; each says why when it cannot be used', () => {
    const home = steady({ lang: 'en' });
    const context = keyContextOf(viewOn(home));
    expect(keyOutcome(home, 'm', context)).toEqual({ type: 'smoke.open' });
    const running = asking(home, BOOTING);
    expect(keyOutcome(running, 'r', context)).toEqual({ type: 'ui.refuse', why: smokeReasons.running });
    expect(keyOutcome(running, 'c', context)).toEqual({ type: 'smoke.stop' });
    const over = english(BROKEN);
    expect(keyOutcome(over, 'R', context)).toEqual({ type: 'smoke.run' });
    expect(keyOutcome(over, 'c', context)).toEqual({ type: 'ui.refuse', why: smokeReasons.notRunning });
  });
  it('Enter on the first broken one opens its symptom; on one without a symptom its gate', () => {
    const over = english(BROKEN);
    expect(press(over, 'enter').ui.stack.at(-1)).toBe('troubles');
    const bare = press(over, 'n');
    expect(press(bare, 'enter').ui).toMatchObject({ gate: 'B4.certificate@vm-docker' });
    expect(press(bare, 'enter').ui.stack.at(-1)).toBe('gate');
    expect(press(press(over, 'enter'), 'esc', 'esc').ui.stack.at(-1)).toBe('smoke');
  });
  it('Enter on what runs out opens the step that renews it, or says why not', () => {
    const over = onCalendar(english(GREEN));
    expect(press(over, 'enter').ui.stack.at(-1)).toBe('step');
    const last = press(over, 'end', 'up', 'up');
    expect(rowWith(last, '▸ ')).toContain('kubelet');
    expect(keyOutcome(last, 'enter', keyContextOf(viewOn(last)))).toEqual({
      type: 'ui.refuse',
      why: smokeReasons.noStep,
    });
  });
});

describe('the verdict', () => {
  it('names the first broken hop of a flow', () => {
    expect(shownIn(english(BROKEN, { hops: [HOP] }))).toContain(
      'First broken hop: a request, the edge: the edge refuses',
    );
  });
  it('is told on other screens, with the key that opens it', () => {
    const left = press(asking(steady({ lang: 'en' }), BROKEN), 'esc');
    const told = after(left, { type: 'smoke.ended', at: NOW + 42_000, outcome: outcome(BROKEN) });
    expect(shownIn(told)).toContain('smoke test: broken, first R2.harbor-containers@vm-docker; m opens it');
  });
});

describe('the diary', () => {
  const state = onDiary(english(BROKEN));
  it('says what differs since the last green state, the most telling first', () => {
    const lines = rowsOf(state);
    const at = ['booted', '/swap.img', 'harbor-core', 'redis'].map((word) =>
      lines.findIndex((line) => line.includes(word)),
    );
    expect(at.every((one) => one > 0)).toBe(true);
    expect(at).toEqual(at.toSorted((a, b) => a - b));
    expect(rowWith(state, '/swap.img')).toContain(diary.added.en);
    expect(rowWith(state, 'redis')).toContain(diary.gone.en);
    expect(rowWith(state, 'vm-k8s')).toContain(diary.unread.en);
    expect(shownIn(state)).toContain('guru@meja-1');
  });
  it('shows both values of the chosen one whole', () => {
    const one = press(state, 'down', 'down');
    expect(shownIn(one).match(/x{40}/g)?.length ?? 0).toBeGreaterThan(1);
    expect(shownIn(one)).toContain(diary.before.en);
  });
  it('says what to do when there is none yet, and says nothing is different only when all was read', () => {
    expect(shownIn(onDiary(english(BROKEN), null))).toContain('A green smoke test writes down');
    const same = { ...COMPARISON, rebooted: [], differences: [], unread: [] };
    expect(shownIn(onDiary(english(GREEN), same))).toContain(diary.same.en);
    expect(shownIn(onDiary(english(GREEN), { ...same, unread: ['vm-k8s'] }))).not.toContain(diary.same.en);
  });
});

describe('the calendar', () => {
  it('has days left, the soonest first, and the step that renews', () => {
    const state = onCalendar(english(GREEN));
    expect(rowWith(state, 'tls.crt')).toMatch(/over \d d .*step B4/);
    expect(rowWith(state, 'kubelet-client')).toContain(expiry.days({ days: 200 }).en);
    const lines = rowsOf(state);
    expect(lines.findIndex((line) => line.includes('tls.crt'))).toBeLessThan(
      lines.findIndex((line) => line.includes('kubelet-client')),
    );
    expect(shownIn(state)).toContain('kubeconfig');
  });

  it('says a name once, and leaves none out that is only a part of a word', () => {
    const [row] = CALENDAR_READ.rows;
    if (row === undefined) throw new Error('the calendar is empty');
    const titled = (title: string, name: string): string =>
      expiryName(viewOn(english(GREEN)), { ...row, title: { id: title, en: title }, name, version: null });
    expect(titled('kubeadm certificate', 'ca')).toBe('kubeadm certificate ca');
    expect(titled('kubeconfig-prod of the pipeline', 'kubeconfig-prod')).toBe(
      'kubeconfig-prod of the pipeline',
    );
  });

  it('keeps its columns apart, of things that ran out long ago too', () => {
    for (const lang of LANGUAGES)
      for (const word of [expiry.ago({ days: 4_950 }), expiry.days({ days: 4_950 }), expiry.overToday])
        expect(stringWidth(word[lang])).toBeLessThan(LEFT_COLUMNS);
  });
});

describe('read out in the linear mode', () => {
  it('tells what it waits for when that changes, and the verdict with what is broken first', () => {
    const booting = asking(steady({ lang: 'en' }), BOOTING);
    const green = after(booting, { type: 'smoke.progress', progress: progress(BROKEN) });
    const news = newsBetween(booting, viewOn(green));
    expect(news.join('\n')).toContain('Broken: R2.harbor-containers@vm-docker');
    expect(newsBetween(green, viewOn(after(green, { type: 'clock', now: NOW + 43_000 })))).toEqual([]);
    const over = after(green, {
      type: 'smoke.ended',
      at: NOW + 42_000,
      outcome: outcome(BROKEN, { hops: [HOP] }),
    });
    const told = newsBetween(green, viewOn(over)).join('\n');
    for (const part of [smokeVerdict.broken.en, 'R2.harbor-containers@vm-docker', 'First broken hop'])
      expect(told).toContain(part);
  });
  it('reads each tab out whole, and what it brings when it is there', () => {
    const over = english(BROKEN);
    const waiting = press(over, 'tab');
    expect(screenKey(waiting)).not.toBe(screenKey(over));
    expect(newsBetween(waiting, viewOn(onDiary(over))).join('\n')).toContain('/swap.img');
    expect(screenText(viewOn(over)).join('\n')).toContain(checkWord.broken.en);
  });
});
