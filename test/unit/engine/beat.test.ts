/** Readings that merely moved are told together; what means something is told at once. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BEAT_MS, createBeat, type Beat } from '../../../src/services/engine/beat.js';
import { createLiveBook } from '../../../src/state/live/book.js';
import type { ContainerUsage } from '../../../src/state/live/rows.js';
import type { ServiceMessage } from '../../../src/state/types.js';
import { NO_FACTS } from './fakes.js';

const live = (revision: number): ServiceMessage => ({ type: 'live', revision });
const clock = (now: number): ServiceMessage => ({ type: 'clock', now });

let told: ServiceMessage[];
let stop: AbortController;
let beat: Beat;

beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  stop = new AbortController();
  beat = createBeat((message) => told.push(message), stop.signal);
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a reading that merely moved', () => {
  it('waits for the others, and only the newest of each is told', async () => {
    beat.tell('live', live(1), false);
    await vi.advanceTimersByTimeAsync(BEAT_MS / 2);
    beat.tell('clock', clock(7), false);
    beat.tell('live', live(2), false);
    expect(told).toEqual([]);
    await vi.advanceTimersByTimeAsync(BEAT_MS / 2);
    expect(told).toEqual([live(2), clock(7)]);
    await vi.advanceTimersByTimeAsync(10 * BEAT_MS);
    expect(told).toHaveLength(2);
  });

  it('is forgotten when newer news of the same overtakes it', async () => {
    beat.tell('live', live(1), false);
    beat.tell('live', live(2), true);
    expect(told).toEqual([live(2)]);
    await vi.advanceTimersByTimeAsync(BEAT_MS);
    expect(told).toEqual([live(2)]);
  });

  it('is not told any more once the lab is closed', async () => {
    beat.tell('live', live(1), false);
    stop.abort();
    await vi.advanceTimersByTimeAsync(BEAT_MS);
    beat.tell('live', live(2), true);
    expect(told).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('the live book', () => {
  const usage = (cpuPercent: number): ContainerUsage => ({
    at: 1,
    cpuPercent,
    memoryBytes: 1,
    memoryLimitBytes: null,
  });

  it('tells what happened from what merely moved', async () => {
    const book = createLiveBook();
    const heard: boolean[] = [];
    book.subscribe((_revision, news) => heard.push(news));
    const after = async (change: () => void): Promise<boolean | undefined> => {
      change();
      await vi.advanceTimersByTimeAsync(1_000);
      return heard.pop();
    };
    expect(await after(() => book.setFacts('vm-k8s', NO_FACTS))).toBe(true);
    expect(await after(() => book.setFacts('vm-k8s', { ...NO_FACTS, at: 2, processes: [] }))).toBe(false);
    expect(await after(() => book.setFacts('vm-k8s', { ...NO_FACTS, at: 3, rebootPending: true }))).toBe(
      true,
    );
    expect(await after(() => book.setUsage('vm-docker', 'c1', usage(1)))).toBe(true);
    expect(await after(() => book.setUsage('vm-docker', 'c1', usage(2)))).toBe(false);
    expect(await after(() => book.setUsage('vm-docker', 'c1', null))).toBe(true);
    const both = (): void => {
      book.setUsage('vm-docker', 'c2', usage(1));
      book.setUsage('vm-docker', 'c2', usage(2));
    };
    expect(await after(both)).toBe(true);
  });
});
