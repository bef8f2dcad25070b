/** A step that needs a secret, at the screen: asked for with dots, used, and seen nowhere. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { dialogs } from '../../src/i18n/texts/dialogs.js';
import { secrets as secretTexts } from '../../src/i18n/texts/secrets.js';
import { step as stepTexts } from '../../src/i18n/texts/step.js';
import { actionWord } from '../../src/i18n/texts/words.js';
import { writeSecretPack } from '../support/secret-pack.js';
import { createHome, KEYS, start, type Home, type Terminal } from './terminal.js';

const TOKEN = 'glrt-typed-0123456789';

let home: Home;
let seen: Terminal | null = null;
beforeEach(async () => {
  home = await createHome();
});
afterEach(async () => {
  await seen?.dispose();
  seen = null;
  await home.remove();
});

it('is asked for when the step is run, and shown on no screen and in no file', async () => {
  const pack = await writeSecretPack(home.directory);
  const screen = start(home, {
    columns: 120,
    rows: 40,
    args: ['--lang', 'en', '--practice', '--runbook', pack],
  });
  seen = screen;
  await screen.until('using secrets');
  await screen.until(/\d+%/, 'a reading of a disk');
  screen.press(KEYS.enter);
  await screen.until(stepTexts.why.en);
  // The commands tab says where its files come from.
  screen.press(KEYS.tab);
  await screen.until('••• (secret admin_password)');
  await screen.until('threebody-tui secret admin_password');

  screen.press('r');
  await screen.until(dialogs.run.title({ step: 'A1' }).en);
  screen.press('y');
  await screen.until(secretTexts.title({ name: 'runner_token' }).en);
  screen.press('glrt');
  await screen.until('••••');
  screen.press(KEYS.enter);
  await screen.until('must have 8 to 1024 characters');
  screen.press(TOKEN.slice(4));
  await screen.until('•'.repeat(TOKEN.length));
  expect(screen.lines().join('\n')).not.toContain('glrt');
  screen.press(KEYS.enter);
  // One that may stay empty.
  await screen.until(secretTexts.title({ name: 'proxy_password' }).en);
  screen.press(KEYS.enter);
  await screen.until((text) => !text.includes(secretTexts.keep.en), 'the question closed');
  await screen.until(actionWord.ok.en);
  await screen.until('careless: *** and ***');

  // Everything that was ever on this screen.
  const everything = `${screen.raw()}${await written(home.directory)}`;
  expect(everything).not.toContain(TOKEN);
  expect(everything).not.toContain(Buffer.from(TOKEN).toString('base64'));
});

/** All files below a directory but the program's own cache. */
async function written(directory: string): Promise<string> {
  const files = (await readdir(directory, { recursive: true, withFileTypes: true })).filter((one) =>
    one.isFile(),
  );
  const texts = await Promise.all(files.map((one) => readFile(join(one.parentPath, one.name), 'latin1')));
  return texts.join('\n');
}
