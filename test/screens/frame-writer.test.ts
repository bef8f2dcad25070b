/** The frame writer against plain Ink: whatever happens, both terminals must show the same, and it must cost less. */
import { Writable } from 'node:stream';
import xterm from '@xterm/headless';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paint } from '../../src/screens/ui/line.js';
import { FrameWriter } from '../../src/term/frame-writer.js';
import { parseRow } from '../../src/term/cell-row.js';
import { everyScreen, frameOf } from './frames.js';

class Screen extends Writable {
  readonly isTTY = true;
  columns: number;
  rows: number;
  bytes = 0;
  readonly emulator: xterm.Terminal;
  constructor(columns: number, rows: number) {
    super({ decodeStrings: false });
    this.columns = columns;
    this.rows = rows;
    this.emulator = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, convertEol: true });
  }
  override _write(text: string, _encoding: BufferEncoding, done: () => void): void {
    this.bytes += Buffer.byteLength(text);
    this.emulator.write(text, done);
  }
  /** Every cell with its attributes. */
  cells(): string[] {
    const buffer = this.emulator.buffer.active;
    return Array.from({ length: this.rows }, (_, row) => {
      const line = buffer.getLine(buffer.baseY + row);
      return Array.from({ length: this.columns }, (__, column) => {
        const cell = line?.getCell(column);
        if (cell === undefined) return '';
        const chars = cell.getChars() === '' && cell.getWidth() === 1 ? ' ' : cell.getChars();
        const style = chars === ' ' ? '' : `${cell.isBold()}${cell.isDim()}${cell.getFgColor()}`;
        return `${chars}${style}`;
      }).join('|');
    });
  }
}
const flushed = (stream: Writable): Promise<void> =>
  new Promise((resolve) => stream.write('', () => resolve()));

/** Frames shown one after another through the writer that look otherwise than when drawn from nothing on another terminal. */
async function differing(frames: readonly string[], columns: number, rows: number): Promise<unknown[]> {
  const found: unknown[] = [];
  const seen = new Screen(columns, rows);
  const writer = new FrameWriter(seen);
  for (const frame of frames) {
    writer.write('\u001B[?2026h');
    writer.write(`\u001B[2K\u001B[1A\u001B[2K\u001B[G${frame}`);
    writer.write('\u001B[?2026l');
    await flushed(seen);
    const fresh = new Screen(columns, rows);
    fresh.write(`\u001B[H${frame}`);
    await flushed(fresh);
    const [is, should] = [seen.cells(), fresh.cells()];
    if (is.join('\n') !== should.join('\n')) found.push({ frame, is, should });
  }
  writer.release();
  return found;
}

describe('the frame writer', () => {
  it.each([
    [80, 24],
    [120, 40],
  ])('shows every screen after every other one as if drawn from nothing, at %i×%i', async (columns, rows) => {
    for (const color of [true, false]) {
      const frames = Object.values(everyScreen({ lang: 'id', columns, rows })).map((state) =>
        paint(frameOf(state).lines, columns, rows, { color, ascii: false }),
      );
      expect(await differing(frames, columns, rows)).toEqual([]);
    }
  });

  it('copes with wide, combined and styled characters anywhere', async () => {
    const cell = fc.constantFrom(
      'a',
      ' ',
      ' ',
      '語',
      'é',
      'e\u0301',
      '👩‍👩‍👧',
      '─',
      '\u001B[31m',
      '\u001B[1;2m',
      '\u001B[0m',
      '\u001B[22m',
      '\u001B[38;5;120m',
      '\u001B[39m',
    );
    const line = fc.array(cell, { maxLength: 12 }).map((cells) => {
      let used = 0;
      return cells
        .filter((one) => {
          used += one.startsWith('\u001B') ? 0 : 2;
          return used <= 20;
        })
        .join('');
    });
    const frame = fc
      .array(line, { minLength: 4, maxLength: 4 })
      .map((lines) => lines.map((one) => `${one}\u001B[0m`).join('\n'));
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { minLength: 2, maxLength: 4 }), async (frames) => {
        expect(await differing(frames, 20, 4)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('writes nothing for the same frame, and little for a small change', async () => {
    const seen = new Screen(80, 3);
    const writer = new FrameWriter(seen);
    const frame = (mark: string): string => [`${'x'.repeat(79)}${mark}`, 'y'.repeat(80), 'z'].join('\n');
    writer.write(frame('1'));
    await flushed(seen);
    const first = seen.bytes;
    writer.write('\u001B[?2026h');
    writer.write(frame('1'));
    writer.write('\u001B[?2026l');
    expect(seen.bytes).toBe(first);
    writer.write('\u001B[?2026h');
    writer.write(frame('2'));
    writer.write('\u001B[?2026l');
    await flushed(seen);
    expect(seen.bytes - first).toBeLessThanOrEqual(64);
    writer.release();
  });

  it('lets everything else through, and draws anew after it', async () => {
    const seen = new Screen(20, 3);
    const writer = new FrameWriter(seen);
    writer.write('a\nb\nc');
    writer.write('\u001B[?1049l\u001B[?25h');
    writer.write('\u001B[?1049h');
    writer.write('a\nb\nc');
    await flushed(seen);
    expect(seen.cells().map((row) => row[0])).toEqual(['a', 'b', 'c']);
    writer.release();
  });

  it('takes styles apart', () => {
    expect(parseRow('a\u001B[1;36mb\u001B[22mc\u001B[0md')).toEqual({
      chars: ['a', 'b', 'c', 'd'],
      styles: ['', '1;36', '36', ''],
      certain: true,
    });
    expect(parseRow('語x').chars).toEqual(['語', '', 'x']);
    expect(parseRow('\u001B[38;2;1;2;3mz').styles).toEqual(['38;2;1;2;3']);
  });
});
