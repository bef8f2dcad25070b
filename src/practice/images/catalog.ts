/** Images that public registries have: by name, or by families of versions. */
import { harborImages } from '../harbor/images.js';
import { makeImage, type ImageInit, type ImageSpec, type Reference } from './spec.js';

const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const nginx = (version: string, alpine: boolean) =>
  makeImage(`nginx:${version}${alpine ? '-alpine' : ''}`, {
    program: 'nginx',
    sizeBytes: alpine ? 52_500_000 : 192_000_000,
    entrypoint: ['/docker-entrypoint.sh'],
    command: ['nginx', '-g', 'daemon off;'],
    env: [PATH, `NGINX_VERSION=${version}`],
    exposed: [80],
    labels: { maintainer: 'NGINX Docker Maintainers <docker-maint@nginx.com>' },
    tools: ['shell', alpine ? 'alpine' : 'debian', 'nginx'],
  });
const NGINX = nginx('1.29.3', true);
const BUSYBOX = makeImage('busybox:1.36', {
  program: 'shell',
  sizeBytes: 4_270_000,
  command: ['sh'],
  tools: ['shell'],
});
const ALPINE = makeImage('alpine:3.22', {
  program: 'shell',
  sizeBytes: 8_310_000,
  command: ['/bin/sh'],
  tools: ['shell', 'alpine'],
});
const mysql = (version: string) =>
  makeImage(`mysql:${version}`, {
    program: 'mysql',
    sizeBytes: 780_000_000,
    entrypoint: ['docker-entrypoint.sh'],
    command: ['mysqld'],
    env: [PATH, `MYSQL_MAJOR=${version.split('.').slice(0, 2).join('.')}`],
    exposed: [3306, 33060],
    tools: ['shell', 'mysql'],
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
  ['docker.io/library/mysql:8.0', mysql('8.0')],
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

interface Family {
  readonly repository: string;
  /** The tags that exist; its groups go to `make`. */
  readonly tags: RegExp;
  readonly make: (tag: string, groups: readonly string[]) => ImageInit;
}
const ALPINE_TAIL = String.raw`(-alpine(?:3\.\d+)?)?`;
const system = (tail: string) => (tail.startsWith('-alpine') ? 'alpine' : 'debian');
/** Versions that a family has; what is outside was never released or is long gone. */
const FAMILIES: readonly Family[] = [
  {
    repository: 'docker.io/library/golang',
    tags: new RegExp(`^(1\\.2[1-7](?:\\.\\d+)?)(?:-(?:bookworm|trixie))?${ALPINE_TAIL}$`),
    make: (_tag, [version = '', tail = '']) => ({
      program: 'shell',
      sizeBytes: tail === '' ? 860_000_000 : 270_000_000,
      command: ['bash'],
      workdir: '/go',
      env: [
        'PATH=/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        `GOLANG_VERSION=${/\.\d+\./.test(version) ? version : `${version}.4`}`,
        'GOTOOLCHAIN=local',
        'GOPATH=/go',
      ],
      tools: ['shell', system(tail), 'go'],
    }),
  },
  {
    repository: 'docker.io/library/node',
    tags: new RegExp(
      `^(1[89]|2[0-7])((?:\\.\\d+)*)(?:-(?:slim|bookworm|trixie|bookworm-slim))?${ALPINE_TAIL}$`,
    ),
    make: (_tag, [major = '', rest = '', tail = '']) => ({
      program: 'shell',
      sizeBytes: tail === '' ? 1_100_000_000 : 160_000_000,
      entrypoint: ['docker-entrypoint.sh'],
      command: ['node'],
      env: [PATH, `NODE_VERSION=${major}${rest === '' ? '.11.0' : rest}`],
      tools: ['shell', system(tail), 'node'],
    }),
  },
  {
    repository: 'docker.io/library/php',
    tags: new RegExp(`^(8\\.[1-5](?:\\.\\d+)?)-(fpm|cli)${ALPINE_TAIL}$`),
    make: (_tag, [version = '', kind = '', tail = '']) => ({
      program: 'shell',
      sizeBytes: tail === '' ? 480_000_000 : 84_000_000,
      entrypoint: ['docker-php-entrypoint'],
      command: kind === 'fpm' ? ['php-fpm'] : ['php', '-a'],
      workdir: '/var/www/html',
      exposed: kind === 'fpm' ? [9000] : [],
      env: [
        PATH,
        `PHP_VERSION=${version}`,
        'PHPIZE_DEPS=autoconf dpkg-dev dpkg file g++ gcc libc-dev make pkgconf re2c',
      ],
      tools: ['shell', system(tail), 'php'],
    }),
  },
  {
    repository: 'docker.io/library/composer',
    tags: /^(?:latest|2|2\.\d+(?:\.\d+)?)$/,
    make: () => ({
      program: 'shell',
      sizeBytes: 210_000_000,
      entrypoint: ['/docker-entrypoint.sh'],
      command: ['composer'],
      workdir: '/app',
      tools: ['shell', 'alpine', 'composer'],
    }),
  },
  {
    repository: 'docker.io/library/nginx',
    tags: new RegExp(`^(1\\.(?:2[4-9]|3[01])(?:\\.\\d+)?|stable|mainline)${ALPINE_TAIL}(?:-slim)?$`),
    make: (_tag, [version = '', tail = '']) => ({ ...nginx(version, tail !== '') }),
  },
  {
    repository: 'docker.io/nginxinc/nginx-unprivileged',
    tags: new RegExp(
      `^(1\\.(?:2[4-9]|3[01])(?:\\.\\d+)?|stable|mainline|latest|alpine)${ALPINE_TAIL}(?:-slim)?$`,
    ),
    make: (_tag, [version = '']) => ({
      ...nginx(version, true),
      user: '101',
      exposed: [8080],
      tools: ['shell', 'alpine', 'nginx', 'nginx-unprivileged'],
    }),
  },
  {
    repository: 'docker.io/library/mysql',
    tags: /^(8\.[04](?:\.\d+)?|9\.[0-7](?:\.\d+)?)$/,
    make: (_tag, [version = '']) => ({ ...mysql(version) }),
  },
  {
    repository: 'docker.io/library/busybox',
    tags: /^1\.3[5-8](?:\.\d+)?(?:-(?:musl|glibc|uclibc))?$/,
    make: () => ({ program: 'shell', sizeBytes: 4_270_000, command: ['sh'], tools: ['shell'] }),
  },
  {
    repository: 'docker.io/library/alpine',
    tags: /^3(?:\.(?:1[89]|2[0-4]))?(?:\.\d+)?$/,
    make: () => ({
      program: 'shell',
      sizeBytes: 8_310_000,
      command: ['/bin/sh'],
      tools: ['shell', 'alpine'],
    }),
  },
  ...['static', 'static-debian12', 'static-debian13', 'base-debian12', 'base-debian13'].map(
    (name): Family => ({
      repository: `gcr.io/distroless/${name}`,
      tags: /^(latest|nonroot|debug|debug-nonroot)$/,
      make: (tag) => ({
        program: 'shell',
        sizeBytes: 2_080_000,
        user: tag.includes('nonroot') ? '65532' : '0',
        workdir: tag.includes('nonroot') ? '/home/nonroot' : '/',
        env: [PATH, 'SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt'],
        files: {
          '/etc/passwd':
            'root:x:0:0:root:/root:/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n',
          '/etc/group': 'root:x:0:\nnobody:x:65534:\nnonroot:x:65532:\n',
        },
      }),
    }),
  ),
];
const made = new Map<string, ImageSpec>();

/** The image behind a reference to a public registry. */
export function inCatalog(reference: Reference): ImageSpec | undefined {
  const { registry, repository, tag, digest } = reference;
  if (digest !== null)
    return [...CATALOG.values(), ...made.values()].find((image) => image.digest === digest);
  const name = `${registry}/${repository}:${tag}`;
  const known = CATALOG.get(name) ?? made.get(name);
  if (known !== undefined) return known;
  for (const family of FAMILIES) {
    if (family.repository !== `${registry}/${repository}`) continue;
    const match = family.tags.exec(tag);
    if (match === null) return undefined;
    const image = makeImage(
      name,
      family.make(
        tag,
        match.slice(1).map((group) => group ?? ''),
      ),
    );
    made.set(name, image);
    return image;
  }
  return undefined;
}
/** Whether a registry has a repository at all. */
export const hasRepository = (registry: string, repository: string): boolean =>
  FAMILIES.some((family) => family.repository === `${registry}/${repository}`) ||
  [...CATALOG.keys()].some((name) => name.startsWith(`${registry}/${repository}:`));
