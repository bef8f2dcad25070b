/** The services of a host that do something to it, and the package that brings one of them. */
import type { Host } from '../host.js';
import { installProgram, installTool } from '../commands/all.js';
import { installUfw } from '../commands/ufw/ufw.js';
import { addDockerPackages } from '../docker/packages.js';
import { git } from '../git/git.js';
import { addGitlabPackages } from '../gitlab/packages.js';
import { addKubernetesPackages } from '../kubernetes/packages.js';
import { addKernelServices } from './kernel-services.js';
import type { PackageEffects } from './packages.js';
import { writeResolvedFiles } from './resolver.js';
import { UBUNTU_PACKAGES } from './ubuntu-packages.js';
import { UBUNTU_UNITS } from './ubuntu-units.js';

/** Installs what a fresh Ubuntu Server runs. */
export function installServices(host: Host): void {
  addKernelServices(host);
  for (const spec of UBUNTU_UNITS) host.systemd.add(spec);
  host.systemd.add({
    name: 'ssh.service',
    description: 'OpenBSD Secure Shell server',
    enablement: 'disabled',
    active: true,
    aliases: ['sshd.service'],
    process: 'sshd',
    memoryKiB: 9_000,
    listens: [{ address: '0.0.0.0', port: 22 }],
  });
  host.systemd.add({
    name: 'ssh.socket',
    description: 'OpenBSD Secure Shell server socket',
    enablement: 'enabled',
    active: true,
    triggers: 'ssh.service',
    listens: [{ address: '0.0.0.0', port: 22 }],
  });
  addResolved(host);
  installUfw(host);
  host.systemd.add(
    {
      name: 'systemd-timesyncd.service',
      description: 'Network Time Synchronization',
      enablement: 'enabled',
      active: true,
      process: 'systemd-timesyncd',
      user: 'systemd-timesync',
      memoryKiB: 7_000,
    },
    {
      start: () => {
        host.machine.ntpEnabled = true;
      },
      stop: () => {
        host.machine.ntpEnabled = false;
      },
    },
  );
  host.systemd.add({
    name: 'unattended-upgrades.service',
    description: 'Unattended Upgrades Shutdown',
    enablement: 'enabled',
    active: true,
    process: 'unattended-upgr',
    memoryKiB: 23_000,
  });
}

/** Installs the packages of a fresh Ubuntu Server. */
export function installPackages(host: Host): void {
  addDockerPackages(host);
  addGitlabPackages(host);
  addKubernetesPackages(host);
  for (const spec of UBUNTU_PACKAGES) {
    const { name } = spec;
    if (name === 'systemd-resolved') host.packages.add(spec, resolvedPackage(host));
    else if (name === 'jq' || name === 'tree')
      host.packages.add(spec, {
        installed: () => installTool(host, name),
        removed: () => host.volume.drop(`/usr/bin/${name}`),
      });
    else if (name === 'git')
      host.packages.add(spec, {
        installed: () => installProgram(host, 'git', git(host)),
        removed: () => host.volume.drop('/usr/bin/git'),
      });
    else host.packages.add(spec);
  }
}

function addResolved(host: Host): void {
  host.systemd.add(
    {
      name: 'systemd-resolved.service',
      description: 'Network Name Resolution',
      enablement: 'enabled',
      active: true,
      process: 'systemd-resolved',
      user: 'systemd-resolve',
      memoryKiB: 13_000,
      listens: [
        { address: '127.0.0.53', port: 53 },
        { address: '127.0.0.54', port: 53 },
      ],
    },
    { start: () => writeResolvedFiles(host), reload: () => writeResolvedFiles(host) },
  );
}
function resolvedPackage(host: Host): PackageEffects {
  return {
    installed: () => {
      addResolved(host);
      writeResolvedFiles(host);
      host.volume.drop('/etc/resolv.conf');
      host.volume.place(
        '/etc/resolv.conf',
        host.volume.make.symlink('../run/systemd/resolve/stub-resolv.conf'),
      );
    },
    removed: () => {
      host.systemd.remove('systemd-resolved.service');
      host.volume.clear('/run/systemd/resolve');
    },
  };
}
