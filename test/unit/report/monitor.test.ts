/** What a watch serves to programs on this computer, and to nobody else. */
import { createServer, request } from 'node:http';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { METRIC_VERDICTS, metricsText, type Measured } from '../../../src/commands/output/metrics.js';
import { watchLine } from '../../../src/commands/output/schemas.js';
import { changeJson, changeText } from '../../../src/commands/output/watch-lines.js';
import { Trouble } from '../../../src/lab/types.js';
import { parseListen, servePages, type PageServer } from '../../../src/services/monitor/page.js';

const NOW = Date.UTC(2026, 10, 22, 1, 0, 0);
const MEASURED: Measured = {
  version: '1.2.3',
  lab: 'my "lab"\\\nline',
  now: NOW,
  gates: [
    { gate: 'A1.one', subject: 'vm-docker', standing: 'fail', judgedAt: NOW - 12_500, durationMs: 250 },
    { gate: 'A1.two', subject: 'lab', standing: 'never', judgedAt: null, durationMs: null },
  ],
  hosts: [
    { host: 'vm-docker', up: true },
    { host: 'vm-k8s', up: false },
  ],
  rounds: 3,
  lastRound: { endedAt: NOW - 1000, ms: 1500 },
};

describe('metrics', () => {
  const text = metricsText(MEASURED);
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  it('are lines that Prometheus reads, each family with help and type before it', () => {
    for (const line of samples)
      expect(line).toMatch(/^[a-z_]+(?:\{(?:[a-z]+="(?:[^"\\\n]|\\[\\"n])*",?)*\})? -?\d+(?:\.\d+)?$/);
    const families = new Set(samples.map((line) => /^[a-z_]+/.exec(line)?.[0]));
    for (const name of families) expect(text).toMatch(new RegExp(`# HELP ${name} .+\\n# TYPE ${name} `));
    expect(text.endsWith('\n')).toBe(true);
  });
  it('have exactly one standing for each gate, ages, durations and hosts', () => {
    for (const gate of ['A1.one', 'A1.two']) {
      const own = samples.filter((line) => line.startsWith('threebody_gate{') && line.includes(`"${gate}"`));
      expect(own).toHaveLength(METRIC_VERDICTS.length);
      expect(own.filter((line) => line.endsWith(' 1'))).toHaveLength(1);
    }
    expect(samples).toContain('threebody_gate{gate="A1.one",subject="vm-docker",verdict="fail"} 1');
    expect(samples).toContain('threebody_gate_age_seconds{gate="A1.one",subject="vm-docker"} 12.5');
    expect(samples).toContain('threebody_gate_duration_seconds{gate="A1.one",subject="vm-docker"} 0.25');
    expect(samples).toContain('threebody_host_up{host="vm-k8s"} 0');
    expect(samples.filter((line) => line.startsWith('threebody_gate_age'))).toHaveLength(1);
    expect(samples).toContain(String.raw`threebody_info{version="1.2.3",lab="my \"lab\"\\\nline"} 1`);
  });
});

describe('a line of a watch', () => {
  const say = { id: 'rusak\nsekali', en: 'very\nbroken pa55' };
  const gate = {
    kind: 'gate' as const,
    at: NOW,
    key: 'A1.one@vm-docker',
    gate: 'A1.one',
    subject: 'vm-docker',
    from: 'pass' as const,
    verdict: 'fail' as const,
    say,
    symptom: 'S1',
  };
  const host = { kind: 'host' as const, at: NOW, host: 'vm-k8s' as const, up: false, say };
  it('is one line, for people in their language', () => {
    const style = { language: 'id' as const, color: false, ascii: true };
    for (const change of [gate, host]) {
      const line = changeText(change, style);
      expect(line.trimEnd()).not.toContain('\n');
      expect(line).toContain('2026-11-22T01:00:00.000Z');
      expect(line).toContain('rusak sekali');
    }
  });
  it('is one JSON object of the published shape, without secrets', () => {
    for (const change of [gate, host]) {
      const line = changeJson(change, (text) => text.replaceAll('pa55', '***'));
      expect(line.indexOf('\n')).toBe(line.length - 1);
      expect(watchLine.parse(JSON.parse(line)).say).toMatchObject({ en: 'very\nbroken ***' });
    }
  });
});

describe('an address to listen on', () => {
  it.each([
    ['127.0.0.1:9464', { host: '127.0.0.1', port: 9464 }],
    ['localhost:0', { host: '127.0.0.1', port: 0 }],
    ['9464', { host: '127.0.0.1', port: 9464 }],
    ['[::1]:9464', { host: '::1', port: 9464 }],
  ])('may be %s', (text, address) => {
    expect(parseListen(text)).toEqual(address);
  });
  it.each([
    '0.0.0.0:9464',
    ':9464',
    '192.0.2.1:80',
    '[::]:80',
    'example.org:80',
    '127.0.0.1',
    '127.0.0.1:99999',
    '',
  ])('may not be %j', (text) => {
    expect(() => parseListen(text)).toThrow(Trouble);
  });
});

describe('the page', () => {
  let server: PageServer | null = null;
  afterEach(() => server?.close());
  const pages = new Map([['/metrics', () => ({ status: 200, type: 'text/plain', body: 'x 1\n' })]]);

  function ask(url: string, options: { method?: string; host?: string } = {}): Promise<[number, string]> {
    return new Promise((resolve, reject) => {
      const { method = 'GET', host } = options;
      const headers = host === undefined ? {} : { host };
      request(url, { method, headers }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (part: string) => (body += part));
        response.on('end', () => resolve([response.statusCode ?? 0, body]));
      })
        .on('error', reject)
        .end();
    });
  }

  it('answers on loopback what is asked, and nothing to a name that is not ours', async () => {
    server = await servePages({ host: '127.0.0.1', port: 0 }, pages);
    const url = `${server.url}/metrics`;
    expect(await ask(`${url}?x=1`)).toEqual([200, 'x 1\n']);
    expect(await ask(url, { method: 'HEAD' })).toEqual([200, '']);
    expect((await ask(url, { method: 'POST' }))[0]).toBe(405);
    expect((await ask(`${server.url}/etc/passwd`))[0]).toBe(404);
    expect((await ask(url, { host: 'rebound.example' }))[0]).toBe(403);
  });

  it('says when the port is taken', async () => {
    const other = createServer();
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const bound = other.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    await expect(servePages({ host: '127.0.0.1', port }, pages)).rejects.toMatchObject({
      code: 'listen-refused',
      exit: 2,
    });
    other.close();
  });
});
