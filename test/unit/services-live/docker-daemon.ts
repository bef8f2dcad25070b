/** A daemon that plays recorded answers on a Unix socket, and a link whose streams lead to it: the other end, for tests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { Trouble } from '../../../src/lab/types.js';
import type { HostLink, LinkStatus, Links, RunResult, StreamTarget } from '../../../src/services/ports.js';
import { labFor } from '../services-remote/server.js';

/** What `inspect` says, as far as it matters here. */
export function inspected(
  id: string,
  change: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    Id: id,
    Name: `/${id}-name`,
    Created: '2026-11-22T01:00:00.123456789Z',
    RestartCount: 0,
    State: {
      Status: 'running',
      ExitCode: 0,
      StartedAt: '2026-11-22T02:00:00.5Z',
      FinishedAt: '0001-01-01T00:00:00Z',
    },
    Config: { Image: 'nginx:alpine', Tty: false, Env: ['PATH=/bin'], Labels: {} },
    HostConfig: { Memory: 0 },
    NetworkSettings: { Ports: {} },
    ...change,
  };
}

/** One piece of a multiplexed stream. */
export function frame(kind: 1 | 2, text: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = kind;
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => void;

export class Daemon {
  readonly containers = new Map<string, Record<string, unknown>>();
  /** `METHOD /path` of every request, without the API's version. */
  readonly requests: string[] = [];
  /** Open event streams. */
  readonly listeners = new Set<ServerResponse>();
  /** Open streams of counters, by container. */
  readonly counted = new Map<string, ServerResponse>();
  /** Answers in place of the usual ones, by `METHOD /path`. */
  readonly answers = new Map<string, Handler>();
  /** What `upgrade` gets: the far end of a hijacked stream. */
  onExec: (socket: Duplex) => void = () => undefined;
  readonly sockets = new Set<Socket>();
  apiVersion = '1.47';
  readonly #directory: string;
  #server: Server | null = null;
  #nano = Date.now() * 1e6;

  private constructor(directory: string) {
    this.#directory = directory;
  }
  static async start(): Promise<Daemon> {
    const daemon = new Daemon(await mkdtemp(join(tmpdir(), 'tb-dockerd-')));
    await daemon.listen();
    return daemon;
  }
  get path(): string {
    return join(this.#directory, 'docker.sock');
  }
  async listen(): Promise<void> {
    const server = createServer((request, response) => this.#answer(request, response));
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
    server.on('upgrade', (request, socket) => {
      this.requests.push(`UPGRADE ${this.#pathOf(request)}`);
      socket.write(
        'HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n',
      );
      this.onExec(socket);
    });
    await new Promise<void>((resolve) => server.listen(this.path, resolve));
    this.#server = server;
  }
  /** As when its service is stopped: every connection ends. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    for (const socket of this.sockets) socket.destroy();
    if (server !== null) await new Promise((resolve) => server.close(resolve));
  }
  async remove(): Promise<void> {
    await this.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }
  count(request: string): number {
    return this.requests.filter((one) => one === request).length;
  }
  emit(action: string, id: string, attributes: Readonly<Record<string, string>> = {}): void {
    this.#nano += 1_000_000;
    const event = {
      Type: 'container',
      Action: action,
      Actor: { ID: id, Attributes: { image: 'nginx:alpine', name: `${id}-name`, ...attributes } },
      time: Math.floor(this.#nano / 1e9),
      timeNano: this.#nano,
    };
    for (const listener of this.listeners) listener.write(`${JSON.stringify(event)}\n`);
  }
  #pathOf(request: IncomingMessage): string {
    return new URL(request.url ?? '', 'http://docker').pathname.replace(/^\/v1\.\d+/, '');
  }
  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '', 'http://docker');
    const path = this.#pathOf(request);
    const key = `${request.method ?? ''} ${path}`;
    this.requests.push(key);
    const own = this.answers.get(key);
    if (own !== undefined) return own(request, response, url);
    const json = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (path === '/version') return json(200, { ApiVersion: this.apiVersion, MinAPIVersion: '1.24' });
    if (path === '/containers/json')
      return json(
        200,
        [...this.containers.keys()].map((Id) => ({ Id })),
      );
    if (path === '/events') {
      response.writeHead(200);
      response.flushHeaders();
      this.listeners.add(response);
      response.on('close', () => this.listeners.delete(response));
      return;
    }
    const [, id = '', what = ''] = /^\/containers\/([^/]+)\/(\w+)$/.exec(path) ?? [];
    const container = this.containers.get(id);
    if (container === undefined) return json(404, { message: `No such container: ${id}` });
    if (what === 'json') return json(200, container);
    if (what === 'stats') {
      response.writeHead(200);
      response.flushHeaders();
      this.counted.set(id, response);
      response.on('close', () => this.counted.delete(id));
      return;
    }
    return json(500, { message: `not played: ${key}` });
  }
}

/** What the look at Docker finds on a host where all is well. */
export const WELL = {
  command: 'yes',
  socket: 'yes',
  may: 'yes',
  member: 'yes',
  active: 'active',
  loaded: 'loaded',
};

/** A link whose streams lead to a daemon, and whose shell says what it is told to say. */
export class FakeLink implements HostLink {
  readonly host = 'vm-docker';
  readonly streams = new Set<Duplex>();
  readonly dialled: StreamTarget[] = [];
  readonly scripts: string[] = [];
  docker: Partial<typeof WELL> = {};
  /** What `systemctl show` says of docker.service. */
  unit: Readonly<Record<string, string>> = { LoadState: 'loaded', ActiveState: 'active', Job: '' };
  refuseSockets = false;
  /** Answers of scripts that do not look at Docker. */
  onScript: (script: string) => string = () => '';
  /** Where ports lead to; absent: refused. */
  readonly ports = new Map<number, () => Duplex>();
  readonly #path: () => string;
  readonly #listeners = new Set<(status: LinkStatus) => void>();
  #status: LinkStatus = { kind: 'up', since: 0, sudo: 'nopasswd' };

  constructor(path: () => string) {
    this.#path = path;
  }
  links(): Links {
    return { lab: labFor({ port: 1, home: '/nowhere' }), link: () => this, close: () => Promise.resolve() };
  }
  status(): LinkStatus {
    return this.#status;
  }
  onStatus(listener: (status: LinkStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  become(status: LinkStatus): void {
    this.#status = status;
    if (status.kind === 'down') for (const stream of this.streams) stream.destroy();
    for (const listener of this.#listeners) listener(status);
  }
  open(): Promise<void> {
    return Promise.resolve();
  }
  run(script: string): Promise<RunResult> {
    this.scripts.push(script);
    const looks = script.includes('LoadState');
    const fields = { ...WELL, ...this.docker, ...this.unit, clock: String(Math.floor(Date.now() / 1000)) };
    const stdout = looks
      ? Object.entries(fields)
          .map(([name, value]) => `${name}=${value}\n`)
          .join('')
      : this.onScript(script);
    return Promise.resolve({ exit: 0, signal: null, stdout, stderr: '', droppedBytes: 0, durationMs: 1 });
  }
  dial(to: StreamTarget): Promise<Duplex> {
    this.dialled.push(to);
    if (to.kind === 'port') {
      const open = this.ports.get(to.port);
      if (open === undefined) return Promise.reject(this.#refused());
      return Promise.resolve(this.#keep(open()));
    }
    if (to.kind === 'socket' && this.refuseSockets) return Promise.reject(this.#refused());
    return new Promise((resolve, reject) => {
      const socket = connect(this.#path());
      socket.once('connect', () => resolve(this.#keep(socket)));
      socket.once('error', () => reject(this.#refused()));
    });
  }
  #keep<T extends Duplex>(stream: T): T {
    this.streams.add(stream);
    stream.once('close', () => this.streams.delete(stream));
    return stream;
  }
  #refused(): Trouble {
    return new Trouble(
      'stream-refused',
      { id: 'ditolak', en: 'refused' },
      { id: '-', en: '-' },
      this.host,
      3,
    );
  }
  terminal(): never {
    throw new Error('no terminal is asked of the link');
  }
  renew(): Promise<void> {
    return Promise.resolve();
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}
