/** Requests and answers of the simulated network. Programs ask handlers directly; the operator comes over real sockets. */

export interface HttpRequest {
  readonly method: string;
  /** With scheme, name and port as the client meant them. */
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  /** Address of the client as the server sees it. */
  readonly from: string;
  /** The certificate that the client showed, PEM. */
  readonly certificate?: string;
}
export interface HttpResponse {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  /** How long the server takes over it, simulated ms. */
  readonly takesMs?: number;
}
/** Null: the server closes the connection without an answer. */
export type HttpHandler = (request: HttpRequest) => Promise<HttpResponse | null> | HttpResponse | null;

/** What a TLS server shows and holds, both PEM. */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
}

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No Content',
  206: 'Partial Content',
  301: 'Moved Permanently',
  302: 'Found',
  304: 'Not Modified',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  412: 'Precondition Failed',
  416: 'Requested Range Not Satisfiable',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
};
export const reasonOf = (status: number): string => REASONS[status] ?? '';

export function answer(
  status: number,
  body: string | Buffer = '',
  headers: HttpResponse['headers'] = [],
): HttpResponse {
  const bytes = Buffer.from(body);
  return {
    status,
    headers: [...headers, ['Content-Length', String(bytes.length)]],
    body: bytes,
  };
}
export function answerJson(
  status: number,
  value: unknown,
  headers: HttpResponse['headers'] = [],
): HttpResponse {
  return answer(status, `${JSON.stringify(value)}\n`, [
    ['Content-Type', 'application/json; charset=utf-8'],
    ...headers,
  ]);
}
export function headerOf(response: HttpResponse, name: string): string | undefined {
  return response.headers.find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1];
}
/** User and password of `Authorization: Basic`, or null. */
export function basicLogin(
  request: HttpRequest,
): { readonly user: string; readonly password: string } | null {
  const match = /^Basic\s+(\S+)$/i.exec(request.headers.get('authorization') ?? '');
  if (match === null) return null;
  const text = Buffer.from(match[1] ?? '', 'base64').toString('utf8');
  const at = text.indexOf(':');
  return at < 0 ? null : { user: text.slice(0, at), password: text.slice(at + 1) };
}
