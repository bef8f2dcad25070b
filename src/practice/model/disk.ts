/** What lies on the disk of a freshly installed Ubuntu Server 24.04, and the live files of /proc and /sys. */
import type { Host } from '../host.js';
import { placeLiveFiles } from './live-files.js';
import type { Random } from './random.js';
import { placeSwapFile } from './swap.js';

const DIRECTORIES = [
  '/boot',
  '/home',
  '/media',
  '/mnt',
  '/opt',
  '/srv',
  '/etc/apt/apt.conf.d',
  '/etc/apt/sources.list.d',
  '/etc/apt/keyrings',
  '/etc/cloud/cloud.cfg.d',
  '/etc/default',
  '/etc/modules-load.d',
  '/etc/needrestart/conf.d',
  '/etc/netplan',
  '/etc/profile.d',
  '/etc/ssh/sshd_config.d',
  '/etc/sysctl.d',
  '/etc/systemd/resolved.conf.d',
  '/etc/systemd/system',
  '/etc/ssl/certs',
  '/usr/lib/systemd/system',
  '/usr/local/bin',
  '/usr/local/sbin',
  '/usr/local/share/ca-certificates',
  '/usr/share',
  '/var/backups',
  '/var/cache/apt/archives',
  '/var/lib/apt/lists',
  '/var/lib/dpkg',
  '/var/lib/cloud/instance',
  '/var/lib/systemd',
  '/var/log/apt',
  '/var/mail',
  '/var/spool/cron',
];

export function needrestartConfig(): string {
  return [
    '# needrestart - Restart daemons after library updates.',
    '#',
    '# Configuration of the practice lab, with the keys of the real one.',
    '',
    '# Restart mode: l(ist only), i(nteractive) or a(utomatically).',
    '#',
    '# ATTENTION: If needrestart is configured to run in interactive mode but is run',
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
  volume.put(
    `${home}/.bashrc`,
    "# ~/.bashrc: executed by bash(1) for non-login shells.\nalias ll='ls -alF'\n",
    own,
  );
  volume.put(
    `${home}/.profile`,
    '# ~/.profile: executed by the command interpreter for login shells.\n',
    own,
  );
  volume.put('/etc/passwd', passwd(user));
  volume.put('/etc/group', group(user));
  volume.put('/etc/shadow', 'root:*:20000:0:99999:7:::\n', { gid: 42, mode: 0o640 });
  volume.put(
    '/etc/sudoers',
    'Defaults\tenv_reset\nDefaults\tsecure_path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin"\nroot\tALL=(ALL:ALL) ALL\n%admin ALL=(ALL) ALL\n%sudo\tALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n',
    { mode: 0o440 },
  );
  volume.ensureDirectory('/etc/sudoers.d', { mode: 0o750 });
  volume.put(`/etc/sudoers.d/90-${user}`, `${user} ALL=(ALL) NOPASSWD:ALL\n`, { mode: 0o440 });
  volume.put('/etc/hostname', 'ubuntu\n');
  volume.put(
    '/etc/hosts',
    '127.0.0.1 localhost\n127.0.1.1 ubuntu\n\n# The following lines are desirable for IPv6 capable hosts\n::1     ip6-localhost ip6-loopback\nfe00::0 ip6-localnet\nff00::0 ip6-mcastprefix\nff02::1 ip6-allnodes\nff02::2 ip6-allrouters\n',
  );
  volume.put('/etc/machine-id', `${random.hex(32)}\n`, { mode: 0o444 });
  volume.put('/usr/lib/os-release', OS_RELEASE);
  volume.place('/etc/os-release', make.symlink('../usr/lib/os-release'));
  volume.put(
    '/etc/lsb-release',
    'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=24.04\nDISTRIB_CODENAME=noble\nDISTRIB_DESCRIPTION="Ubuntu 24.04.1 LTS"\n',
  );
  volume.put('/etc/debian_version', 'trixie/sid\n');
  volume.put('/etc/issue', 'Ubuntu 24.04.1 LTS \\n \\l\n');
  volume.put('/etc/timezone', 'Etc/UTC\n');
  volume.place('/etc/localtime', make.symlink('/usr/share/zoneinfo/Etc/UTC'));
  volume.put(
    '/etc/nsswitch.conf',
    'passwd:         files systemd\ngroup:          files systemd\nhosts:          files dns\nnetworks:       files\n',
  );
  volume.put('/etc/fstab', '/dev/disk/by-uuid/root / ext4 defaults 0 1\n/swap.img\tnone\tswap\tsw\t0\t0\n');
  volume.put(
    '/etc/modules',
    '# /etc/modules: kernel modules to load at boot time.\n#\n# This file contains the names of kernel modules that should be loaded\n# at boot time, one per line. Lines beginning with "#" are ignored.\n',
  );
  volume.put(
    '/etc/sysctl.conf',
    '#\n# /etc/sysctl.conf - Configuration file for setting system variables\n#\n\n# Uncomment the next line to enable packet forwarding for IPv4\n#net.ipv4.ip_forward=1\n',
  );
  volume.place('/etc/sysctl.d/99-sysctl.conf', make.symlink('../sysctl.conf'));
  volume.put('/etc/profile', '# /etc/profile: system-wide .profile file\n');
  volume.put(
    '/etc/environment',
    'PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/games:/usr/local/games:/snap/bin"\n',
  );
  volume.put(
    '/etc/systemd/resolved.conf',
    '#  This file is part of systemd.\n#\n[Resolve]\n#DNS=\n#FallbackDNS=\n#Domains=\n#DNSSEC=no\n#DNSStubListener=yes\n',
  );
  volume.put('/etc/systemd/timesyncd.conf', '[Time]\n#NTP=\n#FallbackNTP=ntp.ubuntu.com\n');
  volume.place('/etc/resolv.conf', make.symlink('../run/systemd/resolve/stub-resolv.conf'));
  volume.put('/etc/needrestart/needrestart.conf', needrestartConfig());
  volume.put(
    '/etc/apt/apt.conf.d/20auto-upgrades',
    'APT::Periodic::Update-Package-Lists "1";\nAPT::Periodic::Unattended-Upgrade "1";\n',
  );
  volume.put(
    '/etc/apt/sources.list.d/ubuntu.sources',
    'Types: deb\nURIs: http://archive.ubuntu.com/ubuntu/\nSuites: noble noble-updates noble-backports\nComponents: main restricted universe multiverse\nSigned-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg\n\nTypes: deb\nURIs: http://security.ubuntu.com/ubuntu/\nSuites: noble-security\nComponents: main restricted universe multiverse\nSigned-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg\n',
  );
  volume.put(
    '/etc/cloud/cloud.cfg',
    'users:\n  - default\ndisable_root: true\npreserve_hostname: false\ncloud_init_modules:\n  - set_hostname\n  - update_hostname\n  - update_etc_hosts\n',
  );
  volume.put(
    '/etc/netplan/50-cloud-init.yaml',
    `network:\n  version: 2\n  ethernets:\n    enp0s3:\n      dhcp4: true\n    enp0s8:\n      addresses: [${machine.labCard?.addresses[0]?.address ?? ''}/24]\n`,
    { mode: 0o600 },
  );
  volume.put(
    '/etc/ssh/sshd_config',
    'Include /etc/ssh/sshd_config.d/*.conf\nKbdInteractiveAuthentication no\nUsePAM yes\nX11Forwarding yes\nPrintMotd no\nSubsystem sftp /usr/lib/openssh/sftp-server\n',
  );
  for (const file of ['lock', 'lock-frontend']) volume.put(`/var/lib/dpkg/${file}`, '', { mode: 0o640 });
  volume.put('/var/lib/dpkg/status', '');
  volume.put('/var/lib/apt/lists/lock', '', { mode: 0o640 });
  volume.put('/var/cache/apt/archives/lock', '', { mode: 0o640 });
  volume.put('/var/log/dpkg.log', '');
  for (const { path, mib } of machine.swaps) placeSwapFile(host, path, mib);
  for (const device of ['null', 'zero', 'urandom', 'full'] as const)
    volume.place(`/dev/${device}`, make.device(device));
  volume.place('/dev/random', make.device('urandom'));
  volume.place('/dev/shm', make.directory({ mode: 0o1777 }, true));
  placeLiveFiles(host);
}

const OS_RELEASE =
  'PRETTY_NAME="Ubuntu 24.04.1 LTS"\nNAME="Ubuntu"\nVERSION_ID="24.04"\nVERSION="24.04.1 LTS (Noble Numbat)"\nVERSION_CODENAME=noble\nID=ubuntu\nID_LIKE=debian\nHOME_URL="https://www.ubuntu.com/"\nUBUNTU_CODENAME=noble\n';

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
  for (const dir of ['/run/systemd/system', '/run/systemd/resolve', '/run/user', '/run/sshd'])
    volume.ensureDirectory(dir);
  volume.ensureDirectory('/run/lock', { mode: 0o1777 });
}
