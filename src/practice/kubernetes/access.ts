/** Reaching an API server: the network, TLS, and who the client is. */
import { X509Certificate } from 'node:crypto';
import type { Host } from '../host.js';
import { isAddress } from '../model/machine.js';
import type { ApiServer } from './control-plane.js';
import { hostConfig, type ClientConfig } from './kubeconfig.js';
import { lookUp } from './registry.js';

export type Failure =
  'no-config' | 'unknown-name' | 'refused' | 'silent' | 'unreachable' | 'tls' | 'unauthorized';
export interface Contact {
  readonly api: ApiServer | null;
  readonly failure: Failure | null;
  /** What the Go client says of it. */
  readonly words: string;
  readonly user: string;
  readonly groups: readonly string[];
}
const failed = (failure: Failure, words: string): Contact => ({
  api: null,
  failure,
  words,
  user: '',
  groups: [],
});

/** Reading and checking certificates is slow, and the same few are looked at every second. */
const KEPT = 200;
const read = new Map<string, X509Certificate | null>();
const verified = new Map<string, boolean>();
function remember<Value>(known: Map<string, Value>, key: string, make: () => Value): Value {
  const old = known.get(key);
  if (old !== undefined) return old;
  if (known.size > KEPT) known.clear();
  const made = make();
  known.set(key, made);
  return made;
}
export function readCertificate(pem: string): X509Certificate | null {
  return remember(read, pem, () => {
    try {
      return new X509Certificate(pem);
    } catch {
      return null;
    }
  });
}
function signedBy(certificate: X509Certificate, authority: X509Certificate): boolean {
  return remember(verified, certificate.fingerprint256 + authority.fingerprint256, () =>
    certificate.verify(authority.publicKey),
  );
}
const same = (a: string, b: string) => {
  const [one, two] = [readCertificate(a), readCertificate(b)];
  return one !== null && two !== null && one.fingerprint256 === two.fingerprint256;
};
export const instant = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

/** Who a client certificate says its bearer is; null when this API server does not believe it. */
export function identify(
  api: ApiServer,
  certificate: string,
  now: number,
): { readonly user: string; readonly groups: readonly string[] } | null {
  const own = readCertificate(certificate);
  const ca = readCertificate(api.ca);
  if (own === null || ca === null || !signedBy(own, ca)) return null;
  if (now < Date.parse(own.validFrom) - 1000 || now > Date.parse(own.validTo)) return null;
  const words = own.subject.split('\n');
  const of = (kind: string) =>
    words.filter((word) => word.startsWith(`${kind}=`)).map((word) => word.slice(kind.length + 1));
  return { user: of('CN')[0] ?? '', groups: of('O') };
}

/** One attempt to reach the API server of a URL. */
export function reachApi(
  from: Host,
  server: string,
  trust: { readonly ca: string; readonly insecure: boolean },
): Contact {
  const url = URL.parse(server);
  if (url === null) return failed('no-config', 'invalid configuration: no configuration has been provided');
  const port = url.port === '' ? 443 : Number(url.port);
  const address = lookUp(from, url.hostname);
  if (address === null) return failed('unknown-name', `dial tcp: lookup ${url.hostname}: no such host`);
  const dial = `dial tcp ${address}:${port}`;
  const reach = from.world.reach(from, address, port);
  if (reach === 'refused') return failed('refused', `${dial}: connect: connection refused`);
  if (reach === 'unreachable') return failed('unreachable', `${dial}: connect: no route to host`);
  if (reach === 'silent') return failed('silent', `${dial}: i/o timeout`);
  const target =
    address.startsWith('127.') || from.machine.addresses.includes(address)
      ? from
      : from.world.holder(address);
  const api = target?.kube.controlPlane.api ?? null;
  if (api === null || api.port !== port) return failed('refused', `${dial}: connect: connection refused`);
  if (trust.insecure) return { api, failure: null, words: '', user: '', groups: [] };
  const certificate = readCertificate(api.certificate);
  const now = from.machine.now();
  const ca = readCertificate(trust.ca);
  if (certificate === null || ca === null || !same(trust.ca, api.ca) || !signedBy(certificate, ca))
    return failed(
      'tls',
      'tls: failed to verify certificate: x509: certificate signed by unknown authority (possibly because of "x509: ECDSA verification failure" while trying to verify candidate authority certificate "kubernetes")',
    );
  if (now > Date.parse(certificate.validTo) || now < Date.parse(certificate.validFrom) - 1000)
    return failed(
      'tls',
      `tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time ${instant(now)} is ${now > Date.parse(certificate.validTo) ? 'after' : 'before'} ${instant(Date.parse(now > Date.parse(certificate.validTo) ? certificate.validTo : certificate.validFrom))}`,
    );
  const named = isAddress(url.hostname)
    ? certificate.checkIP(url.hostname)
    : certificate.checkHost(url.hostname);
  if (named === undefined) {
    const known = (certificate.subjectAltName ?? '')
      .split(', ')
      .map((part) => part.replace(/^(DNS|IP Address):/, ''));
    return failed(
      'tls',
      `tls: failed to verify certificate: x509: certificate is valid for ${known.join(', ')}, not ${url.hostname}`,
    );
  }
  return { api, failure: null, words: '', user: '', groups: [] };
}

/** A whole login with a client configuration. */
export function logIn(from: Host, config: ClientConfig): Contact {
  const contact = reachApi(from, config.server, config);
  if (contact.api === null) return contact;
  if (config.certificate !== '') {
    const found = identify(contact.api, config.certificate, contact.api.host.machine.now());
    return found === null ? failed('unauthorized', 'Unauthorized') : { ...contact, ...found };
  }
  if (config.token !== '') {
    const [id = '', secret = ''] = config.token.split('.');
    const token = contact.api.cluster.tokens.find(
      (one) => one.id === id && one.secret === secret && one.usages.includes('authentication'),
    );
    return token === undefined
      ? failed('unauthorized', 'Unauthorized')
      : {
          ...contact,
          user: `system:bootstrap:${id}`,
          groups: ['system:bootstrappers', 'system:bootstrappers:kubeadm:default-node-token'],
        };
  }
  return { ...contact, user: 'system:anonymous', groups: ['system:unauthenticated'] };
}
/** A login of the host's own programs with a kubeconfig on its disk. */
export function contactOf(host: Host, path: string): Contact {
  const config = hostConfig(host, path);
  return config === null
    ? failed('no-config', `stat ${path}: no such file or directory`)
    : logIn(host, config);
}
