/** Getting images from registries: public ones by the catalogue, Harbor by its API. For Docker and for containerd. */
import type { Host } from '../host.js';
import type { Process } from '../kernel/process.js';
import { headerOf, type HttpResponse } from '../model/http.js';
import { fetchFrom, NoAnswer } from '../web/fetch.js';
import { resolveName } from '../model/resolver.js';
import { hasRepository, inCatalog } from './catalog.js';
import type { ImageSpec, Reference } from './spec.js';

/** Why an image did not come; `words` are the transport's or the registry's, each client wraps them its own way. */
export class PullError extends Error {
  override readonly name = 'PullError';
  readonly kind: 'network' | 'tls' | 'unauthorized' | 'not-found' | 'server';
  constructor(kind: PullError['kind'], words: string) {
    super(words);
    this.kind = kind;
  }
}
export interface RegistryAccess {
  /** Plain HTTP is allowed: `insecure-registries`, or a hosts.toml that says http. */
  readonly insecure: boolean;
  /** base64 of `user:password`; null for anonymous. */
  readonly login: string | null;
}
/** Where Docker Hub really lives. */
const HUB = 'registry-1.docker.io';

async function ask(
  host: Host,
  process: Process,
  scheme: string,
  access: RegistryAccess,
  registry: string,
  path: string,
  method = 'GET',
  body: Buffer = Buffer.alloc(0),
): Promise<HttpResponse> {
  const url = URL.parse(`${scheme}://${registry}${path}`);
  if (url === null) throw new PullError('network', `invalid registry ${registry}`);
  try {
    return await fetchFrom(host, process, {
      method,
      url,
      headers: new Map(access.login === null ? [] : [['authorization', `Basic ${access.login}`]]),
      body,
      resolve: new Map(),
      insecure: access.insecure,
      authorities: [],
      connectTimeoutMs: 15_000,
      timeoutMs: 15_000,
    });
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    const name = url.hostname;
    const [address] = await resolveName(host, process, name);
    const place = `${address ?? name}:${url.port === '' ? (scheme === 'https' ? 443 : 80) : url.port}`;
    const request = `${method === 'HEAD' ? 'Head' : method === 'PUT' ? 'Put' : 'Get'} "${scheme}://${registry}${path}"`;
    switch (error.code) {
      case 6:
        throw new PullError('network', `${request}: dial tcp: lookup ${name}: no such host`);
      case 7:
        throw new PullError('network', `${request}: dial tcp ${place}: connect: connection refused`);
      case 35:
        throw new PullError('tls', `${request}: http: server gave HTTP response to HTTPS client`);
      case 60:
        throw new PullError(
          'tls',
          `${request}: tls: failed to verify certificate: x509: certificate signed by unknown authority`,
        );
      case 28:
        throw new PullError(
          'network',
          `${request}: net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)`,
        );
      default:
        throw new PullError('network', `${request}: EOF`);
    }
  }
}
/** Over https first where it may, then http where that is allowed. */
async function reachRegistry(
  host: Host,
  process: Process,
  access: RegistryAccess,
  registry: string,
): Promise<string> {
  let https: PullError;
  try {
    await ask(host, process, 'https', access, registry, '/v2/');
    return 'https';
  } catch (error) {
    if (!(error instanceof PullError)) throw error;
    https = error;
  }
  if (!access.insecure) throw https;
  await ask(host, process, 'http', access, registry, '/v2/');
  return 'http';
}

/** Logs in at a registry. @throws PullError */
export async function tryLogin(
  host: Host,
  process: Process,
  access: RegistryAccess,
  registry: string,
): Promise<void> {
  const scheme = await reachRegistry(host, process, access, registry);
  const first = await ask(host, process, scheme, access, registry, '/v2/');
  if (first.status === 200) return;
  const realm = /realm="([^"]+)"/.exec(headerOf(first, 'www-authenticate') ?? '')?.[1];
  if (first.status !== 401)
    throw new PullError(
      'server',
      `login attempt to ${scheme}://${registry}/v2/ failed with status: ${first.status}`,
    );
  throw new PullError(
    'unauthorized',
    realm === undefined ? 'unauthorized' : `Get "${scheme}://${registry}/v2/": unauthorized: `,
  );
}

/** @throws PullError */
export async function pullImage(
  host: Host,
  process: Process,
  reference: Reference,
  access: RegistryAccess,
): Promise<ImageSpec> {
  const { registry, repository, tag, digest } = reference;
  const place = registry === 'docker.io' ? HUB : registry;
  const path = `/v2/${repository}/manifests/${digest === null ? tag : `sha256:${digest}`}`;
  if (host.world.names.has(place)) {
    const [address] = await resolveName(host, process, place);
    if (address === undefined)
      throw new PullError('network', `Get "https://${place}/v2/": dial tcp: lookup ${place}: no such host`);
    const reach = host.world.reach(host, address, 443);
    if (reach !== 'open') {
      await process.sleep(15_000);
      throw new PullError(
        'network',
        `Get "https://${place}/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)`,
      );
    }
    const image = inCatalog(reference);
    if (image !== undefined) return image;
    const known = registry !== 'docker.io' || hasRepository(registry, repository);
    throw known
      ? new PullError(
          'not-found',
          `manifest for ${reference.familiar}:${tag} not found: manifest unknown: manifest unknown`,
        )
      : new PullError(
          'unauthorized',
          `pull access denied for ${reference.familiar}, repository does not exist or may require 'docker login'`,
        );
  }
  const scheme = await reachRegistry(host, process, access, place);
  const response = await ask(host, process, scheme, access, place, path);
  if (response.status === 401 || response.status === 403)
    throw new PullError(
      'unauthorized',
      access.login === null
        ? `unauthorized: unauthorized to access repository: ${repository}, action: pull: unauthorized to access repository: ${repository}, action: pull`
        : 'unauthorized: authentication required',
    );
  if (response.status === 404)
    throw new PullError('not-found', `unknown: artifact ${repository}:${tag} not found`);
  if (response.status !== 200)
    throw new PullError('server', `received unexpected HTTP status: ${response.status} Bad Gateway`);
  const image: ImageSpec = JSON.parse(response.body.toString('utf8'));
  return image;
}

/** @throws PullError */
export async function pushImage(
  host: Host,
  process: Process,
  reference: Reference,
  access: RegistryAccess,
  image: ImageSpec,
): Promise<void> {
  const { registry, repository, tag } = reference;
  if (registry === 'docker.io')
    throw new PullError('unauthorized', 'denied: requested access to the resource is denied');
  const scheme = await reachRegistry(host, process, access, registry);
  const response = await ask(
    host,
    process,
    scheme,
    access,
    registry,
    `/v2/${repository}/manifests/${tag}`,
    'PUT',
    Buffer.from(JSON.stringify(image)),
  );
  if (response.status === 201) return;
  if (response.status === 401)
    throw new PullError(
      'unauthorized',
      `unauthorized: unauthorized to access repository: ${repository}, action: push: unauthorized to access repository: ${repository}, action: push`,
    );
  if (response.status === 404)
    throw new PullError(
      'not-found',
      `unknown: project ${repository.split('/')[0] ?? ''} not found: project ${repository.split('/')[0] ?? ''} not found`,
    );
  throw new PullError('server', `received unexpected HTTP status: ${response.status} Bad Gateway`);
}
