/** A TCP connection whose cable can be pulled: nothing is lost, nothing gets through until it is plugged in again. */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

export class Wire extends Duplex {
  readonly remoteAddress: string | undefined;
  readonly remoteFamily: string | undefined;
  readonly remotePort: number | undefined;
  readonly #socket: Socket;
  #cut: boolean;
  #held: (() => void) | null = null;

  constructor(socket: Socket, cut: boolean) {
    super();
    this.#socket = socket;
    this.#cut = cut;
    this.remoteAddress = socket.remoteAddress;
    this.remoteFamily = socket.remoteFamily;
    this.remotePort = socket.remotePort;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) socket.pause();
    });
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
    if (cut) socket.pause();
  }
  /** The cable is out. */
  cut(): void {
    this.#cut = true;
    this.#socket.pause();
  }
  heal(): void {
    this.#cut = false;
    this.#socket.resume();
    this.#held?.();
    this.#held = null;
  }
  /** The machine at this end is gone. */
  reset(): void {
    this.#socket.resetAndDestroy();
    this.destroy();
  }
  override _read(): void {
    if (!this.#cut) this.#socket.resume();
  }
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const send = () => this.#socket.write(chunk, done);
    if (this.#cut) this.#held = send;
    else send();
  }
  override _final(done: (error?: Error | null) => void): void {
    const end = () => this.#socket.end(() => done());
    if (this.#cut) this.#held = end;
    else end();
  }
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}
