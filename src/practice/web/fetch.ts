/** One HTTP exchange from a practice host, with the failures that curl and wget tell apart. */
import type { Host } from '../host.js';
import type { Process } from '../kernel/process.js';
import type { HttpResponse } from '../model/http.js';
import { resolveName } from '../model/resolver.js';
import { certificateProblem, serverAt } from './connect.js';

export interface Question {
  readonly method: string;
  readonly url: URL;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  /** `name:port` → addresses, like curl's --resolve. */
  readonly resolve: ReadonlyMap<string, string>;
  readonly insecure: boolean;
  /** PEM files beyond the system's. */
  readonly authorities: readonly string[];
  /** What the client shows of itself over TLS, PEM. */
  readonly certificate?: string;
  readonly connectTimeoutMs: number;
  /** For the whole exchange. */
  readonly timeoutMs: number;
}
/** Why there was no answer. `code` is curl's exit code. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  readonly code: number;
  constructor(code: number, words: string) {
    super(words);
    this.code = code;
  }
}
export const portOf = (url: URL): number =>
  url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);

function trustedFiles(host: Host): readonly string[] {
  const dir = host.volume.find('/usr/local/share/ca-certificates');
  const bundle = host.volume.text('/etc/ssl/certs/ca-certificates.crt') ?? '';
  return dir?.kind === 'directory' ? [bundle] : [];
}

/** @throws NoAnswer */
export async function fetchFrom(host: Host, process: Process, question: Question): Promise<HttpResponse> {
  const { url } = question;
  const port = portOf(url);
  const name = url.hostname.replace(/^\[|\]$/g, '');
  const pinned = question.resolve.get(`${name}:${port}`) ?? question.resolve.get(`*:${port}`);
  const [address] = pinned === undefined ? await resolveName(host, process, name) : [pinned];
  if (address === undefined) throw new NoAnswer(6, `Could not resolve host: ${name}`);
  const reach = host.world.reach(host, address, port);
  const limit = Math.min(question.connectTimeoutMs, question.timeoutMs);
  if (reach === 'silent') {
    await process.sleep(limit);
    throw new NoAnswer(
      28,
      limit >= 130_000
        ? `Failed to connect to ${name} port ${port} after ${limit} ms: Couldn't connect to server`
        : `Connection timed out after ${limit} milliseconds`,
    );
  }
  if (reach === 'unreachable') await process.sleep(Math.min(3000, limit));
  if (reach !== 'open')
    throw new NoAnswer(7, `Failed to connect to ${name} port ${port} after 1 ms: Couldn't connect to server`);
  const server = serverAt(host, address, port, name);
  if (url.protocol === 'https:') {
    if (server.tls === null || server.tls === 'broken')
      throw new NoAnswer(
        35,
        server.tls === null
          ? 'OpenSSL/3.0.13: error:0A00010B:SSL routines::wrong version number'
          : 'OpenSSL/3.0.13: error:0A000438:SSL routines::tlsv1 alert internal error',
      );
    if (server.tls !== 'trusted' && !question.insecure) {
      const problem = certificateProblem(
        server.tls,
        name,
        [...trustedFiles(host), ...question.authorities],
        host.machine.now(),
      );
      if (problem !== null) throw new NoAnswer(60, problem);
    }
  } else if (server.tls !== null && server.tls !== 'trusted') {
    return {
      status: 400,
      headers: [
        ['Server', 'nginx'],
        ['Content-Type', 'text/html'],
      ],
      body: Buffer.from('<html><body>400 The plain HTTP request was sent to HTTPS port</body></html>\n'),
    };
  }
  if (server.http === null) {
    // A public name without a site of its own: somebody is there, and that is all that is simulated.
    if (host.world.names.has(name) && (port === 80 || port === 443))
      return { status: 200, headers: [['Server', 'practice']], body: Buffer.from('practice lab\n') };
    throw new NoAnswer(52, 'Empty reply from server');
  }
  const response = await process.until(
    Promise.resolve(
      server.http({
        method: question.method,
        url,
        headers: new Map([['host', url.host], ...question.headers]),
        body: question.body,
        from: server.from,
        ...(question.certificate === undefined || url.protocol !== 'https:'
          ? {}
          : { certificate: question.certificate }),
      }),
    ),
  );
  if (response === null) throw new NoAnswer(52, 'Empty reply from server');
  const takes = response.takesMs ?? 0;
  if (takes > question.timeoutMs) {
    await process.sleep(question.timeoutMs);
    throw new NoAnswer(
      28,
      `Operation timed out after ${question.timeoutMs} milliseconds with 0 bytes received`,
    );
  }
  return response;
}
