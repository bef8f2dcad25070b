/** What the first screen remembers from one start to the next, and what it does not promise. */
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dialogs } from '../../src/i18n/texts/dialogs.js';
import { setup } from '../../src/i18n/texts/setup.js';
import { createHome, KEYS, start, type Home, type Terminal } from './terminal.js';

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

async function opened(
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Terminal> {
  terminal = start(home, { args, env, columns: 80, rows: 24 });
  await terminal.until(
    (screen) => screen.includes(setup.ask.id) || screen.includes(setup.ask.en),
    'first screen',
  );
  return terminal;
}
async function leave(seen: Terminal): Promise<void> {
  seen.press('q');
  await seen.end();
  await seen.dispose();
}

describe('the first screen', () => {
  it('comes in the language that was chosen last, unless another one is asked for', async () => {
    const first = await opened();
    expect(first.text()).toContain(setup.ask.en);
    first.press('l');
    await first.until(setup.ask.id);
    await leave(first);

    const file = join(home.directory, 'state', 'threebody-tui', 'preferences.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const second = await opened();
    expect(second.text()).toContain(setup.ask.id);
    await leave(second);
    const asked = await opened(['--lang', 'en']);
    expect(asked.text()).toContain(setup.ask.en);
    await leave(asked);
    const told = await opened([], { THREEBODY_LANG: 'en' });
    expect(told.text()).toContain(setup.ask.en);
    await leave(told);
  });

  it('offers the last lab while its file is there, and not when it is gone', async () => {
    const root = join(home.directory, 'state', 'threebody-tui');
    const lab = join(home.directory, 'kelas.yaml');
    await mkdir(root, { recursive: true });
    await writeFile(join(root, 'last-lab'), `${lab}\n`);
    const gone = await opened();
    expect(gone.text()).not.toContain(setup.choice.last.title.en);
    await leave(gone);
    await writeFile(lab, 'hosts: []\n');
    const there = await opened();
    await there.until(lab);
    expect(there.text()).toContain(setup.choice.last.title.en);
    // What is wrong with it is told when it is opened.
    there.press('4', KEYS.enter);
    await there.until(dialogs.trouble.title.en);
    there.press(KEYS.enter);
    await there.until((screen) => !screen.includes(dialogs.trouble.title.en), 'the message closed');
    await leave(there);
  });
});
