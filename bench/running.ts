/** The program with three hosts of the practice lab, which runs in a process of its own: idle, changing, under a flood. */
import { join } from 'node:path';
import { dialogs } from '../src/i18n/texts/dialogs.js';
import { HOST_NAMES } from '../src/lab/types.js';
import { createHome, KEYS, start, type Home, type Terminal } from '../test/e2e/terminal.js';
import { cli } from '../test/support/cli.js';
import { startPracticeLab, type PracticeLab } from '../test/support/practice.js';
import { cpuSeconds, residentMiB } from './process.js';
import { median, quantile, type Row } from './statistics.js';

const PACK = join(import.meta.dirname, 'stream-pack');
const SIZE = { columns: 200, rows: 50 };

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

async function atHome(home: Home, lab: PracticeLab): Promise<Terminal> {
  const args = ['--lab', lab.file, '--lang', 'en', '--runbook', PACK];
  const terminal = start(home, { ...SIZE, args });
  await terminal.until((screen) => HOST_NAMES.every((host) => screen.includes(host)));
  await terminal.until(/\d+%/);
  await terminal.quiet(1500);
  return terminal;
}

async function measureIdle(terminal: Terminal, seconds: number): Promise<readonly Row[]> {
  const pid = await terminal.pid();
  const [bytes, cpu] = [terminal.bytes(), await cpuSeconds(pid)];
  await pause(seconds * 1000);
  const how = `${seconds} s, three hosts connected, nothing changes`;
  return [
    { what: 'memory, idle', value: await residentMiB(pid), unit: 'MiB', target: 120, how: 'resident' },
    { what: 'idle: bytes written', value: terminal.bytes() - bytes, unit: 'B', target: 0, how },
    {
      what: 'idle: share of a core',
      value: (100 * ((await cpuSeconds(pid)) - cpu)) / seconds,
      unit: '%',
      target: 0.5,
      how,
    },
  ];
}

/** Bytes that one key press makes the program write, once it has fallen silent again. */
async function bytesOf(terminal: Terminal, key: string): Promise<number> {
  await terminal.quiet(150);
  const before = terminal.bytes();
  terminal.press(key);
  await terminal.until(() => terminal.bytes() > before);
  await terminal.quiet(150);
  return terminal.bytes() - before;
}

async function measureBytes(terminal: Terminal): Promise<readonly Row[]> {
  const focus: number[] = [];
  for (let n = 0; n < 12; n += 1) focus.push(await bytesOf(terminal, n % 2 === 0 ? KEYS.down : KEYS.up));
  terminal.press('g');
  await terminal.until('Gates');
  terminal.press('/');
  await terminal.quiet(300);
  const cell: number[] = [];
  for (const letter of 'zzzzzz') cell.push(await bytesOf(terminal, letter));
  // Out of the text, out of the search, out of the list.
  for (let level = 0; level < 3; level += 1) {
    terminal.press(KEYS.esc);
    await terminal.quiet(300);
  }
  await terminal.until(HOST_NAMES[0]);
  return [
    {
      what: 'bytes: one cell (a letter typed)',
      value: median(cell),
      unit: 'B',
      target: 64,
      how: `median of ${cell.length}`,
    },
    {
      what: 'bytes: the focus moves one pane',
      value: median(focus),
      unit: 'B',
      target: 200,
      how: `median of ${focus.length}`,
    },
  ];
}

/** Blocks of lines that the pane of the focused host has shown; each host writes LINES_PER_BLOCK lines in one. */
function blocksSeen(screen: string): number {
  return Math.max(0, ...[...screen.matchAll(/(\d+)\.\d+ worker\[/g)].map(([, block]) => Number(block)));
}
const LINES_PER_BLOCK = 34;

/** Which host's pane has the focus, as a person sees it. */
function focused(screen: string): string | null {
  return /[▸>]\s*(vm-[a-z0-9]+)/.exec(screen)?.[1] ?? null;
}

/** Milliseconds from key to changed screen, for one move of the focus. */
async function keyToPaint(terminal: Terminal, key: string): Promise<number> {
  const before = focused(terminal.text());
  const began = performance.now();
  terminal.press(key);
  await terminal.until((screen) => focused(screen) !== before);
  return performance.now() - began;
}

async function measureFlood(terminal: Terminal, seconds: number): Promise<readonly Row[]> {
  const pid = await terminal.pid();
  terminal.press(KEYS.right);
  await terminal.until('B1');
  terminal.press('r');
  await terminal.until(dialogs.choose.run.en);
  terminal.press(KEYS.enter);
  await terminal.until(dialogs.run.title({ step: 'B1' }).en);
  terminal.press('y');
  await terminal.until(/status 200/);
  terminal.press(KEYS.shiftTab);
  await pause(2000);

  const [bytes, cpu, frames] = [terminal.bytes(), await cpuSeconds(pid), framesOf(terminal)];
  const began = performance.now();
  const firstBlock = blocksSeen(terminal.text());
  const latencies: number[] = [];
  const memory: number[] = [];
  for (let n = 0; performance.now() - began < seconds * 1000; n += 1) {
    latencies.push(await keyToPaint(terminal, n % 2 === 0 ? KEYS.down : KEYS.up));
    memory.push(await residentMiB(pid));
    // Not in step with anything the program does.
    await pause(40 + ((n * 37) % 60));
  }
  const took = (performance.now() - began) / 1000;
  const rate = ((blocksSeen(terminal.text()) - firstBlock) * LINES_PER_BLOCK * HOST_NAMES.length) / took;
  const how = `${latencies.length} key presses in ${took.toFixed(0)} s, ${rate.toFixed(0)} lines/s into three panes, 200×50`;
  const first = median(memory.slice(0, Math.ceil(memory.length / 10)));
  const last = median(memory.slice(-Math.ceil(memory.length / 10)));
  const perFrame = (terminal.bytes() - bytes) / Math.max(1, framesOf(terminal) - frames);
  return [
    { what: 'key to paint under a flood, p50', value: median(latencies), unit: 'ms', target: 5, how },
    {
      what: 'key to paint under a flood, p99',
      value: quantile(latencies, 0.99),
      unit: 'ms',
      target: 16,
      how,
    },
    { what: 'bytes: one frame of logs', value: perFrame / 1024, unit: 'KB', target: 3, how: 'mean' },
    {
      what: 'flood: share of a core',
      value: (100 * ((await cpuSeconds(pid)) - cpu)) / took,
      unit: '%',
      target: 25,
      how,
    },
    {
      what: 'memory at the end of the flood',
      value: last,
      unit: 'MiB',
      target: 120,
      how: `resident; ${first.toFixed(0)} MiB at its start`,
    },
  ];
}

/** Frames are written as synchronized updates, each begun by this sequence. */
function framesOf(terminal: Terminal): number {
  return terminal.raw().split('\u001B[?2026h').length - 1;
}

/** @param seconds of the idle measurement, and of the flood */
export async function measureRunning(seconds: {
  readonly idle: number;
  readonly flood: number;
}): Promise<readonly Row[]> {
  const home = await createHome();
  const lab = await startPracticeLab(home.env);
  try {
    await cli(['connect', '--lab', lab.file, '--accept-host-keys'], { env: home.env });
    const terminal = await atHome(home, lab);
    try {
      const idle = await measureIdle(terminal, seconds.idle);
      const bytes = await measureBytes(terminal);
      const flood = await measureFlood(terminal, seconds.flood);
      return [...flood.slice(0, 2), ...idle, ...bytes, ...flood.slice(2)];
    } finally {
      await terminal.dispose();
    }
  } finally {
    await lab.stop();
    await home.remove();
  }
}
