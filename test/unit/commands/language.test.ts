/** The language chosen on the screen last time is that of commands too; a command itself keeps nothing. */
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writePreferences } from '../../../src/services/files/preferences.js';
import { createDesk, type Desk } from './program.js';

let desk: Desk;
let stateRoot: string;
beforeAll(async () => {
  desk = await createDesk();
  stateRoot = join(desk.home, '.local', 'state', 'threebody-tui');
});
afterAll(() => desk.clear());

it('follows --lang, then THREEBODY_LANG, then what was chosen, then the locale', async () => {
  const help = async (
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<string> =>
    (await desk.run(['--help', ...args], { env })).stdout.includes('berkas lab') ? 'id' : 'en';
  const file = join(stateRoot, 'preferences.json');

  expect(await help()).toBe('en');
  expect(await help(['--lang', 'id'])).toBe('id');
  // Asked for once is not chosen for ever.
  await expect(access(file)).rejects.toThrow('ENOENT');

  await writePreferences(stateRoot, { language: 'id' });
  const kept = await readFile(file, 'utf8');
  expect(await help()).toBe('id');
  expect(await help([], { THREEBODY_LANG: 'en' })).toBe('en');
  expect(await help(['--lang', 'en'], { THREEBODY_LANG: 'id' })).toBe('en');
  expect(await readFile(file, 'utf8')).toBe(kept);
});
