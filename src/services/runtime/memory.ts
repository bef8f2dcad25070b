/**
 * Memory of a process that stays open for a day: V8 is told to collect sooner instead of growing, and to give back what it
 * holds for nothing when nobody is at the keys.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How much the lasting objects may grow by before they are collected again, percent. */
const GROWTH_PERCENT = 20;
/** Without a key for so long, nobody notices that for 50 to 100 ms no key would be heard. */
const LEFT_ALONE_MS = 1_000;
/** Resident memory that is left as it is: what V8 holds in reserve saves it work. */
const ENOUGH_MIB = 112;
/** Not more often than this … */
const PAUSE_MS = 60_000;
/** … and only for so much: what is in use goes up and down by a few. */
const WORTH_MIB = 5;
/** Where it can be kept below this, just under what the program is meant to take, less is worth it too. */
const MOST_MIB = 119;
const MIB = 1024 * 1024;

/**
 * Keeps the heap near what is in use. V8 reads both flags each time it thinks of growing, so they hold although the program
 * runs already.
 *
 * - New objects: left to itself their space grows in Node 24 to 64 MB and stays so, beside some 25 MB that last. A page of a
 *   list or a change of a pod is gone a moment later, and as cheap to collect out of a few.
 * - Lasting objects: half-made frames are promoted to them under load, and V8 lets them grow to a multiple before it looks:
 *   104 MB were held for 29 MB in use on a cluster that changed all the time, 248 MiB resident under a flood of logs against
 *   163 MiB so, at the same processor time.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
}

/**
 * Collects everything and returns to the system what is not in use, at once: 40 to 80 ms, in which nothing else happens.
 * Loading leaves up to 32 MB of room for new objects behind and half-empty pages between the lasting ones; V8 keeps both as long
 * as there is something to do, and on a lab there always is: 147 MiB resident at the end of a flood of logs against 117 after
 * this. It has its price: with less room V8 collects more often, and compiled code is let go of, too.
 */
export function giveBackMemory(): void {
  setFlagsFromString('--expose-gc');
  // Only a context made after the flag has the function. "Last resort" is the one that gives back; a regular one does not.
  runInNewContext("gc({ type: 'major', flavor: 'last-resort' })");
}

interface MemoryWatch {
  /** Bytes that were typed so far: as long as they change, somebody is at the keys. */
  readonly typed: () => number;
  /** Resident memory of the process, bytes. */
  readonly resident: () => number;
  readonly giveBack: () => void;
  /** Waits, ms. */
  readonly wait: (ms: number) => Promise<unknown>;
}

/**
 * Gives memory back when there is more than enough and nobody types, and again whenever it has grown since, until `wait`
 * rejects.
 * @throws what `wait` rejects with
 */
export async function watchMemory({ typed, resident, giveBack, wait }: MemoryWatch): Promise<never> {
  let bound = ENOUGH_MIB * MIB;
  for (let pause = LEFT_ALONE_MS; ; pause = PAUSE_MS) {
    await wait(pause);
    if (resident() < bound) continue;
    let before: number;
    do {
      before = typed();
      await wait(LEFT_ALONE_MS);
    } while (typed() !== before);
    giveBack();
    const left = resident() / MIB;
    const worth = left + WORTH_MIB;
    bound = Math.max(ENOUGH_MIB, left < MOST_MIB ? Math.min(worth, MOST_MIB) : worth) * MIB;
  }
}

/**
 * Keeps the memory of this process low until the signal fires. Keeps nothing alive.
 * @param onError told when it ends for another reason; the program goes on without it
 */
export function keepMemoryLow(
  typed: () => number,
  signal: AbortSignal,
  onError: (error: unknown) => void,
): void {
  keepHeapSmall();
  watchMemory({
    typed,
    resident: process.memoryUsage.rss,
    giveBack: giveBackMemory,
    wait: (ms) => sleep(ms, undefined, { signal, ref: false }),
  }).catch((error: unknown) => {
    if (!signal.aborted) onError(error);
  });
}
