/** The frontend of the demo application, as its Dockerfile makes it: installed, tested, built, and served by its own nginx file. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ROOT } from '../support/cli.js';

vi.setConfig({ hookTimeout: 120_000, testTimeout: 60_000 });
const run = promisify(execFile);
const FRONTEND = join(ROOT, 'assets', 'project', 'frontend');

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'threebody-frontend-'));
  await cp(FRONTEND, directory, {
    recursive: true,
    filter: (path) => !/\/(?:node_modules|build)$/.test(path),
  });
  await run('npm', ['ci', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: directory });
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** @param bases where the page is to find its back ends @returns all JavaScript of the built page */
async function build(bases: Readonly<Record<string, string>> = {}): Promise<string> {
  await run('npm', ['run', 'build'], { cwd: directory, env: { ...process.env, ...bases } });
  const assets = join(directory, 'build', 'assets');
  const scripts = (await readdir(assets)).filter((name) => name.endsWith('.js'));
  return (await Promise.all(scripts.map((name) => readFile(join(assets, name), 'utf8')))).join('\n');
}

describe('the frontend', () => {
  it('has a lock file that names no registry', async () => {
    const lock = await readFile(join(FRONTEND, 'package-lock.json'), 'utf8');
    expect(lock).not.toMatch(
      /"resolved"|https?:\/\/(?!opencollective\.com|github\.com|tidelift\.com|paulmillr\.com)/,
    );
  });

  it('passes its own tests', async () => {
    const { stdout } = await run('npm', ['test'], { cwd: directory, env: { ...process.env, NO_COLOR: '1' } });
    expect(stdout).toMatch(/Tests\s+\d+ passed/);
  });

  it('looks for the back ends where the build was told', async () => {
    const usual = await build();
    expect(usual).toMatch(/[`"']\/go[`"']/);
    const other = await build({
      REACT_APP_GO_API_BASE: 'https://go.example/',
      REACT_APP_LARAVEL_API_BASE: '/php/',
    });
    expect(other).toContain('https://go.example');
    expect(other).toMatch(/[`"']\/php\/[`"']/);
  });

  it('loads nothing from anywhere else', async () => {
    await build();
    const page = await readFile(join(directory, 'build', 'index.html'), 'utf8');
    expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    expect(page).toMatch(/<script type="module"[^>]* src="\/assets\//);
  });
});

/** nginx of this machine, on a port of its own below a directory of its own. */
async function serve(port: number, files: string): Promise<ChildProcess> {
  const prefix = join(directory, 'nginx');
  await mkdir(prefix, { recursive: true });
  const own = await readFile(join(FRONTEND, 'nginx.conf'), 'utf8');
  const server = own
    .replace('listen 8080;', `listen 127.0.0.1:${port};`)
    .replace('root /usr/share/nginx/html;', `root ${files};`);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${prefix}/${name};`)
    .join('\n');
  await writeFile(
    join(prefix, 'nginx.conf'),
    `daemon off; master_process off; pid ${prefix}/pid; error_log stderr;
events {}
http { types { text/html html; application/javascript js; text/css css; image/svg+xml svg; }
access_log off; ${temporary} ${server} }
`,
  );
  return spawn('nginx', ['-p', prefix, '-c', join(prefix, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

const hasNginx = await run('nginx', ['-v']).then(
  () => true,
  () => false,
);

describe.skipIf(!hasNginx)('its nginx', () => {
  let child: ChildProcess | null = null;
  let base = '';
  beforeAll(async () => {
    await build();
    const port = await freePort();
    base = `http://127.0.0.1:${port}`;
    const served = await serve(port, join(directory, 'build'));
    child = served;
    let said = '';
    served.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
    const ended = once(served, 'exit').then(() => Promise.reject(new Error(`nginx ended: ${said}`)));
    ended.catch(() => undefined);
    await Promise.race([
      vi.waitFor(() => fetch(base).then((answer) => answer.arrayBuffer()), {
        timeout: 30_000,
        interval: 100,
      }),
      ended,
    ]);
  });
  afterAll(async () => {
    if (child === null || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  });

  it('serves the page, never from an old copy, and forbids what it does not need', async () => {
    const answer = await fetch(base);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('<title>three-body-problem</title>');
    expect(answer.headers.get('cache-control')).toBe('no-cache');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(answer.headers.get('server')).toBe('nginx');
  });

  it('lets browsers keep what carries a hash in its name', async () => {
    const [name = ''] = await readdir(join(directory, 'build', 'assets'));
    const answer = await fetch(`${base}/assets/${name}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toContain('immutable');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    await answer.arrayBuffer();
  });

  it.each(['/go/api/products', '/nothing', '/assets/nothing.js'])('answers 404 for %s', async (path) => {
    const answer = await fetch(`${base}${path}`);
    expect(answer.status).toBe(404);
    await answer.arrayBuffer();
  });
});
