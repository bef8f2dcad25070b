/** Harbor, the edge and GitLab Runner on vm-docker, as far as they exist. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createPlatformConsole } from '../../../src/services/platform/console.js';
import { createLiveBook } from '../../../src/state/live/book.js';
import type { LiveBook } from '../../../src/state/live/book.js';
import { FakeLink } from './docker-daemon.js';

vi.setConfig({ testTimeout: 60_000 });
const eventually = <T>(look: () => T): Promise<T> => vi.waitFor(look, { timeout: 25_000, interval: 10 });
const mask = (text: string): string => text;

let link: FakeLink;
let book: LiveBook;
let stop: AbortController;
let password: string | null;
let over: Promise<void>;
/** What the host's scripts answer, by a word that only this script has. */
let shell: Map<string, string>;
beforeEach(() => {
  link = new FakeLink(() => '/nowhere');
  book = createLiveBook();
  stop = new AbortController();
  password = 'Pass2026';
  shell = new Map();
  link.onScript = (script) => [...shell].find(([word]) => script.includes(word))?.[1] ?? '';
});
afterEach(async () => {
  stop.abort();
  await over;
});
const follow = (): void => {
  over = createPlatformConsole({
    links: link.links(),
    book,
    parameters: { harbor_port: 8080, site_host: 'hit.local' },
    secrets: { value: (name) => (name === 'harbor_admin_password' ? password : null) },
    mask,
    now: Date.now,
  }).follow(stop.signal);
};

async function serve(server: Server): Promise<() => Duplex> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return () => connect(port, '127.0.0.1');
}

describe('Harbor', () => {
  const asked: string[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { pathname } = new URL(request.url ?? '', 'http://harbor');
    const admin =
      request.headers.authorization === `Basic ${Buffer.from('admin:Pass2026').toString('base64')}`;
    asked.push(
      `${pathname}${request.headers.authorization === undefined ? '' : admin ? ' admin' : ' wrong'}`,
    );
    const answers: Readonly<Record<string, unknown>> = {
      '/api/v2.0/health': {
        status: 'unhealthy',
        components: [
          { name: 'core', status: 'healthy' },
          { name: 'redis', status: 'unhealthy', error: 'dial tcp: refused' },
        ],
      },
      '/api/v2.0/systeminfo': admin ? { harbor_version: 'v2.14.1-abc' } : {},
      '/api/v2.0/projects': [
        { name: 'threebody', project_id: 2, repo_count: 1, metadata: { public: 'false' } },
        { name: 'library', project_id: 1, repo_count: 0, metadata: { public: 'true' } },
      ],
      '/api/v2.0/quotas': [
        { ref: { id: 2, name: 'threebody' }, hard: { storage: 1000 }, used: { storage: 400 } },
        { ref: { id: 1, name: 'library' }, hard: { storage: -1 }, used: { storage: 0 } },
      ],
      '/api/v2.0/projects/threebody/repositories': [
        {
          name: 'threebody/app/go',
          artifact_count: 2,
          pull_count: 9,
          update_time: '2026-11-22T01:00:00Z',
        },
      ],
      '/api/v2.0/projects/library/repositories': [],
      '/api/v2.0/projects/threebody/repositories/app%252Fgo/artifacts': [
        { tags: [{ name: 'latest' }, { name: 'v1\u001b[31m' }] },
        { tags: null },
      ],
    };
    const needsAdmin = !/health|systeminfo/.test(pathname);
    const known = answers[pathname];
    response.writeHead(needsAdmin && !admin ? 401 : known === undefined ? 404 : 200, {
      'content-type': 'application/json',
    });
    response.end(JSON.stringify(known ?? { errors: [] }));
  };
  beforeEach(async () => {
    asked.length = 0;
    link.ports.set(8080, await serve(createServer(answer)));
  });

  it('tells its health by component, its projects with quota, its repositories with tags', async () => {
    follow();
    await eventually(() => expect(book.status('harbor').kind).toBe('live'));
    expect(book.harbor()).toMatchObject({
      version: 'v2.14.1-abc',
      status: 'unhealthy',
      components: [
        { name: 'core', status: 'healthy', error: '' },
        { name: 'redis', status: 'unhealthy', error: 'dial tcp: refused' },
      ],
      access: 'admin',
      projects: [
        { name: 'threebody', public: false, repositories: 1, usedBytes: 400, quotaBytes: 1000 },
        { name: 'library', public: true, repositories: 0, usedBytes: 0, quotaBytes: null },
      ],
      repositories: [
        {
          name: 'threebody/app/go',
          artifacts: 2,
          pulls: 9,
          updatedAt: Date.parse('2026-11-22T01:00:00Z'),
          tags: ['latest', 'v1'],
        },
      ],
    });
    await eventually(() => expect(link.streams.size).toBe(0));
  });

  it('tells its health alone to somebody without the password', async () => {
    password = null;
    follow();
    await eventually(() =>
      expect(book.harbor()).toMatchObject({ status: 'unhealthy', access: 'no-password', projects: [] }),
    );
    expect(asked).toEqual(['/api/v2.0/health', '/api/v2.0/systeminfo']);
  });

  it('is asked again at once when Docker tells of one of its containers, and does not try a wrong password twice', async () => {
    password = 'wrong';
    follow();
    await eventually(() => expect(book.harbor()?.access).toBe('refused'));
    const before = asked.length;
    expect(asked.some((one) => one.endsWith('wrong'))).toBe(true);
    book.setContainers('vm-docker', [
      {
        id: 'x',
        name: 'harbor-core',
        image: '',
        state: 'running',
        health: null,
        exitCode: null,
        restarts: 0,
        ports: [],
        project: 'harbor',
        createdAt: 0,
        startedAt: null,
        finishedAt: null,
      },
    ]);
    book.addEvent({
      at: 0,
      source: 'docker',
      host: 'vm-docker',
      health: 'bad',
      about: 'harbor-core',
      what: 'die',
      text: '',
      count: 1,
    });
    await eventually(() => expect(asked.length).toBe(before + 2));
    expect(asked.slice(before)).toEqual(['/api/v2.0/health', '/api/v2.0/systeminfo']);
    await eventually(() => expect(book.harbor()?.access).toBe('refused'));
  });

  it('is absent before its step, and lost when it is installed but silent', async () => {
    link.ports.clear();
    follow();
    await eventually(() =>
      expect(book.status('harbor')).toMatchObject({
        kind: 'absent',
        why: { en: expect.stringContaining('B3') },
      }),
    );
    stop.abort();
    await over;
    stop = new AbortController();
    shell.set('/opt/harbor', 'yes\n');
    follow();
    await eventually(() => expect(book.status('harbor')).toMatchObject({ kind: 'lost', lastSeen: null }));
  });

  it('that answers with something else is told apart from one that is well', async () => {
    link.ports.set(
      8080,
      await serve(createServer((_request, response) => response.writeHead(502).end('bad gateway'))),
    );
    follow();
    await eventually(() =>
      expect(book.status('harbor')).toMatchObject({
        kind: 'lost',
        why: { en: expect.stringContaining('502') },
      }),
    );
  });
});

describe('the edge', () => {
  it('tells its container, what nginx says, and the certificate it serves', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'tb-edge-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const subject = ['-subj', '/CN=hit.local', '-addext', 'subjectAltName=DNS:hit.local,IP:127.0.0.1'];
    const files = ['-keyout', join(directory, 'key'), '-out', join(directory, 'crt')];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
    execFileSync('openssl', ['req', '-x509', ...curve, '-nodes', '-days', '30', ...subject, ...files], {
      stdio: 'ignore',
    });
    let servername: unknown;
    const tls = createTlsServer({
      key: readFileSync(join(directory, 'key')),
      cert: readFileSync(join(directory, 'crt')),
      SNICallback: (name, answer) => {
        servername = name;
        answer(null);
      },
    });
    link.ports.set(443, await serve(tls));
    shell.set(
      'nginx -t',
      'written=yes\nstatus=Up 3 minutes\nrunning=yes\ntest=0\nnginx: syntax is ok\ntest=1\n',
    );
    follow();
    await eventually(() => expect(book.status('edge').kind).toBe('live'));
    expect(book.edge()).toMatchObject({
      container: 'Up 3 minutes',
      running: true,
      configOk: true,
      configWords: 'nginx: syntax is ok\ntest=1',
      certificate: { subject: 'CN=hit.local', names: ['hit.local', '127.0.0.1'] },
    });
    const days = ((book.edge()?.certificate?.notAfter ?? 0) - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(30);
    expect(servername).toBe('hit.local');
    await eventually(() => expect(link.streams.size).toBe(0));
  });

  it('with a bad configuration and a port that speaks no TLS is told as such', async () => {
    link.ports.set(443, await serve(createTcpServer((socket) => socket.end('hello'))));
    shell.set(
      'nginx -t',
      'written=yes\nstatus=Up 1 second\nrunning=yes\ntest=1\nnginx: [emerg] unknown directive\n',
    );
    follow();
    await eventually(() =>
      expect(book.edge()).toMatchObject({
        configOk: false,
        configWords: 'nginx: [emerg] unknown directive',
        certificate: null,
      }),
    );
  });

  it('is absent before its step, and a daemon that was stopped is not woken for it', async () => {
    shell.set('nginx -t', 'written=no\nstatus=\n');
    follow();
    await eventually(() => expect(book.status('edge')).toMatchObject({ kind: 'absent' }));
    stop.abort();
    await over;
    stop = new AbortController();
    link.docker = { active: 'inactive' };
    link.scripts.length = 0;
    follow();
    await eventually(() => expect(book.status('edge')).toMatchObject({ kind: 'lost' }));
    expect(link.scripts.some((script) => script.includes('nginx -t'))).toBe(false);
  });
});

describe('GitLab Runner', () => {
  it('tells its unit, its runners as GitLab knows them, and when it last spoke with it', async () => {
    shell.set(
      'gitlab-runner',
      `there=yes
active=active
enabled=enabled
version=18.6.2
contact=1763776800.250000
section [session_server]
section [[runners]]
name vm-docker
url https://gitlab.com
executor shell
section [runners.cache]
name not-a-runner
section [[runners]]
name old
url https://gitlab.example
executor docker
verify is valid                        runner=abc
verify is removed                      runner=def
`,
    );
    follow();
    await eventually(() => expect(book.status('runner').kind).toBe('live'));
    expect(book.runner()).toMatchObject({
      active: true,
      enabled: true,
      version: '18.6.2',
      lastContactAt: 1_763_776_800_250,
      runners: [
        { name: 'vm-docker', url: 'https://gitlab.com', executor: 'shell', valid: true },
        { name: 'old', url: 'https://gitlab.example', executor: 'docker', valid: false },
      ],
    });
  });

  it('is absent before its step', async () => {
    shell.set('gitlab-runner', 'active=inactive\n');
    follow();
    await eventually(() =>
      expect(book.status('runner')).toMatchObject({
        kind: 'absent',
        why: { en: expect.stringContaining('B5') },
      }),
    );
  });
});
