import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPracticeLab, type PracticeLab } from '../../src/practice/lab.js';
import { Rehearsal } from './runbook.js';

let lab: PracticeLab;
let rehearsal: Rehearsal;
beforeAll(async () => {
  lab = await startPracticeLab({ seed: 12, timeScale: 0 });
  rehearsal = await Rehearsal.open(lab);
  await rehearsal.root(
    'vm-docker',
    'apt-get update -qq && apt-get install -y -qq docker.io && usermod -aG docker cikal',
  );
  rehearsal.close();
}, 60_000);
afterAll(async () => {
  rehearsal.close();
  await lab.close();
});
const docker = (script: string) => rehearsal.shell('vm-docker', `cd ~\n${script}`);
/** Writes a Dockerfile and builds it. */
const build = (dockerfile: string, options = '') =>
  docker(
    `mkdir -p ctx && cd ctx && cat >Dockerfile <<'D'\n${dockerfile}\nD\ndocker build -t made ${options} . ; echo "status $?"`,
  );

describe('docker build', () => {
  it('carries out its steps, keeps what they leave, and takes it from the cache the second time', async () => {
    const dockerfile = [
      'ARG BASE=3.22',
      'FROM alpine:$BASE AS first',
      'ARG WORD=quiet',
      'ENV SAID="$WORD word"',
      'WORKDIR /work',
      'COPY . .',
      'RUN adduser -D -u 1500 worker && echo "$SAID" >said && ls >list && mkdir -p out && mv said out/',
      'FROM busybox:1.36',
      'COPY --from=first --chown=1500:1500 /work/out/ /srv/',
      'COPY --from=first /work/list /list',
      'LABEL a=b "c"="d e"',
      'USER 1500',
      'CMD ["cat", "/srv/said", "/list"]',
    ].join('\n');
    await docker(
      "mkdir -p ctx/node_modules ctx/src && cd ctx && touch a.txt b.log keep.log src/x node_modules/y && printf 'node_modules\\n*.log\\n!keep.log\\nDockerfile\\n.dockerignore\\n' >.dockerignore",
    );
    const first = await build(dockerfile, '--build-arg WORD=loud --label e=f');
    expect(first.stdout).toContain('status 0');
    expect(first.stderr).not.toContain('CACHED');
    const run = await docker(
      'docker run --rm made; docker run --rm made stat -c "%u %a" /srv/said; docker image inspect -f "{{json .Config.Labels}}" made',
    );
    expect(run.stdout).toBe(
      'loud word\na.txt\nkeep.log\nlist\nsaid\nsrc\n1500 644\n{"a":"b","c":"d e","e":"f"}\n',
    );
    const again = await build(dockerfile, '--build-arg WORD=loud --label e=f -q');
    const id = /sha256:(\w+)/.exec(again.stdout)?.[1] ?? 'none';
    expect((await docker('docker images --no-trunc -q made')).stdout).toContain(id);
    expect((await build(dockerfile, '--build-arg WORD=loud --label e=f')).stderr).toContain('CACHED');
  });

  it.each([
    ['FROM alpine:3.22\nCOPY nothing.txt /', '"/nothing.txt": not found'],
    ['FROM alpine:3.22\nRUN false', 'process "/bin/sh -c false" did not complete successfully: exit code: 1'],
    ['FROM alpine:3.22\nRUN make-coffee', 'exit code: 127'],
    ['FROM alpine:9.9', 'docker.io/library/alpine:9.9: not found'],
    ['FROM nobody/nothing', 'pull access denied'],
    ['FROM alpine:3.22\nRUNN x', 'dockerfile parse error on line 2: unknown instruction: RUNN'],
    ['RUN x', 'no build stage in current context'],
    ['FROM node:24-alpine\nRUN npm ci', 'Could not read package.json'],
    ['FROM golang:1.25-alpine\nRUN go build .', 'go.mod file not found'],
    [
      'FROM composer:2 AS c\nFROM php:8.4-fpm-alpine\nCOPY --from=c /usr/bin/composer /bin/\nRUN composer install',
      'could not find a composer.json',
    ],
    [
      'FROM php:8.4-fpm-alpine\nRUN docker-php-ext-install nonsense',
      '/usr/src/php/ext/nonsense does not exist',
    ],
    ['FROM alpine:3.22\nRUN --moun=x true', 'dockerfile parse error on line 2: unknown flag: --moun'],
    [
      'FROM alpine:3.22\nRUN --mount=type=secret,id=x true',
      'practice lab: RUN --mount=type=secret,id=x on line 2',
    ],
    ['FROM --platform=linux/arm64 alpine:3.22', 'practice lab: FROM --platform=linux/arm64'],
    ['FROM alpine:3.22\nCOPY --chmod=u+x . /c', "invalid chmod parameter: 'u+x'"],
    ['FROM alpine:3.22\nUSER nobody\nRUN apk add curl', 'Permission denied'],
  ])('refuses %j', async (dockerfile, words) => {
    const answer = await build(dockerfile);
    expect(answer.stdout).toContain('status 1');
    expect(answer.stderr).toContain(words);
  });

  it('a step from the cache removes what it had removed', async () => {
    const dockerfile = (last: string) =>
      `FROM alpine:3.22\nRUN touch /kept /gone /lost\nRUN rm /gone /lost && mkdir /gone\nRUN echo ${last}; ls -d /kept /lost || ls -ld /gone | cut -c1 >/seen`;
    await build(dockerfile('one'));
    const again = await build(dockerfile('two'));
    expect(again.stderr).toContain('CACHED');
    expect((await docker('docker run --rm made cat /seen')).stdout).toBe('d\n');
  });

  it('.dockerignore takes `.env.*` as Docker does, and a pattern that is none is told', async () => {
    await docker(
      "rm -rf ctx; mkdir -p ctx/a/b && cd ctx && touch .env.production .env a/b/x.md 'c[d' c1 && printf '.env.*\\n**/*.md\\nc[0-9]\\n' >.dockerignore",
    );
    expect((await build('FROM alpine:3.22\nCOPY . /c/')).stdout).toContain('status 0');
    expect((await docker('docker run --rm made find /c -type f | sort')).stdout).toBe(
      '/c/.dockerignore\n/c/.env\n/c/Dockerfile\n/c/c[d\n',
    );
    await docker("printf '[abc\\n' >ctx/.dockerignore");
    const answer = await build('FROM alpine:3.22');
    expect(answer.stdout).toContain('status 1');
    expect(answer.stderr).toContain('invalid excludepatterns: [[abc]: syntax error in pattern');
    await docker('rm ctx/.dockerignore');
  });

  it.each([
    ['--push', 'build --push is not simulated', 64],
    ['--platform linux/arm64', 'build --platform linux/arm64', 64],
    ['--network none', 'build --network none is not simulated', 64],
    ['--sbom=true', 'Attestation is not supported for the docker driver', 1],
    ['--platform linux/amd64 --network host --iidfile id', 'naming to made', 0],
  ])('with %s it does what is asked or says that it does not', async (options, words, status) => {
    const answer = await build('FROM alpine:3.22', options);
    expect(answer.stdout).toContain(`status ${status}`);
    expect(answer.stderr).toContain(words);
  });
  it('--iidfile holds the id of the image', async () => {
    expect((await docker('cat ctx/id; echo; docker images --no-trunc -q made')).stdout).toMatch(
      /^(sha256:\w{64})\n\1\n$/,
    );
  });

  it('a front end without a lock file that fits is not installed; with it the page gets its script', async () => {
    const manifest = {
      name: 'three-body-problem-frontend',
      version: '1.0.0',
      scripts: { build: 'vite build' },
      dependencies: { react: '^19.0.0' },
      devDependencies: { vite: '^7.0.0' },
    };
    const lock = {
      lockfileVersion: 3,
      packages: { '': { dependencies: manifest.dependencies, devDependencies: {} } },
    };
    const dockerfile =
      'FROM node:24-alpine AS b\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\nFROM nginxinc/nginx-unprivileged:1.29-alpine\nCOPY --from=b /app/dist /usr/share/nginx/html';
    await docker(
      `rm -rf ctx && mkdir -p ctx/src && cd ctx && echo 'console.log(1)' >src/main.js && echo '<html><head><title>three bodies</title></head><body><script type="module" src="/src/main.js"></script></body></html>' >index.html && cat >package.json <<'J'\n${JSON.stringify(manifest)}\nJ\ncat >package-lock.json <<'J'\n${JSON.stringify(lock)}\nJ`,
    );
    const apart = await build(dockerfile);
    expect(apart.stderr).toContain('npm error Missing: vite@^7.0.0 from lock file');
    lock.packages[''].devDependencies = manifest.devDependencies;
    await docker(`cat >ctx/package-lock.json <<'J'\n${JSON.stringify(lock)}\nJ`);
    expect((await build(dockerfile)).stdout).toContain('status 0');
    await docker('docker run -d --name page -p 8088:8080 made');
    const page = await docker(
      'curl -s http://127.0.0.1:8088/; curl -s -o /dev/null -w "%{http_code}" http://127.0.0.1:8088/nothing; docker rm -f page',
    );
    expect(page.stdout).toContain('<title>three bodies</title>');
    expect(page.stdout).toMatch(/src="\/assets\/index-\w{8}\.js"/);
    expect(page.stdout).toContain('404');
  });
});
