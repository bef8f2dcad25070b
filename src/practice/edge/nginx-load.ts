/** From a checked configuration to servers, locations, zones and certificates. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { TlsIdentity } from '../model/http.js';
import type { Volume } from '../vfs/volume.js';
import { checkDirectives } from './nginx-directives.js';
import { NginxError, readConfig, type Directive } from './nginx-parse.js';

export interface Location {
  readonly modifier: '' | '=' | '~' | '~*' | '^~';
  readonly path: string;
  readonly directives: readonly Directive[];
}
export interface VirtualServer {
  readonly ports: readonly { readonly port: number; readonly ssl: boolean; readonly isDefault: boolean }[];
  readonly names: readonly string[];
  readonly locations: readonly Location[];
  readonly directives: readonly Directive[];
  readonly identity: TlsIdentity | null;
}
export interface Zone {
  /** Requests a second. */
  readonly rate: number;
  readonly state: Map<string, { excess: number; at: number }>;
}
export interface NginxConfig {
  readonly servers: readonly VirtualServer[];
  readonly zones: ReadonlyMap<string, Zone>;
  readonly upstreams: ReadonlyMap<string, readonly string[]>;
  readonly http: readonly Directive[];
}
export const named = (list: readonly Directive[], name: string): readonly Directive[] =>
  list.filter((one) => one.name === name);
export const firstOf = (list: readonly Directive[], name: string): string | undefined =>
  list.findLast((one) => one.name === name)?.args[0];

/** Reads a certificate and its key as nginx does when it loads a configuration. @throws NginxError */
function identityOf(
  volume: Volume,
  server: readonly Directive[],
  http: readonly Directive[],
  at: Directive,
): TlsIdentity {
  const find = (name: string) => firstOf(server, name) ?? firstOf(http, name);
  const certificate = find('ssl_certificate');
  const keyFile = find('ssl_certificate_key');
  if (certificate === undefined)
    throw new NginxError(
      `no "ssl_certificate" is defined for the "listen ... ssl" directive in ${at.file}:${at.line}`,
    );
  if (keyFile === undefined)
    throw new NginxError(`no "ssl_certificate_key" is defined for certificate "${certificate}"`);
  const read = (path: string, what: string) => {
    const text = volume.text(path);
    if (text === null)
      throw new NginxError(
        `cannot load certificate${what} "${path}": BIO_new_file() failed (SSL: error:80000002:system library::No such file or directory:calling fopen(${path}, r) error:10000080:BIO routines::no such file)`,
      );
    return text;
  };
  const cert = read(certificate, '');
  const key = read(keyFile, ' key');
  let parsed: X509Certificate;
  try {
    parsed = new X509Certificate(cert);
  } catch {
    throw new NginxError(
      `cannot load certificate "${certificate}": PEM_read_bio_X509_AUX() failed (SSL: error:0480006C:PEM routines::no start line:Expecting: TRUSTED CERTIFICATE)`,
    );
  }
  let matches = false;
  try {
    matches = parsed.checkPrivateKey(createPrivateKey(key));
  } catch {
    throw new NginxError(
      `cannot load certificate key "${keyFile}": PEM_read_bio_PrivateKey() failed (SSL: error:1E08010C:DECODER routines::unsupported:No supported data to decode. Input type: PEM)`,
    );
  }
  if (!matches)
    throw new NginxError(
      `SSL_CTX_use_PrivateKey("${keyFile}") failed (SSL: error:05800074:x509 certificate routines::key values mismatch)`,
    );
  return { cert, key };
}

function listens(server: readonly Directive[]): VirtualServer['ports'] {
  const found = named(server, 'listen').map((one) => {
    const [where = '80', ...options] = one.args;
    if (/[^\d.:\w[\]*]/.test(where))
      throw new NginxError(`invalid host in "${where}" of the "listen" directive in ${one.file}:${one.line}`);
    const port = Number(/(?:^|:)(\d+)$/.exec(where)?.[1] ?? (/^\d+$/.test(where) ? where : 80));
    if (port < 1 || port > 65_535)
      throw new NginxError(`invalid port in "${where}" of the "listen" directive in ${one.file}:${one.line}`);
    const unknown = options.find(
      (word) =>
        !/^(ssl|http2|default_server|reuseport|backlog=\d+|ipv6only=(on|off)|quic|deferred|proxy_protocol|so_keepalive=\S+)$/.test(
          word,
        ),
    );
    if (unknown !== undefined)
      throw new NginxError(`invalid parameter "${unknown}" in ${one.file}:${one.line}`);
    return { port, ssl: options.includes('ssl'), isDefault: options.includes('default_server') };
  });
  return found.length > 0 ? found : [{ port: 80, ssl: false, isDefault: false }];
}

function locationsOf(server: readonly Directive[]): readonly Location[] {
  const seen = new Set<string>();
  return named(server, 'location').map((one) => {
    const [first = '', second] = one.args;
    const modifier = second === undefined ? '' : first;
    const path = second ?? first;
    if (modifier !== '' && modifier !== '=' && modifier !== '~' && modifier !== '~*' && modifier !== '^~')
      throw new NginxError(`invalid location modifier "${modifier}" in ${one.file}:${one.line}`);
    const key = `${modifier === '^~' ? '' : modifier} ${path}`;
    if (seen.has(key)) throw new NginxError(`duplicate location "${path}" in ${one.file}:${one.line}`);
    seen.add(key);
    return { modifier, path, directives: one.block ?? [] };
  });
}

function checkProxies(
  list: readonly Directive[],
  upstreams: ReadonlyMap<string, readonly string[]>,
  known: (name: string) => boolean,
): void {
  for (const one of list) {
    if (one.block !== null) checkProxies(one.block, upstreams, known);
    if (one.name !== 'proxy_pass') continue;
    const [given = ''] = one.args;
    const match = /^(https?):\/\/([^/:]+)(?::(\d+))?/.exec(given);
    if (match === null) throw new NginxError(`invalid URL prefix in ${one.file}:${one.line}`);
    const name = match[2] ?? '';
    if (!given.includes('$') && !upstreams.has(name) && !known(name))
      throw new NginxError(`host not found in upstream "${name}" in ${one.file}:${one.line}`);
  }
}

/**
 * @param knows whether the container can look a name up
 * @throws NginxError with nginx's words, without `nginx: [emerg]`
 */
export function loadNginx(volume: Volume, path: string, knows: (name: string) => boolean): NginxConfig {
  const tree = readConfig(volume, path);
  checkDirectives(tree);
  if (named(tree, 'events').length === 0) throw new NginxError('no "events" section in configuration');
  const http = named(tree, 'http').flatMap((one) => one.block ?? []);
  const zones = new Map<string, Zone>();
  for (const one of named(http, 'limit_req_zone')) {
    const zone = /^zone=([^:]+):(\d+[kmKM]?)$/.exec(one.args.find((word) => word.startsWith('zone=')) ?? '');
    const rate = /^rate=(\d+)r\/([sm])$/.exec(one.args.find((word) => word.startsWith('rate=')) ?? '');
    if (zone === null)
      throw new NginxError(`invalid zone size "${one.args[1] ?? ''}" in ${one.file}:${one.line}`);
    if (rate === null) throw new NginxError(`invalid rate "${one.args[2] ?? ''}" in ${one.file}:${one.line}`);
    zones.set(zone[1] ?? '', { rate: Number(rate[1]) / (rate[2] === 'm' ? 60 : 1), state: new Map() });
  }
  const checkLimits = (list: readonly Directive[]): void => {
    for (const one of list) {
      if (one.block !== null) checkLimits(one.block);
      if (one.name !== 'limit_req') continue;
      const zone = one.args.find((word) => word.startsWith('zone='))?.slice(5);
      if (zone === undefined || !zones.has(zone))
        throw new NginxError(`zero size shared memory zone "${zone ?? ''}"`);
    }
  };
  checkLimits(http);
  const upstreams = new Map(
    named(http, 'upstream').map((one) => [
      one.args[0] ?? '',
      (one.block ?? []).filter(({ name }) => name === 'server').map(({ args }) => args[0] ?? ''),
    ]),
  );
  checkProxies(http, upstreams, knows);
  const servers = named(http, 'server').map((one): VirtualServer => {
    const directives = one.block ?? [];
    const ports = listens(directives);
    return {
      ports,
      names: named(directives, 'server_name').flatMap(({ args }) => args),
      locations: locationsOf(directives),
      directives,
      identity: ports.some(({ ssl }) => ssl) ? identityOf(volume, directives, http, one) : null,
    };
  });
  return { servers, zones, upstreams, http };
}
