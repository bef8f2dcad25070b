/** Every program of a host, and the stub files in /usr that make them executable. */
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import { helm } from '../helm/helm.js';
import { kubectl } from '../kubernetes/kubectl/kubectl.js';
import { bash, builtinProgram } from '../shell/program.js';
import { aptCache, aptConfig, aptMark } from './apt.js';
import { aptGet } from './apt-get.js';
import { diff } from './diff.js';
import { dpkg, dpkgQuery, lockPrograms } from './dpkg.js';
import { filePrograms } from './files.js';
import { find } from './find.js';
import { identityPrograms } from './identity.js';
import { journalctl, logger } from './journalctl.js';
import { netPrograms } from './net.js';
import { processPrograms } from './process.js';
import { pgrep, ps } from './ps.js';
import { showPrograms } from './show.js';
import { sshPrograms } from './ssh-tools.js';
import { storagePrograms } from './storage.js';
import { runuser, sudo } from './sudo.js';
import { systemctl } from './systemctl.js';
import { systemdAnalyze, systemdRun } from './systemd-run.js';
import { sort } from './sort.js';
import { tar } from './tar.js';
import { gpg } from './gpg.js';
import { iptables } from './iptables.js';
import { openssl } from './openssl/openssl.js';
import { ufw } from './ufw/ufw.js';
import { TEXT_TOOLS, textTool } from './text.js';

const SHELL_WORDS = ['echo', 'printf', 'test', '[', 'true', 'false', 'kill', 'pwd'];
/** Programs that a real host has and that are not simulated: they say so instead of pretending. */
const REFUSED = [
  'perl',
  'python3',
  'scp',
  'rsync',
  'crontab',
  'dmesg',
  'lsblk',
  'blkid',
  'mount',
  'umount',
  'nft',
  'netplan',
  'networkctl',
  'snap',
  'vi',
  'nano',
  'passwd',
  'useradd',
  'su',
  'top',
  'strace',
  'busctl',
  'cloud-init',
  'loginctl',
  'update-ca-certificates',
];

const power =
  (host: Host, how: 'reboot' | 'poweroff'): Program =>
  async (process, args) => {
    if (process.credentials.uid !== 0) {
      await process.err(
        `Call to ${how === 'reboot' ? 'Reboot' : 'PowerOff'} failed: Interactive authentication required.\n`,
      );
      return 1;
    }
    if (process.name === 'shutdown' && args.includes('-c')) return 0;
    if (how === 'reboot' || args.includes('-r')) host.rebootSoon(process);
    else host.haltSoon();
    return 0;
  };

/** Not on a fresh host. */
const PACKAGED: ReadonlySet<string> = new Set(['jq', 'tree']);

export function programsOf(host: Host): ReadonlyMap<string, Program> {
  const all = new Map<string, Program>();
  for (const name of REFUSED) all.set(name, (process) => process.refuse('this program'));
  for (const name of SHELL_WORDS) all.set(name, builtinProgram(name));
  for (const name of TEXT_TOOLS) all.set(name, textTool(name));
  const groups: readonly Readonly<Record<string, Program>>[] = [
    filePrograms,
    showPrograms,
    processPrograms,
    identityPrograms(host),
    netPrograms(host),
    storagePrograms(host),
    lockPrograms(host),
    sshPrograms(host),
    {
      bash,
      sh: bash,
      find,
      diff,
      ps: ps(host),
      pgrep: pgrep(host),
      pkill: pgrep(host),
      sudo: sudo(host),
      runuser: runuser(host),
      systemctl: systemctl(host),
      'systemd-run': systemdRun(host),
      'systemd-analyze': systemdAnalyze(host),
      ufw: ufw(host),
      iptables: iptables(host),
      openssl: openssl(host),
      gpg,
      sort,
      tar,
      journalctl: journalctl(host),
      logger: logger(host),
      'apt-get': aptGet(host),
      apt: aptGet(host),
      'apt-cache': aptCache(host),
      'apt-mark': aptMark(host),
      'apt-config': aptConfig(host),
      dpkg: dpkg(host),
      'dpkg-query': dpkgQuery(host),
      needrestart: async (process) => {
        if (process.credentials.uid !== 0) return process.fail('Need to be root!');
        await process.out('No services need to be restarted.\n\nNo containers need to be restarted.\n');
        return 0;
      },
      // A script has no console to clear.
      clear_console: () => 1,
      reboot: power(host, 'reboot'),
      shutdown: power(host, 'poweroff'),
      poweroff: power(host, 'poweroff'),
      halt: power(host, 'poweroff'),
    },
  ];
  for (const group of groups) for (const [name, program] of Object.entries(group)) all.set(name, program);
  return all;
}

/** Installs the programs into a host: into its kernel, and as files. */
export function installPrograms(host: Host): void {
  host.kernel.binaries.set('kubectl', (version) => kubectl(host, version));
  host.kernel.binaries.set('helm', (version) => helm(host, version));
  for (const [name, program] of programsOf(host))
    if (!PACKAGED.has(name)) installProgram(host, name, program);
}
/** A tool that a package of its own brings. */
export function installTool(host: Host, name: 'jq' | 'tree'): void {
  installProgram(host, name, textTool(name));
}
/** One more program, as a package would bring it. */
export function installProgram(host: Host, name: string, program: Program): void {
  host.kernel.programs.set(name, program);
  const file = host.volume.make.file(
    { mode: name === 'sudo' ? 0o4755 : 0o755 },
    `practice lab program: ${name}\n`,
  );
  file.program = name;
  host.volume.place(
    `/usr/${/^(usermod|groupadd|ufw|sshd|sysctl|swapon|swapoff|mkswap|modprobe|rmmod|lsmod|modinfo|runuser|reboot|shutdown|poweroff|halt|needrestart)$/.test(name) ? 'sbin' : 'bin'}/${name}`,
    file,
  );
}
