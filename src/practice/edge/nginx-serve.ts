/** What a loaded nginx answers: the server, the location, the limit, the upstream. */
import type { Host } from '../host.js';
import { answer, headerOf, reasonOf, type HttpRequest, type HttpResponse } from '../model/http.js';
import type { Volume } from '../vfs/volume.js';
import type { Dialled } from '../apps/net.js';
import { fastcgi, fromFiles, tryFiles } from './nginx-content.js';
import { firstOf, named, type Location, type NginxConfig, type VirtualServer } from './nginx-load.js';
import type { Directive } from './nginx-parse.js';
import { spanMs } from '../model/unit-file.js';

export interface NginxSurroundings {
  readonly host: Host;
  readonly volume: Volume;
  /** Addresses of a name as the container sees it. */
  readonly lookUp: (name: string) => string | null;
  /** Opens a connection from where nginx runs. @param name what the address was asked for by */
  readonly dial: (address: string, port: number, name: string) => Dialled;
  readonly error: (line: string) => void;
}
const SERVER = ['Server', 'nginx/1.29.3'] as const;

function page(
  status: number,
  title = `${status} ${status === 301 ? 'Moved Permanently' : reasonOf(status)}`,
): HttpResponse {
  return answer(
    status,
    `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx/1.29.3</center>\r\n</body>\r\n</html>\r\n`,
    [SERVER, ['Content-Type', 'text/html'], ['Connection', 'keep-alive']],
  );
}

export function pickServer(config: NginxConfig, port: number, name: string): VirtualServer | undefined {
  const here = config.servers.filter((server) => server.ports.some((one) => one.port === port));
  return (
    here.find((server) => server.names.includes(name)) ??
    here.find((server) => server.names.some((one) => one.startsWith('*.') && name.endsWith(one.slice(1)))) ??
    here.find((server) => server.ports.some((one) => one.port === port && one.isDefault)) ??
    here[0]
  );
}
function pickLocation(server: VirtualServer, path: string): Location | undefined {
  const exact = server.locations.find((one) => one.modifier === '=' && one.path === path);
  if (exact !== undefined) return exact;
  const prefix = server.locations
    .filter((one) => (one.modifier === '' || one.modifier === '^~') && path.startsWith(one.path))
    .toSorted((a, b) => b.path.length - a.path.length)[0];
  if (prefix?.modifier === '^~') return prefix;
  const regex = server.locations.find(
    (one) =>
      one.modifier.startsWith('~') && new RegExp(one.path, one.modifier === '~*' ? 'i' : '').test(path),
  );
  return regex ?? prefix;
}

/** Leaky bucket with burst and nodelay, as limit_req counts. Gives the status of a refusal, or null. */
function limited(config: NginxConfig, directives: readonly Directive[], from: string): number | null {
  for (const one of named(directives, 'limit_req')) {
    const word = (name: string) => one.args.find((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1);
    const zone = config.zones.get(word('zone') ?? '');
    if (zone === undefined) continue;
    const now = Date.now();
    const old = zone.state.get(from) ?? { excess: -1, at: now };
    const excess = Math.max(0, old.excess - ((now - old.at) / 1000) * zone.rate + 1);
    if (excess > Number(word('burst') ?? 0))
      return Number(
        firstOf(directives, 'limit_req_status') ?? firstOf(config.http, 'limit_req_status') ?? 503,
      );
    zone.state.set(from, { excess: old.excess < 0 ? 0 : excess, at: now });
  }
  return null;
}

function variables(
  text: string,
  request: HttpRequest,
  secure: boolean,
  asked: URL = request.url,
  root = '',
): string {
  const { url } = request;
  const known: Readonly<Record<string, string>> = {
    host: url.hostname,
    http_host: url.host,
    request_uri: `${asked.pathname}${asked.search}`,
    request_method: request.method,
    query_string: url.search.slice(1),
    is_args: url.search === '' ? '' : '?',
    document_root: root,
    realpath_root: root,
    document_uri: url.pathname,
    fastcgi_script_name: url.pathname,
    request_filename: `${root}${url.pathname}`,
    server_protocol: 'HTTP/1.1',
    server_name: url.hostname,
    content_type: request.headers.get('content-type') ?? '',
    content_length: request.headers.get('content-length') ?? '',
    fastcgi_path_info: '',
    uri: url.pathname,
    args: url.search.slice(1),
    scheme: secure ? 'https' : 'http',
    remote_addr: request.from,
    proxy_add_x_forwarded_for: [request.headers.get('x-forwarded-for'), request.from]
      .filter((part) => part !== undefined)
      .join(', '),
    server_port: url.port === '' ? (secure ? '443' : '80') : url.port,
    proxy_host: url.host,
  };
  return text.replace(/\$\{?(\w+)\}?/g, (_whole, name: string) => known[name] ?? '');
}

async function proxy(
  config: NginxConfig,
  around: NginxSurroundings,
  request: HttpRequest,
  scope: {
    readonly location: Location;
    readonly settings: (name: string) => readonly Directive[];
    readonly secure: boolean;
  },
  target: string,
): Promise<HttpResponse> {
  const { host } = around;
  const match = /^(https?):\/\/([^/:]+)(?::(\d+))?(\/.*)?$/.exec(variables(target, request, scope.secure));
  if (match === null) return page(500);
  const [, scheme = 'http', given = '', givenPort, path] = match;
  const [chosen = given] = config.upstreams.get(given) ?? [];
  const [name = given, upstreamPort] = chosen.split(':');
  const port = Number(upstreamPort ?? givenPort ?? (scheme === 'https' ? 443 : 80));
  const { pathname, search } = request.url;
  const rest = path === undefined ? pathname : `${path}${pathname.slice(scope.location.path.length)}`;
  const upstream = `${scheme}://${chosen}${upstreamPort === undefined && givenPort !== undefined ? `:${givenPort}` : ''}${rest}${search}`;
  const note = (why: string) =>
    around.error(
      `[error] 29#29: *1 ${why} while connecting to upstream, client: ${request.from}, server: ${request.url.hostname}, request: "${request.method} ${pathname} HTTP/1.1", upstream: "${upstream}", host: "${request.url.host}"`,
    );
  const address = around.lookUp(name);
  const limit = spanMs(scope.settings('proxy_connect_timeout').at(-1)?.args[0], 60_000);
  const dialled = address === null ? null : around.dial(address, port, name);
  const reach = dialled?.reach ?? 'unreachable';
  if (reach === 'silent') {
    await host.clock.sleep(limit, new AbortController().signal);
    note('upstream timed out (110: Operation timed out)');
    return page(504);
  }
  if (reach !== 'open' || dialled === null) {
    if (reach === 'unreachable') await host.clock.sleep(3000, new AbortController().signal);
    note(
      reach === 'refused'
        ? 'connect() failed (111: Connection refused)'
        : 'connect() failed (113: Host is unreachable)',
    );
    return page(502);
  }
  const headers = new Map(request.headers);
  headers.set('host', `${given}${givenPort === undefined ? '' : `:${givenPort}`}`);
  headers.set('connection', 'close');
  for (const one of scope.settings('proxy_set_header')) {
    const [header = '', value = ''] = one.args;
    const text = variables(value, request, scope.secure);
    if (text === '') headers.delete(header.toLowerCase());
    else headers.set(header.toLowerCase(), text);
  }
  const url = URL.parse(`${scheme}://${headers.get('host') ?? given}${rest}${search}`);
  const response =
    url === null
      ? null
      : ((await dialled.server?.http?.({ ...request, url, headers, from: dialled.from })) ?? null);
  if (response === null) {
    note('upstream prematurely closed connection while reading response header from upstream');
    return page(502);
  }
  const patience = spanMs(scope.settings('proxy_read_timeout').at(-1)?.args[0], 60_000);
  if ((response.takesMs ?? 0) > patience) {
    note('upstream timed out (110: Operation timed out) while reading response header from upstream');
    return page(504);
  }
  const kept = response.headers.filter(([header]) => !/^(server|connection|content-length)$/i.test(header));
  return {
    ...response,
    headers: [
      SERVER,
      ...kept,
      ['Content-Length', headerOf(response, 'content-length') ?? String(response.body.length)],
    ],
  };
}

/** Internal redirects that nginx follows before it takes them for a circle. */
const MAX_REDIRECTS = 10;

/** @param secure whether the connection came in by TLS @param asked what the client asked for, before redirects inside */
export async function serveNginx(
  config: NginxConfig,
  around: NginxSurroundings,
  port: number,
  secure: boolean,
  request: HttpRequest,
  asked: URL = request.url,
  hops = 0,
): Promise<HttpResponse> {
  const server = pickServer(config, port, request.url.hostname);
  if (server === undefined) return page(404);
  const path = request.url.pathname;
  const location = pickLocation(server, path);
  const own = location?.directives ?? [];
  const settings = (name: string): readonly Directive[] => {
    for (const level of [own, server.directives, config.http]) {
      const found = named(level, name);
      if (found.length > 0) return found;
    }
    return [];
  };
  const expand = (text: string) =>
    variables(text, request, secure, asked, settings('root').at(-1)?.args[0] ?? '');
  const finish = (response: HttpResponse): HttpResponse => {
    const added = settings('add_header')
      .filter((one) => one.args[2] === 'always' || response.status < 400)
      .map((one) => [one.args[0] ?? '', expand(one.args[1] ?? '')] as const);
    const known = response.headers.some(([name]) => name.toLowerCase() === 'server');
    return { ...response, headers: [...(known ? [] : [SERVER]), ...response.headers, ...added] };
  };
  const again = (to: string): Promise<HttpResponse> | HttpResponse => {
    const url = URL.parse(to, request.url.href);
    if (url === null || hops >= MAX_REDIRECTS) {
      around.error(
        `[error] 29#29: *1 rewrite or internal redirection cycle while internally redirecting to "${to}"`,
      );
      return finish(page(500));
    }
    return serveNginx(config, around, port, secure, { ...request, url }, asked, hops + 1);
  };
  for (const level of [server.directives, own]) {
    const back = named(level, 'return')[0];
    if (back === undefined) continue;
    const [code = '', text] = back.args;
    const status = /^\d{3}$/.test(code) ? Number(code) : 302;
    const value = expand(text ?? (/^\d{3}$/.test(code) ? '' : code));
    if (status === 444) return page(400);
    if (status >= 301 && status <= 308) {
      const moved = page(status);
      return finish({ ...moved, headers: [...moved.headers, ['Location', value]] });
    }
    if (text === undefined) return finish(page(status));
    const type = settings('default_type').at(-1)?.args[0] ?? 'text/plain';
    return finish(answer(status, value, [SERVER, ['Content-Type', type]]));
  }
  const status = limited(
    config,
    [...named(server.directives, 'limit_req').filter(() => named(own, 'limit_req').length === 0), ...own],
    request.from,
  );
  if (status !== null) {
    around.error(
      `[error] 29#29: *1 limiting requests, excess: 10.2 by zone, client: ${request.from}, server: ${request.url.hostname}`,
    );
    return finish(page(status));
  }
  const content = {
    location: location ?? { modifier: '' as const, path: '/', directives: [] },
    settings,
    expand,
  };
  const tried = tryFiles(around, content);
  let here = path;
  if (tried !== null) {
    if ('status' in tried) return finish(page(tried.status));
    if ('to' in tried) return again(tried.to);
    here = tried.path;
  }
  const target = firstOf(own, 'proxy_pass');
  if (target !== undefined && location !== undefined)
    return finish(await proxy(config, around, request, { location, settings, secure }, target));
  const gateway = firstOf(own, 'fastcgi_pass');
  if (gateway !== undefined) {
    const given = await fastcgi(config, around, content, request, asked, expand(gateway));
    return finish(typeof given === 'number' ? page(given) : given);
  }
  if (named(own, 'stub_status').length > 0)
    return answer(200, 'Active connections: 1 \n', [SERVER, ['Content-Type', 'text/plain']]);
  const found = fromFiles(around, content, here);
  if (typeof found === 'number') return finish(page(found));
  return 'to' in found ? again(found.to) : finish(found);
}
