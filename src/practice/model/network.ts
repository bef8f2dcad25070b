/** The little world around three hosts: who reaches whom, and the names that public DNS knows. */
import type { Host } from '../host.js';
import { Gitlab } from '../gitlab/server.js';
import { reachInCluster } from '../kubernetes/pod-network.js';
import { Simulation } from '../kubernetes/simulation.js';
import type { Archive } from './archives.js';
import type { HttpHandler } from './http.js';
import { inNetwork, NAT_DNS } from './machine.js';

/** What a connection attempt meets. `silent`: nothing comes back, until the caller's patience ends. */
export type Reach = 'open' | 'refused' | 'unreachable' | 'silent';

const PUBLIC_DNS: readonly string[] = [
  '1.1.1.1',
  '1.0.0.1',
  '8.8.8.8',
  '8.8.4.4',
  '9.9.9.9',
  '149.112.112.112',
];

export class World {
  readonly hosts = new Map<string, Host>();
  /** The passing of time for everything that Kubernetes does. */
  readonly simulation = new Simulation(this);
  /** Networks that drop DNS to anybody but their own server. */
  publicDnsBlocked = false;
  /** The NAT gateway's own DNS is dead. */
  natDnsDown = false;
  /** Web servers of the internet by name; they answer http and https with certificates that everybody trusts. */
  readonly sites = new Map<string, HttpHandler>();
  /** The GitLab at gitlab.com. */
  readonly gitlab = new Gitlab();
  /** Package archives beyond the distribution's, by site. */
  readonly archives = new Map<string, Archive>();
  readonly names = new Map<string, readonly string[]>([
    ['gitlab.com', ['172.65.251.78']],
    ['altssh.gitlab.com', ['172.65.251.78']],
    ['registry.gitlab.com', ['35.227.35.254']],
    ['packages.gitlab.com', ['172.64.150.205']],
    ['registry-1.docker.io', ['54.198.86.24', '54.236.113.205']],
    ['auth.docker.io', ['54.227.20.253']],
    ['production.cloudflare.docker.com', ['104.16.98.215']],
    ['download.docker.com', ['18.155.202.62']],
    ['hub.docker.com', ['44.219.3.189']],
    ['registry.k8s.io', ['34.96.108.209']],
    ['pkgs.k8s.io', ['34.107.204.206']],
    ['docs.projectcalico.org', ['104.198.165.243']],
    ['quay.io', ['44.197.20.84']],
    ['ghcr.io', ['140.82.121.34']],
    ['github.com', ['140.82.121.4']],
    ['raw.githubusercontent.com', ['185.199.108.133']],
    ['objects.githubusercontent.com', ['185.199.109.133']],
    ['archive.ubuntu.com', ['185.125.190.82', '91.189.91.83']],
    ['security.ubuntu.com', ['185.125.190.83']],
    ['id.archive.ubuntu.com', ['91.189.91.82']],
    ['ntp.ubuntu.com', ['185.125.190.57']],
    ['google.com', ['142.250.4.100']],
    ['www.google.com', ['142.250.4.104']],
    ['example.com', ['93.184.215.14']],
    ['dns.google', ['8.8.8.8', '8.8.4.4']],
    ['one.one.one.one', ['1.1.1.1']],
  ]);

  /** A web site appears on the internet. */
  addSite(name: string, handler: HttpHandler): void {
    this.sites.set(name, handler);
    if (this.names.has(name)) return;
    const sum = [...name].reduce((total, char) => (total * 31 + (char.codePointAt(0) ?? 0)) % 64_516, 7);
    this.names.set(name, [`203.0.${Math.floor(sum / 254)}.${(sum % 254) + 1}`]);
  }

  /** The host that holds an address of the lab's network, when it is on and plugged in. */
  holder(address: string): Host | undefined {
    return [...this.hosts.values()].find(
      (host) => host.machine.addresses.includes(address) && address !== '10.0.2.15',
    );
  }

  /** What a TCP connection from a host to an address meets. */
  reach(from: Host, address: string, port: number): Reach {
    const { machine } = from;
    if (address.startsWith('127.') || machine.addresses.includes(address)) {
      if (!from.listens(address, port)) return 'refused';
      return from.listeners.find(address, port)?.meets?.() ?? 'open';
    }
    const inside = reachInCluster(from, address, port);
    if (inside !== null) return inside;
    const direct = machine.routes.filter(
      (route) => route.destination !== 'default' && inNetwork(address, route.destination),
    );
    const onLab = direct.some((route) => route.device === 'enp0s8');
    if (onLab) {
      const other = this.holder(address);
      if (from.linkCut) return 'silent';
      if (other === undefined || other.power !== 'on') return 'unreachable';
      if (other.linkCut) return 'silent';
      return other.meets(from.address, address, port);
    }
    if (direct.some((route) => route.device !== 'enp0s3')) return 'unreachable';
    if (!machine.routes.some((route) => route.destination === 'default')) return 'unreachable';
    if (address === NAT_DNS) return port === 53 && !this.natDnsDown ? 'open' : 'refused';
    if (address.startsWith('10.0.2.')) return address === '10.0.2.2' ? 'refused' : 'unreachable';
    if (/^(10|192\.168|172\.(1[6-9]|2\d|3[01]))\./.test(address)) return 'silent';
    if (PUBLIC_DNS.includes(address)) {
      if (port === 53 || port === 853) return this.publicDnsBlocked ? 'silent' : 'open';
      return port === 443 ? 'open' : 'silent';
    }
    const known = [...this.names.values()].some((addresses) => addresses.includes(address));
    return known && [22, 80, 443].includes(port) ? 'open' : 'silent';
  }

  /** What a DNS server answers: addresses, none (no such name), or null when it does not answer. */
  ask(from: Host, server: string, name: string): readonly string[] | null {
    if (this.reach(from, server, 53) !== 'open') return null;
    if (!PUBLIC_DNS.includes(server) && server !== NAT_DNS) return null;
    return this.names.get(name.toLowerCase().replace(/\.$/, '')) ?? [];
  }
}
