/** Every screen at every size, in both languages, in both sets of signs: it fits, and what matters is there. */
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { dialogs } from '../../src/i18n/texts/dialogs.js';
import { gates as gateTexts } from '../../src/i18n/texts/gates.js';
import { home } from '../../src/i18n/texts/home.js';
import { step as stepTexts } from '../../src/i18n/texts/step.js';
import { standingWord, words } from '../../src/i18n/texts/words.js';
import { HOST_NAMES, LANGUAGES } from '../../src/lab/types.js';
import { drawn, lineWidth, plain } from '../../src/screens/ui/line.js';
import { after, busyLab, result, someLogs, start, NOW } from './fixture.js';
import { createLogBook } from '../../src/state/logs.js';
import { everyScreen, frameOf, hostTabOf } from './frames.js';

const SIZES = [
  [80, 24],
  [120, 40],
  [200, 50],
  [60, 16],
  [79, 23],
  [116, 24],
] as const;

const textOf = (state: Parameters<typeof frameOf>[0]): string => plain(frameOf(state).lines).join('\n');

describe.each(SIZES)('at %i×%i', (columns, rows) => {
  describe.each(LANGUAGES)('in %s', (lang) => {
    it.each([false, true])('fills the terminal and never leaves it (ascii: %s)', (ascii) => {
      for (const [name, state] of Object.entries(everyScreen({ lang, columns, rows, ascii }))) {
        const frame = frameOf(state);
        expect(frame.lines, name).toHaveLength(rows);
        for (const line of frame.lines)
          expect(lineWidth(line), `${name}: ${plain([line]).join('')}`).toBeLessThanOrEqual(columns);
        // The footer is the last line and names at least one key.
        expect(plain(frame.lines).at(-1)?.trim(), name).not.toBe('');
        expect(frame.dialog.length, name).toBeLessThanOrEqual(rows - 4);
        for (const line of frame.dialog) expect(lineWidth(line), name).toBeLessThanOrEqual(columns);
      }
    });

    it('measures as a terminal does', () => {
      for (const [name, state] of Object.entries(everyScreen({ lang, columns, rows }))) {
        for (const line of plain(frameOf(state).lines))
          expect(stringWidth(line), name).toBeLessThanOrEqual(columns);
      }
    });
  });
});

describe('without colour and with ASCII only', () => {
  it('says everything in words', () => {
    for (const lang of LANGUAGES) {
      const state = busyLab(start({ lang, terminal: { columns: 80, rows: 24, ascii: true, color: false } }));
      const frame = frameOf(state);
      const painted = plain(frame.lines.map((line) => drawn(line, 80, true))).join('\n');
      expect([...painted].every((char) => char === '\n' || (char >= ' ' && char <= '~'))).toBe(true);
      expect(painted).toContain(standingWord.fail[lang]);
      expect(painted).toContain(words.practice[lang]);
      expect(painted).toContain(home.down[lang]);
    }
  });

  it('writes no unknown character on any screen in ASCII but those of the texts themselves', () => {
    for (const [name, state] of Object.entries(
      everyScreen({ lang: 'en', columns: 120, rows: 40, ascii: true }),
    )) {
      const odd = [...plain(frameOf(state).lines).join('')].filter((char) =>
        '▸▹✓✗⊘◐○◌│┊─┌┐└┘▏•━'.includes(char),
      );
      expect(odd, name).toEqual([]);
    }
  });
});

describe('what the eye has to find', () => {
  it.each(LANGUAGES)('home in %s: who is there, what is red, what to press', (lang) => {
    const text = textOf(busyLab(start({ lang, terminal: { columns: 80, rows: 24 } })));
    for (const host of HOST_NAMES) expect(text).toContain(host);
    expect(text).toContain(words.practice[lang]);
    expect(text).toContain(`${home.phase[lang]} A`);
    expect(text).toContain('A2.hostname');
    expect(text).toMatch(lang === 'id' ? /Enter buka/ : /Enter open/);
    expect(text).toContain('A1/');
  });

  it('does not call a real lab practice', () => {
    for (const lang of LANGUAGES) {
      const real = after(start({ lang }), {
        type: 'lab.opened',
        lab: {
          file: 'a.yaml',
          name: 'kelas-a',
          practice: false,
          user: 'u',
          addresses: { 'vm-docker': '10.0.0.1', 'vm-k8s': '10.0.0.2', 'vm-worker': '10.0.0.3' },
          parameters: busyLab(start()).lab?.parameters ?? {},
        },
        results: [],
        waivers: [],
        variants: {},
        cursor: null,
        now: NOW,
      });
      expect(textOf(real)).not.toContain(words.practiceShort[lang]);
    }
  });

  it('shows a later phase with where it belongs, and its steps', () => {
    const next = { type: 'ui.phase', by: 1 } as const;
    const text = textOf(after(busyLab(start({ lang: 'en' })), next, next, next, next));
    expect(text).toContain(`${home.phase.en} E`);
    expect(text).toContain('E1');
    expect(text).not.toContain(home.noSteps.en);
    // Names of three signs stand as clear of their titles as the others.
    expect(text).toMatch(/ E2f +\S/);
    expect(text).not.toMatch(/E2f\p{L}/u);
  });

  it('shows commands, explanation and undo of a step on the chosen host', () => {
    const screens = everyScreen({ lang: 'en', columns: 200, rows: 50 });
    const text = textOf(screens['step commands'] ?? start());
    expect(text).toContain('vm-docker');
    expect(text).toContain(stepTexts.ours.en);
    expect(text).toContain(stepTexts.explained.en);
  });

  it('opens hints one by one', () => {
    const screens = everyScreen({ lang: 'en', columns: 80, rows: 24 });
    const closed = textOf(screens['gate'] ?? start());
    expect(closed).not.toContain('See what hostnamectl says.');
    expect(closed).toContain(gateTexts.moreHints({ left: 2 }).en);
    const opened = textOf(screens['gate with hints'] ?? start());
    expect(opened).toContain('See what hostnamectl says.');
    expect(opened).toContain('Run step A2 on this host.');
  });

  it('shows evidence: place, what was asked, exit code, what was seen, age', () => {
    const text = textOf(everyScreen({ lang: 'en', columns: 80, rows: 24 })['gate'] ?? start());
    expect(text).toContain('hostnamectl --static');
    expect(text).toMatch(/exit +0/);
    expect(text).toMatch(/seen +│ ubuntu/);
    expect(text).toContain('12 s');
    expect(text).toContain('38 ms');
  });

  it('shows the fingerprint whole', () => {
    for (const [columns, rows] of [
      [60, 16],
      [80, 24],
    ] as const) {
      const frame = frameOf(everyScreen({ lang: 'id', columns, rows })['ask key'] ?? start());
      expect(plain(frame.dialog).join('').replaceAll(/[│ ]/g, '')).toContain(
        'SHA256:4sN0m1tPz7Q0S8kQxGJ9vK1o0C2y3tB5uLr6dHwXeYc',
      );
      expect(plain(frame.dialog).join('\n')).toContain(dialogs.hostKey.ask.id);
    }
  });

  it('lists the sentences of the plan', () => {
    const frame = frameOf(everyScreen({ lang: 'en', columns: 80, rows: 24 })['ask plan'] ?? start());
    const text = plain(frame.dialog).join('\n');
    expect(text).toContain('1. ');
    expect(text).toContain('2. ');
    expect(text).toContain('changes settings');
  });
});

describe('nothing jumps', () => {
  it('keeps every column of home where it is when data change', () => {
    const before = busyLab(start({ lang: 'id', terminal: { columns: 120, rows: 40 } }));
    const now = after(
      before,
      { type: 'gate.judged', result: result('A2.hostname@vm-k8s', 'pass') },
      { type: 'clock', now: NOW + 70_000 },
    );
    const column = (state: typeof before): number[] =>
      plain(frameOf(state).lines)
        .filter((line) => /^.{2}\S .{9} A\d /.test(line))
        .map((line) => line.search(/A\d /));
    expect(column(before)).toEqual(column(now));
    expect(column(before).length).toBe(5);
  });
});

describe('hostile text', () => {
  it('cannot leave its place, move the cursor or colour the screen', () => {
    const evil = `\u001B[2J\u001B]0;x\u0007\u202Eevil\u202C\r\n${'語'.repeat(3000)}\u0000\u009B31m${'a\u0301'.repeat(500)}`;
    const logs = createLogBook(50);
    logs.append('vm-docker', evil, evil, NOW);
    for (const [columns, rows] of [
      [80, 24],
      [120, 40],
    ] as const) {
      let state = busyLab(start({ terminal: { columns, rows } }));
      state = after(
        state,
        {
          type: 'gate.judged',
          result: result('A2.hostname@vm-docker', 'fail', {
            say: { id: evil, en: evil },
            evidence: [
              { place: 'vm-docker', asked: evil, exit: 1, excerpt: evil, startedAt: NOW, durationMs: 1 },
            ],
          }),
        },
        {
          type: 'link',
          host: 'vm-k8s',
          status: {
            kind: 'down',
            code: 'x',
            reason: { id: evil, en: evil },
            remedy: { id: evil, en: evil },
            lastSeen: null,
            retryAt: null,
          },
        },
        {
          type: 'trouble',
          trouble: { code: 'x', what: { id: evil, en: evil }, remedy: { id: evil, en: evil }, where: evil },
        },
      );
      const screens = [
        state,
        after(state, { type: 'ui.gate', key: 'A2.hostname@vm-docker' }, { type: 'ui.open', screen: 'gate' }),
        after(state, { type: 'ui.open', screen: 'host' }),
        after(state, { type: 'ui.open', screen: 'gates' }),
      ];
      for (const screen of screens) {
        const frame = frameOf(screen, logs);
        for (const line of [...frame.lines, ...frame.dialog]) {
          const painted = drawn(line, columns, false)
            .map((one) => one.text)
            .join('');
          expect(painted).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u202A-\u202E]/);
          expect(stringWidth(painted)).toBeLessThanOrEqual(columns);
        }
        expect(frame.lines).toHaveLength(rows);
        expect(frame.dialog.length).toBeLessThanOrEqual(rows - 4);
      }
    }
  }, 30_000);

  it('costs no more for a line of 10 MB than for one that fills the screen', () => {
    const logs = createLogBook(5);
    logs.append('vm-docker', 'x', 'y'.repeat(10_000_000), NOW);
    const lines = plain(frameOf(busyLab(start()), logs).lines);
    expect(lines.join('').length).toBeLessThan(120 * 40);
  });

  it('keeps the log view where it is held while new lines come', () => {
    const logs = someLogs(100);
    let state = hostTabOf(busyLab(start()), 'log');
    state = after(state, { type: 'ui.position', name: 'log.vm-docker', value: 60 });
    const held = plain(frameOf(state, logs).lines).filter((line) => line.includes('Reading'));
    logs.append('vm-docker', 'x', 'newer', NOW);
    const later = plain(frameOf(state, logs).lines).filter((line) => line.includes('Reading'));
    expect(later).toEqual(held);
    expect(held.at(-1)).toContain('line 60');
  });
});
