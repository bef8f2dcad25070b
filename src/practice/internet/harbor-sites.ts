/** github.com's release page of Harbor, and the servers that hold its files. */
import { createHash } from 'node:crypto';
import { harborInstaller } from '../harbor/installer.js';
import { answer, type HttpHandler } from '../model/http.js';
import type { World } from '../model/network.js';
import { redirect, serveBytes } from './files.js';

const STORE = 'release-assets.githubusercontent.com';
const VERSIONS = ['v2.14.1', 'v2.14.0', 'v2.13.2'];

export function addHarborSites(world: World): void {
  const made = new Map<string, Buffer>();
  const installer = (version: string): Buffer => {
    const bytes = made.get(version) ?? harborInstaller(version);
    made.set(version, bytes);
    return bytes;
  };
  const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest('hex');
  const store: HttpHandler = (request) => {
    const [, version = '', name = ''] = /^\/goharbor\/(v[\d.]+)\/([\w.-]+)$/.exec(request.url.pathname) ?? [];
    if (!VERSIONS.includes(version)) return answer(404, 'Not Found\n');
    if (name === `harbor-offline-installer-${version}.tgz`)
      return serveBytes(request, installer(version), 'application/octet-stream');
    if (name === 'md5sum')
      return serveBytes(
        request,
        Buffer.from(`${md5(installer(version))}  harbor-offline-installer-${version}.tgz\n`),
        'application/octet-stream',
      );
    return answer(404, 'Not Found\n');
  };
  const github: HttpHandler = (request) => {
    const asset = /^\/goharbor\/harbor\/releases\/download\/(v[\d.]+)\/([\w.-]+)$/.exec(request.url.pathname);
    const [, version = '', name = ''] = asset ?? [];
    const known = [`harbor-offline-installer-${version}.tgz`, 'md5sum'];
    if (asset !== null && VERSIONS.includes(version) && known.includes(name))
      return redirect(`https://${STORE}/goharbor/${version}/${name}`);
    return answer(404, 'Not Found', [['Content-Type', 'text/plain; charset=utf-8']]);
  };
  world.addSite('github.com', github);
  world.addSite(STORE, store);
}
