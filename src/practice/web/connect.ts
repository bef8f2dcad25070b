/** Who answers at the other end of a connection of the simulated network. */
import { X509Certificate } from 'node:crypto';
import type { Host } from '../host.js';
import { dialCluster } from '../kubernetes/pod-dial.js';
import type { HttpHandler, TlsIdentity } from '../model/http.js';
import { isAddress } from '../model/machine.js';

export interface Server {
  readonly http: HttpHandler | null;
  /** `trusted`: a public site with a certificate that everybody believes; null: no TLS is spoken here. */
  readonly tls: 'trusted' | 'broken' | TlsIdentity | null;
  /** The client's address as this server sees it. */
  readonly from: string;
}

/** The server behind an open port, as `from` reaches it. */
export function serverAt(from: Host, address: string, port: number, name: string): Server {
  const own = address.startsWith('127.') || from.machine.addresses.includes(address);
  const owner = own ? from : from.world.holder(address);
  if (owner !== undefined) {
    const listener = owner.listeners.find(address, port);
    const identity = listener?.tls === undefined ? null : (listener.tls() ?? 'broken');
    const client = own ? (address.startsWith('127.') ? '127.0.0.1' : from.address) : from.address;
    return { http: listener?.http ?? null, tls: identity, from: client };
  }
  const cluster = from.kube.services.cluster;
  const inside = cluster === null ? null : dialCluster(from, cluster, address, port, from.address);
  if (inside !== null) return { http: inside.server?.http ?? null, tls: null, from: inside.from };
  const known = isAddress(name)
    ? [...from.world.names].find(([, addresses]) => addresses.includes(address))?.[0]
    : name;
  return {
    http: from.world.sites.get(known ?? '') ?? null,
    tls: port === 443 ? 'trusted' : null,
    from: '203.0.113.7',
  };
}

/**
 * Why curl would not believe a certificate; null when it does.
 * @param authorities PEM texts that are trusted @param now the client's clock, epoch ms
 */
export function certificateProblem(
  identity: TlsIdentity,
  name: string,
  authorities: readonly string[],
  now: number,
): string | null {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(identity.cert);
  } catch {
    return 'unable to get local issuer certificate';
  }
  const trusted = authorities
    .flatMap((text) => text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [])
    .some((pem) => {
      try {
        const authority = new X509Certificate(pem);
        return (
          authority.fingerprint256 === certificate.fingerprint256 ||
          (certificate.checkIssued(authority) && certificate.verify(authority.publicKey))
        );
      } catch {
        return false;
      }
    });
  if (!trusted)
    return certificate.subject === certificate.issuer
      ? 'SSL certificate problem: self-signed certificate'
      : 'SSL certificate problem: unable to get local issuer certificate';
  if (now > Date.parse(certificate.validTo)) return 'SSL certificate problem: certificate has expired';
  if (now < Date.parse(certificate.validFrom)) return 'SSL certificate problem: certificate is not yet valid';
  const fits = isAddress(name) ? certificate.checkIP(name) : certificate.checkHost(name);
  if (fits === undefined)
    return isAddress(name)
      ? `SSL: no alternative certificate subject name matches target ipv4 address '${name}'`
      : `SSL: no alternative certificate subject name matches target host name '${name}'`;
  return null;
}
