/** Kernel settings: the values of a fresh boot, and the files that change them. */
import type { Host } from '../host.js';

export const SYSCTL_DEFAULTS: Readonly<Record<string, string>> = {
  'net.ipv4.ip_forward': '0',
  'net.ipv4.conf.all.forwarding': '0',
  'net.ipv4.conf.all.rp_filter': '2',
  'net.ipv4.conf.default.rp_filter': '2',
  'net.ipv6.conf.all.forwarding': '0',
  'net.core.somaxconn': '4096',
  'vm.swappiness': '60',
  'vm.overcommit_memory': '0',
  'vm.panic_on_oom': '0',
  'vm.max_map_count': '1048576',
  'kernel.pid_max': '4194304',
  'kernel.panic': '0',
  'kernel.panic_on_oops': '0',
  'fs.inotify.max_user_watches': '122145',
  'fs.inotify.max_user_instances': '128',
  'fs.file-max': '9223372036854775807',
};
/** Two names for one switch of the kernel. */
const TWINS: Readonly<Record<string, string>> = {
  'net.ipv4.ip_forward': 'net.ipv4.conf.all.forwarding',
  'net.ipv4.conf.all.forwarding': 'net.ipv4.ip_forward',
};
const DIRECTORIES = ['/etc/sysctl.d', '/run/sysctl.d', '/usr/local/lib/sysctl.d', '/usr/lib/sysctl.d'];

export function setSysctl(host: Host, key: string, value: string): void {
  host.machine.sysctl.set(key, value);
  const twin = TWINS[key];
  if (twin !== undefined) host.machine.sysctl.set(twin, value);
}

export interface SysctlLine {
  readonly key: string;
  readonly value: string;
  /** `-key`: a failure is nobody's concern. */
  readonly lenient: boolean;
}
export function readSysctlFile(text: string): readonly SysctlLine[] {
  return text.split('\n').flatMap((raw) => {
    const line = raw.trim();
    if (line === '' || /^[#;]/.test(line)) return [];
    const match = /^(-?)\s*([^=\s]+)\s*=\s*(.*)$/.exec(line);
    if (match === null) return [];
    const [, lenient = '', key = '', value = ''] = match;
    return [{ key: key.replaceAll('/', '.'), value: value.trim(), lenient: lenient === '-' }];
  });
}
/** Files in the order in which they count: by name, a name in an earlier directory hiding it in later ones. */
export function sysctlFiles(host: Host): readonly string[] {
  const files = new Map<string, string>();
  for (const path of DIRECTORIES) {
    const dir = host.volume.find(path);
    if (dir?.kind !== 'directory') continue;
    for (const name of dir.entries.keys())
      if (name.endsWith('.conf') && !files.has(name)) files.set(name, `${path}/${name}`);
  }
  return [...files].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
}
/** What systemd-sysctl does at boot. */
export function applySysctlFiles(host: Host): void {
  for (const path of sysctlFiles(host)) {
    for (const { key, value, lenient } of readSysctlFile(host.volume.text(path) ?? '')) {
      if (host.machine.sysctl.has(key)) setSysctl(host, key, value);
      else if (!lenient)
        host.journal.write(
          'systemd-sysctl.service',
          'systemd-sysctl',
          `Couldn't write '${value}' to '${key.replaceAll('.', '/')}', ignoring: No such file or directory`,
          { priority: 4 },
        );
    }
  }
}
