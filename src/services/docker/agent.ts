/** HTTP over byte streams that a link opens: what Docker's, Harbor's and other APIs of a host are asked through. */
import { inspect } from 'node:util';
import type { Duplex } from 'node:stream';
import { LinkAgent } from '../ssh/link-agent.js';
import { ChannelStream } from './channel-stream.js';

/**
 * Every request gets a stream of its own: a stream through SSH costs one message there and back, and none is left idle to
 * break unseen.
 */
export class StreamAgent extends LinkAgent {
  readonly #open: () => Promise<Duplex>;
  readonly #streams = new Set<Duplex>();
  #closed = false;

  /** @param open dials; what it throws becomes the error of the request */
  constructor(open: () => Promise<Duplex>) {
    super({ keepAlive: false, maxSockets: Infinity });
    this.#open = open;
  }

  /**
   * Docker's client writes all that it is about to send for its debug log, whether anybody reads that or not (docker-modem
   * 5.0, `buildRequest`): each request would walk through the whole of the SSH connection, 95 ms in the first seconds.
   */
  [inspect.custom](): string {
    return 'StreamAgent';
  }

  /** Streams that have not ended yet. */
  get streams(): number {
    return this.#streams.size;
  }

  protected override async open(): Promise<Duplex> {
    if (this.#closed) throw new Error('closed');
    const channel = await this.#open();
    const stream = new ChannelStream(channel);
    this.#streams.add(stream);
    // Not when we have left it, but when the far end has let go of it, too.
    channel.once('close', () => this.#streams.delete(stream));
    // A stream that breaks between two listeners of Node must not end the process.
    stream.on('error', () => undefined);
    if (this.#closed) stream.destroy();
    return stream;
  }

  /** Ends all streams, also those under way. */
  override destroy(): void {
    this.#closed = true;
    for (const stream of this.#streams) stream.destroy();
    super.destroy();
  }
}
