/** The screen on three real hosts: the guided form writes the lab file that everything else can use. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { setup } from '../../src/i18n/texts/setup.js';
import { HOST_NAMES } from '../../src/lab/types.js';
import { cli } from '../support/cli.js';
import { createHome, KEYS, start, type Home, type Terminal } from '../e2e/terminal.js';
import { LAB_FILE } from './lab.js';

/** Of a lab file what the form asks for. */
const givenSchema = z.object({
  user: z.string(),
  key: z.string(),
  hosts: z.array(z.object({ name: z.string(), address: z.string() })),
});

describe.skipIf(LAB_FILE === undefined)('the screen on real hosts', () => {
  let home: Home;
  let seen: Terminal;
  let given: z.infer<typeof givenSchema>;

  /** The field that the cursor is in, by its label. */
  const current = (screen: string): string => /▸ (?:\[ )?(.{13})/.exec(screen)?.[1]?.trim() ?? '';

  /** Moves to a field of the form and puts an answer there. */
  async function fill(label: string, answer: string): Promise<void> {
    for (let n = 0; n < 20 && current(seen.text()) !== label.slice(0, 13).trim(); n += 1) {
      const before = current(seen.text());
      seen.press(KEYS.down);
      await seen.until((screen) => current(screen) !== before, `a move towards ${label}`);
    }
    if (answer === '') return;
    seen.press('\u0015', answer);
    await seen.until(
      (screen) => new RegExp(`▸ ${label} +[^ ]*${answer.slice(-8)}`).test(screen),
      `${label} filled in`,
    );
  }

  beforeAll(async () => {
    given = givenSchema.parse(parse(await readFile(LAB_FILE ?? '', 'utf8')));
    home = await createHome();
    seen = start(home, { columns: 120, rows: 40, args: ['--lang', 'en'] });
  });
  afterAll(async () => {
    await seen.dispose();
    await home.remove();
  });

  it('asks, shows the host keys, tries the login and sudo, and writes a lab file that works', async () => {
    await seen.until(setup.ask.en);
    seen.press('2', KEYS.enter);
    await seen.until(setup.field.user.en);
    for (const { name, address } of given.hosts) await fill(name, address);
    await fill(setup.field.user.en, given.user);
    await fill(setup.field.key.en, given.key);
    const file = join(home.directory, 'lab.yaml');
    await fill(setup.field.path.en, file);
    await fill(setup.field.test.en, '');
    seen.press(KEYS.enter);

    for (const asked of HOST_NAMES.keys()) {
      await seen.until(/SHA256:[A-Za-z0-9+/]{43}/, `the key of host ${asked + 1}`);
      const shown = /SHA256:[A-Za-z0-9+/]{43}/.exec(seen.text())?.[0] ?? '';
      seen.press('y');
      await seen.until((screen) => !screen.includes(shown), 'the next question');
    }
    await seen.until(
      (screen) => screen.split(setup.test.ok.en).length - 1 === HOST_NAMES.length,
      'three logins that worked',
    );
    await fill(setup.field.write.en, '');
    seen.press(KEYS.enter);
    await seen.until((screen) => /(?:\d+%[^]*){3}/.test(screen), 'three hosts with readings');

    expect((await stat(file)).mode & 0o077).toBe(0);
    const check = await cli(['check', 'A0.reachable', 'A0.sudo', '--lab', file], { env: home.env });
    expect(check.code, check.stdout + check.stderr).toBe(0);
  });
});
