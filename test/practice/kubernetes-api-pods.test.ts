import { PassThrough, Readable, Writable } from 'node:stream';
import {
  CoreV1Api,
  Exec,
  Log,
  makeInformer,
  Watch,
  type CoreV1Event,
  type KubeConfig,
  type V1Pod,
  type V1Status,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPracticeLab } from '../../src/practice/lab.js';
import { nextPage, PracticeCluster } from './cluster.js';
import { until } from './ssh.js';

let cluster: PracticeCluster;
let config: KubeConfig;
let core: CoreV1Api;
beforeAll(async () => {
  cluster = await PracticeCluster.make(await startPracticeLab({ seed: 32, timeScale: 0 }));
  config = await cluster.config();
  core = config.makeApiClient(CoreV1Api);
});
afterAll(() => cluster.close());

const namespace = 'default';
const pod = (name: string, script: string, more: Partial<V1Pod['spec']> = {}): V1Pod => ({
  metadata: { name },
  spec: { containers: [{ name: 'one', image: 'busybox:1.36', command: ['sh', '-c', script] }], ...more },
});
const statusOf = async (name: string) => (await core.readNamespacedPod({ namespace, name })).status;
const running = (name: string) => until(async () => (await statusOf(name))?.phase === 'Running');
const eventsOf = async (name: string): Promise<readonly CoreV1Event[]> =>
  (await core.listNamespacedEvent({ namespace, fieldSelector: `involvedObject.name=${name}` })).items;

/** Runs words in a container; what they print, and how they end. */
async function exec(name: string, words: string[], input: string | null, tty = false) {
  const printed = { out: '', err: '' };
  const into = (key: 'out' | 'err') =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        printed[key] += chunk.toString('utf8');
        done();
      },
    });
  const status = await new Promise<V1Status>((resolve, reject) => {
    new Exec(config)
      .exec(
        namespace,
        name,
        'one',
        words,
        into('out'),
        tty ? null : into('err'),
        input === null ? null : Readable.from([Buffer.from(input)]),
        tty,
        resolve,
      )
      // What a WebSocket fails with is an event.
      .catch((error: { readonly message: string }) => reject(new Error(error.message)));
  });
  return { ...printed, status };
}

describe('logs', () => {
  it('are followed as the container prints, with times, tails and the run before', async () => {
    await core.createNamespacedPod({
      namespace,
      body: pod('talks', 'echo first; for i in 1 2 3 4 5 6; do sleep 2; echo "line $i"; done; exit 3'),
    });
    await running('talks');
    const stream = new PassThrough();
    let seen = '';
    stream.on('data', (chunk: Buffer) => (seen += chunk.toString('utf8')));
    const over = new Promise((resolve) => stream.once('end', resolve));
    await new Log(config).log(namespace, 'talks', 'one', stream, { follow: true });
    await over;
    expect(seen).toBe('first\nline 1\nline 2\nline 3\nline 4\nline 5\nline 6\n');
    await until(async () => ((await statusOf('talks'))?.containerStatuses?.[0]?.restartCount ?? 0) > 0);
    const previous = { namespace, name: 'talks', previous: true };
    expect(await core.readNamespacedPodLog({ ...previous, tailLines: 2 })).toBe('line 5\nline 6\n');
    expect(await core.readNamespacedPodLog({ ...previous, timestamps: true })).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z first\n/,
    );
    await expect(core.readNamespacedPodLog({ namespace, name: 'talks', container: 'two' })).rejects.toThrow(
      'container two is not valid for pod talks',
    );
  });

  it('a container that keeps failing waits longer and longer, and events count that', async () => {
    const waits = new Set<string>();
    await until(async () => {
      const waiting = (await statusOf('talks'))?.containerStatuses?.[0]?.state?.waiting;
      const time = /back-off (\S+) restarting failed container=one pod=talks_default/.exec(
        waiting?.message ?? '',
      )?.[1];
      if (waiting?.reason === 'CrashLoopBackOff' && time !== undefined) waits.add(time);
      return waits.has('20s') && waits.has('40s');
    });
    // Of all that ran and ended the host keeps the last ones only, as a kubelet leaves it.
    expect((await statusOf('talks'))?.containerStatuses?.[0]?.restartCount).toBeGreaterThan(2);
    const left = await cluster.root('vm-worker', 'crictl ps -a | grep -c " talks$"');
    expect(Number(left.stdout)).toBeLessThanOrEqual(2);
    const backOff = (await eventsOf('talks')).find((event) => event.reason === 'BackOff');
    expect(backOff?.count).toBeGreaterThan(1);
    expect(backOff).toMatchObject({
      type: 'Warning',
      message: 'Back-off restarting failed container one in pod talks_default',
      source: { component: 'kubelet', host: 'vm-worker' },
      involvedObject: { kind: 'Pod', name: 'talks', fieldPath: 'spec.containers{one}' },
    });
    await core.deleteNamespacedPod({ namespace, name: 'talks' });
  });
});

describe('exec', () => {
  beforeAll(async () => {
    await core.createNamespacedPod({ namespace, body: pod('stays', 'sleep 100000000') });
    await running('stays');
  });

  it('runs a command with input, output, errors and its exit code', async () => {
    const answer = await exec('stays', ['sh', '-c', 'cat; echo oops >&2; exit 7'], 'hello\n');
    expect(answer.out).toBe('hello\n');
    expect(answer.err).toBe('oops\n');
    expect(answer.status).toMatchObject({
      status: 'Failure',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '7' }] },
    });
    expect((await exec('stays', ['true'], null)).status.status).toBe('Success');
  });

  it('gives a terminal to a shell', async () => {
    const answer = await exec('stays', ['sh', '-i'], 'echo $((40 + 2))\nexit\n', true);
    expect(answer.out).toContain('echo $((40 + 2))\r\n');
    expect(answer.out).toContain('42\r\n');
    expect(answer.status.status).toBe('Success');
  });

  it('says why there is none', async () => {
    await expect(exec('nobody', ['true'], null)).rejects.toThrow(/404/);
  });
});

describe('trouble', () => {
  it('a kubelet that stops: NotReady, pods too, and ready again', async () => {
    const ready = async () =>
      (await core.readNode({ name: 'vm-worker' })).status?.conditions?.find((one) => one.type === 'Ready');
    await cluster.root('vm-worker', 'systemctl stop kubelet');
    await until(async () => (await ready())?.status === 'Unknown');
    expect((await ready())?.message).toBe('Kubelet stopped posting node status.');
    expect((await eventsOf('stays')).map((event) => event.reason)).toContain('NodeNotReady');
    await expect(core.readNamespacedPodLog({ namespace, name: 'stays' })).rejects.toThrow(
      'dial tcp 192.168.56.44:10250: connect: connection refused',
    );
    await cluster.root('vm-worker', 'systemctl start kubelet');
    await until(async () => (await ready())?.status === 'True');
  });

  it('a host that loses its power drops what watches it', async () => {
    const ended = new Promise<unknown>((resolve) => {
      void new Watch(config).watch('/api/v1/pods', {}, () => undefined, resolve);
    });
    await cluster.lab.hosts['vm-k8s'].powerOff();
    expect(await ended).toBeInstanceOf(Error);
    await cluster.lab.hosts['vm-k8s'].powerOn();
    await until(async () => (await core.listNode().catch(() => null)) !== null);
  });
});

describe('a cluster of five thousand pods', () => {
  it('is listed by pages, and an informer keeps up with its changes', async () => {
    const filled = cluster.lab.fillCluster({ pods: 5000, perSecond: 50 });
    const pages: number[] = [];
    let token: string | undefined;
    do {
      const page: { items: V1Pod[]; metadata?: { _continue?: string } } = await core.listNamespacedPod({
        namespace: 'churn',
        limit: 1000,
        ...(token === undefined ? {} : { _continue: token }),
      });
      pages.push(page.items.length);
      token = nextPage(page.metadata);
    } while (token !== undefined);
    expect(pages).toEqual([1000, 1000, 1000, 1000, 1000]);
    const informer = makeInformer(config, '/api/v1/namespaces/churn/pods', () =>
      core.listNamespacedPod({ namespace: 'churn' }),
    );
    const told = { add: 0, update: 0, delete: 0 };
    for (const verb of ['add', 'update', 'delete'] as const) informer.on(verb, () => (told[verb] += 1));
    await informer.start();
    await until(() => told.update > 20 && told.delete > 2 && told.add > 5002);
    filled?.stop();
    const changes = filled?.changes ?? 0;
    expect(changes).toBeGreaterThan(20);
    await informer.stop();
  });
});
