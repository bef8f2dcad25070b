/** One request to the Docker API and its answer, as the handlers see them. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Container } from '../container.js';
import type { Engine } from '../engine.js';
import { EngineError } from '../types.js';

/** The daemon will not: a status and the words of its `message`. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The status that dockerd gives to what the engine says. */
function statusOf(words: string): number {
  if (/^No such|not found$|no such volume$/.test(words)) return 404;
  if (/is not running|is in use|Conflict\.|already in use by container|^cannot remove container/.test(words))
    return 409;
  if (/^invalid|^Invalid/.test(words)) return 400;
  return 500;
}
/** Any failure as a status and words. */
export function failureOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const words = error instanceof Error ? error.message : String(error);
  return error instanceof EngineError
    ? new ApiError(statusOf(words), words)
    : new ApiError(500, `practice lab: the simulated daemon failed over this request: ${words}`);
}

export class Exchange {
  readonly engine: Engine;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  /** What the path's pattern caught. */
  readonly names: readonly string[];
  /** What the client sent as JSON; null when it sent nothing. */
  readonly body: unknown;
  /** Aborted when the client has gone, or the daemon, which takes the connection with it. */
  readonly over: AbortSignal;

  constructor(
    engine: Engine,
    request: IncomingMessage,
    response: ServerResponse,
    path: { readonly query: URLSearchParams; readonly names: readonly string[] },
    body: unknown,
  ) {
    this.engine = engine;
    this.request = request;
    this.response = response;
    this.query = path.query;
    this.names = path.names;
    this.body = body;
    const gone = new AbortController();
    this.over = gone.signal;
    response.once('close', () => gone.abort());
  }
  /** The container that the path names. @throws ApiError 404 */
  get container(): Container {
    const [name = ''] = this.names;
    const found = this.engine.find(name);
    if (found === undefined) throw new ApiError(404, `No such container: ${name}`);
    return found;
  }

  /** Whether a switch of the query is on, in the words that the daemon takes. */
  flag(name: string): boolean {
    return !/^(|0|no|false|none)$/i.test((this.query.get(name) ?? '').trim());
  }
  /** A number of the query. @throws ApiError 400 */
  number(name: string, otherwise: number): number {
    const text = this.query.get(name);
    if (text === null || text === '') return otherwise;
    const value = Number(text);
    if (!Number.isInteger(value)) throw new ApiError(400, `strconv.Atoi: parsing "${text}": invalid syntax`);
    return value;
  }
  /** `filters` of the query: `{"key":["value"]}` or, from old clients, `{"key":{"value":true}}`. @throws ApiError 400 */
  get filters(): ReadonlyMap<string, readonly string[]> {
    const text = this.query.get('filters');
    if (text === null || text === '') return new Map();
    const wrong = () => new ApiError(400, 'invalid filter');
    let given: unknown;
    try {
      given = JSON.parse(text);
    } catch {
      throw wrong();
    }
    if (typeof given !== 'object' || given === null || Array.isArray(given)) throw wrong();
    return new Map(
      Object.entries(given).map(([key, value]: [string, unknown]) => {
        if (Array.isArray(value)) return [key, value.map(String)];
        if (typeof value !== 'object' || value === null) throw wrong();
        return [key, Object.keys(value)];
      }),
    );
  }

  json(status: number, value: unknown): void {
    const bytes = Buffer.from(`${JSON.stringify(value)}\n`);
    this.response.writeHead(status, {
      'Content-Type': 'application/json',
      'Content-Length': String(bytes.length),
    });
    this.response.end(this.request.method === 'HEAD' ? undefined : bytes);
  }
  /** An answer without a body. */
  empty(status: number): void {
    this.response.writeHead(status);
    this.response.end();
  }
  /** Begins an answer that lasts; the client sees its head at once. */
  begin(contentType: string): void {
    this.response.writeHead(200, { 'Content-Type': contentType });
    this.response.flushHeaders();
  }
  /** Sends a part of it and waits until the client takes more, or is gone. */
  async send(part: string | Buffer): Promise<void> {
    const { over } = this;
    if (over.aborted || this.response.destroyed || this.response.write(part)) return;
    await once(this.response, 'drain', { signal: over }).catch(() => undefined);
  }
}
export type Handler = (exchange: Exchange) => Promise<void> | void;
