/** Breakages of the edge and of Harbor beyond a stopped container. They bite once phase B has run. */
import { edit, type Fault } from '../fault.js';
import type { Host } from '../host.js';
import { answer } from '../model/http.js';
import { engineOf } from '../docker/engine.js';
import { loadUnitFiles } from '../model/unit-load.js';

const pathOf = (host: Host, rest: string): string =>
  `/home/${host.user}/three-body-problem/deploy/edge/${rest}`;
const CONF = 'nginx/conf.d/edge.conf';

async function restart(host: Host, name: string): Promise<void> {
  const container = engineOf(host).find(name);
  if (container !== undefined)
    await engineOf(host)
      .restart(container)
      .catch(() => undefined);
}

export const EDGE_FAULTS: readonly Fault[] = [
  {
    id: 'edge-crash-loop',
    apply: async ({ hosts: [docker] }) => {
      const path = pathOf(docker, CONF);
      if (docker.volume.text(path) === null) return () => undefined;
      const undo = edit(docker, path, (text) => text.replace(/(proxy_pass [^;]+);/, '$1'));
      await restart(docker, 'edge-nginx');
      return async () => {
        await undo();
        await restart(docker, 'edge-nginx');
      };
    },
  },
  {
    id: 'edge-path-kept',
    apply: async ({ hosts: [docker] }) => {
      const path = pathOf(docker, CONF);
      if (docker.volume.text(path) === null) return () => undefined;
      const undo = edit(docker, path, (text) => text.replaceAll(/(proxy_pass http:\/\/[^;/]+)\/;/g, '$1;'));
      await restart(docker, 'edge-nginx');
      return async () => {
        await undo();
        await restart(docker, 'edge-nginx');
      };
    },
  },
  {
    id: 'edge-removed',
    apply: async ({ hosts: [docker] }) => {
      const engine = engineOf(docker);
      const container = engine.find('edge-nginx');
      if (container === undefined) return () => undefined;
      await engine.remove(container, true, false);
      return async () => {
        if (engine.find('edge-nginx') !== undefined || !engine.up) return;
        await engine.start(engine.create(container.spec));
      };
    },
  },
  {
    id: 'edge-port-taken',
    apply: async ({ hosts: [docker] }) => {
      const engine = engineOf(docker);
      const container = engine.find('edge-nginx');
      if (container === undefined) return () => undefined;
      await engine.stop(container);
      const listener = docker.listeners.open({
        address: '0.0.0.0',
        port: 443,
        process: 'apache2',
        pid: docker.kernel.takePid(),
        http: () => answer(404, 'Not Found\n', [['Server', 'Apache/2.4.58 (Ubuntu)']]),
      });
      await engine.start(container).catch(() => undefined);
      return async () => {
        listener.close();
        if (engine.find('edge-nginx') === container && engine.up)
          await engine.start(container).catch(() => undefined);
      };
    },
  },
  {
    id: 'harbor-log-stopped',
    apply: async ({ hosts: [docker] }) => {
      const engine = engineOf(docker);
      const [log, registry] = [engine.find('harbor-log'), engine.find('registry')];
      if (log === undefined || registry === undefined) return () => undefined;
      await engine.stop(log);
      await restart(docker, 'registry');
      return async () => {
        for (const one of [log, registry])
          if (engine.containers.includes(one) && engine.up) await engine.start(one).catch(() => undefined);
      };
    },
  },
  {
    id: 'harbor-unit-failed',
    apply: async ({ hosts: [docker] }) => {
      const path = '/etc/systemd/system/harbor-compose.service';
      const unit = docker.systemd.find('harbor-compose.service');
      if (docker.volume.text(path) === null || unit === undefined) return () => undefined;
      const undo = edit(docker, path, (text) => text.replaceAll('/opt/harbor', '/opt/harbour'));
      loadUnitFiles(docker, true);
      const again = docker.systemd.find('harbor-compose.service') ?? unit;
      await docker.systemd.restart(again);
      return async () => {
        await undo();
        loadUnitFiles(docker, true);
        const now = docker.systemd.find('harbor-compose.service');
        if (now !== undefined) await docker.systemd.restart(now);
      };
    },
  },
  {
    id: 'docker-group-lost',
    apply: ({ hosts: [docker] }) =>
      edit(docker, '/etc/group', (text) =>
        text.replace(/^(docker:[^:]*:\d+:)(.*)$/m, (_, head: string, members: string) => {
          const rest = members.split(',').filter((name) => name !== docker.user);
          return `${head}${rest.join(',')}`;
        }),
      ),
  },
];
