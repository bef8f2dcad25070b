/** Pulling images: which server an image name leads to, by hosts.toml, and what that server says. */
import { IMAGE_TYPE } from '../harbor/api.js';
import type { Host } from '../host.js';
import { hasRepository, inCatalog } from '../images/catalog.js';
import { readReference, type ImageSpec } from '../images/spec.js';
import { headerOf } from '../model/http.js';
import { askResolved, hostsFile } from '../model/resolver.js';
import { isAddress } from '../model/machine.js';
import { isMap, listAt, mapAt, textAt } from './json.js';
import { readToml, TomlMistake } from './toml.js';

export interface ImageName {
  /** `docker.io`, `harbor.local:8080`. */
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  /** With everything filled in: `docker.io/library/nginx:alpine`. */
  readonly full: string;
}
export function imageName(text: string): ImageName {
  const [first = '', ...rest] = text.split('/');
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const registry = hasRegistry ? first : 'docker.io';
  const path = hasRegistry ? rest.join('/') : text;
  const digest = path.indexOf('@');
  const plain = digest < 0 ? path : path.slice(0, digest);
  const colon = plain.lastIndexOf(':');
  const name = colon < 0 ? plain : plain.slice(0, colon);
  const tag = digest >= 0 ? path.slice(digest + 1) : colon < 0 ? 'latest' : plain.slice(colon + 1);
  const repository = registry === 'docker.io' && !name.includes('/') ? `library/${name}` : name;
  return { registry, repository, tag, full: `${registry}/${repository}${digest >= 0 ? '@' : ':'}${tag}` };
}

/** Repositories that the public registries of this world hold. */
const PUBLIC: Readonly<Record<string, RegExp>> = {
  'registry.k8s.io':
    /^(kube-(apiserver|controller-manager|scheduler|proxy)|pause|etcd|coredns\/coredns|e2e-test-images\/.*|metrics-server\/.*|ingress-nginx\/.*|kube-state-metrics\/.*)$/,
  'docker.io':
    /^(calico\/(cni|node|kube-controllers|typha|ctl)|library\/(nginx|busybox|mysql|alpine|hello-world|redis|httpd|mariadb|postgres|debian|ubuntu)|grafana\/.*|bitnami\/.*|prom\/.*)$/,
  'quay.io': /^(calico\/.*|prometheus\/.*|tigera\/.*|prometheus-operator\/.*|kiwigrid\/.*)$/,
  'ghcr.io': /^.+\/.+$/,
};
const SERVERS: Readonly<Record<string, string>> = { 'docker.io': 'registry-1.docker.io' };

interface Endpoint {
  readonly scheme: string;
  readonly host: string;
  readonly port: number;
  /** As it stands in an error. */
  readonly shown: string;
}
function endpoint(url: string): Endpoint | null {
  const parsed = URL.parse(/^https?:\/\//.test(url) ? url : `https://${url}`);
  if (parsed === null) return null;
  const scheme = parsed.protocol.replace(':', '');
  const port = parsed.port === '' ? (scheme === 'http' ? 80 : 443) : Number(parsed.port);
  return { scheme, host: parsed.hostname, port, shown: `${scheme}://${parsed.host}` };
}

/** Where an image is looked for, in order. @throws TomlMistake */
export function endpointsFor(
  host: Host,
  registry: string,
  hostsDirs: readonly string[],
): readonly Endpoint[] {
  const fallback = endpoint(SERVERS[registry] ?? registry);
  const names = [registry, registry.replace(/:(\d+)$/, '_$1_'), '_default'];
  for (const dir of hostsDirs) {
    for (const name of names) {
      const text = host.volume.text(`${dir}/${name}/hosts.toml`);
      if (text === null) continue;
      const config = readToml(text);
      const hosts = Object.entries(mapAt(config, 'host')).filter(([, value]) => {
        const can = listAt(value, 'capabilities').map((entry) => textAt(entry));
        return isMap(value) && (can.length === 0 || (can.includes('pull') && can.includes('resolve')));
      });
      const server = textAt(config, 'server');
      return [...hosts.map(([url]) => endpoint(url)), server === '' ? fallback : endpoint(server)].flatMap(
        (one) => one ?? [],
      );
    }
  }
  return fallback === null ? [] : [fallback];
}

/** Looks a name up at once, as the C library would; null when nobody knows it. */
export function lookUp(host: Host, name: string): string | null {
  if (isAddress(name)) return name;
  const local = hostsFile(host).find((entry) => entry.names.includes(name));
  if (local !== undefined) return local.address;
  const servers = [...(host.volume.text('/etc/resolv.conf') ?? '').matchAll(/^\s*nameserver\s+(\S+)/gm)].map(
    (match) => match[1] ?? '',
  );
  for (const server of servers) {
    const answer = server.startsWith('127.0.0.5')
      ? host.systemd.isActive('systemd-resolved')
        ? askResolved(host, name)
        : null
      : host.world.ask(host, server, name);
    if (answer !== null) return answer[0] ?? null;
  }
  return null;
}

/** An image that was found; what is in it, where that is simulated. */
export interface FoundImage {
  readonly spec: ImageSpec | null;
}
/** What one server says to a request for a manifest: the image, or words of failure. */
async function ask(
  host: Host,
  place: Endpoint,
  image: ImageName,
  login: string | null,
): Promise<string | FoundImage> {
  const path = `/v2/${image.repository}/manifests/${image.tag}`;
  const request = `failed to do request: Head "${place.shown}${path}"`;
  const address = lookUp(host, place.host);
  if (address === null) return `${request}: dial tcp: lookup ${place.host}: no such host`;
  const reach = host.world.reach(host, address, place.port);
  const dial = `dial tcp ${address}:${place.port}`;
  if (reach === 'refused') return `${request}: ${dial}: connect: connection refused`;
  if (reach === 'unreachable') return `${request}: ${dial}: connect: no route to host`;
  if (reach === 'silent') return `${request}: ${dial}: i/o timeout`;
  const other = host.world.holder(address);
  if (other === undefined) {
    const holds = PUBLIC[image.registry];
    const reference = readReference(image.full);
    const spec = reference === null ? undefined : inCatalog(reference);
    if (spec !== undefined) return { spec };
    // Where every version is known, one that is not there does not exist.
    const counted = hasRepository(image.registry, image.repository);
    if (!counted && holds?.test(image.repository) === true) return { spec: null };
    return !counted && (holds === undefined || image.registry === 'docker.io')
      ? 'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed'
      : `${image.full}: not found`;
  }
  const listener = other.listeners.find(address, place.port);
  if (place.scheme === 'https' && listener?.tls === undefined)
    return `${request}: http: server gave HTTP response to HTTPS client`;
  if (place.scheme === 'https')
    return `${request}: tls: failed to verify certificate: x509: certificate signed by unknown authority`;
  const headers = new Map<string, string>([
    ['host', `${place.host}:${place.port}`],
    [
      'accept',
      'application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json',
    ],
    ...(login === null ? [] : [['authorization', `Basic ${Buffer.from(login).toString('base64')}`] as const]),
  ]);
  const url = URL.parse(`${place.shown}${path}`);
  const given =
    url === null
      ? null
      : await listener?.http?.({ method: 'GET', url, headers, body: Buffer.alloc(0), from: host.address });
  if (given === null || given === undefined) return `${request}: EOF`;
  if (given.status === 200) {
    const spec: ImageSpec | null =
      IMAGE_TYPE === headerOf(given, 'content-type') ? JSON.parse(given.body.toString('utf8')) : null;
    return { spec };
  }
  if (given.status === 401 || given.status === 403)
    return login === null
      ? 'pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials'
      : `failed to authorize: failed to fetch oauth token: unexpected status from GET request to ${place.shown}/service/token?scope=repository%3A${encodeURIComponent(image.repository)}%3Apull&service=harbor-registry: 401 Unauthorized`;
  if (given.status === 404) return `${image.full}: not found`;
  return `unexpected status from HEAD request to ${place.shown}${path}: ${given.status}`;
}

/**
 * Asks the servers of an image in turn. Gives the image when one has it, or the words with which containerd gives up.
 * @param login `user:password`, or null
 */
export async function resolveImage(
  host: Host,
  image: ImageName,
  hostsDirs: readonly string[],
  login: string | null = null,
): Promise<string | FoundImage> {
  const head = `failed to pull and unpack image "${image.full}": failed to resolve reference "${image.full}"`;
  let places: readonly Endpoint[];
  try {
    places = endpointsFor(host, image.registry, hostsDirs);
  } catch (error) {
    if (!(error instanceof TomlMistake)) throw error;
    return `${head}: failed to parse hosts.toml: (${error.line}, ${error.column}): ${error.message}`;
  }
  let last = 'no such host';
  for (const place of places) {
    const said = await ask(host, place, image, login);
    if (typeof said !== 'string') return said;
    last = said;
  }
  return `${head}: ${last}`;
}
