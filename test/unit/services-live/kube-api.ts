/**
 * A small Kubernetes API server over HTTPS with client certificates: lists in pages, watches with resumption, bookmarks and
 * expiry, logs, exec; and whatever can go wrong with one.
 */
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { Certificates } from './kube-certificates.js';

export interface ApiObject {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly uid: string };
}
interface Change {
  readonly version: number;
  readonly path: string;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** JSON of the object with its version. */
  readonly text: string;
}
interface Watcher {
  readonly path: string;
  readonly answer: ServerResponse;
}
export interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly body: string;
  readonly contentType: string;
}

const PATHS = [
  ...[
    'nodes',
    'namespaces',
    'services',
    'endpoints',
    'persistentvolumes',
    'persistentvolumeclaims',
    'pods',
    'events',
  ].map((plural) => `/api/v1/${plural}`),
  ...['deployments', 'statefulsets', 'daemonsets'].map((plural) => `/apis/apps/v1/${plural}`),
  '/apis/batch/v1/jobs',
];

const COMPRESSED_FROM = 16 << 10;

export class FakeApi {
  readonly asked: Asked[] = [];
  /** Path → what is answered in place of an answer. */
  readonly refusals = new Map<
    string,
    { readonly code: number; readonly reason: string; readonly message: string }
  >();
  /** Pages of lists that went out compressed. */
  compressed = 0;
  /** Connections that were made so far. */
  connections = 0;
  /** Answers nothing any more, on connections that stay. */
  frozen = false;
  /** What `…/log` answers; without `end` it goes on. */
  log: { readonly text: string; readonly end: boolean } = { text: '', end: true };
  readonly logs = new Set<ServerResponse>();
  /** What an exec begins with; told its socket, after the status of v4.channel.k8s.io has been agreed upon. */
  onExec: (socket: WebSocket, url: URL) => void = () => undefined;
  readonly #objects = new Map<string, Map<string, string>>(PATHS.map((path) => [path, new Map()]));
  readonly #changes: Change[] = [];
  readonly #watchers = new Set<Watcher>();
  readonly #sockets = new Set<Duplex>();
  readonly #terminals = new WebSocketServer({ noServer: true, handleProtocols: () => 'v4.channel.k8s.io' });
  #certificates: Certificates;
  #version = 100;
  /** Versions up to here have been forgotten. */
  #forgotten = 0;
  #server: ReturnType<typeof createServer> | null = null;
  port = 0;

  constructor(certificates: Certificates) {
    this.#certificates = certificates;
  }
  get url(): string {
    return `https://127.0.0.1:${this.port}`;
  }
  /** Sockets of clients that are open now. */
  get sockets(): number {
    return this.#sockets.size;
  }
  get watches(): number {
    return this.#watchers.size;
  }
  /** Requests whose path and query contain the text. */
  count(part: string): number {
    return this.asked.filter(({ url }) => decodeURIComponent(url.pathname + url.search).includes(part))
      .length;
  }

  /** Serves, on the port of before if there was one; with other certificates it is another cluster. */
  async start(certificates = this.#certificates): Promise<void> {
    this.#certificates = certificates;
    const { ca, server: own } = certificates;
    const server = createServer(
      { ...own, ca, requestCert: true, rejectUnauthorized: false },
      (request, answer) => {
        void this.#answer(request, answer);
      },
    );
    server.on('connection', (socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      socket.on('error', () => undefined);
    });
    server.on('tlsClientError', () => undefined);
    server.on('upgrade', (request, socket, head) => {
      const url = new URL(request.url ?? '/', this.url);
      const refusal = this.#refusalOf(url, request);
      if (refusal !== undefined) {
        const body = statusText(refusal);
        socket.end(
          `HTTP/1.1 ${refusal.code} No\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
        );
        return;
      }
      this.asked.push({ method: 'UPGRADE', url, body: '', contentType: '' });
      this.#terminals.handleUpgrade(request, socket, head, (terminal) => this.onExec(terminal, url));
    });
    await new Promise<void>((resolve) => {
      server.listen(this.port, '127.0.0.1', resolve);
    });
    const address: AddressInfo | string | null = server.address();
    if (typeof address === 'object' && address !== null) this.port = address.port;
    this.#server = server;
  }
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    for (const socket of this.#sockets) socket.destroy();
    this.#watchers.clear();
    await new Promise((resolve) => server?.close(resolve) ?? resolve(undefined));
  }
  /** Forgets all earlier versions, as etcd does every five minutes, and ends all watches. */
  compact(): void {
    this.#forgotten = this.#version;
    this.endWatches();
  }
  endWatches(): void {
    for (const { answer } of this.#watchers) answer.end();
    this.#watchers.clear();
  }
  /** Tells a version without a change. */
  bookmark(path: string): void {
    this.#version += 1;
    const object = { metadata: { resourceVersion: String(this.#version) } };
    this.#tell(path, `${JSON.stringify({ type: 'BOOKMARK', object })}\n`);
  }
  put(path: string, object: ApiObject): void {
    const all = this.#all(path);
    const type = all.has(object.metadata.uid) ? 'MODIFIED' : 'ADDED';
    this.#change(path, type, object);
  }
  remove(path: string, object: ApiObject): void {
    this.#change(path, 'DELETED', object);
  }
  /** A line of a watch as it is, whatever it says. */
  say(path: string, line: string): void {
    this.#tell(path, `${line}\n`);
  }

  #all(path: string): Map<string, string> {
    const all = this.#objects.get(path);
    if (all === undefined) throw new Error(`no such path: ${path}`);
    return all;
  }
  #change(path: string, type: Change['type'], object: ApiObject): void {
    this.#version += 1;
    const metadata = { ...object.metadata, resourceVersion: String(this.#version) };
    const text = JSON.stringify({ ...object, metadata });
    if (type === 'DELETED') this.#all(path).delete(object.metadata.uid);
    else this.#all(path).set(object.metadata.uid, text);
    this.#changes.push({ version: this.#version, path, type, text });
    this.#tell(path, `{"type":"${type}","object":${text}}\n`);
  }
  #tell(path: string, line: string): void {
    if (this.frozen) return;
    for (const watcher of this.#watchers) if (watcher.path === path) watcher.answer.write(line);
  }
  #refusalOf(url: URL, request: IncomingMessage) {
    if (request.socket instanceof TLSSocket && !request.socket.authorized)
      return { code: 401, reason: 'Unauthorized', message: 'Unauthorized' };
    return this.refusals.get(url.pathname);
  }
  async #answer(request: IncomingMessage, answer: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const url = new URL(request.url ?? '/', this.url);
    const contentType = request.headers['content-type'] ?? '';
    this.asked.push({ method: request.method ?? '', url, body, contentType });
    if (this.frozen) return;
    const refusal = this.#refusalOf(url, request);
    if (refusal !== undefined) {
      answer.writeHead(refusal.code, { 'Content-Type': 'application/json' }).end(statusText(refusal));
      return;
    }
    const json = (value: unknown): void => {
      answer.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
    };
    if (url.pathname === '/version') return json({ gitVersion: 'v1.30.14' });
    if (url.pathname.endsWith('/log')) return this.#sendLog(answer);
    if (request.method !== 'GET') return json({ kind: 'Status', status: 'Success' });
    if (this.#objects.has(url.pathname)) {
      const compress = (request.headers['accept-encoding'] ?? '').includes('gzip');
      if (url.searchParams.get('watch') === 'true') this.#watch(url, answer);
      else this.#list(url, answer, compress);
      return;
    }
    const found = this.#one(url);
    if (found !== undefined) {
      answer.writeHead(200, { 'Content-Type': 'application/json' }).end(found);
      return;
    }
    const missing = {
      code: 404,
      reason: 'NotFound',
      message: `"${url.pathname.split('/').at(-1) ?? ''}" not found`,
    };
    answer.writeHead(404, { 'Content-Type': 'application/json' }).end(statusText(missing));
  }
  #sendLog(answer: ServerResponse): void {
    answer.writeHead(200, { 'Content-Type': 'text/plain' });
    answer.flushHeaders();
    if (this.log.end) {
      answer.end(this.log.text);
      return;
    }
    answer.write(this.log.text);
    this.logs.add(answer);
    answer.once('close', () => this.logs.delete(answer));
  }
  #list(url: URL, answer: ServerResponse, compress: boolean): void {
    const texts = [...this.#all(url.pathname).values()];
    const limit = Number(url.searchParams.get('limit') ?? texts.length);
    const from = Number(url.searchParams.get('continue') ?? 0);
    const more = from + limit < texts.length ? `,"continue":"${from + limit}"` : '';
    const text = `{"kind":"List","metadata":{"resourceVersion":"${this.#version}"${more}},"items":[${texts.slice(from, from + limit).join(',')}]}`;
    // Real ones do so from 128 KiB on.
    if (!compress || text.length < COMPRESSED_FROM) {
      answer.writeHead(200, { 'Content-Type': 'application/json' }).end(text);
      return;
    }
    this.compressed += 1;
    const head = { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' };
    answer.writeHead(200, head).end(gzipSync(text));
  }
  #watch(url: URL, answer: ServerResponse): void {
    const from = Number(url.searchParams.get('resourceVersion'));
    answer.writeHead(200, { 'Content-Type': 'application/json' });
    answer.flushHeaders();
    if (from < this.#forgotten) {
      const object = {
        kind: 'Status',
        code: 410,
        reason: 'Expired',
        message: `too old resource version: ${from}`,
      };
      answer.end(`${JSON.stringify({ type: 'ERROR', object })}\n`);
      return;
    }
    for (const { version, path, type, text } of this.#changes)
      if (path === url.pathname && version > from) answer.write(`{"type":"${type}","object":${text}}\n`);
    const watcher = { path: url.pathname, answer };
    this.#watchers.add(watcher);
    answer.once('close', () => this.#watchers.delete(watcher));
  }
  /** An object of a namespace, or of none; events of a namespace. */
  #one(url: URL): string | undefined {
    const match = /^(.*?)(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?$/.exec(url.pathname);
    const [, group = '', , plural = '', name] = match ?? [];
    const all = this.#objects.get(`${group}/${plural}`);
    if (all === undefined) return undefined;
    if (name === undefined) return `{"metadata":{},"items":[${[...all.values()].join(',')}]}`;
    return [...all.values()].find((text) => text.includes(`"name":"${decodeURIComponent(name)}"`));
  }
}

function statusText(refusal: {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
}): string {
  return JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', ...refusal });
}
