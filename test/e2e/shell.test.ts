/** A shell takes the terminal and gives it back: the screen is as it was, whatever was done in between. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { misc } from '../../src/i18n/texts/misc.js';
import { words } from '../../src/i18n/texts/words.js';
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

/** The last of these sequences that was written wins. */
function isOn(raw: string, on: string, off: string): boolean {
  return raw.lastIndexOf(on) > raw.lastIndexOf(off);
}

/** The practice lab open, with a reading of each host, and its first host entered. */
async function inShell(): Promise<Terminal> {
  const seen = start(home, { args: ['--lang', 'en', '--practice'] });
  terminal = seen;
  await seen.until(words.practiceShort.en);
  await seen.until(/\d+%/, 'a reading of a disk');
  seen.press('S');
  await seen.until('shell: vm-docker');
  await seen.until(/cikal@.*\$ *$/m, 'a prompt');
  return seen;
}

describe('a shell on a host', () => {
  it('runs commands, follows the size of the window, and leaves the screen intact', async () => {
    const seen = await inShell();
    expect(seen.alternate()).toBe(false);
    expect(seen.text()).toContain('~.');
    seen.press('echo "answer $((40 + 2))"\r');
    await seen.until('answer 42');
    // The new size arrives when it arrives: the far end waits for it.
    seen.press('until [ "$(stty size)" = "30 100" ]; do sleep 0.1; done; echo "si"zed\r');
    seen.resize(100, 30);
    await seen.until('sized');

    // As a program that died in the middle leaves a terminal: another screen, mouse reporting, line drawing, an open string.
    seen.press(
      String.raw`printf '\033[?1049h\033[?1000h\033[?1006h\033[?2004h\033[?1h\033(0\033]0;evil'; exit 3`,
      '\r',
    );
    await seen.until('exit 3');
    await seen.until((screen) => screen.includes(words.practiceShort.en), 'the screen again');
    expect(seen.alternate()).toBe(true);
    expect(seen.lines()).toHaveLength(30);
    expect(isOn(seen.raw(), '\u001B[?1000h', '1000;')).toBe(false);
    expect(seen.raw()).toContain('\u001B]2;threebody\u0007');

    seen.press('?');
    await seen.until(misc.helpHere({ screen: misc.screens.home.en }).en);
    seen.press(KEYS.esc);
    await seen.until(
      (screen) => !screen.includes(misc.helpHere({ screen: misc.screens.home.en }).en),
      'no help',
    );
    seen.press('q');
    const { code, after } = await seen.end();
    expect(code).toBe(0);
    expect(after, 'line editing').toMatch(/(?<!-)\bicanon\b/);
    expect(after, 'echo').toMatch(/(?<!-)\becho\b/);
    expect(seen.alternate(), 'alternate screen').toBe(false);
  });

  it('can be left when it does not answer any more', async () => {
    const seen = await inShell();
    seen.press('sleep 1000\r');
    seen.press('\r~.');
    await seen.until('was left');
    expect(seen.alternate()).toBe(true);
    seen.press('?');
    await seen.until(misc.helpHere({ screen: misc.screens.home.en }).en);
  });

  it('gives the terminal back when the program is ended in the middle of it', async () => {
    const seen = await inShell();
    seen.press(String.raw`printf '\033[?1000h\033[?2004h'; echo "mode"s`, '\r');
    await seen.until('modes');
    process.kill(await seen.pid(), 'SIGTERM');
    const { code, after } = await seen.end();
    expect(code).toBe(143);
    expect(after, 'line editing').toMatch(/(?<!-)\bicanon\b/);
    expect(after, 'echo').toMatch(/(?<!-)\becho\b/);
    expect(isOn(seen.raw(), '\u001B[?1000h', '1000;')).toBe(false);
    expect(seen.alternate()).toBe(false);
  });
});
