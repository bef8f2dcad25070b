/** The terminal's screen: whatever was on it before, it shows the picture, and it costs little to get there. */
import { Writable } from 'node:stream';
import xterm from '@xterm/headless';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pictureOf } from '../../src/screens/picture.js';
import { plain } from '../../src/screens/ui/line.js';
import type { Piece } from '../../src/term/cells.js';
import { TerminalScreen, type Picture } from '../../src/term/screen.js';
import { TONES } from '../../src/term/theme.js';
import { viewOn } from './fixture.js';
import { everyScreen, frameOf } from './frames.js';

class Emulated extends Writable {
  columns: number;
  rows: number;
  bytes = 0;
  readonly emulator: xterm.Terminal;
  constructor(columns: number, rows: number) {
    super({ decodeStrings: false });
    this.columns = columns;
    this.rows = rows;
    this.emulator = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  }
  override _write(text: string, _encoding: BufferEncoding, done: () => void): void {
    this.bytes += Buffer.byteLength(text);
    this.emulator.write(text, done);
  }
  private row(row: number): xterm.IBufferLine | undefined {
    const buffer = this.emulator.buffer.active;
    return buffer.getLine(buffer.baseY + row);
  }
  text(): string[] {
    return Array.from({ length: this.rows }, (_, row) => this.row(row)?.translateToString(true) ?? '');
  }
  /** Every cell with its attributes. */
  cells(): string[] {
    return Array.from({ length: this.rows }, (_, row) =>
      Array.from({ length: this.columns }, (__, column) => {
        const cell = this.row(row)?.getCell(column);
        if (cell === undefined) return '';
        const chars = cell.getChars() === '' && cell.getWidth() === 1 ? ' ' : cell.getChars();
        const style = chars === ' ' ? '' : `${cell.isBold()}${cell.isDim()}${cell.getFgColor()}`;
        return `${chars}${style}`;
      }).join('|'),
    );
  }
  async flushed(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.write('', () => resolve());
    });
  }
}

async function shown(pictures: readonly Picture[], columns: number, rows: number): Promise<Emulated> {
  const terminal = new Emulated(columns, rows);
  const screen = new TerminalScreen(terminal);
  screen.enter();
  for (const picture of pictures) screen.draw(picture);
  await terminal.flushed();
  return terminal;
}

/** Pictures that look otherwise after all those before them than when drawn from nothing on another terminal. */
async function differing(pictures: readonly Picture[], columns: number, rows: number): Promise<unknown[]> {
  const found: unknown[] = [];
  const terminal = new Emulated(columns, rows);
  const screen = new TerminalScreen(terminal);
  screen.enter();
  for (const picture of pictures) {
    screen.draw(picture);
    await terminal.flushed();
    const fresh = await shown([picture], columns, rows);
    const [is, should] = [terminal.cells(), fresh.cells()];
    if (is.join('\n') !== should.join('\n')) found.push({ picture, is, should });
  }
  return found;
}

const at = (columns: number, rows: number, lines: readonly (readonly Piece[])[], color = true): Picture => ({
  columns,
  rows,
  color,
  blocks: [{ top: 0, left: 0, lines }],
});
const text = (...texts: readonly string[]): Piece[][] => texts.map((one) => [{ text: one, tone: 'plain' }]);

describe('every screen', () => {
  it.each([
    [80, 24],
    [120, 40],
  ])('looks after every other one as if drawn from nothing, at %i×%i', async (columns, rows) => {
    for (const color of [true, false]) {
      const pictures = Object.values(everyScreen({ lang: 'id', columns, rows })).map((state) => ({
        ...pictureOf(viewOn(state)),
        color,
      }));
      expect(await differing(pictures, columns, rows)).toEqual([]);
    }
  });

  it('is shown with its text where its lines have it', async () => {
    for (const [name, state] of Object.entries(everyScreen({ lang: 'en', columns: 120, rows: 40 }))) {
      if (state.ui.dialog !== null) continue;
      const terminal = await shown([pictureOf(viewOn(state))], 120, 40);
      const lines = plain(frameOf(state).lines);
      // The busy sign has the end of the first line to itself.
      expect(terminal.text().slice(1), name).toEqual(lines.slice(1));
      expect(terminal.text()[0]?.startsWith(lines[0] ?? ' '), name).toBe(true);
    }
  });

  it('lies under a question, which is whole', async () => {
    const { 'ask plan': state } = everyScreen({ lang: 'en', columns: 120, rows: 40 });
    if (state === undefined) throw new Error('no such screen');
    const terminal = await shown([pictureOf(viewOn(state))], 120, 40);
    const box = plain(frameOf(state).dialog);
    const rows = terminal.text();
    const top = rows.findIndex((row) => row.includes(box[0] ?? ''));
    expect(top).toBeGreaterThan(0);
    box.forEach((line, i) => expect(rows[top + i]).toContain(line));
    expect(rows[0]).toContain('threebody');
  });
});

describe('the screen', () => {
  it('copes with wide and combined characters and every tone, in blocks that overlap', async () => {
    const chars = fc.constantFrom('a', ' ', ' ', '語', 'é', 'e\u0301', '👩‍👩‍👧', '─', '\u0301', '한', '🎉');
    const piece = fc.record({
      text: fc.array(chars, { maxLength: 5 }).map((all) => all.join('')),
      tone: fc.constantFrom(...TONES),
    });
    const lines = fc.array(fc.array(piece, { maxLength: 3 }), { maxLength: 4 });
    const block = fc.record({
      top: fc.integer({ min: 0, max: 4 }),
      left: fc.integer({ min: 0, max: 22 }),
      lines,
    });
    const picture = fc
      .array(block, { maxLength: 3 })
      .map((blocks): Picture => ({ columns: 20, rows: 4, color: true, blocks }));
    await fc.assert(
      fc.asyncProperty(fc.array(picture, { minLength: 2, maxLength: 4 }), async (pictures) => {
        expect(await differing(pictures, 20, 4)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('gives each tone its look', async () => {
    const lines = TONES.map((tone): Piece[] => [{ text: 'x', tone }]);
    const terminal = await shown([at(20, TONES.length, lines)], 20, TONES.length);
    const look = Object.fromEntries(TONES.map((tone, row) => [tone, terminal.cells()[row]?.split('|')[0]]));
    expect(look['title']).not.toBe(look['plain']);
    expect(look['dim']).not.toBe(look['plain']);
    expect(new Set([look['ok'], look['warn'], look['bad'], look['info'], look['plain']]).size).toBe(5);
    const plainly = await shown([at(20, TONES.length, lines, false)], 20, TONES.length);
    expect(new Set(plainly.cells().map((row) => row.split('|')[0])).size).toBe(1);
  });

  it('writes nothing for the same picture, and little for one cell', async () => {
    const terminal = new Emulated(80, 3);
    const screen = new TerminalScreen(terminal);
    screen.enter();
    screen.draw(at(80, 3, text(`${'x'.repeat(79)}1`, 'y'.repeat(80), 'z')));
    const first = terminal.bytes;
    screen.draw(at(80, 3, text(`${'x'.repeat(79)}1`, 'y'.repeat(80), 'z')));
    expect(terminal.bytes).toBe(first);
    screen.draw(at(80, 3, text(`${'x'.repeat(79)}2`, 'y'.repeat(80), 'z')));
    expect(terminal.bytes - first).toBeLessThanOrEqual(32);
    await terminal.flushed();
    expect(terminal.text()).toEqual([`${'x'.repeat(79)}2`, 'y'.repeat(80), 'z']);
  });

  it('draws all of it again after the terminal was lent or disturbed, and nothing while it is lent', async () => {
    const terminal = new Emulated(20, 3);
    const screen = new TerminalScreen(terminal);
    screen.enter();
    screen.draw(at(20, 3, text('a', 'b', 'c')));
    screen.leave();
    const lent = terminal.bytes;
    screen.draw(at(20, 3, text('x', 'y', 'z')));
    expect(terminal.bytes).toBe(lent);
    screen.enter();
    screen.draw(at(20, 3, text('a', 'b', 'c')));
    await terminal.flushed();
    expect(terminal.text()).toEqual(['a', 'b', 'c']);
    terminal.write('\u001B[2;1Hrubbish');
    screen.disturbed();
    screen.draw(at(20, 3, text('a', 'b', 'c')));
    await terminal.flushed();
    expect(terminal.text()).toEqual(['a', 'b', 'c']);
  });

  it('does not scroll a terminal that is smaller than the picture', async () => {
    const terminal = await shown([at(30, 5, text(...'12345'.split('').map((one) => one.repeat(30))))], 20, 3);
    expect(terminal.emulator.buffer.active.baseY).toBe(0);
    expect(terminal.text()[0]?.startsWith('1')).toBe(true);
  });
});
