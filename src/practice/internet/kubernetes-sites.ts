/** pkgs.k8s.io, dl.k8s.io, the image registries, and where Calico's manifest lies. */
import { createHash } from 'node:crypto';
import { makeBinary } from '../kernel/binary.js';
import { minorOf, RELEASES } from '../kubernetes/versions.js';
import { answer } from '../model/http.js';
import type { World } from '../model/network.js';
import { armour, makePublicKey, readKeys } from '../model/openpgp.js';
import { calicoManifest } from './calico-manifest.js';
import { redirect, serveBytes } from './files.js';

const CREATED = Date.parse('2022-08-25T13:29:14Z') / 1000;
const DAY = 86_400;

/** Calico versions whose manifests are there. */
const CALICO = [
  'v3.26.4',
  'v3.27.5',
  'v3.28.0',
  'v3.28.1',
  'v3.28.2',
  'v3.29.3',
  'v3.30.0',
  'v3.30.3',
  'v3.31.0',
];

const DOWNLOADS = 'cdn.dl.k8s.io';
/** Far less than the real one, and enough for a download to take its time. */
const KUBECTL_BYTES = 1 << 20;
const known = (version: string): boolean =>
  Number(version.split('.')[2]) <= (RELEASES[minorOf(version)]?.patches ?? -1);

export function addKubernetesSites(world: World): void {
  const lifetime = Math.floor(Date.now() / 1000) + 400 * DAY - CREATED;
  const key = makePublicKey(
    'isv:kubernetes OBS Project <isv:kubernetes@build.opensuse.org>',
    CREATED,
    lifetime,
  );
  const block = Buffer.from(armour(key));
  world.archives.set('pkgs.k8s.io', {
    keyId: readKeys(key)[0]?.id ?? '',
    keyExpires: (CREATED + lifetime) * 1000,
    paths: new RegExp(`^/core:/stable:/v(${Object.keys(RELEASES).join('|').replaceAll('.', '\\.')})/deb$`),
  });
  world.addSite('pkgs.k8s.io', (request) => {
    const match = /^\/core:\/stable:\/v(\d+\.\d+)\/deb\/(Release\.key|InRelease|Packages)$/.exec(
      request.url.pathname,
    );
    if (match === null || RELEASES[match[1] ?? ''] === undefined) return answer(403, 'Forbidden\n');
    return match[2] === 'Release.key'
      ? serveBytes(request, block, 'application/pgp-keys')
      : serveBytes(
          request,
          Buffer.from(`Origin: obs://build.opensuse.org/isv:kubernetes:core:stable:v${match[1] ?? ''}/deb\n`),
          'text/plain',
        );
  });
  world.addSite('dl.k8s.io', (request) => {
    const minor = /^\/release\/stable(?:-(\d+\.\d+))?\.txt$/.exec(request.url.pathname);
    const file = /^\/release\/(v\d+\.\d+\.\d+)\/bin\/linux\/(amd64|arm64)\/kubectl(\.sha256)?$/.exec(
      request.url.pathname,
    );
    if (file !== null && known(file[1] ?? '')) return redirect(`https://${DOWNLOADS}${request.url.pathname}`);
    const release = minor === null ? undefined : (minor[1] ?? '1.34');
    const found = release === undefined ? undefined : RELEASES[release];
    return found === undefined
      ? answer(404, '404 page not found\n')
      : serveBytes(request, Buffer.from(`v${release ?? ''}.${found.patches}`), 'text/plain');
  });
  const made = new Map<string, Buffer>();
  world.addSite(DOWNLOADS, (request) => {
    const [, version = '', machine = '', sum] =
      /^\/release\/(v[\d.]+)\/bin\/linux\/(\w+)\/kubectl(\.sha256)?$/.exec(request.url.pathname) ?? [];
    if (!known(version) || (machine !== 'amd64' && machine !== 'arm64')) return answer(404, 'Not Found\n');
    const name = `${version} ${machine}`;
    const bytes = made.get(name) ?? makeBinary({ program: 'kubectl', version, machine }, KUBECTL_BYTES);
    made.set(name, bytes);
    return sum === undefined
      ? serveBytes(request, bytes, 'application/octet-stream')
      : serveBytes(request, Buffer.from(createHash('sha256').update(bytes).digest('hex')), 'text/plain');
  });
  const before = world.sites.get('raw.githubusercontent.com');
  world.addSite('raw.githubusercontent.com', (request) => {
    const version = /^\/projectcalico\/calico\/([^/]+)\/manifests\/calico\.yaml$/.exec(
      request.url.pathname,
    )?.[1];
    if (version !== undefined && CALICO.includes(version))
      return serveBytes(request, Buffer.from(calicoManifest(version)), 'text/plain; charset=utf-8');
    return before?.(request) ?? answer(404, '404: Not Found');
  });
}
