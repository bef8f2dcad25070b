/** Breakages of vm-docker: Docker, Harbor, the edge, the firewall. They bite once phase B has run. */
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { edit, type Fault, type Heal } from '../fault.js';
import type { Host } from '../host.js';
import { answer } from '../model/http.js';
import { makeCertificate } from '../model/x509.js';
import type { Container } from './container.js';
import { engineOf } from './engine.js';

const DAEMON_JSON = '/etc/docker/daemon.json';
const DAY = 86_400_000;
const certificateOf = (host: Host) => `/home/${host.user}/three-body-problem/deploy/edge/certs/tls.crt`;

async function restartDocker(host: Host): Promise<void> {
  const unit = host.systemd.find('docker.service');
  if (unit === undefined) return;
  unit.restarts = 0;
  await host.systemd.restart(unit);
}
async function restartUnits(host: Host): Promise<void> {
  for (const name of ['harbor-compose.service', 'edge-compose.service']) {
    const unit = host.systemd.find(name);
    if (unit?.enablement === 'enabled') await host.systemd.start(unit);
  }
}
/** Changes daemon.json and restarts Docker, whatever comes of it. */
async function withDaemonJson(host: Host, change: (text: string) => string): Promise<Heal> {
  if (host.volume.text(DAEMON_JSON) === null) return () => undefined;
  const undo = edit(host, DAEMON_JSON, change);
  await restartDocker(host);
  return async () => {
    await undo();
    await restartDocker(host);
    await restartUnits(host);
  };
}
async function stopped(host: Host, name: string): Promise<Heal> {
  const engine = engineOf(host);
  const container = engine.find(name);
  if (container === undefined) return () => undefined;
  await engine.stop(container);
  return () => startAgain(host, container);
}
async function startAgain(host: Host, container: Container): Promise<void> {
  const engine = engineOf(host);
  container.stoppedByHand = false;
  if (engine.containers.includes(container) && engine.up)
    await engine.start(container).catch(() => undefined);
}
/** Gives the edge another certificate for the key that it has, and lets nginx read it. */
async function withCertificate(
  host: Host,
  make: (now: number) => { from: number; to: number; names: readonly string[] },
): Promise<Heal> {
  const path = certificateOf(host);
  const key = host.volume.text(path.replace(/\.crt$/, '.key'));
  const engine = engineOf(host);
  const reload = async () => {
    const edge = engine.find('edge-nginx');
    if (edge?.status === 'running') await engine.restart(edge);
  };
  if (key === null || host.volume.text(path) === null) return () => undefined;
  const { from, to, names } = make(host.machine.now());
  const own = createPrivateKey(key);
  const text = makeCertificate({
    subject: [['CN', 'hit.local']],
    issuer: [['CN', 'hit.local']],
    publicKey: createPublicKey(own),
    signedBy: own,
    notBefore: from,
    notAfter: to,
    alternativeNames: names,
  });
  const undo = edit(host, path, () => text);
  await reload();
  return async () => {
    // A certificate made anew since then belongs to another key: the old one must not come back beside that.
    if (host.volume.text(path) !== text) return;
    await undo();
    await reload();
  };
}

export const DOCKER_FAULTS: readonly Fault[] = [
  {
    id: 'docker-stopped',
    apply: async ({ hosts: [docker] }) => {
      const unit = docker.systemd.find('docker.service');
      if (unit === undefined) return () => undefined;
      await docker.systemd.stop(unit);
      return async () => {
        await docker.systemd.start(unit);
        await restartUnits(docker);
      };
    },
  },
  {
    id: 'daemon-json-broken',
    apply: ({ hosts: [docker] }) => withDaemonJson(docker, (text) => text.replace(/\]\s*\}\s*$/, '],\n}\n')),
  },
  {
    id: 'registry-not-insecure',
    apply: ({ hosts: [docker] }) =>
      withDaemonJson(docker, (text) => text.replace(/("insecure-registries"\s*:\s*)\[[^\]]*\]/, '$1[]')),
  },
  {
    id: 'harbor-core-down',
    apply: ({ hosts: [docker] }) => stopped(docker, 'harbor-core'),
  },
  {
    id: 'harbor-database-sick',
    apply: ({ hosts: [docker] }) => {
      const container = engineOf(docker).find('harbor-db');
      if (container !== undefined) container.sick = true;
      return () => {
        if (container !== undefined) container.sick = false;
      };
    },
  },
  {
    id: 'edge-stopped',
    apply: ({ hosts: [docker] }) => stopped(docker, 'edge-nginx'),
  },
  {
    id: 'edge-config-broken',
    apply: ({ hosts: [docker] }) => {
      const path = certificateOf(docker).replace('certs/tls.crt', 'nginx/conf.d/edge.conf');
      if (docker.volume.text(path) === null) return () => undefined;
      return edit(docker, path, (text) => text.replace(/(proxy_pass [^;]+);/, '$1'));
    },
  },
  {
    id: 'certificate-expired',
    apply: ({ hosts: [docker] }) =>
      withCertificate(docker, (now) => ({
        from: now - 366 * DAY,
        to: now - DAY,
        names: ['hit.local', docker.address],
      })),
  },
  {
    id: 'certificate-without-san',
    apply: ({ hosts: [docker] }) =>
      withCertificate(docker, (now) => ({ from: now, to: now + 3650 * DAY, names: [] })),
  },
  {
    id: 'ufw-rules-lost',
    apply: ({ hosts: [docker] }) => {
      const active = docker.firewall.active;
      const undo = edit(docker, '/etc/ufw/user.rules', (text) => text.replace(/### tuple ###.*\n.*\n/g, ''));
      docker.firewall.load();
      return async () => {
        await undo();
        if (active) docker.firewall.load();
        else docker.firewall.flush();
      };
    },
  },
  {
    id: 'harbor-port-taken',
    apply: async ({ hosts: [docker] }) => {
      const heal = await stopped(docker, 'nginx');
      const listener = docker.listeners.open({
        address: '0.0.0.0',
        port: 8080,
        process: 'python3',
        pid: docker.kernel.takePid(),
        http: () => answer(404, 'File not found\n', [['Server', 'SimpleHTTP/0.6 Python/3.12.3']]),
      });
      return async () => {
        listener.close();
        await heal();
      };
    },
  },
];
