/** One run of kube-apiserver on its port: TLS with client certificates, answers that last, WebSockets; all of it ends with the run. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { WebSocketServer } from 'ws';
import { reasonOf, type HttpRequest, type HttpResponse, type TlsIdentity } from '../../model/http.js';
import type { ApiServer } from '../control-plane.js';
import { admit, answerQuestion, type Memory } from './answer.js';
import { refusal, type Answer, type Question, type Sink, type Stream, type Whole } from './call.js';
import { History } from './history.js';
import { planExec, protocolFor, runExec } from './pod-exec.js';
import { ApiError, badRequest, noSuchPath } from './status.js';
import { Watches } from './watch.js';

/** etcd takes no larger request. */
const LARGEST_BYTES = 3 << 20;
/** How long an idle connection is kept, as Go's server does, ms. */
const IDLE_MS = 90_000;

const pemOf = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`;
function certificateOf(request: IncomingMessage): string | null {
  if (!(request.socket instanceof TLSSocket)) return null;
  const { raw } = request.socket.getPeerCertificate();
  return raw instanceof Buffer ? pemOf(raw) : null;
}
async function questionOf(request: IncomingMessage): Promise<Question> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Buffer)) continue;
    length += chunk.length;
    if (length > LARGEST_BYTES)
      throw new ApiError(413, 'RequestEntityTooLarge', 'Request entity too large: limit is 3145728');
    chunks.push(chunk);
  }
  const url = URL.parse(`https://${request.headers.host ?? 'kubernetes'}${request.url ?? '/'}`);
  if (url === null) throw badRequest('the path of the request was not readable');
  return {
    method: request.method ?? 'GET',
    url,
    headers: new Map(
      Object.entries(request.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(', ') : (value ?? ''),
      ]),
    ),
    body: Buffer.concat(chunks),
    certificate: certificateOf(request),
  };
}

export class Serving {
  /** What it serves; made anew when its files change, the objects stay. */
  api: ApiServer;
  readonly #identity: () => TlsIdentity;
  readonly #memory: Memory;
  readonly #servers = new Map<string, Server>();
  readonly #connections = new Set<Duplex>();
  readonly #sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => protocolFor(this.api, [...offered]) ?? false,
  });

  /** @param identity what its TLS shows, asked at each connection */
  constructor(api: ApiServer, identity: () => TlsIdentity) {
    this.api = api;
    this.#identity = identity;
    const watches = new Watches();
    this.#memory = { watches, history: new History(api.cluster.store, (change) => watches.tell(change)) };
  }
  /** Watches that are open now. */
  get watches(): number {
    return this.#memory.watches.count;
  }
  /** One second passes. */
  tick(): void {
    this.#memory.history.tick(this.api.host.world.simulation.seconds);
    this.#memory.watches.tick();
  }
  /** The program has ended: nobody is told, connections break off. */
  close(): void {
    this.#memory.history.close();
    for (const connection of [...this.#connections]) connection.destroy();
    for (const server of this.#servers.values()) server.close();
    this.#sockets.close();
  }
  /** Takes a connection. */
  accept(connection: Duplex): void {
    const server = this.#server();
    if (server === null) {
      connection.destroy();
      return;
    }
    this.#connections.add(connection);
    connection.once('close', () => this.#connections.delete(connection));
    connection.on('error', () => undefined);
    server.emit('connection', connection);
  }
  /** The server that speaks with the certificate of now; null when there is none it could show. */
  #server(): Server | null {
    const identity = this.#identity();
    const key = `${identity.cert}${identity.key}${this.api.ca}`;
    const known = this.#servers.get(key);
    if (known !== undefined) return known;
    let made: Server;
    try {
      // Who cannot be believed is told so in an answer, not by breaking off the connection.
      made = createServer(
        { ...identity, ca: this.api.ca, requestCert: true, rejectUnauthorized: false },
        (request, response) =>
          void this.#serve(request, response).catch(() => {
            response.destroy();
          }),
      );
    } catch {
      return null;
    }
    made.keepAliveTimeout = IDLE_MS;
    made.on('upgrade', (request, socket, head) => {
      socket.on('error', () => undefined);
      void this.#upgrade(request, socket, head).catch(() => socket.destroy());
    });
    made.on('clientError', (_error, socket) => socket.destroy());
    made.on('tlsClientError', (_error, socket) => socket.destroy());
    this.#servers.set(key, made);
    return made;
  }
  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let given: Answer;
    try {
      given = await answerQuestion(this.api, this.#memory, await questionOf(request));
    } catch (error) {
      // The client went away while it was sending.
      if (!request.complete) throw error;
      given = refusal(error instanceof ApiError ? error : this.#mistake(error));
    }
    const head = {
      'Content-Type': given.type,
      'Cache-Control': 'no-cache, private',
      'Audit-Id': crypto.randomUUID(),
    };
    if (given.kind === 'whole') {
      response.writeHead(given.code, reasonOf(given.code), {
        ...head,
        'Content-Length': String(Buffer.byteLength(given.body)),
      });
      response.end(request.method === 'HEAD' ? undefined : given.body);
      return;
    }
    response.writeHead(200, reasonOf(200), head);
    response.flushHeaders();
    given.begin(sinkOf(response));
  }
  /** The simulated server itself has failed: that may not end the program, and is told. */
  #mistake(error: unknown): ApiError {
    const words = error instanceof Error ? error.message : String(error);
    this.api.host.journal.write('practice-lab.service', 'practice-lab', `kube-apiserver: ${words}`, {
      priority: 3,
    });
    return new ApiError(500, 'InternalError', `Internal error occurred: ${words}`);
  }
  /** What curl on a host gets, which takes whole answers only. */
  async whole(request: HttpRequest): Promise<HttpResponse> {
    const given = await answerQuestion(this.api, this.#memory, {
      ...request,
      certificate: request.certificate ?? null,
    });
    const settled = given.kind === 'whole' ? given : collected(given);
    const { code, type, body } = settled;
    const bytes = Buffer.from(body);
    return {
      status: code,
      headers: [
        ['Content-Type', type],
        ['Content-Length', String(bytes.length)],
      ],
      body: bytes,
    };
  }
  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    try {
      const question = await questionOf(request);
      const { place } = admit(this.api, question);
      if (place.subresource !== 'exec' || place.resource.kind !== 'Pod') throw noSuchPath();
      if (!/websocket/i.test(request.headers.upgrade ?? ''))
        throw new ApiError(
          501,
          'NotImplemented',
          `practice lab: ${request.headers.upgrade ?? 'this protocol'} is not simulated; exec speaks WebSocket`,
        );
      const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim());
      if (protocolFor(this.api, offered) === null)
        throw badRequest(
          'unable to upgrade: unable to negotiate protocol: client supports [], server accepts [v5.channel.k8s.io v4.channel.k8s.io]'.replace(
            '[]',
            `[${offered.join(' ')}]`,
          ),
        );
      const plan = await planExec(this.api, place, question.url.searchParams);
      this.#sockets.handleUpgrade(request, socket, head, (made) => runExec(made, plan));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const body = `${JSON.stringify(error.status)}\n`;
      socket.end(
        `HTTP/1.1 ${error.code} ${reasonOf(error.code)}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
      );
    }
  }
}
function sinkOf(response: ServerResponse): Sink {
  return {
    write: (text) => {
      if (!response.destroyed && !response.writableEnded) response.write(text);
    },
    end: () => {
      response.end();
    },
    get pending() {
      return response.writableLength;
    },
    abort: () => {
      response.destroy();
    },
    onClose: (listener) => {
      if (response.destroyed) listener();
      else void once(response, 'close').then(listener, listener);
    },
  };
}
/** A stream that ends by itself at once, as text; one that goes on is refused. */
function collected(answer: Stream): Whole {
  const parts: string[] = [];
  const gone: (() => void)[] = [];
  let over = false;
  const end = (): void => {
    over = true;
  };
  answer.begin({
    write: (text) => {
      parts.push(text);
    },
    end,
    pending: 0,
    abort: end,
    onClose: (listener) => {
      gone.push(listener);
    },
  });
  for (const listener of gone) listener();
  return over
    ? { kind: 'whole', code: 200, type: answer.type, body: parts.join('') }
    : refusal(
        new ApiError(
          501,
          'NotImplemented',
          'practice lab: answers that go on (watch, follow) are not simulated for programs on the hosts; use kubectl',
        ),
      );
}
