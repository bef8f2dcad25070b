/** Where the operator's computer reaches the ports of practice hosts: real sockets on loopback, as port forwarding makes them. */
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { OPERATOR, type Host, type WireEvent } from './host.js';
import { answer, reasonOf, type HttpResponse } from './model/http.js';
import type { Listener } from './model/listeners.js';
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
  readonly #servers = new Map<string, HttpServer>();
  #listener: Server | null = null;
  #settled: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(host: Host, hostPort: number, port: number) {
    this.#host = host;
    this.#hostPort = hostPort;
    this.port = port;
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
    for (const server of this.#servers.values()) server.close();
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
    const http = this.#serverFor(server);
    if (http === null) wire.reset();
    else http.emit('connection', wire satisfies Duplex);
  }
  /** The HTTP server that speaks for a listener; one for each certificate it has shown. */
  #serverFor(listener: Listener): HttpServer | null {
    const identity = listener.tls?.();
    if (identity === null) return null;
    const key = identity === undefined ? '' : identity.cert;
    const known = this.#servers.get(key);
    if (known !== undefined) return known;
    const handle = (request: IncomingMessage, response: ServerResponse) =>
      void this.#serve(request, response, identity !== undefined).catch((error: unknown) =>
        this.#failed(request, response, error),
      );
    const made =
      identity === undefined ? createHttpServer(handle) : createHttpsServer({ ...identity }, handle);
    made.on('clientError', (_error, socket) => socket.destroy());
    this.#servers.set(key, made);
    return made;
  }
  /** The client went away while it was sending, or the simulated server has a mistake: neither may end the program. */
  #failed(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    if (!request.complete || response.headersSent) {
      response.destroy();
      return;
    }
    const words = error instanceof Error ? error.message : String(error);
    this.#host.journal.write('practice-lab.service', 'practice-lab', `port ${this.#hostPort}: ${words}`, {
      priority: 3,
    });
    response.writeHead(500, reasonOf(500), { 'Content-Type': 'text/plain; charset=utf-8' });
    response.end('practice lab: this server failed over the request\n');
  }
  async #serve(request: IncomingMessage, response: ServerResponse, secure: boolean): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) if (chunk instanceof Buffer) chunks.push(chunk);
    const listener = this.#host.listeners.find(this.#host.address, this.#hostPort);
    const host = request.headers.host ?? this.#host.address;
    const url = URL.parse(`${secure ? 'https' : 'http'}://${host}${request.url ?? '/'}`);
    const headers = new Map(
      Object.entries(request.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(', ') : (value ?? ''),
      ]),
    );
    let given: HttpResponse | null;
    if (url === null) given = answer(400);
    else
      given =
        (await listener?.http?.({
          method: request.method ?? 'GET',
          url,
          headers,
          body: Buffer.concat(chunks),
          from: OPERATOR,
        })) ?? null;
    if (given === null) {
      response.destroy();
      return;
    }
    if (given.takesMs !== undefined)
      await this.#host.clock.sleep(given.takesMs, new AbortController().signal).catch(() => undefined);
    response.writeHead(given.status, reasonOf(given.status), given.headers.flat());
    response.end(request.method === 'HEAD' ? undefined : given.body);
  }
}
