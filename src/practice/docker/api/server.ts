/** The Docker API of one daemon: HTTP over whatever connection somebody made to its socket. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { duplexPair, type Duplex } from 'node:stream';
import { engineVersion, API_VERSION } from '../../commands/docker/call.js';
import type { Engine } from '../engine.js';
import { readBody, readUpgradedBody } from './body.js';
import { execStarter } from './exec.js';
import { ApiError, Exchange, failureOf } from './exchange.js';
import { routeOf } from './router.js';

class DockerApi {
  readonly #engine: Engine;
  readonly #server: Server;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#server = createServer(
      // A stream of events has no end, and nothing of it for a while.
      { requestTimeout: 0, keepAliveTimeout: 0 },
      (request, response) => void this.#answer(request, response),
    );
    // Who has said everything may still listen, as `docker system dial-stdio` does at the end of its input.
    Object.assign(this.#server, { httpAllowHalfOpen: true });
    this.#server.on('upgrade', (request, socket, head: Buffer) => void this.#upgrade(request, socket, head));
    this.#server.on('clientError', (_error, socket) => socket.destroy());
  }
  /** The client's end of a new connection; it breaks when the daemon goes. */
  connect(): Duplex {
    const [inner, outer] = duplexPair();
    const { life } = this.#engine;
    const stop = () => inner.destroy();
    life.addEventListener('abort', stop, { once: true });
    inner.on('error', () => undefined);
    inner.once('close', () => {
      life.removeEventListener('abort', stop);
      outer.destroy();
    });
    outer.once('close', stop);
    this.#server.emit('connection', inner);
    return outer;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of [
      ['Api-Version', API_VERSION],
      ['Docker-Experimental', 'false'],
      ['Ostype', 'linux'],
      ['Server', `Docker/${engineVersion(this.#engine.host)} (linux)`],
    ] as const)
      response.setHeader(name, value);
    try {
      const route = routeOf(request.method ?? 'GET', request.url ?? '/');
      const body = await readBody(request);
      const exchange = new Exchange(this.#engine, request, response, route, body);
      try {
        await route.handle(exchange);
      } catch (error) {
        const { status, message } = failureOf(error);
        if (response.headersSent) response.destroy();
        else exchange.json(status, { message });
      }
    } catch (error) {
      const { status, message } = failureOf(error);
      const bytes = Buffer.from(`${JSON.stringify({ message })}\n`);
      response.writeHead(status, {
        'Content-Type': 'application/json',
        'Content-Length': String(bytes.length),
      });
      response.end(bytes);
    }
  }

  /** Starting a command is the one thing for which the connection is handed over. */
  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => undefined);
    try {
      const id = execStarter(request.method ?? '', request.url ?? '');
      if (id === null)
        throw new ApiError(
          501,
          `practice lab: ${request.method ?? ''} ${request.url ?? ''} over an upgraded connection is not simulated`,
        );
      const body = await readUpgradedBody(request, socket, head);
      id(this.#engine, body, socket);
    } catch (error) {
      const { status, message } = failureOf(error);
      const text = `${JSON.stringify({ message })}\n`;
      socket.end(
        `HTTP/1.1 ${status} ${status === 404 ? 'Not Found' : status === 409 ? 'Conflict' : 'Error'}\r\nApi-Version: ${API_VERSION}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
      );
    }
  }
}

const served = new WeakMap<Engine, DockerApi>();
/** Opens a connection to a daemon that runs. */
export function connectApi(engine: Engine): Duplex {
  const api = served.get(engine) ?? new DockerApi(engine);
  served.set(engine, api);
  return api.connect();
}
