/** What lies on the disk of a freshly installed Ubuntu Server 24.04, and the live files of /proc and /sys. */
import type { Host } from '../host.js';
import type { Caller, Inode } from '../vfs/inode.js';
import { KERNEL_RELEASE } from './machine.js';
import type { Random } from './random.js';

const DIRECTORIES = [
  '/boot', '/home', '/media', '/mnt', '/opt', '/srv', '/etc/apt/apt.conf.d', '/etc/apt/sources.list.d', '/etc/apt/keyrings',
  '/etc/cloud/cloud.cfg.d', '/etc/default', '/etc/modules-load.d', '/etc/needrestart/conf.d', '/etc/netplan', '/etc/profile.d',
  '/etc/ssh/sshd_config.d', '/etc/sysctl.d', '/etc/systemd/resolved.conf.d', '/etc/systemd/system', '/etc/ssl/certs',
  '/usr/lib/systemd/system', '/usr/local/bin', '/usr/local/sbin', '/usr/local/share/ca-certificates', '/usr/share', '/var/backups',
  '/var/cache/apt/archives', '/var/lib/apt/lists', '/var/lib/dpkg', '/var/lib/cloud/instance', '/var/lib/systemd', '/var/log/apt',
  '/var/mail', '/var/spool/cron',
];

export function needrestartConfig(): string {
  return [
    '# needrestart - Restart daemons after library updates.',
    '#',
    '# Configuration of the practice lab, with the keys of the real one.',
    '',
    '# Restart mode: l(ist only), i(nteractive) or a(utomatically).',
    '#',
    "# ATTENTION: If needrestart is configured to run in interactive mode but is run",
    '# non-interactive it will fallback to list only mode.',
    '#',
    "#$nrconf{restart} = 'i';",
    '',
    '$nrconf{blacklist_rc} = [];',
    '',
    '# Read additional config snippets.',
    'if(-d q(/etc/needrestart/conf.d)) {',
    '  foreach my $fn (sort </etc/needrestart/conf.d/*.conf>) {',
    '    eval do { local(@ARGV, $/) = $fn; <>};',
    '  }',
    '}',
    '',
  ].join('\n');
}

/** Writes the disk of a new host. @param user login name of the operator */
export function prepareDisk(host: Host, user: string, publicKey: string, random: Random): void {
  const { volume, machine } = host;
  const { make } = volume;
  for (const dir of DIRECTORIES) volume.ensureDirectory(dir);
  for (const dir of ['bin', 'sbin', 'lib']) {
    volume.ensureDirectory(`/usr/${dir}`);
    volume.place(`/${dir}`, make.symlink(`usr/${dir}`));
  }
  volume.ensureDirectory('/root', { mode: 0o700 });
  volume.ensureDirectory('/tmp', { mode: 0o1777 });
  volume.ensureDirectory('/var/tmp', { mode: 0o1777 });
  volume.place('/run', make.directory({}, true));
  volume.place('/var/run', make.symlink('/run'));
  volume.place('/var/lock', make.symlink('/run/lock'));
  const home = `/home/${user}`;
  const own = { uid: 1000, gid: 1000 };
  volume.ensureDirectory(home, { ...own, mode: 0o750 });
  volume.ensureDirectory(`${home}/.ssh`, { ...own, mode: 0o700 });
  volume.put(`${home}/.ssh/authorized_keys`, `${publicKey}\n`, { ...own, mode: 0o600 });
  volume.put(`${home}/.bashrc`, "# ~/.bashrc: executed by bash(1) for non-login shells.\nalias ll='ls -alF'\n", own);
  volume.put(`${home}/.profile`, '# ~/.profile: executed by the command interpreter for login shells.\n', own);
  volume.put('/etc/passwd', passwd(user));
  volume.put('/etc/group', group(user));
  volume.put('/etc/shadow', 'root:*:20000:0:99999:7:::\n', { gid: 42, mode: 0o640 });
  volume.put('/etc/sudoers', 'Defaults\tenv_reset\nDefaults\tsecure_path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin"\nroot\tALL=(ALL:ALL) ALL\n%admin ALL=(ALL) ALL\n%sudo\tALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n', { mode: 0o440 });
  volume.ensureDirectory('/etc/sudoers.d', { mode: 0o750 });
  volume.put(`/etc/sudoers.d/90-${user}`, `${user} ALL=(ALL) NOPASSWD:ALL\n`, { mode: 0o440 });
  volume.put('/etc/hostname', 'ubuntu\n');
  volume.put('/etc/hosts', '127.0.0.1 localhost\n127.0.1.1 ubuntu\n\n# The following lines are desirable for IPv6 capable hosts\n::1     ip6-localhost ip6-loopback\nfe00::0 ip6-localnet\nff00::0 ip6-mcastprefix\nff02::1 ip6-allnodes\nff02::2 ip6-allrouters\n');
  volume.put('/etc/machine-id', `${random.hex(32)}\n`, { mode: 0o444 });
  volume.put('/usr/lib/os-release', OS_RELEASE);
  volume.place('/etc/os-release', make.symlink('../usr/lib/os-release'));
  volume.put('/etc/lsb-release', 'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=24.04\nDISTRIB_CODENAME=noble\nDISTRIB_DESCRIPTION="Ubuntu 24.04.1 LTS"\n');
  volume.put('/etc/debian_version', 'trixie/sid\n');
  volume.put('/etc/issue', 'Ubuntu 24.04.1 LTS \\n \\l\n');
  volume.put('/etc/timezone', 'Etc/UTC\n');
  volume.place('/etc/localtime', make.symlink('/usr/share/zoneinfo/Etc/UTC'));
  volume.put('/etc/nsswitch.conf', 'passwd:         files systemd\ngroup:          files systemd\nhosts:          files dns\nnetworks:       files\n');
  volume.put('/etc/fstab', '/dev/disk/by-uuid/root / ext4 defaults 0 1\n/swap.img\tnone\tswap\tsw\t0\t0\n');
  volume.put('/etc/profile', '# /etc/profile: system-wide .profile file\n');
  volume.put('/etc/environment', 'PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/games:/usr/local/games:/snap/bin"\n');
  volume.put('/etc/systemd/resolved.conf', '#  This file is part of systemd.\n#\n[Resolve]\n#DNS=\n#FallbackDNS=\n#Domains=\n#DNSSEC=no\n#DNSStubListener=yes\n');
  volume.put('/etc/systemd/timesyncd.conf', '[Time]\n#NTP=\n#FallbackNTP=ntp.ubuntu.com\n');
  volume.place('/etc/resolv.conf', make.symlink('../run/systemd/resolve/stub-resolv.conf'));
  volume.put('/etc/needrestart/needrestart.conf', needrestartConfig());
  volume.put('/etc/apt/apt.conf.d/20auto-upgrades', 'APT::Periodic::Update-Package-Lists "1";\nAPT::Periodic::Unattended-Upgrade "1";\n');
  volume.put('/etc/apt/sources.list.d/ubuntu.sources', 'Types: deb\nURIs: http://archive.ubuntu.com/ubuntu/\nSuites: noble noble-updates noble-backports\nComponents: main restricted universe multiverse\nSigned-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg\n\nTypes: deb\nURIs: http://security.ubuntu.com/ubuntu/\nSuites: noble-security\nComponents: main restricted universe multiverse\nSigned-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg\n');
  volume.put('/etc/cloud/cloud.cfg', 'users:\n  - default\ndisable_root: true\npreserve_hostname: false\ncloud_init_modules:\n  - set_hostname\n  - update_hostname\n  - update_etc_hosts\n');
  volume.put('/etc/netplan/50-cloud-init.yaml', `network:\n  version: 2\n  ethernets:\n    enp0s3:\n      dhcp4: true\n    enp0s8:\n      addresses: [${machine.labCard?.addresses[0]?.address ?? ''}/24]\n`, { mode: 0o600 });
  volume.put('/etc/ssh/sshd_config', 'Include /etc/ssh/sshd_config.d/*.conf\nKbdInteractiveAuthentication no\nUsePAM yes\nX11Forwarding yes\nPrintMotd no\nSubsystem sftp /usr/lib/openssh/sftp-server\n');
  for (const file of ['lock', 'lock-frontend']) volume.put(`/var/lib/dpkg/${file}`, '', { mode: 0o640 });
  volume.put('/var/lib/dpkg/status', '');
  volume.put('/var/lib/apt/lists/lock', '', { mode: 0o640 });
  volume.put('/var/cache/apt/archives/lock', '', { mode: 0o640 });
  volume.put('/var/log/dpkg.log', '');
  volume.put('/swap.img', '', { mode: 0o600 });
  for (const device of ['null', 'zero', 'urandom', 'full'] as const) volume.place(`/dev/${device}`, make.device(device));
  volume.place('/dev/random', make.device('urandom'));
  volume.place('/dev/shm', make.directory({ mode: 0o1777 }, true));
  placeLiveFiles(host);
}

const OS_RELEASE = 'PRETTY_NAME="Ubuntu 24.04.1 LTS"\nNAME="Ubuntu"\nVERSION_ID="24.04"\nVERSION="24.04.1 LTS (Noble Numbat)"\nVERSION_CODENAME=noble\nID=ubuntu\nID_LIKE=debian\nHOME_URL="https://www.ubuntu.com/"\nUBUNTU_CODENAME=noble\n';

function passwd(user: string): string {
  return [
    'root:x:0:0:root:/root:/bin/bash',
    'daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin',
    'www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin',
    'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin',
    '_apt:x:42:65534::/nonexistent:/usr/sbin/nologin',
    'systemd-network:x:998:998:systemd Network Management:/:/usr/sbin/nologin',
    'systemd-resolve:x:992:992:systemd Resolver:/:/usr/sbin/nologin',
    'syslog:x:102:102::/nonexistent:/usr/sbin/nologin',
    'sshd:x:108:65534::/run/sshd:/usr/sbin/nologin',
    `${user}:x:1000:1000:${user}:/home/${user}:/bin/bash`,
    '',
  ].join('\n');
}
function group(user: string): string {
  return [
    'root:x:0:',
    'daemon:x:1:',
    `adm:x:4:syslog,${user}`,
    `sudo:x:27:${user}`,
    'www-data:x:33:',
    'shadow:x:42:',
    `lxd:x:101:${user}`,
    'systemd-network:x:998:',
    'systemd-resolve:x:992:',
    'nogroup:x:65534:',
    `${user}:x:1000:`,
    '',
  ].join('\n');
}

/** What a boot lays into /run and /tmp. */
export function prepareRun(host: Host): void {
  const { volume } = host;
  volume.clear('/run');
  volume.clear('/tmp');
  volume.clear('/dev/shm');
  for (const dir of ['/run/systemd/system', '/run/systemd/resolve', '/run/user', '/run/sshd']) volume.ensureDirectory(dir);
  volume.ensureDirectory('/run/lock', { mode: 0o1777 });
}

function placeLiveFiles(host: Host): void {
  const { volume, machine, kernel } = host;
  const { make } = volume;
  const live = (path: string, text: (caller: Caller) => string, mode = 0o444) => volume.place(path, make.live(text, { mode }));
  const two = (value: number) => value.toFixed(2);
  volume.place(
    '/proc',
    make.liveDirectory(
      () => [...entries.keys(), ...kernel.processes.map((process) => String(process.pid))],
      (name, caller) => entries.get(name) ?? processDirectory(host, name === 'self' ? caller.pid : Number(name)),
    ),
  );
  const entries = new Map<string, Inode>();
  const proc = (name: string, text: () => string) => entries.set(name, make.live(text));
  proc('uptime', () => `${two(machine.uptimeSeconds)} ${two(machine.uptimeSeconds * machine.sizes.cpus * 0.97)}\n`);
  proc('loadavg', () => `${two(machine.load)} ${two(machine.load * 0.9)} ${two(machine.load * 0.8)} 1/${140 + kernel.processes.length} ${kernel.processes.at(-1)?.pid ?? 1}\n`);
  proc('meminfo', () => meminfo(host));
  proc('stat', () => stat(host));
  proc('version', () => `Linux version ${KERNEL_RELEASE} (buildd@lcy02-amd64-075) #48-Ubuntu SMP PREEMPT_DYNAMIC\n`);
  proc('cmdline', () => `BOOT_IMAGE=/boot/vmlinuz-${KERNEL_RELEASE} root=/dev/sda2 ro\n`);
  proc('cpuinfo', () => Array.from({ length: machine.sizes.cpus }, (_, index) => `processor\t: ${index}\nmodel name\t: Practice Lab CPU\ncpu MHz\t\t: 2600.000\n\n`).join(''));
  proc('mounts', () => '/dev/sda2 / ext4 rw,relatime 0 0\ntmpfs /run tmpfs rw,nosuid,nodev,noexec,relatime 0 0\nproc /proc proc rw 0 0\nsysfs /sys sysfs rw 0 0\n');
  proc('swaps', () => `Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n${machine.swap === null ? '' : `${machine.swap.path}                               file\t\t${machine.swap.mib * 1024}\t\t0\t\t-2\n`}`);
  proc('modules', () => 'overlay 212992 0 - Live 0x0\n');
  proc('locks', () => [...host.packages.locks].map(([file, holder], index) => `${index + 1}: POSIX  ADVISORY  WRITE ${holder.pid} 08:02:${volume.find(file)?.ino ?? 0} 0 EOF\n`).join(''));
  const net = make.directory();
  net.entries.set('route', make.live(() => routeTable(host)));
  net.entries.set('dev', make.live(() => `Inter-|   Receive\n face |bytes\n${machine.cards.map((card) => `${card.name}: 0 0\n`).join('')}`));
  entries.set('net', net);
  const sys = make.directory();
  const kernelDir = make.directory();
  const randomDir = make.directory();
  randomDir.entries.set('boot_id', make.live(() => `${machine.bootId}\n`));
  kernelDir.entries.set('random', randomDir);
  kernelDir.entries.set('hostname', make.live(() => `${machine.hostname}\n`));
  kernelDir.entries.set('osrelease', make.live(() => `${KERNEL_RELEASE}\n`));
  kernelDir.entries.set('ostype', make.live(() => 'Linux\n'));
  kernelDir.entries.set('pid_max', make.live(() => '4194304\n'));
  sys.entries.set('kernel', kernelDir);
  for (const area of ['net', 'vm', 'fs']) {
    sys.entries.set(area, sysctlDirectory(host, area));
  }
  entries.set('sys', sys);
  live('/sys/class/dmi/id/product_uuid', () => `${machine.productUuid}\n`, 0o400);
  live('/sys/class/dmi/id/product_name', () => 'VirtualBox\n');
  live('/sys/class/dmi/id/sys_vendor', () => 'innotek GmbH\n');
  volume.place(
    '/sys/class/net',
    make.liveDirectory(
      () => machine.cards.map((card) => card.name),
      (name) => {
        const card = machine.cards.find((entry) => entry.name === name);
        if (card === undefined) return undefined;
        const dir = make.directory();
        dir.entries.set('address', make.live(() => `${card.mac}\n`));
        dir.entries.set('operstate', make.live(() => (card.name === 'lo' ? 'unknown\n' : card.up ? 'up\n' : 'down\n')));
        dir.entries.set('mtu', make.live(() => (card.name === 'lo' ? '65536\n' : '1500\n')));
        return dir;
      },
    ),
  );
}

/** One level of /proc/sys, made from the model's sysctl values. */
function sysctlDirectory(host: Host, prefix: string): Inode {
  const { make } = host.volume;
  const keys = () => [...host.machine.sysctl.keys()].filter((key) => key.startsWith(`${prefix}.`));
  return make.liveDirectory(
    () => [...new Set(keys().map((key) => key.slice(prefix.length + 1).split('.')[0] ?? ''))],
    (name) => {
      const key = `${prefix}.${name}`;
      if (host.machine.sysctl.has(key)) {
        return make.live(
          () => `${host.machine.sysctl.get(key) ?? ''}\n`,
          { mode: 0o644 },
          (text) => host.machine.sysctl.set(key, text.trim()),
        );
      }
      return keys().some((known) => known.startsWith(`${key}.`)) ? sysctlDirectory(host, key) : undefined;
    },
  );
}

function processDirectory(host: Host, pid: number): Inode | undefined {
  const process = host.kernel.process(pid);
  if (process === undefined) return undefined;
  const { make } = host.volume;
  const dir = make.directory({ ...process.credentials, mode: 0o555 });
  const put = (name: string, text: string) => dir.entries.set(name, make.live(() => text, { uid: process.credentials.uid, mode: 0o444 }));
  put('cmdline', process.argv.map((word) => `${word}\0`).join(''));
  put('comm', `${process.name.slice(0, 15)}\n`);
  put('status', `Name:\t${process.name.slice(0, 15)}\nState:\tS (sleeping)\nPid:\t${pid}\nPPid:\t${process.ppid}\nUid:\t${process.credentials.uid}\t${process.credentials.uid}\t${process.credentials.uid}\t${process.credentials.uid}\n`);
  put('stat', `${pid} (${process.name.slice(0, 15)}) S ${process.ppid} ${process.pgid} ${process.sid} 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 ${Math.max(0, Math.floor((process.startedAt - (host.machine.now() - host.machine.uptimeSeconds * 1000)) / 10))} 0 0\n`);
  const fds = make.directory({ mode: 0o500, uid: process.credentials.uid });
  for (const [fd, description] of process.descriptors) fds.entries.set(String(fd), make.symlink(description.label));
  dir.entries.set('fd', fds);
  return dir;
}

function meminfo(host: Host): string {
  const { machine } = host;
  const total = machine.memoryTotalKiB;
  const available = machine.memoryAvailableKiB;
  const swap = (machine.swap?.mib ?? 0) * 1024;
  const lines: readonly [string, number][] = [
    ['MemTotal', total],
    ['MemFree', Math.floor(available * 0.82)],
    ['MemAvailable', available],
    ['Buffers', 31_000],
    ['Cached', Math.floor(available * 0.16)],
    ['SwapCached', 0],
    ['SwapTotal', swap],
    ['SwapFree', swap],
  ];
  return lines.map(([name, value]) => `${`${name}:`.padEnd(16)}${String(value).padStart(8)} kB\n`).join('');
}
function stat(host: Host): string {
  const { machine } = host;
  const ticks = Math.floor(machine.uptimeSeconds * 100);
  const busy = Math.floor(ticks * 0.03);
  const cpus = Array.from({ length: machine.sizes.cpus }, (_, index) => `cpu${index} ${busy} 0 ${busy} ${ticks - 2 * busy} 0 0 0 0 0 0\n`);
  const n = machine.sizes.cpus;
  return `cpu  ${busy * n} 0 ${busy * n} ${(ticks - 2 * busy) * n} 0 0 0 0 0 0\n${cpus.join('')}btime ${Math.floor((machine.now() - machine.uptimeSeconds * 1000) / 1000)}\nprocesses ${host.kernel.processes.at(-1)?.pid ?? 1}\n`;
}
function routeTable(host: Host): string {
  const hex = (address: string) => address.split('.').toReversed().map((part) => Number(part).toString(16).padStart(2, '0').toUpperCase()).join('');
  const rows = host.machine.routes.map((route) => {
    const [network = '0.0.0.0', prefix = '0'] = route.destination === 'default' ? ['0.0.0.0', '0'] : route.destination.split('/');
    const bits = Number(prefix);
    const mask = [0, 1, 2, 3].map((part) => 256 - 2 ** (8 - Math.max(0, Math.min(8, bits - part * 8)))).join('.');
    return `${route.device}\t${hex(network)}\t${hex(route.via ?? '0.0.0.0')}\t${route.via === undefined ? '0001' : '0003'}\t0\t0\t${route.metric ?? 0}\t${hex(mask)}\t0\t0\t0\n`;
  });
  return `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n${rows.join('')}`;
}
