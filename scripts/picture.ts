/**
 * `npm run picture`: runs the built program on its practice lab in a pseudo-terminal, does the first steps, and writes the
 * screens as they are seen to docs/*.svg. So the pictures in the README are of a real run.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import xterm from '@xterm/headless';
import { spawn } from 'node-pty';

const ROOT = join(import.meta.dirname, '..');
const COLUMNS = 120;
const ROWS = 36;
const CELL = { width: 8.4, height: 18 };
const PATIENCE_MS = 60_000;
/** The sixteen colours that a terminal is asked for, in a common dark theme's values. */
const PALETTE = [
  ...['#1d1f21', '#e06c75', '#98c379', '#e5c07b', '#61afef', '#c678dd', '#56b6c2', '#c8ccd4'],
  ...['#7f848e', '#ef7a83', '#a9d38a', '#f0cc8a', '#73bfff', '#d48ae8', '#68c8d4', '#ffffff'],
];
const FOREGROUND = '#c8ccd4';
const BACKGROUND = '#1d1f21';

const home = await mkdtemp(join(tmpdir(), 'threebody-picture-'));
const screen = new xterm.Terminal({ cols: COLUMNS, rows: ROWS, allowProposedApi: true });
const pty = spawn(
  process.execPath,
  [join(ROOT, 'bin', 'threebody-tui.cjs'), '--practice', '--lang', process.argv[2] ?? 'en'],
  {
    cols: COLUMNS,
    rows: ROWS,
    cwd: home,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      XDG_STATE_HOME: home,
      TERM: 'xterm-256color',
      LANG: 'en_US.UTF-8',
    },
  },
);
const listeners = new Set<() => void>();
pty.onData((text) => screen.write(text, () => listeners.forEach((listener) => listener())));

function screenText(): string {
  const { active } = screen.buffer;
  return Array.from({ length: ROWS }, (_, row) => active.getLine(row)?.translateToString(true) ?? '').join(
    '\n',
  );
}

function until(what: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      clearTimeout(timer);
      listeners.delete(look);
    };
    const look = (): void => {
      if (!what.test(screenText())) return;
      settle();
      resolve();
    };
    const timer = setTimeout(() => {
      settle();
      reject(new Error(`never saw ${what.source}:\n${screenText()}`));
    }, PATIENCE_MS);
    listeners.add(look);
    look();
  });
}

function escaped(part: string): string {
  return part.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Runs of cells that look the same become one piece of text each. */
function svg(): string {
  const parts: string[] = [];
  for (let row = 0; row < ROWS; row += 1) {
    const line = screen.buffer.active.getLine(row);
    let from = 0;
    while (line !== undefined && from < COLUMNS) {
      const style = styleAt(line, from);
      let to = from;
      let chars = '';
      while (to < COLUMNS && styleAt(line, to) === style) {
        chars += line.getCell(to)?.getChars() || ' ';
        to += 1;
      }
      if (chars.trim() !== '') {
        const x = (12 + from * CELL.width).toFixed(1);
        const y = 26 + row * CELL.height;
        const length = ((to - from) * CELL.width).toFixed(1);
        parts.push(`<text x="${x}" y="${y}" textLength="${length}" ${style}>${escaped(chars)}</text>`);
      }
      from = to;
    }
  }
  const width = Math.ceil(COLUMNS * CELL.width + 24);
  const height = ROWS * CELL.height + 24;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="100%" height="100%" rx="8" fill="${BACKGROUND}"/>`,
    '<g font-family="ui-monospace, SFMono-Regular, Menlo, DejaVu Sans Mono, monospace" font-size="14" xml:space="preserve">',
    ...parts,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function styleAt(line: NonNullable<ReturnType<typeof screen.buffer.active.getLine>>, column: number): string {
  const cell = line.getCell(column);
  const colour = cell?.isFgPalette() ? (PALETTE[cell.getFgColor()] ?? FOREGROUND) : FOREGROUND;
  const bold = cell?.isBold() ? ' font-weight="bold"' : '';
  const dim = cell?.isDim() ? ' opacity="0.6"' : '';
  return `fill="${colour}"${bold}${dim}`;
}

async function main(): Promise<void> {
  try {
    // Three hosts with a reading each; then all gates; then step A1 on all hosts.
    await until(/(\d+%.*){3}/s);
    pty.write('V');
    await until(/\d+ ✗/);
    await until(/^(?!.*◌)/s);
    pty.write('\u001B[B');
    await until(/▸ ✗ \w+ +A1/);
    pty.write('r');
    await until(/▸ 0 /);
    pty.write('\r');
    await until(/ 1\. /);
    pty.write('y');
    await until(/✓ \w+ +A1 /);
    await writeFile(join(ROOT, 'docs', 'home.svg'), svg());
    pty.write('\r');
    await until(/T05/);
    pty.write('\t');
    await until(/1\/5/);
    await writeFile(join(ROOT, 'docs', 'step.svg'), svg());
  } finally {
    const gone = new Promise((resolve) => {
      pty.onExit(resolve);
    });
    pty.kill();
    await gone;
    await rm(home, { recursive: true, force: true });
  }
}
await main();
