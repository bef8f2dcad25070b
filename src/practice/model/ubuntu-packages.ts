/** Packages of a freshly installed Ubuntu Server 24.04 that scripts ask about, and a few that can be installed. */
import type { PackageSpec } from './packages.js';

const have = (
  name: string,
  version: string,
  description: string,
  extra: Partial<PackageSpec> = {},
): PackageSpec => ({
  name,
  version,
  description,
  ...extra,
});
const can = (
  name: string,
  version: string,
  description: string,
  extra: Partial<PackageSpec> = {},
): PackageSpec => ({
  name,
  version,
  description,
  installed: false,
  ...extra,
});

export const UBUNTU_PACKAGES: readonly PackageSpec[] = [
  have('apt', '2.7.14build2', 'commandline package manager'),
  have('base-files', '13ubuntu10.1', 'Debian base system miscellaneous files'),
  have('bash', '5.2.21-2ubuntu4', 'GNU Bourne Again SHell'),
  have('ca-certificates', '20240203', 'Common CA certificates', { architecture: 'all' }),
  have('cloud-init', '24.3.1-0ubuntu0~24.04.2', 'initialization and customization tool for cloud instances', {
    architecture: 'all',
  }),
  have('coreutils', '9.4-3ubuntu6', 'GNU core utilities'),
  have('curl', '8.5.0-2ubuntu10.4', 'command line tool for transferring data with URL syntax'),
  have('dpkg', '1.22.6ubuntu6.1', 'Debian package management system'),
  have('gnupg', '2.4.4-2ubuntu17', 'GNU privacy guard - a free PGP replacement', { architecture: 'all' }),
  have('gpg', '2.4.4-2ubuntu17', 'GNU Privacy Guard -- minimalist public key operations'),
  have('iproute2', '6.1.0-1ubuntu6', 'networking and traffic control tools'),
  have('iptables', '1.8.10-3ubuntu2', 'administration tools for packet filtering and NAT'),
  have('linux-image-6.8.0-48-generic', '6.8.0-48.48', 'Signed kernel image generic'),
  have('lsof', '4.95.0-1build3', 'utility to list open files'),
  have('nano', '7.2-2ubuntu0.1', 'small, friendly text editor inspired by Pico'),
  have('needrestart', '3.6-7ubuntu4.3', 'check which daemons need to be restarted after library upgrades', {
    architecture: 'all',
  }),
  have('netplan.io', '1.0.1-1ubuntu2~24.04.1', 'Declarative network configuration for various backends'),
  have(
    'openssh-client',
    '1:9.6p1-3ubuntu13.5',
    'secure shell (SSH) client, for secure access to remote machines',
  ),
  have(
    'openssh-server',
    '1:9.6p1-3ubuntu13.5',
    'secure shell (SSH) server, for secure access from remote machines',
  ),
  have('openssl', '3.0.13-0ubuntu3.4', 'Secure Sockets Layer toolkit - cryptographic utility'),
  have('perl', '5.38.2-3.2build2', "Larry Wall's Practical Extraction and Report Language"),
  have('procps', '2:4.0.4-4ubuntu3.2', '/proc file system utilities'),
  have('psmisc', '23.7-1build1', 'utilities that use the proc file system'),
  have('python3', '3.12.3-0ubuntu2', 'interactive high-level object-oriented language'),
  have('rsync', '3.2.7-1ubuntu1.2', 'fast, versatile, remote (and local) file-copying tool'),
  have('snapd', '2.63.1+24.04', 'Daemon and tooling that enable snap packages'),
  have('sudo', '1.9.15p5-3ubuntu5', 'Provide limited super user privileges to specific users'),
  have('systemd', '255.4-1ubuntu8.4', 'system and service manager'),
  have('systemd-resolved', '255.4-1ubuntu8.4', 'systemd DNS resolver'),
  have(
    'systemd-timesyncd',
    '255.4-1ubuntu8.4',
    'minimalistic service to synchronize local time with NTP servers',
  ),
  have('ubuntu-server', '1.539.1', 'Ubuntu Server system'),
  have('ufw', '0.36.2-6', 'program for managing a Netfilter firewall', { architecture: 'all' }),
  have('unattended-upgrades', '2.9.1+nmu4ubuntu1', 'automatic installation of security upgrades', {
    architecture: 'all',
  }),
  have('util-linux', '2.39.3-9ubuntu6.1', 'miscellaneous system utilities'),
  can('apt-transport-https', '2.7.14build2', 'transitional package for https support', {
    architecture: 'all',
    sizeKiB: 4,
  }),
  can('dnsutils', '1:9.18.28-0ubuntu0.24.04.1', 'Transitional package for bind9-dnsutils', {
    architecture: 'all',
    sizeKiB: 4,
  }),
  can('git', '1:2.43.0-1ubuntu7.1', 'fast, scalable, distributed revision control system', {
    sizeKiB: 3_680,
  }),
  can('jq', '1.7.1-3build1', 'lightweight and flexible command-line JSON processor', { sizeKiB: 65 }),
  can('net-tools', '2.10-0.1ubuntu4', 'NET-3 networking toolkit', { sizeKiB: 204 }),
  can('nfs-common', '1:2.6.4-3ubuntu5', 'NFS support files common to client and server', { sizeKiB: 249 }),
  can('software-properties-common', '0.99.49.1', 'manage the repositories that you install software from', {
    architecture: 'all',
    sizeKiB: 14,
  }),
  can('tree', '2.1.1-2ubuntu3', 'displays an indented directory tree, in color', { sizeKiB: 47 }),
  can('unzip', '6.0-28ubuntu4.1', 'De-archiver for .zip files', { sizeKiB: 174 }),
];
