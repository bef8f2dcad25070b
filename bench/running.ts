/** The program with three hosts of the practice lab, which runs in a process of its own: idle, changing, under a flood. */
import { join } from 'node:path';
import xterm from '@xterm/headless';
import { dialogs } from '../src/i18n/texts/dialogs.js';
import { setup } from '../src/i18n/texts/setup.js';
import { HOST_NAMES } from '../src/lab/types.js';
import { createHome, KEYS, start, type Home, type Terminal } from '../test/e2e/terminal.js';
import { cli } from '../test/support/cli.js';
import { startPracticeLab } from '../test/support/practice.js';
import { cpuSeconds, residentMiB } from './process.js';
import { median, quantile, type Row } from './statistics.js';

const PACK = join(import.meta.dirname, 'stream-pack');
const SIZE = { columns: 200, rows: 50 };

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

async function atHome(home: Home, args: readonly string[]): Promise<Terminal> {
  const terminal = start(home, { ...SIZE, args: ['--lang', 'en', ...args] });
  await terminal.until((screen) => HOST_NAMES.every((host) => screen.includes(host)));
  await terminal.until(/(\d+%.*){3}/s);
  await terminal.quiet(1500);
  return terminal;
}

/** Frames are written as synchronized updates, each begun by this sequence. */
const FRAME = '\u001B[?2026h';

interface Written {
  /** Lines of panes that read otherwise after a frame than before it: each is a reading that moved. */
  readonly changes: number;
  readonly changeBytes: number;
  /** Bytes of those that left it as it was. */
  readonly vainBytes: number;
}

/** Replays what a program wrote since `from` (an index into it) on another terminal, frame by frame. */
async function writtenSince(raw: string, from: number): Promise<Written> {
  const screen = new xterm.Terminal({ cols: SIZE.columns, rows: SIZE.rows, allowProposedApi: true });
  const show = (text: string): Promise<void> => new Promise((resolve) => screen.write(text, resolve));
  // Panes stand side by side, each within its frame.
  const seen = (): readonly string[] =>
    Array.from(
      { length: SIZE.rows },
      (_, row) => screen.buffer.active.getLine(row)?.translateToString().split('│') ?? [],
    ).flat();
  await show(raw.slice(0, from));
  let before = seen();
  const written = { changes: 0, changeBytes: 0, vainBytes: 0 };
  for (const frame of raw.slice(from).split(/(?=\u001B\[\?2026h)/)) {
    await show(frame);
    const bytes = Buffer.byteLength(frame);
    const after = seen();
    const changes = after.filter((line, index) => line !== before[index]).length;
    if (changes === 0) written.vainBytes += bytes;
    else {
      written.changes += changes;
      written.changeBytes += bytes;
    }
    before = after;
  }
  screen.dispose();
  return written;
}

async function measureIdle(terminal: Terminal, seconds: number): Promise<readonly Row[]> {
  const pid = await terminal.pid();
  const [from, cpu] = [terminal.raw().length, await cpuSeconds(pid)];
  await pause(seconds * 1000);
  const share = (100 * ((await cpuSeconds(pid)) - cpu)) / seconds;
  const { changes, changeBytes, vainBytes } = await writtenSince(terminal.raw(), from);
  const how = `${seconds} s, three hosts connected`;
  return [
    {
      what: 'memory, idle',
      value: await residentMiB(pid),
      unit: 'MiB',
      target: 120,
      how: `resident; ${how}, their simulation in another process`,
    },
    { what: 'idle: bytes that change nothing', value: vainBytes, unit: 'B', target: 0, how },
    {
      what: 'idle: bytes for a reading that moved',
      value: changes === 0 ? 0 : changeBytes / changes,
      unit: 'B',
      target: 64,
      how: `mean of ${changes} in ${how}: load, uptime`,
    },
    { what: 'idle: share of a core', value: share, unit: '%', target: 0.5, how },
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

async function bytesUpAndDown(terminal: Terminal): Promise<readonly number[]> {
  const bytes: number[] = [];
  for (let n = 0; n < 12; n += 1) bytes.push(await bytesOf(terminal, n % 2 === 0 ? KEYS.down : KEYS.up));
  return bytes;
}

/** A letter typed into the form for own VMs: the letter, and the caret after it. */
async function measureCell(home: Home): Promise<Row> {
  const terminal = start(home, { ...SIZE, args: ['--lang', 'en'] });
  try {
    await terminal.until(setup.ask.en);
    terminal.press('2', KEYS.enter);
    await terminal.until('▏');
    const bytes: number[] = [];
    for (const letter of 'abcdefgh') bytes.push(await bytesOf(terminal, letter));
    const how = `median of ${bytes.length}: the letter, and the caret one further`;
    return { what: 'bytes: a letter typed', value: median(bytes), unit: 'B', target: 64, how };
  } finally {
    await terminal.dispose();
  }
}

async function measureFocus(terminal: Terminal): Promise<readonly Row[]> {
  const steps = await bytesUpAndDown(terminal);
  terminal.press(KEYS.shiftTab);
  const panes = await bytesUpAndDown(terminal);
  return [
    {
      what: 'bytes: the focus moves one pane',
      value: median(panes),
      unit: 'B',
      target: 200,
      how: `median of ${panes.length}`,
    },
    {
      what: 'bytes: another step, other keys',
      value: median(steps),
      unit: 'B',
      target: null,
      how: `median of ${steps.length}: all keys at the bottom change with the step`,
    },
  ];
}

/** The program and the three simulated hosts in one process, as `--practice` runs them. */
async function measurePractice(home: Home): Promise<Row> {
  const terminal = await atHome(home, ['--practice']);
  try {
    const value = await residentMiB(await terminal.pid());
    const how = 'resident; the three simulated hosts in the same process';
    return { what: 'memory, idle, with --practice', value, unit: 'MiB', target: null, how };
  } finally {
    await terminal.dispose();
  }
}

/** Blocks of lines that the pane of the focused host has shown; each host writes LINES_PER_BLOCK lines in one. */
function blocksSeen(screen: string): number {
  return Math.max(0, ...[...screen.matchAll(/(\d+)\.\d+ worker\[/g)].map(([, block]) => Number(block)));
}
const LINES_PER_BLOCK = 34;

/** Which host's pane has the focus, as a person sees it. */
function focused(screen: string): string | null {
  return /[▸>]\s*(?:\d\s+)?(vm-[a-z0-9]+)/.exec(screen)?.[1] ?? null;
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

function framesOf(terminal: Terminal): number {
  return terminal.raw().split(FRAME).length - 1;
}

async function inTerminal(
  home: Home,
  args: readonly string[],
  measure: (terminal: Terminal) => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  const terminal = await atHome(home, args);
  try {
    return await measure(terminal);
  } finally {
    await terminal.dispose();
  }
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
    const cell = await measureCell(home);
    const idle = await inTerminal(home, ['--lab', lab.file], async (terminal) => [
      ...(await measureIdle(terminal, seconds.idle)),
      cell,
      ...(await measureFocus(terminal)),
    ]);
    const flood = await inTerminal(home, ['--lab', lab.file, '--runbook', PACK], (terminal) =>
      measureFlood(terminal, seconds.flood),
    );
    return [...flood.slice(0, 2), ...idle, ...flood.slice(2), await measurePractice(home)];
  } finally {
    await lab.stop();
    await home.remove();
  }
}
