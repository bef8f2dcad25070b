/** One HTTP request as `curl` would make it for a gate: no redirects followed, no proxy, bounded in size and time. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import type { Endpoint } from '../../lab/types.js';
import { DialError } from './dialling.js';

/** Bytes of the body that are kept; the rest is not fetched. */
export const MAX_BODY_BYTES = 64 * 1024;

export interface HttpQuestion {
  readonly url: URL;
  readonly method: 'GET' | 'HEAD';
  /** Accept any certificate. */
  readonly insecure: boolean;
  /** Where the URL's host is dialled. */
  readonly endpoint: Endpoint;
  readonly signal: AbortSignal;
}
export interface HttpAnswer {
  readonly status: number;
  /** Status line, header lines, an empty line, and the body's first 64 KiB. */
  readonly text: string;
  /** Why the body ended before its end; null when it is whole or longer than is kept. */
  readonly broken: unknown;
}

/**
 * Asks once, on a connection of its own.
 * @throws the system's, TLS's or HTTP's error when no answer began; `signal.reason` when that fired first
 */
export function askHttp(question: HttpQuestion): Promise<HttpAnswer> {
  const { url, method, insecure, endpoint, signal } = question;
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const options = {
      host: endpoint.host,
      port: endpoint.port,
      method,
      path: `${url.pathname}${url.search}`,
      headers: { host: url.host, 'user-agent': 'threebody-tui', accept: '*/*', connection: 'close' },
      agent: false,
      signal,
    } as const;
    let begun = false;
    const answer = (response: IncomingMessage): void => {
      begun = true;
      void readBody(response).then(({ body, broken }) =>
        resolve({ status: response.statusCode ?? 0, text: head(response) + body, broken }),
      );
    };
    const request =
      url.protocol === 'https:'
        ? httpsRequest(
            {
              ...options,
              rejectUnauthorized: !insecure,
              ...(isIP(hostname) === 0 ? { servername: hostname } : {}),
            },
            answer,
          )
        : httpRequest(options, answer);
    // Once an answer has begun, its body tells how it ended.
    request.on('error', (error) => {
      if (!begun) reject(signal.aborted ? signal.reason : error);
    });
    request.end();
  });
}

function head(response: IncomingMessage): string {
  const lines = [
    `HTTP/${response.httpVersion} ${response.statusCode ?? 0} ${response.statusMessage ?? ''}`.trimEnd(),
  ];
  for (let index = 0; index + 1 < response.rawHeaders.length; index += 2)
    lines.push(`${response.rawHeaders[index] ?? ''}: ${response.rawHeaders[index + 1] ?? ''}`);
  return `${lines.join('\n')}\n\n`;
}

async function readBody(
  response: IncomingMessage,
): Promise<{ readonly body: string; readonly broken: unknown }> {
  const chunks: Buffer[] = [];
  let size = 0;
  let broken: unknown = null;
  try {
    for await (const chunk of response) {
      if (!(chunk instanceof Buffer)) continue;
      chunks.push(chunk);
      size += chunk.length;
      if (size >= MAX_BODY_BYTES) break;
    }
  } catch (error) {
    broken = error;
  }
  response.destroy();
  return { body: Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES).toString('utf8'), broken };
}

/** The port that a URL means. */
export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  switch (url.protocol) {
    case 'http:':
      return 80;
    case 'https:':
      return 443;
    default:
      throw new DialError('UNSUPPORTED', `not an http or https URL: ${url.protocol}`);
  }
}
