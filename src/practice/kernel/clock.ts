/** How long simulated things take in real time. */

/** However fast a lab's time runs, what is simulated second by second takes at least this long for one. */
export const REAL_MS_PER_SECOND = 4;

/** Timers of one lab: every duration is multiplied by `scale`, and all of them end with the lab. */
export class Clock {
  readonly scale: number;
  /** @param scale 1 = as long as in reality, 0 = at once */
  constructor(scale: number) {
    this.scale = scale;
  }
  /**
   * Waits `ms` simulated milliseconds; rejects with the signal's reason when it is aborted first. Even a wait of nothing
   * lets the event loop turn, so a loop without real waiting cannot freeze the program.
   */
  sleep(ms: number, signal: AbortSignal): Promise<void> {
    const real = ms * this.scale;
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      let cancel = (): void => undefined;
      const stop = () => {
        cancel();
        reject(signal.reason);
      };
      const go = () => {
        signal.removeEventListener('abort', stop);
        resolve();
      };
      if (real < 1) {
        const handle = setImmediate(go);
        cancel = () => clearImmediate(handle);
      } else {
        // Node clamps longer timers to one millisecond; nothing in a lab waits for 24 days.
        const handle = setTimeout(go, Math.min(real, 2 ** 31 - 1));
        cancel = () => clearTimeout(handle);
      }
      signal.addEventListener('abort', stop, { once: true });
    });
  }
  /**
   * Waits for a point in time that somebody may have to beat, like the end of a safeguard. It is not a wait that may be
   * skipped: in a lab where waits take no time it still takes as long as it says.
   */
  deadline(ms: number, signal: AbortSignal): Promise<void> {
    return this.scale === 0 ? new Clock(1).sleep(ms, signal) : this.sleep(ms, signal);
  }
  /**
   * Waits as long as somebody's patience lasts. At a compressed scale other things of the lab still take a few real
   * milliseconds for each of their seconds; a deadline must not be over before them.
   */
  async patience(ms: number, signal: AbortSignal): Promise<void> {
    const least = Math.min(ms, (ms / 1000) * REAL_MS_PER_SECOND);
    if (ms * this.scale >= least) return this.sleep(ms, signal);
    await new Promise<void>((resolve, reject) => {
      const handle = setTimeout(
        () => {
          signal.removeEventListener('abort', stop);
          resolve();
        },
        Math.min(least, 2 ** 31 - 1),
      );
      const stop = () => {
        clearTimeout(handle);
        reject(signal.reason);
      };
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
    });
  }
}
