/** How long simulated things take in real time. */

/** However fast a lab's time runs, what is simulated second by second takes at least this long for one. */
export const REAL_MS_PER_SECOND = 4;
/** The longest part of a wait in compressed time that is taken in one piece, in real milliseconds. */
const PIECE_MS = 5;
/** So many late pieces one after another do not count; then one counts, so that every wait ends. */
const LATE_PIECES = 12;
/** Node clamps longer timers to one millisecond; nothing in a lab waits for 24 days. */
const LONGEST_MS = 2 ** 31 - 1;

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
    return this.#pass(ms * this.scale, signal);
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
  patience(ms: number, signal: AbortSignal): Promise<void> {
    const least = Math.min(ms, (ms / 1000) * REAL_MS_PER_SECOND);
    return this.#pass(Math.max(ms * this.scale, least), signal);
  }
  /**
   * Calls back after `ms` simulated milliseconds, at least `least` real ones; does not keep the program running.
   * @returns calls it off
   */
  later(ms: number, least: number, then: () => void): () => void {
    const end = new AbortController();
    this.#count(Math.max(least, ms * this.scale), end.signal, then, false);
    return () => end.abort();
  }
  #pass(real: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const stop = () => reject(signal.reason);
      signal.addEventListener('abort', stop, { once: true });
      this.#count(
        real,
        signal,
        () => {
          signal.removeEventListener('abort', stop);
          resolve();
        },
        true,
      );
    });
  }
  /**
   * Counts `real` milliseconds down. Work does not get faster when a lab's time is compressed: on a busy computer a
   * limit of ten seconds, half a real one, would be over before the simulated host had its turn. So compressed time
   * passes in pieces, and a piece that came late, because the program was at work or was not given the processor, does
   * not count.
   */
  #count(real: number, signal: AbortSignal, then: () => void, keeps: boolean): void {
    let cancel = (): void => undefined;
    const stop = () => cancel();
    const finish = () => {
      signal.removeEventListener('abort', stop);
      then();
    };
    signal.addEventListener('abort', stop, { once: true });
    if (real < 1) {
      const handle = setImmediate(finish);
      cancel = () => clearImmediate(handle);
      return;
    }
    let left = real;
    let late = 0;
    const next = (): void => {
      const piece = this.scale < 1 ? Math.min(left, PIECE_MS) : Math.min(left, LONGEST_MS);
      const due = performance.now() + piece;
      const handle = setTimeout(() => {
        const counts = this.scale >= 1 || performance.now() - due <= PIECE_MS || late >= LATE_PIECES;
        late = counts ? 0 : late + 1;
        if (counts) left -= piece;
        if (left < 0.5) finish();
        else next();
      }, piece);
      if (!keeps) handle.unref();
      cancel = () => clearTimeout(handle);
    };
    next();
  }
}
