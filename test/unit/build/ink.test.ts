/** Ink as the bundle has it draws what Ink draws, frame after frame. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import xterm from '@xterm/headless';
import { build, type Plugin } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import stringWidth from 'string-width';
import { z } from 'zod';
import { INK, PLAIN_SIGNS } from '../../../scripts/bundle-ink.js';
import { ROOT } from '../../support/cli.js';

/** Draws frames, each a list of places and texts, and says what Ink wrote for each. */
const ENTRY = `
import { Box, Text, render } from 'ink';
import { createElement as h } from 'react';
export async function draw(stdout, frames) {
  const screen = (parts, overflow) => h(Box, { width: 40, height: 6, overflow }, ...parts.map(({ left, top, text }, key) =>
    h(Box, { key, position: 'absolute', left, top, width: 40 - left }, h(Text, { wrap: 'hard' }, text))));
  const shown = render(screen([], 'visible'), { stdout, debug: true, patchConsole: false, exitOnCtrlC: false });
  const written = [];
  for (const overflow of ['visible', 'hidden', 'visible'])
    for (const parts of frames) {
      stdout.written = '';
      shown.rerender(screen(parts, overflow));
      await shown.waitUntilRenderFlush();
      written.push(stdout.written);
    }
  shown.unmount();
  return written;
}
`;

class Screen extends Writable {
  readonly columns = 40;
  readonly rows = 6;
  written = '';
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.written += chunk.toString('utf8');
    done();
  }
}

interface Part {
  readonly left: number;
  readonly top: number;
  readonly text: string;
}

const drawn = z.object({
  draw: z.custom<(stdout: Screen, frames: readonly (readonly Part[])[]) => Promise<string[]>>(
    (given) => typeof given === 'function',
  ),
});

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'threebody-ink-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** What Ink loads with DEV=true only, and is not installed. */
const withoutDebugger: Plugin = {
  name: 'without-debugger',
  setup(setup) {
    setup.onLoad({ filter: /[\\/]ink[\\/]build[\\/]devtools\.js$/ }, () => ({ contents: '' }));
  },
};

/** @param name of the bundle's file */
async function drawWith(name: string, plugins: typeof INK, frames: readonly (readonly Part[])[]) {
  const outfile = join(directory, `${name}.mjs`);
  await build({
    stdin: { contents: ENTRY, resolveDir: ROOT },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    plugins: [...plugins, withoutDebugger],
  });
  const { draw } = drawn.parse(await import(pathToFileURL(outfile).href));
  return draw(new Screen(), frames);
}

/** What a terminal shows of a frame: each sign with its colours and styles. Codes may be written in another order. */
async function cellsOf(frame: string): Promise<string> {
  const terminal = new xterm.Terminal({ cols: 40, rows: 6, allowProposedApi: true, convertEol: true });
  await new Promise<void>((resolve) => {
    terminal.write(frame, resolve);
  });
  const cells = Array.from({ length: 6 * 40 }, (_, n) => {
    const cell = terminal.buffer.active.getLine(Math.floor(n / 40))?.getCell(n % 40);
    if (cell === undefined) return '';
    const { isBold, isDim, isUnderline, isInverse } = cell;
    const styles = [isBold, isDim, isUnderline, isInverse].map((is) => is.call(cell));
    const colours = [cell.getFgColorMode(), cell.getFgColor(), cell.getBgColorMode(), cell.getBgColor()];
    return [cell.getChars() || ' ', cell.getWidth(), ...colours, ...styles].join(' ');
  });
  terminal.dispose();
  return cells.join('\n');
}

it('draws the same as Ink does, whatever the frame before held', async () => {
  const red = (text: string): string => `\u001B[31m${text}\u001B[39m`;
  const frames: readonly (readonly Part[])[] = [
    [{ left: 0, top: 0, text: 'vm-docker\nload 0.10' }],
    // One part changes, the other stays.
    [
      { left: 0, top: 0, text: 'vm-docker\nload 0.11' },
      { left: 20, top: 0, text: red('vm-k8s\nis off') },
    ],
    [
      { left: 0, top: 0, text: 'vm-docker\nload 0.11' },
      { left: 20, top: 0, text: red('vm-k8s\nis off') },
    ],
    // The same text elsewhere, over others, with signs of two columns, of none, tabs and controls.
    [
      { left: 3, top: 1, text: red('vm-k8s\nis off') },
      { left: 0, top: 0, text: '三体 ✅ e\u0301 soft\u00ADhyphen zero\u200Bwidth' },
      { left: 1, top: 0, text: 'over' },
      { left: 0, top: 3, text: 'tab\tbed\r\nnext\u0007 \u001B[2Jcleared' },
    ],
    // A log that goes on: each line puts back what it switched on, but for one; a link, and a line without an end.
    [
      {
        left: 2,
        top: 0,
        text: `${red('one')}\n\u001B[1mtwo\u001B[22m 三\n${red('three')} \u001B[4m\u001B[24m`,
      },
    ],
    [{ left: 2, top: 0, text: `\u001B[1mtwo\u001B[22m 三\n${red('three')} \u001B[4m\u001B[24m\nfour` }],
    [{ left: 2, top: 0, text: `\u001B[1mtwo\n${red('three')}\u001B[22m\nfour\u001B[44m\n5\u001B[0m` }],
    [
      { left: 0, top: 1, text: 'a \u001B]8;;https://hit.local\u0007link\u001B]8;;\u0007 \nover' },
      { left: 9, top: 2, text: '\u001B]8;;https://hit.local\nit goes on\u001B' },
    ],
    // Over the edges: half of a wide sign, rows above and below, and one that leaves no room.
    [
      { left: 37, top: 0, text: red('三体三') },
      { left: -1, top: 2, text: '三 goes on' },
      { left: 5, top: -1, text: 'above\nfirst' },
      { left: 0, top: 5, text: 'last\nbelow' },
      { left: 4, top: 5, text: 'T' },
    ],
    [],
    [{ left: 0, top: 0, text: `${red('a long line that is wider than the screen and has to be wrapped')}` }],
    [{ left: 0, top: 0, text: 'vm-docker\nload 0.10' }],
  ];
  const ours = await drawWith('ours', INK, frames);
  expect(ours).toEqual(await drawWith('theirs', [], frames));
  expect(new Set(ours).size).toBeGreaterThanOrEqual(10);
});

it('knows how wide the signs are that it does not measure, beside each other and in any style', async () => {
  const plain = new RegExp(`^[${PLAIN_SIGNS}]$`);
  const signs = Array.from({ length: 0x2900 }, (_, code) => String.fromCharCode(code)).filter((sign) =>
    plain.test(sign),
  );
  expect(signs.length).toBeGreaterThan(700);
  expect(signs.filter((sign) => stringWidth(sign) !== 1)).toEqual([]);
  const styles = ['31', '1;2', '48;5;17', '38;2;9;8;7', '4;31;42', '7', ''];
  const line = (from: number): string =>
    Array.from({ length: 36 }, (_, n) => {
      const [sign = ' ', style = ''] = [signs[(from + n) % signs.length], styles[(from + n) % styles.length]];
      return n % 5 === 0 ? `\u001B[${style}m${sign}` : n % 11 === 3 ? `\u001B[39m\u001B[22m${sign}` : sign;
    }).join('');
  const part = (from: number): Part => ({
    left: from % 4,
    top: 0,
    text: Array.from({ length: 6 }, (_, row) => `${line(from + row * 36)}\u001B[0m`).join('\n'),
  });
  const frames = Array.from({ length: Math.ceil(signs.length / 200) }, (_, n) => [part(n * 200)]);
  signs.reverse();
  frames.push(...frames.map((_, n) => [part(n * 200)]));
  const shown = (written: readonly string[]): Promise<readonly string[]> => Promise.all(written.map(cellsOf));
  const ours = await shown(await drawWith('signs-ours', INK, frames));
  expect(ours).toEqual(await shown(await drawWith('signs-theirs', [], frames)));
  expect(new Set(ours).size).toBeGreaterThan(7);
});
