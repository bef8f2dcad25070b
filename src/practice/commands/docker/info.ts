/** docker version and info. */
import type { Engine } from '../../docker/engine.js';
import type { Host } from '../../host.js';
import { renderTemplate } from '../../format/go-template.js';
import { installedContainerd } from '../../kubernetes/containerd-config.js';
import { KERNEL_RELEASE } from '../../model/machine.js';
import {
  API_VERSION,
  MIN_API_VERSION,
  composeVersion,
  daemon,
  engineVersion,
  Refusal,
  withDockerOptions,
} from './call.js';
import type { Verb } from './containers.js';

const GIT = '89c5e8f';

/** What `/version` answers: the daemon's number, and the API's. */
export function versionOf(host: Host) {
  return {
    Version: engineVersion(host),
    ApiVersion: API_VERSION,
    MinAPIVersion: MIN_API_VERSION,
    GitCommit: GIT,
    GoVersion: 'go1.25.3',
    Os: 'linux',
    Arch: 'amd64',
    KernelVersion: KERNEL_RELEASE,
  };
}

export const version: Verb = (call, args) =>
  withDockerOptions(call, 'version', args, { values: 'f', long: ['format='] }, async (options) => {
    const number = engineVersion(call.host);
    const client = {
      Version: number,
      ApiVersion: API_VERSION,
      DefaultAPIVersion: API_VERSION,
      GitCommit: 'ecc6942',
      GoVersion: 'go1.25.3',
      Os: 'linux',
      Arch: 'amd64',
      Context: 'default',
    };
    const format = options.value('f', 'format');
    const text = `Client: Docker Engine - Community\n Version:           ${number}\n API version:       ${API_VERSION}\n Go version:        go1.25.3\n Git commit:        ecc6942\n OS/Arch:           linux/amd64\n Context:           default\n`;
    try {
      daemon(call, `v${API_VERSION}/version`);
    } catch (error) {
      if (format === undefined) await call.process.out(text);
      else if (!format.includes('.Server'))
        await call.process.out(
          `${renderTemplate(format === 'json' ? '{{json .}}' : format, { Client: client, Server: null })}\n`,
        );
      throw error;
    }
    const server = versionOf(call.host);
    if (format !== undefined) {
      await call.process.out(
        `${renderTemplate(format === 'json' ? '{{json .}}' : format, { Client: client, Server: server })}\n`,
      );
      return 0;
    }
    await call.process.out(
      `${text}\nServer: Docker Engine - Community\n Engine:\n  Version:          ${number}\n  API version:      ${API_VERSION} (minimum version ${MIN_API_VERSION})\n  Go version:       go1.25.3\n  Git commit:       ${GIT}\n  OS/Arch:          linux/amd64\n  Experimental:     false\n containerd:\n  Version:          v${installedContainerd(call.host)?.version ?? '1.7.28'}\n runc:\n  Version:          1.3.3\n docker-init:\n  Version:          0.19.0\n`,
    );
    return 0;
  });

/** What the daemon says of itself, under the API's names. */
export function infoOf(engine: Engine) {
  const count = (status: string) => engine.containers.filter((one) => one.status === status).length;
  const { config, host } = engine;
  const insecure = config?.insecureRegistries ?? [];
  const { machine } = host;
  return {
    ID: engine.id,
    Containers: engine.containers.length,
    ContainersRunning: count('running'),
    ContainersPaused: 0,
    ContainersStopped: engine.containers.length - count('running'),
    Images: engine.images.length,
    Driver: 'overlay2',
    DockerRootDir: config?.dataRoot ?? '/var/lib/docker',
    LoggingDriver: config?.logDriver ?? 'json-file',
    CgroupDriver: 'systemd',
    CgroupVersion: '2',
    KernelVersion: KERNEL_RELEASE,
    OperatingSystem: 'Ubuntu 24.04.1 LTS',
    OSType: 'linux',
    Architecture: 'x86_64',
    NCPU: machine.sizes.cpus,
    MemTotal: machine.memoryTotalKiB * 1024,
    Name: machine.hostname,
    ServerVersion: engineVersion(host),
    LiveRestoreEnabled: config?.liveRestore ?? false,
    IndexServerAddress: 'https://index.docker.io/v1/',
    RegistryConfig: {
      InsecureRegistryCIDRs: ['::1/128', '127.0.0.0/8'],
      IndexConfigs: {
        'docker.io': { Name: 'docker.io', Mirrors: config?.mirrors ?? [], Secure: true, Official: true },
        ...Object.fromEntries(
          insecure.map((name) => [name, { Name: name, Mirrors: [], Secure: false, Official: false }]),
        ),
      },
      Mirrors: config?.mirrors ?? [],
    },
  };
}
export const info: Verb = (call, args) =>
  withDockerOptions(call, 'info', args, { values: 'f', long: ['format='] }, async (options) => {
    const format = options.value('f', 'format');
    const clientText = `Client: Docker Engine - Community\n Version:    ${engineVersion(call.host)}\n Context:    default\n Debug Mode: false\n Plugins:\n  buildx: Docker Buildx (Docker Inc.)\n    Version:  v0.29.1\n  compose: Docker Compose (Docker Inc.)\n    Version:  v${composeVersion(call.host)}\n\nServer:\n`;
    let engine: Engine;
    try {
      engine = daemon(call, `v${API_VERSION}/info`);
    } catch (error) {
      if (format !== undefined || !(error instanceof Refusal)) throw error;
      await call.process.out(clientText);
      throw new Refusal(`ERROR: ${error.message}\nerrors pretty printing info`);
    }
    const found = infoOf(engine);
    if (format !== undefined) {
      await call.process.out(`${renderTemplate(format === 'json' ? '{{json .}}' : format, found)}\n`);
      return 0;
    }
    const insecure = engine.config?.insecureRegistries ?? [];
    await call.process.out(
      `${clientText} Containers: ${found.Containers}\n  Running: ${found.ContainersRunning}\n  Paused: 0\n  Stopped: ${found.ContainersStopped}\n Images: ${found.Images}\n Server Version: ${found.ServerVersion}\n Storage Driver: overlay2\n  Backing Filesystem: extfs\n Logging Driver: ${found.LoggingDriver}\n Cgroup Driver: systemd\n Cgroup Version: 2\n Plugins:\n  Volume: local\n  Network: bridge host ipvlan macvlan null overlay\n Swarm: inactive\n Runtimes: io.containerd.runc.v2 runc\n Default Runtime: runc\n Kernel Version: ${KERNEL_RELEASE}\n Operating System: ${found.OperatingSystem}\n OSType: linux\n Architecture: x86_64\n CPUs: ${found.NCPU}\n Total Memory: ${(found.MemTotal / 2 ** 30).toFixed(3)}GiB\n Name: ${found.Name}\n ID: ${found.ID}\n Docker Root Dir: ${found.DockerRootDir}\n Debug Mode: false\n Experimental: false\n Insecure Registries:\n${insecure.map((name) => `  ${name}\n`).join('')}  ::1/128\n  127.0.0.0/8\n Live Restore Enabled: ${found.LiveRestoreEnabled}\n\n`,
    );
    return 0;
  });
