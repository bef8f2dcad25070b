/** get.helm.sh, where Helm's releases lie, and the chart repositories that the runbook names. */
import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import { CHARTS, REPOSITORIES } from '../helm/charts.js';
import { tarGz } from '../images/tar.js';
import { makeBinary } from '../kernel/binary.js';
import { answer } from '../model/http.js';
import type { World } from '../model/network.js';
import { publishMonitoringImages } from '../monitoring/images.js';
import { serveBytes } from './files.js';

const HELM_BYTES = 1 << 20;
/** Minor versions of Helm 3 and 4 with their newest patch. */
const HELM: Readonly<Record<string, number>> = {
  '3.14': 4,
  '3.15': 4,
  '3.16': 4,
  '3.17': 4,
  '3.18': 6,
  '3.19': 5,
  '3.20': 5,
  '3.21': 5,
  '4.0': 5,
  '4.1': 5,
  '4.2': 5,
};
const EPOCH = Date.parse('2025-09-10T00:00:00Z') / 1000;

function archive(version: string, machine: 'amd64' | 'arm64'): Buffer {
  const dir = `linux-${machine}/`;
  return tarGz(
    [
      { path: dir, content: '', mode: 0o755 },
      { path: `${dir}LICENSE`, content: 'Apache License, Version 2.0\n', mode: 0o644 },
      { path: `${dir}README.md`, content: '# Helm\n\nThe package manager for Kubernetes.\n', mode: 0o644 },
      {
        path: `${dir}helm`,
        content: makeBinary({ program: 'helm', version, machine }, HELM_BYTES),
        mode: 0o755,
      },
    ],
    EPOCH,
  );
}
/** index.yaml of a repository: what `helm repo update` reads. */
function index(repository: string): string {
  const charts = CHARTS.filter((chart) => chart.repository === repository);
  return stringify({
    apiVersion: 'v1',
    entries: Object.fromEntries(
      charts.map((chart) => [
        chart.name,
        chart.versions.map((version) => ({
          name: chart.name,
          version: version.chart,
          appVersion: version.app,
          description: chart.description,
          urls: [`${chart.name}-${version.chart}.tgz`],
        })),
      ]),
    ),
  });
}

export function addHelmSites(world: World): void {
  publishMonitoringImages();
  const made = new Map<string, Buffer>();
  world.addSite('get.helm.sh', (request) => {
    const match = /^\/helm-(v(\d+\.\d+)\.(\d+))-linux-(amd64|arm64)\.tar\.gz(\.sha256sum|\.sha256)?$/.exec(
      request.url.pathname,
    );
    const [, version = '', minor = '', patch = '', machine, sum] = match ?? [];
    if (match === null || Number(patch) > (HELM[minor] ?? -1)) return answer(404, 'Not Found\n');
    const name = `helm-${version}-linux-${machine ?? ''}.tar.gz`;
    const bytes = made.get(name) ?? archive(version, machine === 'arm64' ? 'arm64' : 'amd64');
    made.set(name, bytes);
    const hash = createHash('sha256').update(bytes).digest('hex');
    if (sum === undefined) return serveBytes(request, bytes, 'application/x-tar');
    return serveBytes(request, Buffer.from(sum === '.sha256' ? hash : `${hash}  ${name}\n`), 'text/plain');
  });
  for (const [url, name] of REPOSITORIES) {
    const { hostname, pathname } = new URL(url);
    const before = world.sites.get(hostname);
    world.addSite(hostname, (request) =>
      request.url.pathname === `${pathname.replace(/\/$/, '')}/index.yaml`
        ? serveBytes(request, Buffer.from(index(name)), 'text/yaml')
        : (before?.(request) ?? answer(404, 'Not Found\n')),
    );
  }
}
