/** However the program ends, the terminal is as it was before. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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

/** The last of these sequences that was written wins; none written is as good as the last word. */
function lastOf(raw: string, on: string, off: string): 'on' | 'off' | 'never' {
  const [a, b] = [raw.lastIndexOf(on), raw.lastIndexOf(off)];
  if (a === -1 && b === -1) return 'never';
  return a > b ? 'on' : 'off';
}

function expectRestored(seen: Terminal, after: string): void {
  expect(after, 'line editing').toMatch(/(?<!-)\bicanon\b/);
  expect(after, 'echo').toMatch(/(?<!-)\becho\b/);
  expect(after, 'signals from keys').toMatch(/(?<!-)\bisig\b/);
  expect(seen.alternate(), 'alternate screen').toBe(false);
  const output = seen.raw().slice(0, seen.raw().indexOf('@@@ after'));
  expect(lastOf(output, '\u001B[?25l', '\u001B[?25h'), 'hidden cursor').not.toBe('on');
  expect(lastOf(output, '\u001B[?2026h', '\u001B[?2026l'), 'synchronized output').not.toBe('on');
  expect(lastOf(output, '\u001B[?2004h', '\u001B[?2004l'), 'bracketed paste').not.toBe('on');
  expect(lastOf(output, '\u001B[?1000h', '\u001B[?1000l'), 'mouse').toBe('never');
}

async function atWelcome(): Promise<Terminal> {
  terminal = start(home, { args: ['--lang', 'en'] });
  await terminal.until(setup.ask.en);
  return terminal;
}

describe('leaving', () => {
  it.each([
    ['q', 'q'],
    ['Ctrl-C', KEYS.ctrlC],
  ])('by %s', async (_name, key) => {
    const seen = await atWelcome();
    seen.press(key);
    const { code, after } = await seen.end();
    expect(code).toBe(0);
    expectRestored(seen, after);
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('by %s', async (signal, code) => {
    const seen = await atWelcome();
    process.kill(await seen.pid(), signal);
    const ended = await seen.end();
    expect(ended.code).toBe(code);
    expectRestored(seen, ended.after);
  });

  it('by a defect: one sentence for the person, the stack trace for the log', async () => {
    // A module that throws out of the event loop when it is told to stands for any defect of ours.
    const crash =
      'data:text/javascript,process.on("SIGUSR2",()=>setImmediate(()=>{throw new Error("on purpose")}))';
    terminal = start(home, { args: ['--lang', 'en'], nodeArgs: ['--import', crash] });
    await terminal.until(setup.ask.en);
    process.kill(await terminal.pid(), 'SIGUSR2');
    const { code, after } = await terminal.end();
    expect(code).not.toBe(0);
    expectRestored(terminal, after);
    expect(terminal.raw()).not.toMatch(/\n\s+at .*:\d+:\d+/);
  });

  it('asks for a larger window below 60×16 and comes back when it is there', async () => {
    const seen = await atWelcome();
    seen.resize(50, 12);
    await seen.until('50×12');
    seen.resize(80, 24);
    await seen.until(setup.ask.en);
    seen.press('q');
    expect((await seen.end()).code).toBe(0);
  });
});
