/**
 * Requests to the API server. From @kubernetes/client-node come the kubeconfig's credentials and HTTP. What is not used of it,
 * and why (2.0.1):
 * - `Watch` and `ListWatch` (its informer): lists are not paged and whole objects are kept (5,000 pods: 60 MB), no bookmarks are
 *   asked for, a watch without news is broken off and dialled again every 30 s, an error other than 410 ends it for good, and
 *   of a refusal only the HTTP status is told, not the server's words.
 * - `Log`, `Exec`: words of the server are lost too; frames of `Exec` that no server should send end the program, and streams
 *   that the server closes are by default those of this program's own terminal.
 * - the typed APIs: each answer is copied field by field into classes, which costs several times of reading it.
 * Its index would load 700 models of those (83 MB from source): only the files that are needed are imported.
 */
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import type { DispatcherOptions } from '@kubernetes/client-node/dist/config.js';
import type { Cluster } from '@kubernetes/client-node/dist/config_types.js';
import type { RequestContext } from '@kubernetes/client-node/dist/gen/http/http.js';
import type { Links } from '../ports.js';
import type { Access } from './kubeconfig.js';
import { refusalOf } from './troubles.js';
import { openTunnel } from './tunnel.js';
import type { Credentials } from './tunnel.js';

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

/** The library's files that are needed, loaded when the first cluster is there. */
async function loadLibrary() {
  const [{ KubeConfig }, http] = await Promise.all([
    import('@kubernetes/client-node/dist/config.js'),
    import('@kubernetes/client-node/dist/gen/http/http.js'),
  ]);
  return { KubeConfig, http };
}

/**
 * @param links by which the server is reached
 * @param now the operator's clock, epoch ms
 */
export async function createApiClient(links: Links, access: Access, now: () => number): Promise<ApiClient> {
  const { KubeConfig, http } = await loadLibrary();
  const closing = new AbortController();
  const sockets = new Set<TLSSocket>();
  let credentials: Credentials = {};
  let heard = 0;

  const connect = async (signal: AbortSignal): Promise<TLSSocket> => {
    const socket = await openTunnel(links, access, credentials, AbortSignal.any([signal, closing.signal]));
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // Closed while it was being opened.
    if (closing.signal.aborted) socket.destroy();
    return socket;
  };

  /** The library's credentials, on connections of ours. */
  class TunnelConfig extends KubeConfig {
    override createDispatcherOptions(_cluster: Cluster | null, given: Credentials): DispatcherOptions {
      const { ca, cert, key } = given;
      credentials = { ca, cert, key };
      const connector = (
        _options: unknown,
        callback: (error: Error | null, socket: TLSSocket | null) => void,
      ): void => {
        connect(closing.signal).then(
          (socket) => callback(null, socket),
          (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
        );
      };
      // Undici takes a function in place of options; the library hands on what it is given.
      return { type: 'agent', connect: Object.assign(connector, { keepAlive: true }) };
    }
  }
  const config = new TunnelConfig();
  config.loadFromClusterAndUser(
    { name: 'lab', server: access.server, caData: access.caData, skipTLSVerify: false },
    {
      name: 'operator',
      ...(access.certData === null ? {} : { certData: access.certData }),
      ...(access.keyData === null ? {} : { keyData: access.keyData }),
      ...(access.token === null ? {} : { token: access.token }),
    },
  );
  // Once: the library would make new connections for each request.
  const proof = new http.RequestContext(access.server, http.HttpMethod.GET);
  await config.applySecurityAuthentication(proof);
  const agent = proof.getDispatcher();
  const headers = { ...proof.getHeaders() };
  // A watch or a log may be silent for hours: undici's own limits do not hold; ours are below and in the watch.
  const patient = agent?.compose(
    (dispatch) => (options, handler) => dispatch({ ...options, headersTimeout: 0, bodyTimeout: 0 }, handler),
  );
  const library = new http.IsomorphicFetchHttpLibrary();

  function contextOf(
    method: string,
    path: string,
    options: RequestOptions,
    signal: AbortSignal,
  ): RequestContext {
    const url = new URL(access.server + path);
    for (const [name, value] of Object.entries(options.query ?? {}))
      url.searchParams.append(name, String(value));
    const verb = method === 'PATCH' ? 'PATCH' : method === 'DELETE' ? 'DELETE' : 'GET';
    const context = new http.RequestContext(url.toString(), http.HttpMethod[verb]);
    for (const [name, value] of Object.entries(headers)) context.setHeaderParam(name, value);
    context.setHeaderParam('Accept', 'application/json');
    if (options.body !== undefined) {
      context.setHeaderParam('Content-Type', options.contentType ?? 'application/json');
      context.setBody(JSON.stringify(options.body));
    }
    context.setSignal(signal);
    if (patient !== undefined) context.setDispatcher(patient);
    return context;
  }

  /** Resolves with the head of a good answer. */
  async function ask(method: string, path: string, options: RequestOptions, signal: AbortSignal) {
    const answer = await library.send(contextOf(method, path, options, signal)).toPromise();
    heard = now();
    if (answer.httpStatusCode < 400) return answer.body;
    const body = (await answer.body.text()).slice(0, LONGEST_REFUSAL);
    throw refusalOf(answer.httpStatusCode, body);
  }

  return {
    access,
    headers,
    async json(method, path, options) {
      const signal = AbortSignal.any([options.signal, closing.signal, AbortSignal.timeout(ANSWER_MS)]);
      const body = await ask(method, path, options, signal);
      const text = await body.text();
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
        const body = await ask('GET', path, options, signal);
        const stream = body.stream();
        if (stream === null) return new PassThrough().end();
        return noting(stream, () => {
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
      // A request that is being given up gives back its socket in a later turn.
      await Promise.race([agent?.destroy(), sleep(1_000, undefined, { ref: false })]);
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
