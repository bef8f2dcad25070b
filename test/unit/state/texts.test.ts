/** Languages, formats, cells, and the small parts of the terminal. */
import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { detectLanguage } from '../../../src/i18n/detect.js';
import {
  age,
  briefly,
  bytes,
  decimal,
  duration,
  stopwatch,
  uptime,
  usage,
} from '../../../src/i18n/format.js';
import { dialogs } from '../../../src/i18n/texts/dialogs.js';
import { formTexts } from '../../../src/i18n/texts/form.js';
import { gates } from '../../../src/i18n/texts/gates.js';
import { home } from '../../../src/i18n/texts/home.js';
import * as live from '../../../src/i18n/texts/live.js';
import * as liveScreens from '../../../src/i18n/texts/live-screens.js';
import { misc } from '../../../src/i18n/texts/misc.js';
import { reasons } from '../../../src/i18n/texts/reasons.js';
import { setup } from '../../../src/i18n/texts/setup.js';
import * as smokeTexts from '../../../src/i18n/texts/smoke.js';
import { step } from '../../../src/i18n/texts/step.js';
import * as words from '../../../src/i18n/texts/words.js';
import { clean, fit, truncate, width, wrap } from '../../../src/screens/ui/cells.js';
import { takesOneColumn } from '../../../src/term/columns.js';
import { cutLine, lineWidth, span, spread } from '../../../src/screens/ui/line.js';
import { copySequence, MAX_COPY_BYTES } from '../../../src/term/clipboard.js';
import { glyphs } from '../../../src/term/glyphs.js';
import { detectAscii, detectColor } from '../../../src/term/theme.js';

describe('language', () => {
  it.each([
    [['--lang', 'id'], { LANG: 'en_US.UTF-8' }, 'id'],
    [['--lang=en'], { THREEBODY_LANG: 'id' }, 'en'],
    [[], { THREEBODY_LANG: 'id', LC_ALL: 'en_US' }, 'id'],
    [[], { LC_ALL: 'id_ID.UTF-8', LANG: 'en_US' }, 'id'],
    [[], { LC_ALL: '', LC_MESSAGES: 'id_ID', LANG: 'C' }, 'id'],
    [[], { LC_ALL: 'C', LANG: 'id_ID' }, 'en'],
    [[], { LANG: 'in_ID' }, 'id'],
    [[], { LANG: 'de_DE' }, 'en'],
    [[], {}, 'en'],
    [['--lang', 'klingon'], { LANG: 'id_ID' }, 'id'],
  ] as const)('%j %j → %s', (argv, env, lang) => expect(detectLanguage(argv, env)).toBe(lang));

  it.each([
    [['--lang', 'en'], { THREEBODY_LANG: 'en', LANG: 'en_US' }, 'en'],
    [[], { THREEBODY_LANG: 'en', LANG: 'en_US' }, 'en'],
    [[], { LANG: 'en_US' }, 'id'],
    [[], {}, 'id'],
  ] as const)('remembered Indonesian, %j %j → %s', (argv, env, lang) =>
    expect(detectLanguage(argv, env, 'id')).toBe(lang),
  );

  it('has both languages in every text, and they differ where they are sentences', () => {
    const pairs: { readonly path: string; readonly id: string; readonly en: string }[] = [];
    const walk = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      if ('id' in value && 'en' in value) pairs.push({ path, id: String(value.id), en: String(value.en) });
      else for (const [key, one] of Object.entries(value)) walk(one, `${path}.${key}`);
    };
    walk(
      { dialogs, formTexts, gates, home, live, liveScreens, misc, reasons, setup, smokeTexts, step, words },
      '',
    );
    expect(pairs.length).toBeGreaterThan(150);
    expect(pairs.filter(({ id, en }) => id.trim() === '' || en.trim() === '')).toEqual([]);
    expect(pairs.filter(({ id, en }) => id.split(' ').length > 3 && id === en)).toEqual([]);
  });
});

describe('formats', () => {
  it('tells times the way each language does', () => {
    expect(duration('id', 7_500_000)).toBe('2 jam 5 mnt');
    expect(duration('en', 7_500_000)).toBe('2 h 5 min');
    expect(duration('id', 4000)).toBe('4 dtk');
    expect(duration('en', 90_000_000)).toBe('1 d 1 h');
    expect(briefly('id', 61_000)).toBe('1 mnt');
    expect(age('id', 1000)).toBe('baru saja');
    expect(age('en', 12_000)).toBe('12 s');
    expect(stopwatch(3_723_000)).toBe('1:02:03');
    expect(uptime('id', 11_520)).toBe('3j12');
    expect(uptime('en', 400_000)).toBe('4d');
  });
  it('writes numbers the way each language does', () => {
    expect(decimal('id', 0.4, 2)).toBe('0,40');
    expect(usage('en', 1.9 * 1024 ** 3, 3.8 * 1024 ** 3)).toBe('1.9/3.8G');
    expect(bytes('id', 1536)).toBe('1,5 KiB');
    expect(bytes('en', 12)).toBe('12 B');
  });
});

describe('cells', () => {
  const anyText = fc.string({
    unit: fc.oneof(
      fc.constantFrom('語', 'é', '👩‍👩‍👧', '\u0301', '\t', '\u001B[31m', '\u202E', ' ', '\n'),
      fc.string({ minLength: 1, maxLength: 1 }),
    ),
  });
  it('are exactly as wide as they should be, whatever is in them', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 60 }), (text, columns) => {
        expect(stringWidth(fit(text, columns))).toBe(columns);
        expect(stringWidth(truncate(text, columns))).toBeLessThanOrEqual(columns);
        for (const line of wrap(text, Math.max(4, columns)))
          expect(width(line)).toBeLessThanOrEqual(Math.max(4, columns));
      }),
    );
  });
  it('wrap a word that indentation leaves no room for', () => {
    expect(wrap('\t\t!', 4)).toEqual(['!']);
  });
  it('count as one column what a terminal shows in one', () => {
    const all = Array.from({ length: 0xffff }, (_, code) => code)
      .filter(takesOneColumn)
      .map((code) => String.fromCharCode(code));
    expect(all.length).toBeGreaterThan(1000);
    expect(all.filter((char) => stringWidth(char) !== 1)).toEqual([]);
    expect(stringWidth(all.join(''))).toBe(all.length);
  });
  it('let no control character through', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(clean(text)).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u202A-\u202E]/);
      }),
    );
  });
  it('lose no word in wrapping', () => {
    const text = 'satu dua tiga empat lima enam tujuh';
    expect(wrap(text, 12).join(' ')).toBe(text);
    expect(wrap('a\n\nb', 10)).toEqual(['a', '', 'b']);
  });
  it('cut lines of several spans with an ellipsis, and keep what stands at the right', () => {
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 4 }), fc.integer({ min: 8, max: 60 }), (texts, columns) => {
        expect(
          lineWidth(
            cutLine(
              texts.map((text) => span(text)),
              columns,
            ),
          ),
        ).toBeLessThanOrEqual(columns);
        const line = spread(
          texts.map((text) => span(text)),
          [span('12 s')],
          columns,
        );
        expect(lineWidth(line)).toBe(columns);
        expect(line.at(-1)?.text).toBe('12 s');
      }),
    );
  });
});

describe('the terminal', () => {
  it('draws every sign one column wide, ASCII where asked', () => {
    const flat = (value: unknown): string[] =>
      typeof value === 'string' ? [value] : Object.values(value ?? {}).flatMap(flat);
    for (const ascii of [true, false]) {
      for (const sign of flat(glyphs(ascii))) expect(stringWidth(sign), sign).toBe(1);
      const signs = Object.values(glyphs(ascii).standing);
      expect(new Set(signs).size).toBe(signs.length);
    }
    expect(flat(glyphs(true)).filter((sign) => sign.charCodeAt(0) > 126)).toEqual([]);
  });
  it('honours NO_COLOR, FORCE_COLOR, --no-color and dumb terminals', () => {
    expect(detectColor([], {}, true)).toBe(true);
    expect(detectColor([], {}, false)).toBe(false);
    expect(detectColor([], { NO_COLOR: '1' }, true)).toBe(false);
    expect(detectColor([], { NO_COLOR: '', FORCE_COLOR: '1' }, false)).toBe(true);
    expect(detectColor([], { FORCE_COLOR: '0' }, true)).toBe(false);
    expect(detectColor(['--no-color'], { FORCE_COLOR: '1' }, true)).toBe(false);
    expect(detectColor([], { TERM: 'dumb' }, true)).toBe(false);
    expect(detectAscii(['--ascii'], {})).toBe(true);
    expect(detectAscii([], { LANG: 'C' })).toBe(true);
    expect(detectAscii([], { LANG: 'id_ID.UTF-8' })).toBe(false);
  });
  it('copies by OSC 52, through tmux and screen, and not more than terminals take', () => {
    expect(copySequence('halo', {})).toBe('\u001B]52;c;aGFsbw==\u0007');
    expect(copySequence('halo', { TMUX: '/tmp/x' })).toBe(
      '\u001BPtmux;\u001B\u001B]52;c;aGFsbw==\u0007\u001B\\',
    );
    expect(copySequence('halo', { STY: '1' })).toBe('\u001BP\u001B]52;c;aGFsbw==\u0007\u001B\\');
    expect(copySequence('x'.repeat(MAX_COPY_BYTES + 1), {})).toBeNull();
  });
});
