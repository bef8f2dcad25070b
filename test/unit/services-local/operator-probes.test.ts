import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Recording, RenderedProbe } from '../../../src/gates/types.js';
import type { Lab } from '../../../src/lab/types.js';
import { createOperatorProbes } from '../../../src/services/operator/probes.js';
import { mergeRoutes, systemRoutes } from '../../../src/services/operator/routes.js';
import { labWith, scratch } from './support.js';

async function listening(server: TcpServer | Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address: AddressInfo | string | null = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
/** A port of this computer on which nothing listens. */
async function closedPort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
/** The lab behind port forwarding: each remote port → a port of this computer. */
function forwarded(ports: Readonly<Record<number, number>>, changes: Partial<Lab> = {}): Lab {
  const forwards = Object.fromEntries(
    Object.entries(ports).map(([from, to]) => [from, { host: '127.0.0.1', port: to }]),
  );
  return labWith({ resolve: { 'hit.local': '192.168.56.42' }, ...changes }, forwards);
}
function mask(text: string): string {
  return text.replaceAll('rahasia', '***');
}
function ask(lab: Lab, probe: RenderedProbe, hostsFile?: string): Promise<Recording> {
  return createOperatorProbes(lab, { mask, ...(hostsFile === undefined ? {} : { hostsFile }) })(probe);
}
function http(
  url: string,
  more: { insecure?: boolean; timeoutMs?: number; method?: 'GET' | 'HEAD' } = {},
): RenderedProbe {
  return { kind: 'http', on: 'operator', url, method: 'GET', insecure: false, timeoutMs: 5000, ...more };
}
function tcp(host: string, port: number, timeoutMs = 5000): RenderedProbe {
  return { kind: 'tcp', on: 'operator', host, port, timeoutMs };
}
function dns(name: string): RenderedProbe {
  return { kind: 'dns', on: 'operator', name, timeoutMs: 5000 };
}

function serve(listener: RequestListener): Promise<number> {
  return listening(createServer(listener));
}
/** Why an http probe got no answer, in English. */
async function told(lab: Lab, url: string, wanted: number | null = 0): Promise<string> {
  const { exit, error } = await ask(lab, http(url));
  expect(exit).toBe(wanted);
  expect(error?.id).not.toBe('');
  return error?.en ?? '';
}

describe('http', () => {
  it('asks through the forwards of the host whose name it is, with its own Host header', async () => {
    const port = await serve((request, response) => {
      response.writeHead(302, { location: 'http://127.0.0.1:1/', 'x-host': request.headers.host ?? '' });
      response.end('body rahasia \u001b[31mred\u001b[0m');
    });
    const seen = await ask(forwarded({ 80: port }), http('http://hit.local/a?b=1'));
    expect(seen).toMatchObject({
      place: 'operator',
      asked: 'GET http://hit.local/a?b=1',
      exit: 302,
      error: null,
    });
    expect(seen.stdout).toMatch(/^HTTP\/1\.1 302 Found\n/);
    expect(seen.stdout).toContain('\nx-host: hit.local\n');
    expect(seen.stdout).toMatch(/\n\nbody \*\*\* red$/);
    expect(seen.durationMs).toBeGreaterThan(0);
  });

  it('keeps 64 KiB of an endless body and ends the connection', async () => {
    let closed = false;
    const port = await serve((_request, response) => {
      const more = (): void => {
        if (!response.destroyed) response.write(`${'z'.repeat(999)}\n`.repeat(16), () => setImmediate(more));
      };
      response.on('close', () => (closed = true));
      more();
    });
    const seen = await ask(forwarded({ 80: port }), http('http://192.168.56.42/'));
    expect(seen.exit).toBe(200);
    expect(seen.error).toBeNull();
    expect(seen.stdout.length).toBeLessThanOrEqual(66_000);
    expect(seen.stdout.length).toBeGreaterThan(64_000);
    await expect.poll(() => closed).toBe(true);
  });

  it('says that a body ended before its end', async () => {
    const port = await serve((request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => request.socket.destroy());
    });
    const seen = await ask(forwarded({ 80: port }), http('http://192.168.56.42/'));
    expect(seen.exit).toBe(200);
    expect(seen.error?.en).toContain('cut short');
    expect(seen.stdout).toContain('half');
  });

  it('gives up after its time, before and within the answer', async () => {
    const silent = await serve(() => undefined);
    const slow = await serve((_request, response) => {
      response.write('x');
    });
    const one = await ask(forwarded({ 80: silent }), http('http://192.168.56.42/', { timeoutMs: 50 }));
    expect(one).toMatchObject({ exit: 0, stdout: '' });
    expect(one.error?.en).toContain('no answer in time');
    const two = await ask(forwarded({ 80: slow }), http('http://192.168.56.42/', { timeoutMs: 200 }));
    expect(two.exit).toBe(200);
    expect(two.error?.en).toContain('no answer in time');
  });

  it('says what is wrong: refused, not HTTP, no port, no such scheme', async () => {
    const greeting = await listening(
      createTcpServer((socket) =>
        socket
          .on('error', () => undefined)
          .resume()
          .end('220 hello\r\n'),
      ),
    );
    const closed = await closedPort();
    expect(await told(forwarded({ 80: closed }), 'http://hit.local/')).toContain('refused');
    expect(await told(forwarded({ 80: greeting }), 'http://hit.local/')).toContain('not HTTP');
    expect(await told(forwarded({ 443: greeting }), 'https://hit.local/')).toContain('TLS failed');
    expect(await told(forwarded({ 22: closed }), 'http://hit.local/', null)).toContain('not forwarded');
    expect(await told(forwarded({ 22: closed }), 'ftp://hit.local/', null)).toContain('no answer');
    expect(await told(forwarded({ 22: closed }), 'nonsense', null)).toContain('no answer');
  });

  it('checks certificates against the name asked for, unless told not to', async () => {
    const dir = await scratch();
    const files = ['-keyout', join(dir, 'key'), '-out', join(dir, 'crt')];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
        '-subj',
        '/CN=hit.local',
        ...files,
      ],
      { stdio: 'ignore' },
    );
    const tls = { key: readFileSync(join(dir, 'key')), cert: readFileSync(join(dir, 'crt')) };
    const port = await listening(createTlsServer(tls, (_request, response) => response.end('secure')));
    const lab = forwarded({ 443: port });
    const strict = await ask(lab, http('https://hit.local/'));
    expect(strict.exit).toBe(0);
    expect(strict.error?.en).toContain('self-signed');
    const lax = await ask(lab, http('https://hit.local/', { insecure: true }));
    expect(lax).toMatchObject({ exit: 200, error: null });
    expect(lax.stdout).toContain('secure');
  });
});

describe('tcp', () => {
  it('says open, refused and not forwarded', async () => {
    const open = await listening(createTcpServer());
    const lab = forwarded({ 22: open, 80: await closedPort() });
    const seen = await ask(lab, tcp('192.168.56.43', 22));
    expect(seen).toMatchObject({ exit: 0, error: null, asked: '192.168.56.43:22' });
    expect(seen.stdout).toMatch(/^open, connected in \d+\.\d ms$/);
    const refused = await ask(lab, tcp('hit.local', 80));
    expect(refused.exit).toBe(1);
    expect(refused.error?.en).toContain('refused');
    expect(refused.stderr).toContain('ECONNREFUSED');
    expect((await ask(lab, tcp('192.168.56.44', 30080))).error?.en).toContain('not forwarded');
  });

  it('dials an address that is no host of the lab as it is', async () => {
    const port = await listening(createTcpServer());
    expect((await ask(forwarded({ 22: 1 }), tcp('127.0.0.1', port))).exit).toBe(0);
  });
});

describe('dns, clock, hosts file, routes', () => {
  it('takes names from the lab first, then from this computer', async () => {
    expect(await ask(forwarded({}), dns('HIT.local.'))).toMatchObject({
      exit: 0,
      stdout: '192.168.56.42',
      error: null,
    });
    expect(await ask(labWith(), dns('localhost'))).toMatchObject({ exit: 0, stdout: '127.0.0.1' });
    expect(await ask(labWith(), dns('192.168.56.43'))).toMatchObject({ exit: 0, stdout: '192.168.56.43' });
  });

  it('tells the clock in seconds with three decimals', async () => {
    const before = Date.now() / 1000;
    const { stdout, exit } = await ask(labWith(), { kind: 'clock', on: 'operator', timeoutMs: 1000 });
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^\d{10}\.\d{3}$/);
    expect(Math.abs(Number(stdout) - before)).toBeLessThan(60);
  });

  it('shows the hosts file with the names of the lab after it', async () => {
    const file = join(await scratch(), 'hosts');
    await writeFile(file, '127.0.0.1 localhost\n\n');
    const probe: RenderedProbe = { kind: 'hosts-file', on: 'operator', timeoutMs: 1000 };
    expect((await ask(forwarded({}), probe, file)).stdout).toBe(
      '127.0.0.1 localhost\n192.168.56.42 hit.local',
    );
    const missing = await ask(labWith(), probe, `${file}.none`);
    expect(missing.exit).toBeNull();
    expect(missing.error?.en).toContain('ENOENT');
  });

  it('takes the routes from the lab, else from this computer', async () => {
    const probe: RenderedProbe = { kind: 'routes', on: 'operator', timeoutMs: 1000 };
    const given = labWith({ operatorRoutes: ['10.0.2.0/24', '172.16.0.0/12'] });
    expect((await ask(given, probe)).stdout).toBe('10.0.2.0/24\n172.16.0.0/12');
    expect((await ask(labWith(), probe)).stdout).toBe((await systemRoutes()).join('\n'));
  });

  it('reads interfaces and the routing table, without loopback, default, down and reject routes', () => {
    const address = { netmask: '', mac: '', family: 'IPv4' as const, internal: false };
    const table = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	010200C0	0003	0	0	0	00000000	0	0	0
eth0	0002000A	00000000	0001	0	0	0	00FFFFFF	0	0	0
tun0	0000110A	00000000	0003	0	0	0	0000FFFF	0	0	0
tun0	0000120A	00000000	0000	0	0	0	0000FFFF	0	0	0
*	0038A8C0	00000000	0201	0	0	0	00FFFFFF	0	0	0
nonsense
`;
    expect(
      mergeRoutes(
        {
          lo: [{ ...address, address: '127.0.0.1', internal: true, cidr: '127.0.0.1/8' }],
          eth0: [
            { ...address, address: '10.0.2.15', cidr: '10.0.2.15/24' },
            { ...address, address: 'fe80::1', family: 'IPv6', cidr: 'fe80::1/64', scopeid: 2 },
          ],
          vboxnet0: [{ ...address, address: '192.168.56.1', cidr: '192.168.56.1/24' }],
        },
        table,
      ),
    ).toEqual(['10.0.2.0/24', '10.17.0.0/16', '192.168.56.0/24']);
  });

  it('answers a command by saying where it belongs', async () => {
    const seen = await ask(labWith(), {
      kind: 'command',
      on: 'vm-k8s',
      script: 'true',
      as: 'user',
      timeoutMs: 1000,
    });
    expect(seen.exit).toBeNull();
    expect(seen.error?.en).toContain('vm-k8s');
  });
});
