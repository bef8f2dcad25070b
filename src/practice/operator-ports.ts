/** Where the operator's computer reaches the ports of practice hosts: real sockets on loopback, as port forwarding makes them. */
import { createServer, type Server, type Socket } from 'node:net';
import { OPERATOR, type Host, type WireEvent } from './host.js';
import { HttpServing } from './http-serving.js';
import { Wire } from './wire.js';

/**
 * A forwarded port is closed as long as nothing listens on the host, and must be free when something does. The system gives
 * ports above this range to whoever asks for any, so reserved ones are taken from below.
 */
const FIRST = 12_000;
const BLOCK = 48;
const BLOCKS = 400;
const RETRY_MS = 100;
let taken = 0;

function listen(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
}
/** A free port for later, different for every process that runs a lab and every port in it. */
async function reserve(): Promise<number> {
  for (;;) {
    const block = (process.pid + Math.floor(taken / BLOCK)) % BLOCKS;
    const port = FIRST + block * BLOCK + (taken % BLOCK);
    taken += 1;
    const probe = createServer();
    const free = await listen(probe, port);
    if (!free) continue;
    await new Promise((resolve) => probe.close(resolve));
    return port;
  }
}

export class OperatorPort {
  readonly #host: Host;
  readonly #hostPort: number;
  readonly port: number;
  readonly #wires = new Set<Wire>();
  readonly #http: HttpServing;
  #listener: Server | null = null;
  #settled: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(host: Host, hostPort: number, port: number) {
    this.#host = host;
    this.#hostPort = hostPort;
    this.port = port;
    this.#http = new HttpServing(host, host.address, hostPort, OPERATOR);
    host.onWire.add((event) => this.#onWire(event));
  }
  /** Forwards a port of a host; `port` of the result is where on 127.0.0.1. */
  static async open(host: Host, hostPort: number): Promise<OperatorPort> {
    const made = new OperatorPort(host, hostPort, await reserve());
    await made.#settle();
    return made;
  }
  async close(): Promise<void> {
    this.#closed = true;
    for (const wire of this.#wires) wire.reset();
    this.#http.close();
    await this.#settle();
  }

  get #meets(): 'open' | 'refused' | 'silent' {
    if (this.#host.power !== 'on') return 'refused';
    return this.#host.meets(OPERATOR, this.#host.address, this.#hostPort);
  }
  async #onWire(event: WireEvent): Promise<void> {
    if (event === 'cut') for (const wire of this.#wires) wire.cut();
    if (event === 'heal') for (const wire of this.#wires) wire.heal();
    if (event === 'reset') for (const wire of this.#wires) wire.reset();
    await this.#settle();
  }
  #settle(): Promise<void> {
    this.#settled = this.#settled.then(async () => {
      const wanted = !this.#closed && this.#meets === 'open';
      if (wanted && this.#listener === null) await this.#open();
      else if (!wanted && this.#listener !== null) {
        const listener = this.#listener;
        this.#listener = null;
        // What is connected stays connected; only new ones are refused.
        listener.close();
      }
    });
    return this.#settled;
  }
  async #open(): Promise<void> {
    for (;;) {
      const listener = createServer((socket) => this.#accept(socket));
      if (await listen(listener, this.port)) {
        this.#listener = listener;
        return;
      }
      // Somebody may have taken the port while it was closed.
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      if (this.#closed) return;
    }
  }

  #accept(socket: Socket): void {
    const server = this.#host.listeners.find(this.#host.address, this.#hostPort);
    if (server === undefined) {
      socket.resetAndDestroy();
      return;
    }
    const wire = new Wire(socket, this.#host.linkCut);
    this.#wires.add(wire);
    wire.once('close', () => this.#wires.delete(wire));
    wire.on('error', () => undefined);
    if (server.accept !== undefined) {
      server.accept(wire);
      return;
    }
    if (!this.#http.take(server, wire)) wire.reset();
  }
}
