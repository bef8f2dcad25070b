/** Name resolution as a host of this kind does it: /etc/hosts, then the servers of /etc/resolv.conf, all really read. */
import type { Host } from '../host.js';
import type { Process } from '../kernel/process.js';
import { isAddress, NAT_DNS } from './machine.js';

const STUB = '127.0.0.53';
/** How long the C library waits for one server, ms. */
const SERVER_PATIENCE_MS = 5000;
const DROP_INS = '/etc/systemd/resolved.conf.d';

export interface HostsEntry {
  readonly address: string;
  readonly names: readonly string[];
}

export function hostsFile(host: Host): readonly HostsEntry[] {
  return (host.volume.text('/etc/hosts') ?? '').split('\n').flatMap((line) => {
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    return address === undefined || address === '' || names.length === 0 ? [] : [{ address, names }];
  });
}

/** Settings of systemd-resolved: the main file, then the drop-ins in order; the last value of a key wins. */
export function resolvedSettings(host: Host): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  const dir = host.volume.find(DROP_INS);
  const dropIns =
    dir?.kind === 'directory'
      ? [...dir.entries.keys()].filter((name) => name.endsWith('.conf')).toSorted()
      : [];
  for (const file of ['/etc/systemd/resolved.conf', ...dropIns.map((name) => `${DROP_INS}/${name}`)]) {
    for (const line of (host.volume.text(file) ?? '').split('\n')) {
      const match = /^([A-Za-z]+)=(.*)$/.exec(line.trim());
      if (match === null) continue;
      const [, key = '', value = ''] = match;
      // An empty value clears a list; another one is added to it.
      const old = settings.get(key);
      const list = key === 'DNS' || key === 'FallbackDNS' || key === 'Domains';
      settings.set(key, value === '' || !list || old === undefined || old === '' ? value : `${old} ${value}`);
    }
  }
  return settings;
}
const words = (text: string | undefined): readonly string[] =>
  (text ?? '').split(/\s+/).filter((word) => word !== '');

/** Servers that systemd-resolved uses: the global ones, those of DHCP, or else the fallback. */
export function resolvedServers(host: Host): {
  readonly global: readonly string[];
  readonly link: readonly string[];
  readonly fallback: readonly string[];
} {
  const settings = resolvedSettings(host);
  const nat = host.machine.cards.find((card) => card.name === 'enp0s3');
  const plain = (list: readonly string[]) => list.map((word) => word.replace(/#.*/, ''));
  return {
    global: plain(words(settings.get('DNS'))),
    link: nat?.up === true ? [NAT_DNS] : [],
    fallback: plain(words(settings.get('FallbackDNS'))),
  };
}

/** What systemd-resolved writes when it starts. */
export function writeResolvedFiles(host: Host): void {
  const { global, link, fallback } = resolvedServers(host);
  const used = global.length + link.length > 0 ? [...global, ...link] : fallback;
  const head =
    '# This is /run/systemd/resolve/%s managed by man:systemd-resolved(8).\n# Do not edit.\n#\n# The practice lab writes it like the real service does.\n\n';
  const tail = 'search .\n';
  host.volume.put(
    '/run/systemd/resolve/resolv.conf',
    `${head.replace('%s', 'resolv.conf')}${used.map((server) => `nameserver ${server}\n`).join('')}${tail}`,
  );
  host.volume.put(
    '/run/systemd/resolve/stub-resolv.conf',
    `${head.replace('%s', 'stub-resolv.conf')}nameserver ${STUB}\noptions edns0 trust-ad\n${tail}`,
  );
}

/** What resolved itself answers, without asking any file of the C library. */
export function askResolved(host: Host, name: string): readonly string[] | null {
  const wanted = name.toLowerCase().replace(/\.$/, '');
  if (wanted === 'localhost' || wanted === '_gateway')
    return [wanted === 'localhost' ? '127.0.0.1' : '10.0.2.2'];
  const local = hostsFile(host).filter((entry) => entry.names.includes(wanted));
  if (local.length > 0) return local.map((entry) => entry.address);
  if (wanted === host.machine.hostname)
    return host.machine.addresses.filter((address) => !address.startsWith('127.'));
  if (!wanted.includes('.') || wanted.endsWith('.local')) return [];
  const { global, link, fallback } = resolvedServers(host);
  const servers = global.length + link.length > 0 ? [...global, ...link] : fallback;
  for (const server of servers) {
    const answer = host.world.ask(host, server, wanted);
    if (answer !== null) return answer;
  }
  return null;
}

/** `files dns` of nsswitch.conf. Waits as long as silent servers make one wait. Empty when nobody knows the name. */
export async function resolveName(host: Host, process: Process, name: string): Promise<readonly string[]> {
  if (isAddress(name)) return [name];
  const wanted = name.toLowerCase();
  const local = hostsFile(host).filter((entry) =>
    entry.names.some((known) => known.toLowerCase() === wanted),
  );
  if (local.length > 0) return local.map((entry) => entry.address);
  const servers = [...(host.volume.text('/etc/resolv.conf') ?? '').matchAll(/^\s*nameserver\s+(\S+)/gm)].map(
    (match) => match[1] ?? '',
  );
  for (const server of servers.slice(0, 3)) {
    if (server === STUB || server === '127.0.0.54') {
      if (!host.systemd.isActive('systemd-resolved')) continue;
      const answer = askResolved(host, wanted);
      if (answer !== null) return answer;
      await process.sleep(SERVER_PATIENCE_MS);
      continue;
    }
    const answer = host.world.ask(host, server, wanted);
    if (answer !== null) return answer;
    if (host.world.reach(host, server, 53) === 'silent') await process.sleep(SERVER_PATIENCE_MS);
  }
  return [];
}
