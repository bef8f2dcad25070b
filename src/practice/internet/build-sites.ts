/** Where builds of images get packages and modules from. */
import { answer } from '../model/http.js';
import type { World } from '../model/network.js';

const SITES = [
  'registry.npmjs.org',
  'proxy.golang.org',
  'sum.golang.org',
  'repo.packagist.org',
  'packagist.org',
  'api.github.com',
  'dl-cdn.alpinelinux.org',
  'deb.debian.org',
  'gcr.io',
] as const;

/** They are there and are reached; what is in them, the tools that ask them know. */
export function addBuildSites(world: World): void {
  for (const site of SITES)
    if (!world.sites.has(site))
      world.addSite(site, () => answer(404, 'not simulated\n', [['Content-Type', 'text/plain']]));
}
