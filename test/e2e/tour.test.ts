/** The first five minutes of a person: start, practice lab, open a step, run it, see green, change the language, quit. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dialogs } from '../../src/i18n/texts/dialogs.js';
import { home as homeTexts } from '../../src/i18n/texts/home.js';
import { misc } from '../../src/i18n/texts/misc.js';
import { setup } from '../../src/i18n/texts/setup.js';
import { step as stepTexts } from '../../src/i18n/texts/step.js';
import { standingWord, words } from '../../src/i18n/texts/words.js';
import { HOST_NAMES, LANGUAGES } from '../../src/lab/types.js';
import { createHome, KEYS, start, type Home, type Terminal } from './terminal.js';

const SIZES = [
  { columns: 80, rows: 24 },
  { columns: 200, rows: 50 },
] as const;

let home: Home;
let terminal: Terminal | null = null;
beforeEach(async () => {
  home = await createHome();
});
afterEach(async () => {
  await terminal?.dispose();
  terminal = null;
  await home.remove();
});

/** No line is longer than the screen, and the frame fills it from top to bottom. */
function expectFits(seen: Terminal): void {
  expect(seen.alternate()).toBe(true);
  expect(seen.lines()).toHaveLength(seen.rows);
  expect(seen.lines()[0]?.trim()).not.toBe('');
}

describe.each(SIZES)('at $columns×$rows', (size) => {
  describe.each(LANGUAGES)('in %s', (lang) => {
    it('takes a person from the first screen to a green step and out again', async () => {
      const other = lang === 'id' ? 'en' : 'id';
      const help = misc.helpHere({ screen: misc.screens.step[other] })[other];
      const seen = start(home, { ...size, args: ['--lang', lang] });
      terminal = seen;

      await seen.until(setup.ask[lang]);
      expectFits(seen);
      seen.press('1', KEYS.enter);

      // All three hosts are there, connected, with a reading each; a simulation's own keys are not asked about.
      await seen.until((screen) => HOST_NAMES.every((host) => screen.includes(host)), 'three hosts');
      await seen.until(words.practiceShort[lang]);
      await seen.until(/\d+%/, 'a reading of a disk');
      expectFits(seen);

      // The wizard stands on A0; A1 is the next one.
      await seen.until('A1');
      seen.press(KEYS.down, KEYS.enter);
      await seen.until(
        (screen) => screen.includes('A1') && screen.includes(stepTexts.why[lang]),
        'A1 opened',
      );
      expectFits(seen);

      seen.press('r');
      await seen.until(dialogs.choose.run[lang]);
      seen.press(KEYS.enter);
      await seen.until(dialogs.run.title({ step: 'A1' })[lang]);
      seen.press('y');
      await seen.until(stepTexts.runPhase.done[lang]);

      // From its output to the gates of the step: every one passes.
      seen.press(KEYS.right);
      await seen.until(standingWord.pass[lang]);
      await seen.until((screen) => !screen.includes(standingWord.fail[lang]), 'no gate that fails');

      seen.press('l');
      await seen.until(standingWord.pass[other]);
      seen.press('?');
      await seen.until(help);
      expectFits(seen);
      seen.press(KEYS.esc);
      await seen.until((screen) => !screen.includes(help), 'the help closed');
      seen.press(KEYS.esc);
      await seen.until(homeTexts.phase[other]);

      // What was done lives in the program: leaving it is worth a question.
      seen.press('q');
      await seen.until(dialogs.quit.title[other]);
      seen.press('y');
      const { code, after } = await seen.end();
      expect(code).toBe(0);
      expect(after).toContain(' icanon');
      expect(seen.alternate()).toBe(false);
    });
  });
});
