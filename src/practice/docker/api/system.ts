/** /_ping, /version, /info and /system/df. */
import { API_VERSION, engineVersion } from '../../commands/docker/call.js';
import { infoOf, versionOf } from '../../commands/docker/info.js';
import { installedContainerd } from '../../kubernetes/containerd-config.js';
import type { Inode } from '../../vfs/inode.js';
import { imageRow, volumeObject } from '../describe-stock.js';
import { containerRow } from './containers.js';
import type { Handler } from './exchange.js';

export const ping: Handler = ({ request, response }) => {
  response.writeHead(200, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Cache-Control': 'no-cache, no-store, must-revalidate',
    Pragma: 'no-cache',
    'Builder-Version': '2',
    Swarm: 'inactive',
    'Content-Length': request.method === 'HEAD' ? '0' : '2',
  });
  response.end(request.method === 'HEAD' ? undefined : 'OK');
};

export const version: Handler = (exchange) => {
  const { host } = exchange.engine;
  const own = versionOf(host);
  const part = (Name: string, Version: string, Details: Readonly<Record<string, string>> = {}) => ({
    Name,
    Version,
    Details,
  });
  exchange.json(200, {
    Platform: { Name: 'Docker Engine - Community' },
    ...own,
    BuildTime: '2025-10-08T12:17:26.000000000+00:00',
    Components: [
      part('Engine', engineVersion(host), {
        ApiVersion: API_VERSION,
        Arch: own.Arch,
        GitCommit: own.GitCommit,
        GoVersion: own.GoVersion,
        KernelVersion: own.KernelVersion,
        MinAPIVersion: own.MinAPIVersion,
        Os: own.Os,
      }),
      part('containerd', `v${installedContainerd(host)?.version ?? '1.7.28'}`),
      part('runc', '1.3.3'),
      part('docker-init', '0.19.0'),
    ],
  });
};

export const info: Handler = (exchange) => {
  exchange.json(200, {
    ...infoOf(exchange.engine),
    SystemTime: new Date(exchange.engine.host.machine.now()).toISOString(),
    DriverStatus: [['Backing Filesystem', 'extfs']],
    OSVersion: '24.04',
    ExperimentalBuild: false,
    Swarm: { NodeID: '', LocalNodeState: 'inactive', ControlAvailable: false },
    Runtimes: { runc: { path: 'runc' } },
    DefaultRuntime: 'runc',
    SecurityOptions: ['name=apparmor', 'name=seccomp,profile=builtin', 'name=cgroupns'],
    Warnings: null,
  });
};

/** Bytes of all files in a tree. */
function sizeUnder(inode: Inode | undefined): number {
  switch (inode?.kind) {
    case 'file':
      return inode.size;
    case 'directory':
      return [...inode.entries.values()].reduce((sum, one) => sum + sizeUnder(one), 0);
    default:
      return 0;
  }
}

export const diskUsage: Handler = (exchange) => {
  const { engine } = exchange;
  const users = (id: string) => engine.containers.filter((one) => one.image.id === id).length;
  exchange.json(200, {
    LayersSize: engine.images.reduce((sum, { spec }) => sum + spec.sizeBytes, 0),
    Images: engine.images.map((one) => ({ ...imageRow(one), Containers: users(one.spec.id), SharedSize: 0 })),
    Containers: engine.containers.map((one) => ({ ...containerRow(engine, one), SizeRootFs: 0 })),
    Volumes: [...engine.volumes.values()].map((one) => ({
      ...volumeObject(one),
      UsageData: {
        RefCount: engine.containers.filter((container) =>
          container.spec.mounts.some(({ source }) => source === one.name),
        ).length,
        Size: sizeUnder(engine.host.volume.find(one.mountpoint)),
      },
    })),
    BuildCache: [],
  });
};
