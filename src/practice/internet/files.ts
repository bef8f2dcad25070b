/** Web servers that hand out files: ranges, HEAD, 404. */
import { answer, type HttpHandler, type HttpRequest, type HttpResponse } from '../model/http.js';

/** What a fast line of this world carries, bytes per simulated millisecond. */
const BYTES_PER_MS = 4_000;

export function serveBytes(request: HttpRequest, bytes: Buffer, type: string): HttpResponse {
  const head = [
    ['Content-Type', type],
    ['Accept-Ranges', 'bytes'],
  ] as const;
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get('range') ?? '');
  if (range === null) return { ...answer(200, bytes, head), takesMs: Math.ceil(bytes.length / BYTES_PER_MS) };
  const from = Number(range[1]);
  if (from >= bytes.length) return answer(416, '', [['Content-Range', `bytes */${bytes.length}`]]);
  const to = range[2] === '' ? bytes.length - 1 : Math.min(Number(range[2]), bytes.length - 1);
  return {
    ...answer(206, bytes.subarray(from, to + 1), [
      ...head,
      ['Content-Range', `bytes ${from}-${to}/${bytes.length}`],
    ]),
    takesMs: Math.ceil((to - from) / BYTES_PER_MS),
  };
}
/** A site of files by path; a function makes its file when first asked. */
export function fileSite(files: Readonly<Record<string, string | Buffer | (() => Buffer)>>): HttpHandler {
  const made = new Map<string, Buffer>();
  return (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(405, 'method not allowed\n');
    const { pathname } = request.url;
    const file = files[pathname];
    if (file === undefined) return answer(404, 'Not Found\n', [['Content-Type', 'text/plain']]);
    const bytes = made.get(pathname) ?? (typeof file === 'function' ? file() : Buffer.from(file));
    made.set(pathname, bytes);
    const text = /\.(sh|asc|txt|yaml|repo|md5|sha256)$|\/(gpg|gpgkey|Release\.key|md5sum)?$/.test(pathname);
    return serveBytes(request, bytes, text ? 'text/plain; charset=utf-8' : 'application/octet-stream');
  };
}
export const redirect = (url: string): HttpResponse => answer(302, '', [['Location', url]]);
