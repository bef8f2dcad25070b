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
    title: { id: 'Edge jatuh berulang', en: 'The edge keeps crashing' },
    breaks: {
      id: 'satu titik koma hilang di edge.conf dan edge-nginx dimulai ulang; ia berhenti lagi dan lagi',
      en: 'a semicolon is missing in edge.conf and edge-nginx was restarted; it stops again and again',
    },
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
    title: { id: 'Awalan jalur tidak dipotong', en: 'The path prefix is not cut off' },
    breaks: {
      id: 'edge meneruskan /go/… beserta awalannya; aplikasi menjawab 404',
      en: 'the edge passes /go/… on with its prefix; the application answers 404',
    },
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
    title: { id: 'Container edge terhapus', en: 'The edge was removed' },
    breaks: {
      id: 'container edge-nginx dihapus dengan docker rm -f',
      en: 'the container edge-nginx was removed by docker rm -f',
    },
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
    title: { id: 'Port 443 dipakai', en: 'Port 443 is taken' },
    breaks: {
      id: 'program lain di vm-docker menduduki port 443, dan edge tidak bisa mulai',
      en: 'another program on vm-docker holds port 443, and the edge cannot start',
    },
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
    title: { id: 'harbor-log mati', en: 'harbor-log is stopped' },
    breaks: {
      id: 'harbor-log berhenti, dan registry tidak bisa dimulai ulang tanpa tempat menulis log',
      en: 'harbor-log is stopped, and the registry cannot start again without a place for its log',
    },
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
    title: { id: 'Unit harbor-compose gagal', en: 'The unit harbor-compose failed' },
    breaks: {
      id: 'harbor-compose.service menunjuk folder yang tidak ada dan gagal saat dimulai',
      en: 'harbor-compose.service names a directory that does not exist and failed when it was started',
    },
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
    title: { id: 'Keluar dari grup docker', en: 'No longer in the group docker' },
    breaks: {
      id: 'user lab di vm-docker bukan anggota grup docker lagi; docker tanpa sudo ditolak',
      en: "the lab's user on vm-docker is no member of the group docker any more; docker without sudo is refused",
    },
    apply: ({ hosts: [docker] }) =>
      edit(docker, '/etc/group', (text) => text.replace(/^(docker:[^:]*:\d+:).*$/m, '$1')),
  },
];
