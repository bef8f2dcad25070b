import { getHeapSpaceStatistics } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { giveBackMemory, watchMemory } from '../../../src/services/runtime/memory.js';

const MIB = 1024 * 1024;

/** Room for new objects, bytes. */
function room(): number {
  return getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')?.space_size ?? 0;
}

/** A person and a process: `waits` says at each wait what happens during it; after the last one the watch ends. */
async function watched(
  waits: readonly { readonly typed?: number; readonly grown?: number }[],
  inUse = 100,
): Promise<readonly string[]> {
  let [typed, resident] = [0, inUse * MIB];
  const told: string[] = [];
  let next = 0;
  const over = new Error('over');
  await expect(
    watchMemory({
      typed: () => typed,
      resident: () => resident,
      giveBack() {
        told.push('given back');
        resident = inUse * MIB;
      },
      async wait(ms) {
        const during = waits[next];
        next += 1;
        if (during === undefined) throw over;
        told.push(`${ms / 1_000} s`);
        typed += during.typed ?? 0;
        resident += (during.grown ?? 0) * MIB;
      },
    }),
  ).rejects.toBe(over);
  return told;
}

describe('memory of a program that stays open', () => {
  it('is left alone while there is not too much of it', async () => {
    expect(await watched([{}, { grown: 11 }, { grown: -10 }])).toEqual(['1 s', '60 s', '60 s']);
  });

  it('is given back when there is, as soon as nobody types', async () => {
    const told = await watched([{ grown: 20 }, { typed: 3 }, { typed: 1 }, {}, {}]);
    expect(told).toEqual(['1 s', '1 s', '1 s', '1 s', 'given back', '60 s']);
  });

  it('is given back again when it has grown by more than it goes up and down', async () => {
    const told = await watched([{ grown: 20 }, {}, { grown: 11 }, { grown: 2 }, {}, {}]);
    expect(told).toEqual(['1 s', '1 s', 'given back', '60 s', '60 s', '1 s', 'given back', '60 s']);
  });

  it('is given back for less where that keeps it below what it is meant to take', async () => {
    const told = await watched([{ grown: 10 }, {}, { grown: 2 }, { grown: 2 }, {}, {}], 116);
    expect(told).toEqual(['1 s', '1 s', 'given back', '60 s', '60 s', '1 s', 'given back', '60 s']);
  });

  it('is not given back for what stays in use', async () => {
    const told = await watched([{ grown: 20 }, {}, { grown: 4 }, {}], 130);
    expect(told).toEqual(['1 s', '1 s', 'given back', '60 s', '60 s']);
  });

  it('holds no room for new objects afterwards that loading has left behind', () => {
    const kept: unknown[] = [];
    while (room() < 8 * MIB && kept.length < 5_000_000) kept.push({ number: kept.length });
    expect(room()).toBeGreaterThanOrEqual(8 * MIB);
    giveBackMemory();
    expect(room()).toBeLessThanOrEqual(2 * MIB);
  });
});
