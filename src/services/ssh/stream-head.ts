/** The beginning of a stream of bytes, as far as it may be kept. */

/** Room that is taken at first, bytes; most commands say nothing on stderr, so it is taken with the first word. */
const FIRST_ROOM = 256;

/**
 * Keeps the first bytes of a stream and counts the others. One buffer of its own that grows: a small Buffer is a piece of
 * Node's pool of 64 KiB, and a command that is followed for a day and now and then says a word would hold on to a pool for
 * each.
 */
export class StreamHead {
  readonly #max: number;
  #kept = Buffer.alloc(0);
  #bytes = 0;
  /** Bytes that came when it was full. */
  dropped = 0;

  /** @param max most bytes that are kept */
  constructor(max: number) {
    this.#max = max;
  }

  push(chunk: Uint8Array): void {
    const taken = Math.min(this.#max - this.#bytes, chunk.length);
    if (taken > 0) {
      this.#reserve(this.#bytes + taken);
      this.#kept.set(chunk.subarray(0, taken), this.#bytes);
      this.#bytes += taken;
    }
    this.dropped += chunk.length - taken;
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#kept.length) return;
    const room = Math.min(this.#max, Math.max(bytes, 2 * this.#kept.length, FIRST_ROOM));
    const larger = Buffer.allocUnsafeSlow(room);
    larger.set(this.#kept.subarray(0, this.#bytes));
    this.#kept = larger;
  }

  /** What was kept, read as UTF-8. */
  text(): string {
    return this.#kept.toString('utf8', 0, this.#bytes);
  }
}
