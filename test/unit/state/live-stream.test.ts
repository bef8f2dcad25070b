/** The lines of a followed log: numbered, bounded, and honest about what is gone. */
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { createStreamBook } from '../../../src/state/live/stream.js';

describe('a stream book', () => {
  it('puts lines together whatever pieces they come in', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z ]{0,12}$/), { maxLength: 20 }),
        fc.array(fc.nat(30), { maxLength: 40 }),
        (lines, cuts) => {
          const text = lines.map((line) => `${line}\n`).join('');
          const book = createStreamBook();
          let at = 0;
          for (const cut of cuts) {
            book.append(text.slice(at, at + cut));
            at += cut;
          }
          book.append(text.slice(at));
          expect(book.slice(0, book.total())).toEqual(lines);
        },
      ),
    );
  });

  it('never keeps more than its bounds, and numbers and counts always agree', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z\n]{0,30}$/), { maxLength: 60 }),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 5, max: 60 }),
        (pieces, lines, characters) => {
          const book = createStreamBook({ lines, characters, perLine: 10 });
          for (const piece of pieces) book.append(piece);
          const kept = book.slice(0, book.total());
          expect(kept.length).toBe(book.total() - book.dropped());
          // The line that has not ended yet comes on top.
          expect(kept.length).toBeLessThanOrEqual(lines + 1);
          expect(kept.slice(0, -1).join('').length).toBeLessThanOrEqual(Math.max(characters, 10));
          for (const [i, line] of kept.entries())
            expect(book.slice(book.dropped() + i, book.dropped() + i + 1)).toEqual([line]);
        },
      ),
    );
  });

  it('keeps the numbers of lines while older ones are dropped: who paused stays where he was', () => {
    const book = createStreamBook({ lines: 100 });
    for (let i = 0; i < 120; i += 1) book.append(`line ${i}\n`);
    const paused = book.slice(60, 63);
    for (let i = 120; i < 150; i += 1) book.append(`line ${i}\n`);
    expect(book.slice(60, 63)).toEqual(paused);
    expect(book.dropped()).toBe(50);
    expect(book.slice(0, 51)).toEqual(['line 50']);
  });

  it('tells of changes now and then, not of each', () => {
    vi.useFakeTimers();
    try {
      const book = createStreamBook({ publishPerSecond: 10 });
      const told: number[] = [];
      const stop = book.subscribe((revision) => told.push(revision));
      for (let i = 0; i < 1000; i += 1) book.append('x\n');
      vi.advanceTimersByTime(100);
      expect(told).toEqual([1000]);
      stop();
      book.append('x\n');
      vi.advanceTimersByTime(1000);
      expect(told).toHaveLength(1);
    } finally {
      vi.useRealTimers();
    }
  });
});
