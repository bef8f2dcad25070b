/** Kernel modules of a host: those that exist, those that are loaded, and what loading one brings. */
import type { Host } from '../host.js';
import { KERNEL_RELEASE } from './machine.js';

interface ModuleSpec {
  readonly size: number;
  readonly depends?: readonly string[];
  /** Kernel settings that exist only while it is loaded. */
  readonly settings?: Readonly<Record<string, string>>;
}
const MODULES: Readonly<Record<string, ModuleSpec>> = {
  overlay: { size: 212_992 },
  llc: { size: 16_384 },
  stp: { size: 12_288, depends: ['llc'] },
  bridge: { size: 421_888, depends: ['stp', 'llc'] },
  br_netfilter: {
    size: 32_768,
    depends: ['bridge'],
    settings: {
      'net.bridge.bridge-nf-call-arptables': '1',
      'net.bridge.bridge-nf-call-ip6tables': '1',
      'net.bridge.bridge-nf-call-iptables': '1',
      'net.bridge.bridge-nf-filter-pppoe-tagged': '0',
      'net.bridge.bridge-nf-filter-vlan-tagged': '0',
      'net.bridge.bridge-nf-pass-vlan-input-dev': '0',
    },
  },
  nf_defrag_ipv4: { size: 12_288 },
  nf_conntrack: {
    size: 200_704,
    depends: ['nf_defrag_ipv4'],
    settings: { 'net.netfilter.nf_conntrack_max': '131072' },
  },
  nf_nat: { size: 61_440, depends: ['nf_conntrack'] },
  nf_tables: { size: 376_832 },
  ip_tables: { size: 32_768 },
  iptable_nat: { size: 12_288, depends: ['nf_nat', 'ip_tables'] },
  ip_set: { size: 61_440 },
  ip_vs: { size: 221_184, depends: ['nf_conntrack'] },
  ip_vs_rr: { size: 12_288, depends: ['ip_vs'] },
  ip_vs_wrr: { size: 12_288, depends: ['ip_vs'] },
  ip_vs_sh: { size: 12_288, depends: ['ip_vs'] },
  tunnel4: { size: 12_288 },
  ipip: { size: 16_384, depends: ['tunnel4'] },
  vxlan: { size: 155_648 },
  veth: { size: 45_056 },
  xt_conntrack: { size: 12_288, depends: ['nf_conntrack'] },
  xt_MASQUERADE: { size: 16_384, depends: ['nf_nat'] },
  zram: { size: 40_960 },
};
/** What a freshly booted server has loaded without anybody asking. */
const AT_BOOT = ['nf_tables', 'ip_tables'];
const DIRECTORIES = ['/etc/modules-load.d', '/run/modules-load.d', '/usr/lib/modules-load.d'];

const spelled = (name: string) => name.replaceAll('-', '_');

export function moduleSpec(name: string): ModuleSpec | undefined {
  return MODULES[spelled(name)];
}
/** The modules that loading one loads, in that order. */
export function moduleChain(name: string): readonly string[] {
  const own = spelled(name);
  return [...new Set([...(MODULES[own]?.depends ?? []).flatMap((one) => moduleChain(one)), own])];
}

/** False when there is no such module. */
export function loadModule(host: Host, name: string): boolean {
  if (moduleSpec(name) === undefined) return false;
  for (const one of moduleChain(name)) {
    if (host.machine.modules.has(one)) continue;
    host.machine.modules.add(one);
    host.journal.write('kernel', 'kernel', `${one}: loaded`);
    for (const [key, value] of Object.entries(MODULES[one]?.settings ?? {}))
      host.machine.sysctl.set(key, value);
    if (one === 'zram') host.machine.zram = true;
  }
  return true;
}
export const usersOf = (host: Host, name: string): readonly string[] =>
  [...host.machine.modules].filter((other) => MODULES[other]?.depends?.includes(name) === true);

/** Gives why it cannot be unloaded, or null. */
export function unloadModule(host: Host, name: string): string | null {
  const own = spelled(name);
  if (!host.machine.modules.has(own)) return MODULES[own] === undefined ? `Module ${name} not found.` : null;
  const users = usersOf(host, own);
  if (users.length > 0) return `Module ${own} is in use by: ${users.join(' ')}.`;
  host.machine.modules.delete(own);
  for (const key of Object.keys(MODULES[own]?.settings ?? {})) host.machine.sysctl.delete(key);
  return null;
}

/** Names in the lists of modules to load at boot. */
export function modulesToLoad(host: Host): readonly string[] {
  const files = new Map<string, string>();
  for (const path of DIRECTORIES) {
    const dir = host.volume.find(path);
    if (dir?.kind !== 'directory') continue;
    for (const name of dir.entries.keys())
      if (name.endsWith('.conf') && !files.has(name)) files.set(name, `${path}/${name}`);
  }
  const texts = [...files]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, path]) => host.volume.text(path) ?? '');
  return [...texts, host.volume.text('/etc/modules') ?? ''].flatMap((text) =>
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !/^[#;]/.test(line)),
  );
}
/** What systemd-modules-load does. Gives the names that are no modules. */
export function loadListedModules(host: Host): readonly string[] {
  return modulesToLoad(host).filter((name) => {
    if (loadModule(host, name)) return false;
    host.journal.write(
      'systemd-modules-load.service',
      'systemd-modules-load',
      `Failed to find module '${name}'`,
      {
        priority: 3,
      },
    );
    return true;
  });
}
export function bootModules(host: Host): void {
  host.machine.modules.clear();
  for (const name of AT_BOOT) loadModule(host, name);
}

/** Text of /proc/modules. */
export function procModules(host: Host): string {
  return [...host.machine.modules]
    .toReversed()
    .map((name) => {
      const users = usersOf(host, name);
      return `${name} ${MODULES[name]?.size ?? 16_384} ${users.length} ${users.length === 0 ? '-' : `${users.join(',')},`} Live 0x0000000000000000\n`;
    })
    .join('');
}
export const modulePath = (name: string): string =>
  `/lib/modules/${KERNEL_RELEASE}/kernel/${spelled(name).startsWith('br') || spelled(name).startsWith('nf') ? 'net' : 'fs'}/${spelled(name)}.ko.zst`;
