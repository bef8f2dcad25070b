/** A small HTTP server for programs on this computer: texts that are made when they are asked for, and nothing else. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { Trouble } from '../../lab/types.js';
import { errorCode } from '../files/atomic.js';

export interface Answer {
  readonly status: number;
  /** Content-Type. */
  readonly type: string;
  readonly body: string;
}
export interface ListenAddress {
  readonly host: '127.0.0.1' | '::1';
  /** 0: any that is free. */
  readonly port: number;
}
export interface PageServer {
  /** `http://127.0.0.1:9464` */
  readonly url: string;
  /** Ends every connection. */
  close(): Promise<void>;
}

/** Scrapers are few; more at once is somebody's mistake. */
const MOST_CONNECTIONS = 32;
const REQUEST_MS = 10_000;

/**
 * `127.0.0.1:9464`, `[::1]:9464`, `localhost:9464`, or a bare port.
 * @throws Trouble `listen-address` for an address that others can reach, and for what is no address
 */
export function parseListen(text: string): ListenAddress {
  const parts = /^(?:(\[[^\]]*\]|[^:[\]]*):)?(\d{1,5})$/.exec(text);
  const port = Number(parts?.[2] ?? Number.NaN);
  const host = (parts?.[1] ?? '127.0.0.1').replaceAll(/[[\]]/g, '');
  if (parts === null || port > 65_535)
    throw new Trouble(
      'listen-address',
      { id: `--listen ${text} bukan alamat dan port`, en: `--listen ${text} is no address and port` },
      { id: 'Tulis misalnya --listen 127.0.0.1:9464.', en: 'Write for example --listen 127.0.0.1:9464.' },
    );
  if (host === '127.0.0.1' || host === 'localhost') return { host: '127.0.0.1', port };
  if (isIP(host) === 6 && (host === '::1' || /^(?:0{1,4}:){7}0{0,3}1$/.test(host)))
    return { host: '::1', port };
  throw new Trouble(
    'listen-address',
    {
      id: `--listen ${text} dapat dijangkau komputer lain, padahal halaman itu menyebut apa yang rusak tanpa meminta login`,
      en: `--listen ${text} could be reached from other computers, and the page says what is broken without asking for a login`,
    },
    {
      id: 'Pakai 127.0.0.1:PORT; dari komputer lain lewat `ssh -L`, atau letakkan proksi dengan login di depannya.',
      en: 'Use 127.0.0.1:PORT; from another computer go through `ssh -L`, or put a proxy with a login in front of it.',
    },
  );
}

/** A browser that was led here under another name (DNS rebinding) says that name: it gets nothing. */
const OUR_NAMES = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i;

function send(response: ServerResponse, { status, type, body }: Answer, withBody: boolean): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(withBody ? body : undefined);
}

function plain(status: number, body: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: `${body}\n` };
}

/**
 * Serves texts by their path to this computer alone.
 * @param pages path → what makes the answer; called for every request
 * @throws Trouble `listen-refused` when the port cannot be had
 */
export async function servePages(
  { host, port }: ListenAddress,
  pages: ReadonlyMap<string, () => Answer>,
): Promise<PageServer> {
  const answer = (request: IncomingMessage): Answer => {
    if (!OUR_NAMES.test(request.headers.host ?? '')) return plain(403, 'forbidden');
    if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, 'method not allowed');
    const page = pages.get((request.url ?? '').split('?', 1)[0] ?? '');
    return page === undefined ? plain(404, `there is ${[...pages.keys()].join(' and ')}`) : page();
  };
  const server = createServer(
    { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS },
    (request, response) => send(response, answer(request), request.method !== 'HEAD'),
  );
  server.maxConnections = MOST_CONNECTIONS;
  await listen(server, host, port);
  const bound = server.address();
  const shown = host === '::1' ? '[::1]' : host;
  return {
    url: `http://${shown}:${typeof bound === 'object' && bound !== null ? bound.port : port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(
        new Trouble(
          'listen-refused',
          {
            id: `tidak dapat mendengarkan di ${host}:${port} (${errorCode(error) ?? error.message})`,
            en: `cannot listen on ${host}:${port} (${errorCode(error) ?? error.message})`,
          },
          {
            id: `Pilih port lain, atau lihat siapa yang memakainya: ss -ltnp 'sport = :${port}'`,
            en: `Choose another port, or see who has it: ss -ltnp 'sport = :${port}'`,
          },
          `${host}:${port}`,
          2,
          { cause: error },
        ),
      );
    });
    server.listen({ host, port, exclusive: true }, () => resolve());
  });
}
