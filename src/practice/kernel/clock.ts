/** How long simulated things take in real time. */

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
}
