/** Docker's packages, from its own archive and from the distribution's, and what installing them does. */
import { installProgram } from '../commands/all.js';
import { docker } from '../commands/docker/docker.js';
import { dockerd } from '../commands/docker/dockerd.js';
import { groups } from '../commands/owners.js';
import type { Host } from '../host.js';
import { addContainerdUnit, removeContainerdUnit } from '../kubernetes/containerd-unit.js';
import type { PackageEffects, PackageSpec } from '../model/packages.js';
import { UnitFailure } from '../model/unit.js';
import { ConfigError, readDaemonConfig } from './daemon-config.js';
import { engineOf } from './engine.js';

const SITE = 'download.docker.com';
const SUFFIX = '~ubuntu.24.04~noble';
const CONFIG = '/etc/docker/daemon.json';
const SOCKET = '/run/docker.sock';
const UNITS = '/usr/lib/systemd/system';
const SERVICE = `[Unit]
Description=Docker Application Container Engine
Documentation=https://docs.docker.com
After=network-online.target nss-lookup.target docker.socket firewalld.service containerd.service time-set.target
Wants=network-online.target containerd.service
Requires=docker.socket
StartLimitBurst=3
StartLimitIntervalSec=60

[Service]
Type=notify
ExecStart=/usr/bin/dockerd -H fd:// --containerd=/run/containerd/containerd.sock
ExecReload=/bin/kill -s HUP $MAINPID
TimeoutStartSec=0
RestartSec=2
Restart=always

[Install]
WantedBy=multi-user.target
`;
const SOCKET_UNIT = `[Unit]
Description=Docker Socket for the API

[Socket]
ListenStream=/run/docker.sock
SocketMode=0660
SocketUser=root
SocketGroup=docker

[Install]
WantedBy=sockets.target
`;

/** The group of the socket; made by the package, kept when it goes. */
function dockerGroup(host: Host): number {
  const known = groups(host.volume).find(({ name }) => name === 'docker');
  if (known !== undefined) return known.gid;
  const used = groups(host.volume).map(({ gid }) => gid);
  const gid = Array.from({ length: 90 }, (_, index) => 988 - index).find((one) => !used.includes(one)) ?? 899;
  host.volume.put('/etc/group', `${host.volume.text('/etc/group') ?? ''}docker:x:${gid}:\n`);
  return gid;
}

function addSocket(host: Host): void {
  host.volume.put(`${UNITS}/docker.socket`, SOCKET_UNIT);
  host.systemd.add(
    {
      name: 'docker.socket',
      description: 'Docker Socket for the API',
      enablement: 'enabled',
      active: false,
      triggers: 'docker.service',
      fragment: `${UNITS}/docker.socket`,
      text: SOCKET_UNIT,
      wantedBy: ['sockets.target'],
      properties: {
        SocketUser: 'root',
        SocketGroup: 'docker',
        SocketMode: '0660',
        Listen: `${SOCKET} (Stream)`,
      },
    },
    {
      start: () => {
        const owner = { uid: 0, gid: dockerGroup(host), mode: 0o660 };
        host.volume.place(SOCKET, host.volume.make.device('socket', owner));
      },
      stop: () => host.volume.drop(SOCKET),
    },
  );
}
async function addService(host: Host): Promise<void> {
  const engine = engineOf(host);
  host.volume.put(`${UNITS}/docker.service`, SERVICE);
  host.volume.ensureDirectory('/etc/docker');
  host.volume.ensureDirectory('/var/lib/docker', { mode: 0o710 });
  const unit = host.systemd.add(
    {
      name: 'docker.service',
      description: 'Docker Application Container Engine',
      enablement: 'enabled',
      active: false,
      type: 'notify',
      process: 'dockerd',
      memoryKiB: 96_000,
      fragment: `${UNITS}/docker.service`,
      text: SERVICE,
      requires: ['docker.socket'],
      wants: ['containerd.service'],
      after: ['network-online.target', 'docker.socket', 'containerd.service'],
      wantedBy: ['multi-user.target'],
      properties: { Restart: 'always' },
    },
    {
      start: async () => {
        await host.clock.sleep(800, new AbortController().signal);
        try {
          engine.begin(readDaemonConfig(host.volume.text(CONFIG), CONFIG));
        } catch (error) {
          if (!(error instanceof ConfigError)) throw error;
          throw new UnitFailure(1, '1/FAILURE', [error.message]);
        }
      },
      stop: () => engine.end(),
      restart: { when: 'always', afterMs: 2000, burst: 3, intervalMs: 60_000 },
    },
  );
  for (const [target, name] of [
    ['multi-user', 'docker.service'],
    ['sockets', 'docker.socket'],
  ] as const)
    host.volume.place(
      `/etc/systemd/system/${target}.target.wants/${name}`,
      host.volume.make.symlink(`${UNITS}/${name}`),
    );
  await host.systemd.start(unit);
}

const engineEffects = (host: Host, cli: boolean): PackageEffects => ({
  installed: async () => {
    dockerGroup(host);
    installProgram(host, 'dockerd', dockerd(host));
    if (cli) installProgram(host, 'docker', docker(host));
    addSocket(host);
    await addService(host);
  },
  removed: async (purge) => {
    for (const name of ['docker.service', 'docker.socket']) {
      const unit = host.systemd.find(name);
      if (unit !== undefined) await host.systemd.stop(unit);
      host.systemd.remove(name);
      host.volume.drop(`${UNITS}/${name}`);
    }
    host.volume.drop('/etc/systemd/system/multi-user.target.wants/docker.service');
    host.volume.drop('/etc/systemd/system/sockets.target.wants/docker.socket');
    host.volume.drop('/usr/bin/dockerd');
    if (cli) host.volume.drop('/usr/bin/docker');
    const dir = host.volume.find('/etc/docker');
    if (purge && dir?.kind === 'directory' && dir.entries.size === 0) host.volume.drop('/etc/docker');
  },
});

/** Some of the versions that Docker's archive has for Ubuntu 24.04, newest first. */
const CONTAINERD_IO = ['2.2.2-1', '2.2.1-1', '2.2.0-2', '2.1.5-1', '1.7.28-1'] as const;
/** Docker's containerd comes with the plugin switched off that Kubernetes needs. */
const containerdEffects = (host: Host): PackageEffects => ({
  installed: () => {
    if (host.volume.find('/etc/containerd/config.toml') === undefined)
      host.volume.put(
        '/etc/containerd/config.toml',
        '#   Licensed under the Apache License, Version 2.0 (the "License");\n\ndisabled_plugins = ["cri"]\n\n#root = "/var/lib/containerd"\n#state = "/run/containerd"\n',
      );
    addContainerdUnit(host, true);
  },
  removed: async (purge) => {
    await removeContainerdUnit(host, true);
    if (purge) host.volume.drop('/etc/containerd/config.toml');
  },
});

export function addDockerPackages(host: Host): void {
  const add = (spec: Omit<PackageSpec, 'installed'>, effects: PackageEffects = {}) => {
    if (host.packages.find(spec.name) === undefined)
      host.packages.add({ ...spec, installed: false }, effects);
  };
  const official = (
    name: string,
    version: string,
    description: string,
    sizeKiB: number,
    extra: Partial<PackageSpec> = {},
  ) => ({
    name,
    version,
    description,
    sizeKiB,
    archive: SITE,
    ...extra,
  });
  const cli: PackageEffects = {
    installed: () => installProgram(host, 'docker', docker(host)),
    removed: () => host.volume.drop('/usr/bin/docker'),
  };
  const engine = `5:28.5.2-1${SUFFIX}`;
  add(
    official('docker-ce', engine, 'Docker: the open-source application container engine', 20_300, {
      depends: ['docker-ce-cli', 'containerd.io'],
      conflicts: ['docker.io'],
    }),
    engineEffects(host, false),
  );
  add(
    official('docker-ce-cli', engine, 'Docker CLI: the open-source application container engine', 16_100, {
      conflicts: ['docker.io'],
    }),
    cli,
  );
  add(
    official(
      'containerd.io',
      `${CONTAINERD_IO[0]}${SUFFIX}`,
      'An open and reliable container runtime',
      31_300,
      {
        candidates: () => CONTAINERD_IO.map((version) => `${version}${SUFFIX}`),
        conflicts: ['containerd', 'runc'],
        conffiles: ['/etc/containerd/config.toml bd140b5897f60d64c19636d7202879d7'],
      },
    ),
    containerdEffects(host),
  );
  add(
    official(
      'docker-compose-plugin',
      `2.40.3-1${SUFFIX}`,
      'Docker Compose (V2) plugin for the Docker CLI.',
      14_300,
      { conflicts: ['docker-compose-v2'] },
    ),
  );
  add(
    official(
      'docker-buildx-plugin',
      `0.29.1-1${SUFFIX}`,
      'Docker Buildx plugin extends build capabilities with BuildKit.',
      15_900,
    ),
  );
  add(official('docker-ce-rootless-extras', engine, 'Rootless support for Docker.', 6_200));
  add(
    official(
      'docker-model-plugin',
      `0.1.46-1${SUFFIX}`,
      'Docker Model Runner plugin for the Docker CLI.',
      12_400,
    ),
  );
  add(
    {
      name: 'docker.io',
      version: '28.2.2-0ubuntu1~24.04.1',
      description: 'Linux container runtime',
      sizeKiB: 32_500,
      depends: ['containerd'],
      conflicts: ['docker-ce', 'docker-ce-cli'],
    },
    engineEffects(host, true),
  );
  add({
    name: 'docker-compose-v2',
    version: '2.37.1+ds1-0ubuntu2~24.04.1',
    description: 'tool for running multi-container applications on Docker',
    sizeKiB: 11_900,
    conflicts: ['docker-compose-plugin'],
  });
  add({
    name: 'docker-buildx',
    version: '0.21.3-0ubuntu1~24.04.1',
    description: 'Docker CLI plugin for extended build capabilities with BuildKit',
    sizeKiB: 13_200,
  });
}
