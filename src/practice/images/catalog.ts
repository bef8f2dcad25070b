/** Images that public registries have. The key is registry/repository:tag. */
import { harborImages } from '../harbor/images.js';
import { makeImage, type ImageSpec, type Reference } from './spec.js';

const nginx = (version: string, alpine: boolean) =>
  makeImage(`nginx:${version}${alpine ? '-alpine' : ''}`, {
    program: 'nginx',
    sizeBytes: alpine ? 52_500_000 : 192_000_000,
    entrypoint: ['/docker-entrypoint.sh'],
    command: ['nginx', '-g', 'daemon off;'],
    env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', `NGINX_VERSION=${version}`],
    exposed: [80],
    labels: { maintainer: 'NGINX Docker Maintainers <docker-maint@nginx.com>' },
  });
const NGINX = nginx('1.29.3', true);
const BUSYBOX = makeImage('busybox:1.36', { program: 'shell', sizeBytes: 4_270_000, command: ['sh'] });
const ALPINE = makeImage('alpine:3.22', { program: 'shell', sizeBytes: 8_310_000, command: ['/bin/sh'] });
const MYSQL = makeImage('mysql:8.0', {
  program: 'mysql',
  sizeBytes: 780_000_000,
  entrypoint: ['docker-entrypoint.sh'],
  command: ['mysqld'],
  exposed: [3306, 33060],
});

export const CATALOG = new Map<string, ImageSpec>([
  ['docker.io/library/nginx:alpine', NGINX],
  ['docker.io/library/nginx:1.29-alpine', NGINX],
  ['docker.io/library/nginx:latest', nginx('1.29.3', false)],
  ['docker.io/library/nginx:stable-alpine', nginx('1.28.0', true)],
  ['docker.io/library/busybox:1.36', BUSYBOX],
  ['docker.io/library/busybox:latest', BUSYBOX],
  ['docker.io/library/alpine:latest', ALPINE],
  ['docker.io/library/alpine:3.22', ALPINE],
  ['docker.io/library/mysql:8.0', MYSQL],
  [
    'docker.io/library/hello-world:latest',
    makeImage('hello-world', {
      program: 'hello',
      sizeBytes: 10_100,
      command: ['/hello'],
      createdAt: '2025-08-08T19:05:17Z',
    }),
  ],
]);

// Harbor's own images are on Docker Hub, too: `prepare` before `docker load` gets its image from there.
for (const version of ['v2.14.1', 'v2.14.0', 'v2.13.2'])
  for (const { name, image } of harborImages(version)) CATALOG.set(`docker.io/${name}`, image);

export function inCatalog(reference: Reference): ImageSpec | undefined {
  const { registry, repository, tag, digest } = reference;
  if (digest !== null) return [...CATALOG.values()].find((image) => image.digest === digest);
  return CATALOG.get(`${registry}/${repository}:${tag}`);
}
