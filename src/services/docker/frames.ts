/** The log of a container without a terminal: stdout and stderr in one stream, each piece behind a header of 8 bytes. */

const HEADER = 8;
const STDERR = 2;
/** A larger piece is no piece of a log: the frames were lost, and what follows means nothing. */
const MAX_PIECE = 16 * 1024 * 1024;

/** Takes the stream apart. What is held is never more than a header: pieces are handed on as they arrive. */
export class FrameReader {
  readonly #onBytes: (from: 'stdout' | 'stderr', bytes: Uint8Array) => void;
  #header: Buffer = Buffer.alloc(0);
  #from: 'stdout' | 'stderr' = 'stdout';
  /** Bytes of the current piece that have not come yet. */
  #left = 0;

  constructor(onBytes: (from: 'stdout' | 'stderr', bytes: Uint8Array) => void) {
    this.#onBytes = onBytes;
  }

  /** @throws RangeError when these are no frames */
  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#left > 0) {
        const piece = chunk.subarray(at, at + this.#left);
        this.#left -= piece.length;
        at += piece.length;
        this.#onBytes(this.#from, piece);
        continue;
      }
      const part = chunk.subarray(at, at + HEADER - this.#header.length);
      at += part.length;
      this.#header = Buffer.concat([this.#header, part]);
      if (this.#header.length < HEADER) return;
      this.#left = this.#header.readUInt32BE(4);
      const kind = this.#header[0] ?? 0;
      if (kind > STDERR || this.#left > MAX_PIECE) throw new RangeError('not a frame of a container log');
      this.#from = kind === STDERR ? 'stderr' : 'stdout';
      this.#header = Buffer.alloc(0);
    }
  }
}
