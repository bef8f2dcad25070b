import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createKubeConsole } from '../../../src/services/kube/console.js';
import { createRedactor } from '../../../src/services/redaction/redactor.js';
import { createLinks } from '../../../src/services/ssh/links.js';
import { createLiveBook } from '../../../src/state/live/book.js';
import type { SourceStatus } from '../../../src/state/live/rows.js';
import { labFor, startHost, until } from '../services-remote/server.js';
import { troubleOf } from '../services-remote/support.js';
import { FakeApi } from './kube-api.js';
import { kubeconfig, makeCertificates } from './kube-certificates.js';
import type { Certificates } from './kube-certificates.js';
import { kubeEventObject, node, pod, running, waiting } from './kube-objects.js';

const PODS = '/api/v1/pods';
const WAIT_MS = 40_000;
// Servers, tunnels and retries that take a second each, on a machine that may do other things as well.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });
let certificates: Certificates;
beforeAll(async () => {
  certificates = await makeCertificates();
});
const cleanup: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const undo of cleanup.splice(0).toReversed()) await undo();
});

/** A host with a kubeconfig of its own, an API server that only the host is to reach, and a console that follows it. */
async function bench(options: { readonly config?: string | null; readonly start?: boolean } = {}) {
  const api = new FakeApi(certificates);
  if (options.start !== false) await api.start();
  cleanup.push(() => api.stop());
  const host = await startHost({ password: 'sesame', forward: true });
  cleanup.push(() => host.stop());
  const place = join(host.home, '.kube', 'config');
  const own = labFor(host, { password: 'sesame' });
  const lab = {
    ...own,
    hosts: { ...own.hosts, 'vm-k8s': { ...own.hosts['vm-docker'], name: 'vm-k8s' as const } },
  };
  const redactor = createRedactor(['sesame']);
  const links = createLinks(lab, {
    askHostKey: async () => true,
    mask: redactor.mask,
    env: { HOME: host.home },
  });
  cleanup.push(() => links.close());
  await links.link('vm-k8s').open({ keep: true });
  const give = async (text: string | null): Promise<void> => {
    await rm(place, { force: true });
    if (text === null) return;
    await mkdir(join(host.home, '.kube'), { recursive: true });
    await writeFile(place, text);
    await chmod(place, 0o600);
  };
  await give(options.config === undefined ? kubeconfig(certificates, api.url) : options.config);
  const book = createLiveBook();
  const stateDir = join(host.home, 'state');
  const kube = createKubeConsole({
    links,
    book,
    mask: redactor.mask,
    addSecret: redactor.addSecret,
    stateDir,
    now: Date.now,
    random: () => 0,
    patience: { absentMs: 50, quietMs: 300, answerMs: 400 },
  });
  cleanup.push(() => kube.close());
  const stop = new AbortController();
  const status = (): SourceStatus => book.status('kubernetes');
  const names = (): readonly string[] => book.objects('Pod').map((row) => row.name);
  const becomes = (kind: SourceStatus['kind']): Promise<void> =>
    until(() => status().kind === kind, `${kind}, but it is ${JSON.stringify(status())}`, WAIT_MS);
  /** Resolves when the source is live; what it gives resolves when following has ended. */
  const follow = async (): Promise<{ readonly over: Promise<void> }> => {
    const over = kube.follow(stop.signal);
    await becomes('live');
    return { over };
  };
  return { api, host, links, redactor, give, book, stateDir, kube, stop, status, names, becomes, follow };
}
const sees = (what: string, condition: () => boolean): Promise<void> => until(condition, what, WAIT_MS);

describe('from a kubeconfig to rows', () => {
  it('says that there is no cluster yet, and finds it when there is one', async () => {
    const { api, give, kube, stop, becomes, status, stateDir, redactor } = await bench({ config: null });
    const followed = kube.follow(stop.signal);
    await becomes('absent');
    expect(status()).toMatchObject({ why: { en: expect.stringContaining('~/.kube/config') } });
    const text = kubeconfig(certificates, api.url);
    await give(text);
    await becomes('live');
    const kept = join(stateDir, 'kubeconfig');
    expect((await stat(kept)).mode & 0o777).toBe(0o600);
    expect(await readFile(kept, 'utf8')).toBe(text);
    const key = Buffer.from(certificates.client.key).toString('base64');
    expect(redactor.mask(`sent ${key} away`)).toBe('sent *** away');
    stop.abort();
    await followed;
    expect(status().kind).toBe('idle');
  });

  it('lists page by page, and then follows every change', async () => {
    const { api, book, names, follow } = await bench();
    for (let index = 0; index < 620; index += 1)
      api.put(PODS, pod({ name: `web-${String(index).padStart(3, '0')}` }));
    api.put('/api/v1/nodes', node('vm-worker'));
    await follow();
    expect(names()).toHaveLength(620);
    expect(api.count('/pods?limit=')).toBe(7);
    expect(api.compressed).toBeGreaterThanOrEqual(6);
    expect(book.objects('Node')).toMatchObject([{ name: 'vm-worker', status: 'Ready' }]);
    expect(book.missingKinds()).toEqual([]);

    api.put(
      PODS,
      pod({ name: 'web-000', status: { containerStatuses: [waiting('web', 'CrashLoopBackOff')] } }),
    );
    api.put(PODS, pod({ name: 'zz-new' }));
    api.remove(PODS, pod({ name: 'web-001' }));
    await sees('the changes', () => !names().includes('web-001') && names().includes('zz-new'));
    expect(book.objects('Pod')[0]).toMatchObject({
      name: 'web-000',
      status: 'CrashLoopBackOff',
      health: 'bad',
    });
  });

  it('says which kinds the server lacks, and which it does not let us see', async () => {
    const { api, book, kube, stop, becomes, status } = await bench();
    api.refusals.set('/api/v1/endpoints', { code: 404, reason: 'NotFound', message: 'not found' });
    api.refusals.set('/api/v1/nodes', {
      code: 403,
      reason: 'Forbidden',
      message: 'nodes is forbidden: User "dev"',
    });
    const followed = kube.follow(stop.signal);
    await becomes('lost');
    await sees('the words', () => {
      const now = status();
      return now.kind === 'lost' && now.why.en.includes('answers 403: nodes is forbidden: User "dev"');
    });
    api.refusals.delete('/api/v1/nodes');
    await becomes('live');
    expect(book.missingKinds()).toEqual(['Endpoints']);
    stop.abort();
    await followed;
  });
});

describe('watches', () => {
  it('that the server ends go on where they were, from a bookmark too', async () => {
    const { api, names, follow, status } = await bench();
    await follow();
    api.put(PODS, pod({ name: 'one' }));
    await sees('the first pod', () => names().length === 1);
    for (let index = 0; index < 7; index += 1) api.bookmark(PODS);
    const lists = api.count('/pods?limit=');
    const watches = api.count('/pods?watch=');
    api.endWatches();
    api.put(PODS, pod({ name: 'two' }));
    await sees('the second pod', () => names().length === 2);
    await sees('another watch', () => api.count('/pods?watch=') > watches);
    expect(api.count('/pods?limit=')).toBe(lists);
    expect(api.count('/pods?watch=true&resourceVersion=108')).toBe(1);
    expect(status().kind).toBe('live');
  });

  it('whose version has expired list again: nothing stays that is gone', async () => {
    const { api, names, follow, status } = await bench();
    api.put(PODS, pod({ name: 'old' }));
    await follow();
    expect(names()).toEqual(['old']);
    await api.stop();
    api.remove(PODS, pod({ name: 'old' }));
    api.put(PODS, pod({ name: 'new' }));
    api.compact();
    await api.start();
    await sees('the new list', () => names().join() === 'new');
    api.put(PODS, pod({ name: 'newer' }));
    api.bookmark('/api/v1/nodes');
    api.compact();
    api.put(PODS, pod({ name: 'newest' }));
    await sees('what came after', () => names().join() === 'new,newer,newest');
    await sees('live', () => status().kind === 'live');
  });

  it('that tell nonsense are begun anew', async () => {
    const { api, names, follow, becomes } = await bench();
    await follow();
    api.say(PODS, '{"type":"ADDED","object":');
    await becomes('lost');
    await becomes('live');
    api.put(PODS, pod({ name: 'one' }));
    await sees('the pod', () => names().length > 0);
    expect(names()).toEqual(['one']);
  });
});

describe('a server that is lost', () => {
  it('is told as lost with its last rows, and lives again by itself', async () => {
    const { api, book, names, follow, becomes, status } = await bench();
    api.put(PODS, pod({ name: 'web-1' }));
    await follow();
    const seen = Date.now();
    await api.stop();
    await becomes('lost');
    expect(status()).toMatchObject({
      kind: 'lost',
      why: { en: expect.stringContaining('cannot be reached') },
    });
    const lost = status();
    if (lost.kind !== 'lost') throw new Error('it is not lost');
    expect(lost.lastSeen).toBeGreaterThanOrEqual(seen - 1_000);
    expect(names()).toEqual(['web-1']);
    expect(book.objects('Pod')[0]).toMatchObject({ status: 'Running' });
    api.remove(PODS, pod({ name: 'web-1' }));
    await api.start();
    await becomes('live');
    expect(names()).toEqual([]);
  });

  it('that is only quiet is asked on one connection, again and again', async () => {
    const { api, follow } = await bench();
    await follow();
    await sees('two questions', () => api.count('/version') >= 2);
    const connections = api.connections;
    const asked = api.count('/version');
    await sees('more questions', () => api.count('/version') >= asked + 3);
    expect(api.connections).toBe(connections);
  });

  it('that falls silent is noticed, though its connections stay open', async () => {
    const { api, follow, becomes, status } = await bench();
    await follow();
    api.frozen = true;
    await becomes('lost');
    expect(status()).toMatchObject({ why: { en: expect.stringContaining('no longer answers') } });
    api.frozen = false;
    await becomes('live');
  });

  it('behind a link that is cut comes back with the link', async () => {
    const { api, host, names, follow, becomes } = await bench();
    await follow();
    host.refuse(true);
    host.cut();
    await becomes('lost');
    api.put(PODS, pod({ name: 'meanwhile' }));
    host.refuse(false);
    await becomes('live');
    expect(names()).toEqual(['meanwhile']);
  });

  it('that was made anew is known by its new kubeconfig only', async () => {
    const { api, give, follow, becomes, status, stateDir } = await bench();
    await follow();
    await api.stop();
    const others = await makeCertificates();
    await api.start(others);
    await sees('the certificate is refused', () => {
      const now = status();
      return now.kind === 'lost' && now.why.en.includes('certificate does not fit');
    });
    await give(kubeconfig(others, api.url));
    await becomes('live');
    expect(await readFile(join(stateDir, 'kubeconfig'), 'utf8')).toBe(kubeconfig(others, api.url));
  });

  it('is not believed when its certificate is for another address', async () => {
    const elsewhere = await makeCertificates('192.0.2.99');
    const { api, give, kube, stop, status } = await bench({ config: null });
    await api.stop();
    await api.start(elsewhere);
    await give(kubeconfig(elsewhere, api.url));
    const followed = kube.follow(stop.signal);
    await sees('the refusal', () => {
      const now = status();
      return now.kind === 'lost' && now.why.en.includes('certificate does not fit');
    });
    expect(api.asked).toEqual([]);
    stop.abort();
    await followed;
  });

  it('leaves nothing open when it is closed', async () => {
    const { api, follow, kube, host } = await bench();
    const { over } = await follow();
    await sees('all watches', () => api.watches === 12);
    await kube.close();
    await over;
    await sees('no sockets and no channels', () => api.sockets === 0 && host.channels.open === 0);
    expect(api.watches).toBe(0);
  });
});

describe('events of the cluster', () => {
  it('come once for each time they happened, those of before in their order', async () => {
    const { api, book, follow, becomes } = await bench();
    const EVENTS = '/api/v1/events';
    api.put(EVENTS, kubeEventObject('late', 1, '2026-03-01T10:05:00Z', { reason: 'Late' }));
    api.put(EVENTS, kubeEventObject('early', 2, '2026-03-01T10:00:00Z', { reason: 'Early' }));
    await follow();
    const told = (): readonly string[] => book.events().map((one) => `${one.what} ${one.count}`);
    expect(told()).toEqual(['Early 2', 'Late 1']);
    api.put(EVENTS, kubeEventObject('early', 2, '2026-03-01T10:00:00Z', { reason: 'Early' }));
    api.put(EVENTS, kubeEventObject('early', 3, '2026-03-01T10:06:00Z', { reason: 'Early' }));
    await sees('the third time', () => told().length === 3);
    await api.stop();
    await becomes('lost');
    await api.start();
    await becomes('live');
    expect(told()).toEqual(['Early 2', 'Late 1', 'Early 3']);
  });
});

describe('a kubeconfig that is not what it should be', () => {
  const refusedFor = async (text: string): Promise<string> => {
    const { kube, stop, status } = await bench({ config: text });
    const followed = kube.follow(stop.signal);
    await sees('lost', () => status().kind === 'lost');
    const now = status();
    stop.abort();
    await followed;
    return now.kind === 'lost' ? now.why.en : '';
  };

  it('never makes this computer run a program, read a file, or trust anybody', async () => {
    const marker = join('/tmp', `kube-exec-${process.pid}`);
    const bare = { 'client-certificate-data': undefined, 'client-key-data': undefined };
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'touch', args: [marker] };
    const at = 'https://127.0.0.1:1';
    expect(await refusedFor(kubeconfig(certificates, at, { user: { ...bare, exec } }))).toContain(
      'is not used',
    );
    await expect(stat(marker)).rejects.toThrow('ENOENT');
    const file = { ...bare, tokenFile: '/etc/passwd', 'client-key': '/root/key' };
    expect(await refusedFor(kubeconfig(certificates, at, { user: file }))).toContain('is not used');
    const blind = { 'insecure-skip-tls-verify': true };
    expect(await refusedFor(kubeconfig(certificates, at, { cluster: blind }))).toContain("server's CA");
    expect(await refusedFor(kubeconfig(certificates, 'http://127.0.0.1:1'))).toContain('incomplete');
    expect(await refusedFor('a: [1')).toContain('no proper YAML');
  });
});

describe('what a person asks for', () => {
  it('needs a cluster', async () => {
    const { kube } = await bench({ config: null });
    expect((await troubleOf(kube.deletePod('shop', 'web-1'))).code).toBe('kube-absent');
  });

  it('delete, scale and restart are said as kubectl says them; refusals come in the words of the server', async () => {
    const { api, kube, follow } = await bench();
    await follow();
    await kube.deletePod('shop', 'web-1');
    await kube.scale('Deployment', 'shop', 'web', 3);
    await kube.restartRollout('DaemonSet', 'kube-system', 'calico-node');
    const [removed, scaled, restarted] = api.asked.filter(({ method }) => method !== 'GET');
    expect(removed).toMatchObject({
      method: 'DELETE',
      url: { pathname: '/api/v1/namespaces/shop/pods/web-1' },
    });
    expect(scaled).toMatchObject({
      method: 'PATCH',
      url: { pathname: '/apis/apps/v1/namespaces/shop/deployments/web/scale' },
      body: '{"spec":{"replicas":3}}',
      contentType: 'application/merge-patch+json',
    });
    expect(restarted).toMatchObject({ contentType: 'application/strategic-merge-patch+json' });
    expect(JSON.parse(restarted?.body ?? '')).toEqual({
      spec: {
        template: {
          metadata: {
            annotations: {
              'kubectl.kubernetes.io/restartedAt': expect.stringMatching(/^[\d-]+T[\d:]+Z$/),
            },
          },
        },
      },
    });
    const path = '/api/v1/namespaces/shop/pods/web-1';
    for (const [code, reason, expected] of [
      [403, 'Forbidden', 'kube-forbidden'],
      [404, 'NotFound', 'kube-not-found'],
      [409, 'Conflict', 'kube-conflict'],
      [422, 'Invalid', 'kube-invalid'],
    ] as const) {
      api.refusals.set(path, { code, reason, message: `pods "web-1": the words for ${reason}` });
      const trouble = await troubleOf(kube.deletePod('shop', 'web-1'));
      expect(trouble.code).toBe(expected);
      expect(trouble.what.en).toContain(`the words for ${reason}`);
      expect(trouble.remedy.id).not.toBe(trouble.remedy.en);
    }
  });

  it('describes an object without what only machines need, its secrets hidden, its events below', async () => {
    const { api, kube, follow } = await bench();
    const env = [
      { name: 'DB_PASSWORD', value: 'opensaysme' },
      { name: 'MODE', value: 'fast' },
    ];
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}', note: 'uses opensaysme' };
    api.put(
      PODS,
      pod({
        name: 'web-1',
        metadata: { annotations },
        spec: { containers: [{ name: 'web', image: 'a', env }] },
      }),
    );
    const recent = new Date(Date.now() - 65_000).toISOString();
    api.put('/api/v1/events', kubeEventObject('e1', 4, recent));
    await follow();
    const text = (await kube.describe('Pod', 'shop', 'web-1')).join('\n');
    expect(text).toContain('name: MODE\n          value: fast');
    expect(text).not.toContain('opensaysme');
    expect(text).not.toContain('managedFields');
    expect(text).not.toContain('last-applied');
    expect(text).toMatch(
      /Events:\n {2}Type +Reason +Age +From +Message\n {2}Warning +BackOff +6\ds \(x4\) +kubelet +Back-off/,
    );
    expect(api.count('fieldSelector=involvedObject.kind=Pod,involvedObject.name=web-1')).toBe(1);
  });

  it('follows a log, a whole line at a time, until it is told to stop', async () => {
    const { api, kube, follow } = await bench();
    api.put(PODS, pod({ name: 'web-1' }));
    await follow();
    api.log = { text: 'one\u001b[31m\ntwo sesa', end: false };
    const stop = new AbortController();
    let text = '';
    const onText = (more: string): void => {
      text += more;
    };
    const followed = kube.log(
      { namespace: 'shop', name: 'web-1', container: '' },
      { tail: 50, signal: stop.signal, onText },
    );
    await sees('the first line', () => text === 'one\n');
    for (const log of api.logs) log.write('me\n');
    await sees('the second line', () => text === 'one\ntwo ***\n');
    expect(api.count('/web-1/log?container=web&tailLines=50&follow=true')).toBe(1);
    stop.abort();
    await followed;
    await sees('the stream is closed', () => api.logs.size === 0);

    api.log = { text: 'before it died', end: true };
    text = '';
    const past = { tail: 5, signal: new AbortController().signal, onText, previous: true };
    await kube.log({ namespace: 'shop', name: 'web-1', container: 'web' }, past);
    expect(text).toBe('before it died');
    expect(api.count('container=web&tailLines=5&previous=true')).toBe(1);
    api.refusals.set('/api/v1/namespaces/shop/pods/web-1/log', {
      code: 400,
      reason: 'BadRequest',
      message: 'previous terminated container "web" in pod "web-1" not found',
    });
    const trouble = await troubleOf(kube.log({ namespace: 'shop', name: 'web-1', container: 'web' }, past));
    expect(trouble.what.en).toContain('previous terminated container "web" in pod "web-1" not found');
  });

  it('opens a shell: keys there, text back, sizes passed on, the exit code at the end', async () => {
    const { api, kube, follow } = await bench();
    api.put(PODS, pod({ name: 'web-1', status: { containerStatuses: [running('web')] } }));
    await follow();
    const heard: string[] = [];
    api.onExec = (socket) => {
      socket.send(Buffer.from('\u0001$ '));
      // What no server should send must not end the program.
      socket.send(Buffer.alloc(0));
      socket.send(Buffer.from('\u00ff\u0001', 'latin1'));
      socket.send('text');
      socket.on('message', (data: Buffer) => {
        heard.push(`${String(data[0])}:${data.subarray(1).toString()}`);
        if (data.subarray(1).toString() !== 'exit 7\r') return;
        const causes = [{ reason: 'ExitCode', message: '7' }];
        socket.send(Buffer.from(`\u0003${JSON.stringify({ status: 'Failure', details: { causes } })}`));
      });
    };
    const where = { namespace: 'shop', name: 'web-1', container: '' };
    const { signal } = new AbortController();
    const terminal = await kube.shell(where, { columns: 100, rows: 30 }, signal);
    let text = '';
    terminal.onData((bytes) => {
      text += Buffer.from(bytes).toString();
    });
    await sees('the prompt', () => text === '$ ');
    terminal.resize({ columns: 80, rows: 24 });
    terminal.write(Buffer.from('exit 7\r'));
    expect(await terminal.ended).toEqual({ exit: 7, signal: null });
    expect(heard).toEqual(['4:{"Width":100,"Height":30}', '4:{"Width":80,"Height":24}', '0:exit 7\r']);
    const asked = api.asked.find(({ method }) => method === 'UPGRADE');
    expect(asked?.url.searchParams.getAll('command').slice(0, 2)).toEqual(['sh', '-c']);
    expect(asked?.url.searchParams.get('container')).toBe('web');
    expect(asked?.url.searchParams.get('tty')).toBe('true');

    const path = '/api/v1/namespaces/shop/pods/web-1/exec';
    api.refusals.set(path, { code: 404, reason: 'NotFound', message: 'pods "web-1" not found' });
    const trouble = await troubleOf(kube.shell(where, { columns: 80, rows: 24 }, signal));
    expect(trouble.what.en).toContain('answers 404: pods "web-1" not found');
  });

  it('a shell that the link takes with it has ended', async () => {
    const { api, host, kube, follow } = await bench();
    api.put(PODS, pod({ name: 'web-1' }));
    await follow();
    const where = { namespace: 'shop', name: 'web-1', container: 'web' };
    const terminal = await kube.shell(where, { columns: 80, rows: 24 }, new AbortController().signal);
    host.cut();
    expect(await terminal.ended).toEqual({ exit: null, signal: null });
  });
});
