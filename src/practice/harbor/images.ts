/** The images inside Harbor's offline installer. */
import { makeImage, type ImageSpec } from '../images/spec.js';

interface Component {
  readonly image: string;
  readonly program: string;
  readonly megabytes: number;
  readonly check: string;
  readonly firstMs: number;
}
const COMPONENTS: readonly Component[] = [
  {
    image: 'harbor-log',
    program: 'harbor-log',
    megabytes: 168,
    check: 'netstat -ltun|grep 10514',
    firstMs: 6_000,
  },
  {
    image: 'registry-photon',
    program: 'harbor-registry',
    megabytes: 88,
    check: 'curl --fail -s http://127.0.0.1:5000',
    firstMs: 9_000,
  },
  {
    image: 'harbor-registryctl',
    program: 'harbor-registryctl',
    megabytes: 167,
    check: 'curl --fail -s http://127.0.0.1:8080/api/health',
    firstMs: 9_000,
  },
  {
    image: 'harbor-db',
    program: 'harbor-db',
    megabytes: 283,
    check: '/docker-healthcheck.sh',
    firstMs: 12_000,
  },
  {
    image: 'harbor-core',
    program: 'harbor-core',
    megabytes: 203,
    check: 'curl --fail -s http://127.0.0.1:8080/api/v2.0/ping',
    firstMs: 20_000,
  },
  {
    image: 'harbor-portal',
    program: 'harbor-portal',
    megabytes: 166,
    check: 'curl --fail -s http://127.0.0.1:8080',
    firstMs: 8_000,
  },
  {
    image: 'harbor-jobservice',
    program: 'harbor-jobservice',
    megabytes: 178,
    check: 'curl --fail -s http://127.0.0.1:8080/api/v1/stats',
    firstMs: 22_000,
  },
  {
    image: 'redis-photon',
    program: 'harbor-redis',
    megabytes: 171,
    check: 'docker-healthcheck',
    firstMs: 6_000,
  },
  {
    image: 'nginx-photon',
    program: 'harbor-proxy',
    megabytes: 155,
    check: 'curl --fail -s http://localhost:8080',
    firstMs: 22_000,
  },
];
const UNUSED = ['trivy-adapter-photon', 'harbor-exporter'];

export function harborImages(
  version: string,
): readonly { readonly name: string; readonly image: ImageSpec }[] {
  const parts = COMPONENTS.map(({ image, program, megabytes, check, firstMs }) => ({
    name: `goharbor/${image}:${version}`,
    image: makeImage(`goharbor/${image}:${version}`, {
      program,
      sizeBytes: megabytes * 1_000_000,
      entrypoint: [`/${program.replace('harbor-', '')}/entrypoint.sh`],
      health: { test: ['CMD-SHELL', `${check} || exit 1`], firstMs },
    }),
  }));
  const others = UNUSED.map((image) => ({
    name: `goharbor/${image}:${version}`,
    image: makeImage(`goharbor/${image}:${version}`, { program: 'shell', sizeBytes: 300_000_000 }),
  }));
  const prepare = {
    name: `goharbor/prepare:${version}`,
    image: makeImage(`goharbor/prepare:${version}`, {
      program: 'harbor-prepare',
      sizeBytes: 213_000_000,
      entrypoint: ['python3', 'main.py'],
      workdir: '/usr/src/app',
    }),
  };
  return [...parts, ...others, prepare];
}
