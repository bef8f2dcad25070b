import { expect, it } from 'vitest';
import { giveBackMemory } from '../../../src/services/runtime/memory.js';
import { StreamHead } from '../../../src/services/ssh/stream-head.js';

it('keeps the beginning, whatever the pieces, and counts what it drops', () => {
  const head = new StreamHead(10);
  for (const piece of ['abc', '', 'é', 'defgh', 'ijk']) head.push(Buffer.from(piece));
  expect(head.text()).toBe('abcédefgh');
  expect(head.dropped).toBe(3);
  expect(new StreamHead(10).text()).toBe('');
});

it('takes no more memory than what it keeps, though the words come one at a time for hours', () => {
  const held = (): number => {
    giveBackMemory();
    return process.memoryUsage().arrayBuffers;
  };
  const head = new StreamHead(1024 * 1024);
  const before = held();
  for (let turn = 0; turn < 500; turn += 1) {
    head.push(Buffer.from('sort: write error\n'));
    // What else goes on between two of them uses up a pool of small buffers.
    for (let other = 0; other < 40; other += 1) Buffer.from('x'.repeat(2_000));
  }
  const after = held();
  expect(head.text()).toHaveLength(500 * 18);
  expect(after - before).toBeLessThan(256 * 1024);
});
