/** HTTP over real byte streams for simulated servers, which are functions from a request to an answer. */
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import type { Host } from './host.js';
import { answer, reasonOf, type HttpResponse } from './model/http.js';
import type { Listener } from './model/listeners.js';

/** Speaks for the servers of one port of a host. */
export class HttpServing {
  readonly #host: Host;
  readonly #address: string;
  readonly #port: number;
  readonly #from: string;
  /** One for each certificate that was shown. */
  readonly #servers = new Map<string, HttpServer>();

  /**
   * @param address where the connections end, an address of the host
   * @param from who they come from, as the server sees it
   */
  constructor(host: Host, address: string, port: number, from: string) {
    this.#host = host;
    this.#address = address;
    this.#port = port;
    this.#from = from;
  }
  /** Serves a connection; false when the server has no certificate that it could show. */
  take(listener: Listener, connection: Duplex): boolean {
    const server = this.#serverFor(listener);
    server?.emit('connection', connection);
    return server !== null;
  }
  close(): void {
    for (const server of this.#servers.values()) server.close();
  }
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
    this.#host.journal.write('practice-lab.service', 'practice-lab', `port ${this.#port}: ${words}`, {
      priority: 3,
    });
    response.writeHead(500, reasonOf(500), { 'Content-Type': 'text/plain; charset=utf-8' });
    response.end('practice lab: this server failed over the request\n');
  }
  async #serve(request: IncomingMessage, response: ServerResponse, secure: boolean): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) if (chunk instanceof Buffer) chunks.push(chunk);
    const listener = this.#host.listeners.find(this.#address, this.#port);
    const host = request.headers.host ?? this.#address;
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
          from: this.#from,
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
