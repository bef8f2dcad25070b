/** B4's and B7's files in front of the programs that will read them, and their scripts run for real. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { renderText } from '../../../src/runbook/render.js';
import { labContext, ourRunbook } from './content.js';
import { actionOf, has, probeOf, Sandbox } from './sandbox.js';

const runbook = await ourRunbook();
const EDGE = 'home/three-body-problem/deploy/edge';
const template = (name: string): string =>
  renderText(runbook.templates[name] ?? '', { ...labContext(runbook), host: 'vm-docker' });

let box: Sandbox;
beforeEach(() => {
  box = new Sandbox(runbook, ['/opt/harbor']);
  box.stub(`getent() { echo "cikal:x:1000:1000::${box.root}/home:/bin/bash"; }\nchown() { :; }`);
});
afterEach(() => box.remove());

describe('what is behind the edge', () => {
  test.each([
    ['200', false],
    ['502', true],
  ])('where it answers %s, an old refusal in its log is told: %s', async (code, told) => {
    box.stub(`curl() { printf '%s' ${code}; }
      docker() { echo 'connect() failed (111: Connection refused) while connecting to upstream'; }
      timeout() { :; }`);
    const { output } = await box.probe(probeOf(runbook, 'B4.behind'));
    expect(output).toContain(`/go/ ${code}`);
    expect(output).toContain('worker is there');
    expect(output.includes('refused')).toBe(told);
  });
});

describe('the certificate', () => {
  const make = actionOf(runbook, 'B4', 'certificate');
  const key = (): string => join(box.root, EDGE, 'certs/tls.key');
  const seen = async (): Promise<string> => (await box.probe(probeOf(runbook, 'B4.certificate'))).output;

  test('has the names that browsers read, lives 825 days, and is kept while it fits', async () => {
    expect(await box.run(make, 'satisfied')).not.toMatchObject({ code: 0 });
    expect(await box.run(make)).toMatchObject({ code: 0 });
    expect((await seen()).split('\n')).toEqual([
      'cn hit.local',
      'san DNS:hit.local',
      'san IP Address:192.168.56.42',
      expect.stringMatching(/^days-left 82[45]$/),
      'lifetime 825',
      'key fits',
      'key-mode 600',
      '',
    ]);
    expect(statSync(key()).mode & 0o777).toBe(0o600);
    expect(await box.run(make, 'satisfied')).toMatchObject({ code: 0 });
  });

  test("takes the place of the runbook's, which has no SAN; undo brings that back and shows no key", async () => {
    mkdirSync(join(box.root, EDGE, 'certs'), { recursive: true });
    const line = `cd '${join(box.root, EDGE, 'certs')}' && openssl req -x509 -nodes -newkey rsa:2048 -days 3650 -keyout tls.key -out tls.crt -subj /CN=hit.local`;
    spawnSync('bash', ['-c', line]);
    const before = readFileSync(key(), 'utf8');
    expect(await seen()).not.toContain('san');
    expect(await box.run(make, 'satisfied')).not.toMatchObject({ code: 0 });
    const { code, output } = await box.run(make);
    expect(code, output).toBe(0);
    expect(readFileSync(key(), 'utf8')).not.toBe(before);
    const undone = await box.run(make, 'undo');
    expect(undone.code).toBe(0);
    expect(output + undone.output).not.toContain('PRIVATE KEY');
    expect(readFileSync(key(), 'utf8')).toBe(before);
  });
});

test('edge.conf has the three destinations of the plan, and says what it adds to that of the runbook', async () => {
  box.write(`${EDGE}/nginx/conf.d/.keep`, '');
  const write = actionOf(runbook, 'B4', 'edge-conf');
  const { code, output } = await box.run(write);
  expect(code, output).toBe(0);
  expect(output).toContain('+  proxy_set_header X-Forwarded-Proto $scheme;');
  expect(output).not.toMatch(/^-[^-]/m);
  expect((await box.probe(probeOf(runbook, 'B4.config-file'))).output).toBe(
    'limit 5r/s\n/ http://192.168.56.44:30080\n/go/ http://192.168.56.44:30081/\n/laravel/ http://192.168.56.44:30082/\n',
  );
  await box.run(write, 'undo');
  expect(existsSync(join(box.root, EDGE, 'nginx/conf.d/edge.conf'))).toBe(false);
});

describe('the folders', () => {
  const folders = actionOf(runbook, 'B4', 'folders');
  test('are made in the home of whoever runs it, and undo takes only empty ones', async () => {
    box.stub(`HOME='${box.root}/home'; mkdir -p "$HOME"`);
    expect(await box.run(folders)).toMatchObject({ code: 0 });
    expect(await box.run(folders, 'satisfied')).toMatchObject({ code: 0 });
    box.write('home/three-body-problem/deploy/k8s/base/mine.yaml', 'mine');
    expect((await box.run(folders, 'undo')).output).toContain('holds other files');
    expect(existsSync(join(box.root, EDGE))).toBe(false);
    expect(existsSync(join(box.root, 'home/three-body-problem/deploy/k8s/base/mine.yaml'))).toBe(true);
  });
});

describe.runIf(has('nginx', '-v'))('in front of the real nginx', () => {
  let nginx: ChildProcess | undefined;
  let behind: Server | undefined;
  let asked: { readonly url: string; readonly headers: Readonly<Record<string, unknown>> }[];
  const port = (server: Server): number => {
    const address = server.address();
    return typeof address === 'object' ? (address?.port ?? 0) : 0;
  };
  /** A port that is free now. */
  const free = async (): Promise<number> => {
    const server = createServer();
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const found = port(server);
    await new Promise((closed) => server.close(closed));
    return found;
  };
  const answers = (at: number): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect(at, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });

  afterEach(() => {
    nginx?.kill('SIGTERM');
    behind?.close();
  });

  test.each(['edge.conf', 'edge-runbook.conf'])('%s is accepted', async (name) => {
    await box.run(actionOf(runbook, 'B4', 'certificate'));
    expect(config(template(name), [0, 0, 0])).toContain('test is successful');
  });

  test('the prefix is cut off, the real name is passed on, and 502 is told while nobody is there', async () => {
    asked = [];
    const app = createServer((request, response) => {
      asked.push({ url: request.url ?? '', headers: request.headers });
      response.end('here');
    });
    behind = app;
    await new Promise<void>((ready) => app.listen(0, '127.0.0.1', ready));
    await box.run(actionOf(runbook, 'B4', 'certificate'));
    const [http, https, nobody] = [await free(), await free(), await free()];
    const conf = template('edge.conf')
      .replaceAll('192.168.56.44:30081', `127.0.0.1:${port(app)}`)
      .replaceAll(/192\.168\.56\.44:3008[02]/g, `127.0.0.1:${nobody}`);
    expect(config(conf, [http, https, 0])).toContain('test is successful');
    nginx = spawn('nginx', ['-c', join(box.root, 'nginx.conf'), '-g', 'daemon off;'], { stdio: 'ignore' });
    while (!(await answers(https))) await pause(20);
    const ask = (url: string): Promise<string> =>
      new Promise((resolve) => {
        const crt = join(box.root, EDGE, 'certs/tls.crt');
        const to = ['--resolve', `hit.local:${https}:127.0.0.1`, '--resolve', `hit.local:${http}:127.0.0.1`];
        const args = ['-sS', '-o', '/dev/null', '-w', '%{http_code} %{redirect_url}', '--noproxy', '*'];
        const child = spawn('curl', [...args, '--cacert', crt, ...to, url]);
        let text = '';
        for (const stream of [child.stdout, child.stderr])
          stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
        child.on('close', () => resolve(text.trim()));
      });
    expect(await ask(`http://hit.local:${http}/x`)).toBe('301 https://hit.local/x');
    expect(await ask(`https://hit.local:${https}/`)).toBe('502');
    expect(await ask(`https://hit.local:${https}/go/api/products`)).toBe('200');
    expect(asked).toMatchObject([
      { url: '/api/products', headers: { host: 'hit.local', 'x-forwarded-proto': 'https' } },
    ]);
  });

  /** Writes a main configuration around a site's, on loopback ports, and says what `nginx -t` thinks of it. */
  function config(site: string, [http, https]: readonly number[]): string {
    const conf = site
      .replaceAll('/etc/nginx/certs', join(box.root, EDGE, 'certs'))
      .replace('listen 80;', `listen 127.0.0.1:${http || 18080};`)
      .replace('listen 443 ssl;', `listen 127.0.0.1:${https || 18443} ssl;`);
    const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      .map((kind) => `${kind}_temp_path ${box.root}/${kind};`)
      .join(' ');
    const main = `user root;\npid ${box.root}/pid;\nerror_log ${box.root}/error.log;\nevents {}\nhttp { access_log off; ${temp}\n${conf}\n}\n`;
    writeFileSync(join(box.root, 'nginx.conf'), main);
    return spawnSync('nginx', ['-t', '-c', join(box.root, 'nginx.conf')], { encoding: 'utf8' }).stderr;
  }
});

const compose = has('docker', 'compose', 'version')
  ? ['docker', 'compose']
  : has('docker-compose', 'version')
    ? ['docker-compose']
    : null;
test.runIf(compose !== null)('docker compose accepts the edge file', () => {
  const file = box.write('edge/docker-compose.yml', template('edge-compose'));
  const [program = '', ...args] = compose ?? [];
  const seen = spawnSync(program, [...args, '-f', file, 'config'], { encoding: 'utf8' });
  expect(seen.stderr + seen.stdout).toContain('container_name: edge-nginx');
  expect(seen.status).toBe(0);
});

describe('the units', () => {
  test.runIf(has('systemd-analyze', '--version')).each(['harbor-compose.service', 'edge-compose.service'])(
    'systemd accepts %s',
    (name) => {
      const program = box.write('bin/program', '#!/bin/sh\n', 0o755);
      const unit = template(name)
        .replaceAll(/^(Exec\w+=)\S+/gm, `$1${program}`)
        .replace('@EDGE_DIR@', box.root);
      const file = box.write(`units/${name}`, unit);
      box.write('units/docker.service', `[Service]\nExecStart=${program}\n`);
      const seen = spawnSync('systemd-analyze', ['verify', file], {
        encoding: 'utf8',
        env: { ...process.env, SYSTEMD_UNIT_PATH: `${join(box.root, 'units')}:` },
      });
      expect(seen.stderr.split('\n').filter((line) => line.includes(name))).toEqual([]);
      expect(seen.status, seen.stderr).toBe(0);
    },
  );

  describe('harbor-compose-up', () => {
    const script = runbook.templates['harbor-compose-up.sh'] ?? '';
    const up = (docker: string): ReturnType<Sandbox['probe']> => {
      box.write('opt/harbor/docker-compose.yml', '');
      box.stub(
        `docker() { echo "docker $*" >&2; ${docker}; }\nsleep() { :; }\nexec() { if [ "$*" = "docker compose up -d" ]; then "$@"; else builtin exec "$@"; fi; }`,
      );
      return box.probe(script);
    };

    test('starts the log container, waits for its port, then starts the rest', async () => {
      const log = createServer();
      await new Promise<void>((ready) => log.listen(0, '127.0.0.1', ready));
      const address = log.address();
      const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
      const { code, output } = await up(`case "$*" in *"port log"*) echo 127.0.0.1:${port} ;; esac`);
      await new Promise((closed) => log.close(closed));
      expect(code, output).toBe(0);
      // Two streams arrive in any order between them; each keeps its own.
      expect(output.split('\n').filter((line) => line.startsWith('docker '))).toEqual([
        'docker compose up -d log',
        'docker compose up -d',
      ]);
      expect(output).toContain(`127.0.0.1:${port} accepts connections`);
    });

    test('fails, so that systemd tries again, when nothing accepts the logs', async () => {
      const { code, output } = await up('case "$*" in *"port log"*) echo 127.0.0.1:1 ;; esac');
      expect(code).not.toBe(0);
      expect(output).toContain('the log container is not ready');
      expect(output).not.toMatch(/up -d$/m);
    });

    test('waits for nothing where the log container publishes no port', async () => {
      const { code, output } = await up('case "$*" in *"port log"*) echo ":0" ;; esac');
      expect(code, output).toBe(0);
      expect(output).toContain('nothing to wait for');
      expect(output).toMatch(/docker compose up -d$/m);
    });
  });
});
