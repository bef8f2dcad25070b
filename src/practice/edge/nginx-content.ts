/** Answers from files and from FastCGI programs: root, index, try_files, fastcgi_pass. */
import { answer, type HttpRequest, type HttpResponse } from '../model/http.js';
import { firstOf, named, type Location, type NginxConfig } from './nginx-load.js';
import type { Directive } from './nginx-parse.js';
import type { NginxSurroundings } from './nginx-serve.js';

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html',
  htm: 'text/html',
  css: 'text/css',
  js: 'application/javascript',
  mjs: 'application/javascript',
  json: 'application/json',
  txt: 'text/plain',
  svg: 'image/svg+xml',
  png: 'image/png',
  ico: 'image/x-icon',
  webp: 'image/webp',
  woff2: 'font/woff2',
};
export interface Content {
  readonly location: Location;
  readonly settings: (name: string) => readonly Directive[];
  /** Replaces nginx's variables. */
  readonly expand: (text: string) => string;
}
/** Another path inside the same server takes over. */
export interface Redirected {
  readonly to: string;
}
const rootOf = ({ settings, expand }: Content): string =>
  expand(settings('root').at(-1)?.args[0] ?? '/etc/nginx/html');

function placeOf(content: Content, path: string): string {
  const alias = firstOf(content.location.directives, 'alias');
  return alias === undefined
    ? `${rootOf(content)}${path}`
    : `${alias}${path.slice(content.location.path.length)}`;
}
function indexes({ settings }: Content): readonly string[] {
  const found = settings('index').flatMap(({ args }) => args);
  return found.length > 0 ? found : ['index.html'];
}
/** The file for a path, a redirect to a directory's index, or the status of the failure. */
export function fromFiles(
  around: NginxSurroundings,
  content: Content,
  path: string,
): HttpResponse | Redirected | 403 | 404 {
  const place = placeOf(content, path);
  const inode = around.volume.find(place.replace(/(.)\/$/, '$1'));
  if (inode?.kind === 'directory' && path.endsWith('/')) {
    const found = indexes(content).find((name) => around.volume.find(`${place}${name}`)?.kind === 'file');
    if (found !== undefined) return { to: `${path}${found}` };
    return 403;
  }
  if (inode?.kind !== 'file') {
    if (inode !== undefined) return 403;
    around.error(`[error] 29#29: *1 open() "${place}" failed (2: No such file or directory)`);
    return 404;
  }
  // Workers run as somebody else than root: what others may not read is forbidden.
  if ((inode.mode & 0o004) === 0 && inode.uid !== 101) {
    around.error(`[error] 29#29: *1 open() "${place}" failed (13: Permission denied)`);
    return 403;
  }
  const extension = /\.(\w+)$/.exec(place)?.[1] ?? '';
  const type =
    TYPES[extension] ?? content.settings('default_type').at(-1)?.args[0] ?? 'application/octet-stream';
  return answer(200, Buffer.from(inode.bytes.subarray(0, inode.size)), [['Content-Type', type]]);
}
/** What try_files decides: a path to go on with here, or another way. Null when the location has none. */
export function tryFiles(
  around: NginxSurroundings,
  content: Content,
): { readonly path: string } | Redirected | { readonly status: number } | null {
  const [directive] =
    named(content.location.directives, 'try_files').length > 0
      ? named(content.location.directives, 'try_files')
      : content.settings('try_files');
  if (directive === undefined) return null;
  const candidates = directive.args.slice(0, -1);
  for (const candidate of candidates) {
    const path = content.expand(candidate).replace(/\/+/g, '/');
    const inode = around.volume.find(placeOf(content, path).replace(/(.)\/$/, '$1'));
    if (path.endsWith('/') ? inode?.kind === 'directory' : inode?.kind === 'file') return { path };
  }
  const last = directive.args.at(-1) ?? '=404';
  const status = /^=(\d{3})$/.exec(last)?.[1];
  if (status !== undefined) return { status: Number(status) };
  return { to: last.startsWith('@') ? last : content.expand(last) };
}
/** Hands a request to a FastCGI program. The status of a failure when nobody answers. */
export async function fastcgi(
  config: NginxConfig,
  around: NginxSurroundings,
  content: Content,
  request: HttpRequest,
  asked: URL,
  target: string,
): Promise<HttpResponse | 502 | 504> {
  const [given = target] = config.upstreams.get(target) ?? [];
  const match = /^([^:/]+):(\d+)$/.exec(given);
  const note = (why: string) =>
    around.error(
      `[error] 29#29: *1 ${why} while connecting to upstream, client: ${request.from}, request: "${request.method} ${asked.pathname} HTTP/1.1", upstream: "fastcgi://${given}"`,
    );
  if (match === null) {
    note(`connect() to ${given} failed (2: No such file or directory)`);
    return 502;
  }
  const [, name = '', port = ''] = match;
  const address = around.lookUp(name);
  const dialled = address === null ? null : around.dial(address, Number(port), name);
  if (dialled === null || dialled.reach !== 'open' || dialled.server?.fastcgi === undefined) {
    note(
      dialled?.reach === 'silent'
        ? 'upstream timed out (110: Operation timed out)'
        : 'connect() failed (111: Connection refused)',
    );
    return dialled?.reach === 'silent' ? 504 : 502;
  }
  const script =
    content.settings('fastcgi_param').findLast(({ args }) => args[0] === 'SCRIPT_FILENAME')?.args[1] ?? '';
  return dialled.server.fastcgi({
    method: request.method,
    script: content.expand(script).replace(/\/+/g, '/'),
    url: asked,
    body: request.body,
  });
}
