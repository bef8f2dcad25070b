/** A stream of a link that behaves as HTTP expects a socket to: destroyed at once, and closed once. */
import { Duplex } from 'node:stream';

/**
 * ssh2's channels say that they are closed only after all they received was read. What is destroyed is read by nobody, so
 * such a channel would never be over, for those who count streams and for the link that lends it a slot.
 */
export class ChannelStream extends Duplex {
  readonly #channel: Duplex;
  #ended = false;

  constructor(channel: Duplex) {
    super();
    this.#channel = channel;
    channel.on('data', (chunk: Uint8Array) => {
      if (!this.destroyed && !this.push(chunk)) channel.pause();
    });
    channel.once('end', () => this.#end());
    channel.on('error', (error) => this.destroy(error));
    channel.once('close', () => {
      this.#end();
      // What has come is still read, then it is over in both directions.
      if (this.readableEnded) this.destroy();
      else this.once('end', () => this.destroy());
    });
    channel.pause();
  }
  #end(): void {
    if (this.#ended || this.destroyed) return;
    this.#ended = true;
    this.push(null);
  }
  override _read(): void {
    this.#channel.resume();
  }
  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#channel.write(chunk, done);
  }
  override _final(done: (error?: Error | null) => void): void {
    this.#channel.end(done);
  }
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#channel.destroy();
    this.#channel.resume();
    done(error);
  }
}
