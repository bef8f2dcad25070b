/**
 * Requests to the API server. From @kubernetes/client-node come the kubeconfig's credentials. What is not used of it, and why
 * (2.0.1):
 * - its HTTP, which is undici's: 35 MB resident for a parser in WebAssembly that V8 compiles twice, and everything else that
 *   undici loads; Node has the same parser built in.
 * - `Watch` and `ListWatch` (its informer): lists are not paged and whole objects are kept (5,000 pods: 60 MB), no bookmarks are
 *   asked for, a watch without news is broken off and dialled again every 30 s, an error other than 410 ends it for good, and
 *   of a refusal only the HTTP status is told, not the server's words.
 * - `Log`, `Exec`: words of the server are lost too; frames of `Exec` that no server should send end the program, and streams
 *   that the server closes are by default those of this program's own terminal.
 * - the typed APIs: each answer is copied field by field into classes, which costs several times of reading it.
 * Its index would load 700 models of those (83 MB from source): only the file that is needed is imported.
 */
import { request as ask } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { RequestOptions as HttpsOptions } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Links } from '../ports.js';
import { LinkAgent } from '../ssh/link-agent.js';
import type { Access } from './kubeconfig.js';
import { refusalOf } from './troubles.js';
import { openTunnel } from './tunnel.js';

export type Query = Readonly<Record<string, string | number | boolean>>;
interface RequestOptions {
  readonly query?: Query;
  readonly body?: unknown;
  /** Of the body: which kind of patch it is. */
  readonly contentType?: string;
  readonly signal: AbortSignal;
}

/** One server, with the credentials of one kubeconfig. */
export interface ApiClient {
  readonly access: Access;
  /** Headers by which a token is shown; none with a certificate. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Asks and reads the whole answer.
   * @throws ApiRefusal when the server answers with an error; errors of sockets and TLS
   */
  json(method: 'GET' | 'PATCH' | 'DELETE', path: string, options: RequestOptions): Promise<unknown>;
  /** Asks for an answer that goes on: a watch, a log. Its head comes within 30 s, its body when it comes. Throws as `json`. */
  stream(path: string, options: RequestOptions): Promise<AsyncIterable<Uint8Array>>;
  /** A connection of its own, for what is not HTTP. */
  connect(signal: AbortSignal): Promise<TLSSocket>;
  /** When the server was heard last; the operator's clock, epoch ms. */
  heardAt(): number;
  /** Ends all connections. */
  close(): Promise<void>;
}

const ANSWER_MS = 30_000;
/** Words of a refusal are a sentence; a page of HTML from something in between is cut. */
const LONGEST_REFUSAL = 64 << 10;

/** A connection that is free is kept for so long; the API server itself waits for 90 s, and no request may meet its goodbye. */
const IDLE_MS = 30_000;

/** Keeps connections of ours for the next request. */
class TunnelAgent extends LinkAgent {
  readonly #open: () => Promise<TLSSocket>;

  constructor(open: () => Promise<TLSSocket>) {
    super({ keepAlive: true, timeout: IDLE_MS });
    this.#open = open;
  }

  protected override open(): Promise<TLSSocket> {
    return this.#open();
  }
}

/** What the library makes of the kubeconfig's user: certificates, and headers by which a token is shown. */
async function credentialsOf(access: Access) {
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: 'lab', server: access.server, caData: access.caData, skipTLSVerify: false },
    {
      name: 'operator',
      ...(access.certData === null ? {} : { certData: access.certData }),
      ...(access.keyData === null ? {} : { keyData: access.keyData }),
      ...(access.token === null ? {} : { token: access.token }),
    },
  );
  const options: HttpsOptions = {};
  await config.applyToHTTPSOptions(options);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) headers[name] = String(value);
  return { certificates: { ca: options.ca, cert: options.cert, key: options.key }, headers };
}

const decompress = promisify(gunzip);

/** A whole body as text. @throws when the connection ends before it does */
async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const plain = answer.headers['content-encoding'] === 'gzip' ? await decompress(bytes) : bytes;
  return plain.toString('utf8');
}

/**
 * @param links by which the server is reached
 * @param now the operator's clock, epoch ms
 */
export async function createApiClient(links: Links, access: Access, now: () => number): Promise<ApiClient> {
  const { certificates, headers } = await credentialsOf(access);
  const closing = new AbortController();
  const sockets = new Set<TLSSocket>();
  let heard = 0;

  const connect = async (signal: AbortSignal): Promise<TLSSocket> => {
    const socket = await openTunnel(links, access, certificates, AbortSignal.any([signal, closing.signal]));
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // Closed while it was being opened.
    if (closing.signal.aborted) socket.destroy();
    return socket;
  };
  const agent = new TunnelAgent(() => connect(closing.signal));

  /** Resolves with a good answer, of which the head is there. */
  async function answerTo(
    method: string,
    path: string,
    options: RequestOptions,
    { signal, encodings }: { readonly signal: AbortSignal; readonly encodings: string },
  ): Promise<IncomingMessage> {
    const url = new URL(access.server + path);
    for (const [name, value] of Object.entries(options.query ?? {}))
      url.searchParams.append(name, String(value));
    const body = options.body === undefined ? null : JSON.stringify(options.body);
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      ask(
        {
          agent,
          method,
          host: url.hostname,
          port: url.port === '' ? 443 : url.port,
          path: url.pathname + url.search,
          signal,
          // A watch or a log may be silent for hours; how long an answer may take is told by the signal.
          timeout: 0,
          headers: {
            ...headers,
            accept: 'application/json',
            'accept-encoding': encodings,
            ...(body === null
              ? {}
              : {
                  'content-type': options.contentType ?? 'application/json',
                  'content-length': Buffer.byteLength(body),
                }),
          },
        },
        resolve,
      )
        .on('error', reject)
        .end(body ?? undefined);
    });
    heard = now();
    const code = answer.statusCode ?? 0;
    if (code < 400) return answer;
    throw refusalOf(code, (await textOf(answer)).slice(0, LONGEST_REFUSAL));
  }

  return {
    access,
    headers,
    async json(method, path, options) {
      const signal = AbortSignal.any([options.signal, closing.signal, AbortSignal.timeout(ANSWER_MS)]);
      const answer = await answerTo(method, path, options, { signal, encodings: 'gzip' });
      const text = await textOf(answer);
      heard = now();
      return JSON.parse(text);
    },
    async stream(path, options) {
      const head = new AbortController();
      const timer = setTimeout(
        () => head.abort(Object.assign(new Error('no answer within 30 s'), { code: 'ETIMEDOUT' })),
        ANSWER_MS,
      );
      try {
        const signal = AbortSignal.any([options.signal, closing.signal, head.signal]);
        const answer = await answerTo('GET', path, options, { signal, encodings: 'identity' });
        return noting(answer, () => {
          heard = now();
        });
      } finally {
        clearTimeout(timer);
      }
    },
    connect,
    heardAt: () => heard,
    async close() {
      closing.abort();
      agent.destroy();
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function* noting(
  stream: AsyncIterable<Uint8Array>,
  onChunk: () => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of stream) {
    onChunk();
    yield chunk;
  }
}
