/** Containers as the API describes them: what `inspect` and `ps` print. */
import { ago } from '../commands/docker/call.js';
import type { Container } from './container.js';
import type { Engine } from './engine.js';
import type { StoredImage } from './types.js';

const iso = (ms: number): string =>
  ms === 0 ? '0001-01-01T00:00:00Z' : new Date(ms).toISOString().replace('Z', '123456Z');

export function portsText(container: Container): string {
  if (container.status !== 'running') return '';
  const published = container.spec.ports.flatMap(({ address, hostPort, containerPort, protocol }) =>
    address === '' || address === '0.0.0.0'
      ? [
          `0.0.0.0:${hostPort}->${containerPort}/${protocol}`,
          `[::]:${hostPort}->${containerPort}/${protocol}`,
        ]
      : [`${address}:${hostPort}->${containerPort}/${protocol}`],
  );
  const bare = container.image.exposed
    .filter((port) => !container.spec.ports.some((one) => one.containerPort === port))
    .map((port) => `${port}/tcp`);
  return [...bare, ...published].join(', ');
}
export function statusText(container: Container): string {
  const now = container.host.machine.now();
  switch (container.status) {
    case 'created':
      return 'Created';
    case 'restarting':
      return `Restarting (${container.exitCode}) ${ago(now - container.finishedAt)} ago`;
    case 'exited':
      return `Exited (${container.exitCode}) ${ago(now - container.finishedAt)} ago`;
    case 'running': {
      const { health } = container;
      const words = health === 'none' ? '' : health === 'starting' ? ' (health: starting)' : ` (${health})`;
      return `Up ${ago(now - container.startedAt)}${words}`;
    }
  }
}
export function commandText(container: Container): string {
  return [...container.spec.entrypoint, ...container.spec.command].join(' ');
}
/** A row of `docker ps` by the names of its columns. */
export function psRow(container: Container, full = false): Readonly<Record<string, string>> {
  const now = container.host.machine.now();
  const command = commandText(container);
  return {
    ID: full ? container.id : container.shortId,
    Image: container.spec.image,
    Command: `"${full || command.length <= 20 ? command : `${command.slice(0, 19)}…`}"`,
    CreatedAt: `${new Date(container.createdAt).toISOString().slice(0, 19).replace('T', ' ')} +0000 UTC`,
    RunningFor: `${ago(now - container.createdAt)} ago`,
    Ports: portsText(container),
    State: container.status,
    Status: statusText(container),
    Names: container.name,
    Labels: Object.entries(container.spec.labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(','),
    Mounts: container.spec.mounts.map(({ source }) => source).join(','),
    Networks: container.spec.networks.map(({ name }) => name).join(','),
    LocalVolumes: String(container.spec.mounts.filter(({ type }) => type === 'volume').length),
    Size: '0B',
  };
}

/** A container as `docker inspect` shows it. */
export function inspectContainer(engine: Engine, container: Container) {
  const { spec, image } = container;
  const running = container.status === 'running';
  const bindings = Object.fromEntries(
    spec.ports.map((port) => [
      `${port.containerPort}/${port.protocol}`,
      [{ HostIp: port.address, HostPort: String(port.hostPort) }],
    ]),
  );
  const [entry = '', ...args] = [...spec.entrypoint, ...spec.command];
  return {
    Id: container.id,
    Created: iso(container.createdAt),
    Path: entry,
    Args: args,
    State: {
      Status: container.status,
      Running: running,
      Paused: false,
      Restarting: container.status === 'restarting',
      OOMKilled: false,
      Dead: false,
      Pid: container.pid,
      ExitCode: container.exitCode,
      Error: container.error,
      StartedAt: iso(container.startedAt),
      FinishedAt: iso(container.finishedAt),
      ...(spec.health === null
        ? {}
        : {
            Health: {
              Status: container.health,
              FailingStreak: container.health === 'unhealthy' ? 3 : 0,
              Log: [],
            },
          }),
    },
    Image: `sha256:${image.id}`,
    Name: `/${container.name}`,
    RestartCount: container.restarts,
    Driver: 'overlay2',
    Platform: 'linux',
    LogPath: `/var/lib/docker/containers/${container.id}/${container.id}-json.log`,
    HostConfig: {
      Binds: spec.mounts
        .filter(({ type }) => type === 'bind')
        .map((mount) => `${mount.source}:${mount.target}:${mount.readOnly ? 'ro' : 'rw'}`),
      NetworkMode: spec.networks[0]?.name ?? 'default',
      PortBindings: bindings,
      RestartPolicy: { Name: spec.restart.name, MaximumRetryCount: spec.restart.max },
      AutoRemove: spec.autoRemove,
      LogConfig: { Type: spec.logging.driver, Config: spec.logging.options },
      Privileged: false,
    },
    Mounts: spec.mounts.map((mount) => ({
      Type: mount.type,
      ...(mount.type === 'volume' ? { Name: mount.source } : {}),
      Source: mount.type === 'bind' ? mount.source : (engine.volumes.get(mount.source)?.mountpoint ?? ''),
      Destination: mount.target,
      Mode: mount.readOnly ? 'ro' : '',
      RW: !mount.readOnly,
      Propagation: 'rprivate',
    })),
    Config: {
      Hostname: spec.hostname,
      User: spec.user,
      Env: [...image.env, ...spec.env],
      Cmd: spec.command,
      Image: spec.image,
      WorkingDir: spec.workdir,
      Entrypoint: spec.entrypoint.length === 0 ? null : spec.entrypoint,
      Labels: { ...image.labels, ...spec.labels },
      ExposedPorts: Object.fromEntries(image.exposed.map((port) => [`${port}/tcp`, {}])),
      ...(spec.health === null ? {} : { Healthcheck: { Test: spec.health.test } }),
    },
    NetworkSettings: {
      Ports: running ? bindings : {},
      IPAddress: container.addresses.get('bridge') ?? '',
      Networks: Object.fromEntries(
        spec.networks.map(({ name, aliases }) => [
          name,
          {
            Aliases: aliases,
            NetworkID: engine.networks.find(name)?.id ?? '',
            Gateway: running ? (engine.networks.find(name)?.gateway ?? '') : '',
            IPAddress: running ? (container.addresses.get(name) ?? '') : '',
          },
        ]),
      ),
    },
  };
}
export function inspectImage({ spec, names }: StoredImage): Readonly<Record<string, unknown>> {
  return {
    Id: `sha256:${spec.id}`,
    RepoTags: [...names],
    RepoDigests: [
      ...new Set([...names].map((name) => `${name.replace(/:[^/:]*$/, '')}@sha256:${spec.digest}`)),
    ],
    Created: spec.createdAt,
    Architecture: 'amd64',
    Os: 'linux',
    Size: spec.sizeBytes,
    Config: {
      Env: spec.env,
      Cmd: spec.command,
      Entrypoint: spec.entrypoint.length === 0 ? null : spec.entrypoint,
      WorkingDir: spec.workdir,
      User: spec.user,
      Labels: spec.labels,
      ExposedPorts: Object.fromEntries(spec.exposed.map((port) => [`${port}/tcp`, {}])),
    },
    RootFS: { Type: 'layers', Layers: [`sha256:${spec.digest}`] },
  };
}
