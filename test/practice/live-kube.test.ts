/** The live Kubernetes service on a cluster of the practice lab, over its SSH servers and its API. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startPracticeLab } from '../../src/practice/lab.js';
import { readLabFile } from '../../src/services/files/lab-file.js';
import { createKubeConsole } from '../../src/services/kube/console.js';
import type { KubeConsole } from '../../src/services/live/types.js';
import { createLinks } from '../../src/services/ssh/links.js';
import type { MaskedLinks } from '../../src/services/ssh/links.js';
import { createLiveBook } from '../../src/state/live/book.js';
import type { PodRow, SourceStatus } from '../../src/state/live/rows.js';
import { until } from '../unit/services-remote/server.js';
import { PracticeCluster } from './cluster.js';

const WAIT_MS = 60_000;
vi.setConfig({ testTimeout: 200_000, hookTimeout: 200_000 });
const book = createLiveBook();
const stop = new AbortController();
let directory: string;
let cluster: PracticeCluster;
let links: MaskedLinks;
let kube: KubeConsole;
let followed: Promise<void>;

const status = (): SourceStatus => book.status('kubernetes');
const webs = (): readonly PodRow[] =>
  book.objects('Pod').flatMap((row) => (row.kind === 'Pod' && row.labels['app'] === 'web' ? [row] : []));
const sees = (what: string, condition: () => boolean): Promise<void> => until(condition, what, WAIT_MS);

const WEB = `kubectl apply -f - <<'EOF'
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: default}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx:alpine}]}
EOF`;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'live-kube-'));
  const practice = await startPracticeLab({ seed: 47, timeScale: 0, stateDir: directory });
  cluster = await PracticeCluster.make(practice);
  const file = join(directory, 'lab.yaml');
  await writeFile(file, practice.labFileText, { mode: 0o600 });
  const lab = await readLabFile(file, { parameters: [], env: { HOME: directory } });
  links = createLinks(lab, { askHostKey: async () => true, mask: (text) => text, env: { HOME: directory } });
  await links.link('vm-k8s').open({ keep: true });
  kube = createKubeConsole({
    links,
    book,
    mask: (text) => text,
    addSecret: () => true,
    stateDir: join(directory, 'state'),
    now: Date.now,
    patience: { quietMs: 1_000, answerMs: 5_000 },
  });
  followed = kube.follow(stop.signal);
});
afterAll(async () => {
  await kube.close();
  await followed;
  await links.close();
  await cluster.close();
  await rm(directory, { recursive: true, force: true });
});

describe('the cluster of a practice lab', () => {
  it('tells its nodes and workloads as kubectl does', async () => {
    await sees('it live', () => status().kind === 'live');
    expect(book.objects('Node').map(({ name, status: word }) => `${name} ${word}`)).toEqual([
      'vm-k8s Ready',
      'vm-worker Ready',
    ]);
    expect(book.objects('Namespace').map(({ name }) => name)).toContain('kube-system');
    await cluster.kubectl(WEB);
    await sees(
      'two pods that run',
      () => webs().length === 2 && webs().every((row) => row.status === 'Running'),
    );
    await sees('the deployment', () =>
      book.objects('Deployment').some((row) => row.name === 'web' && row.status === '2/2'),
    );
    const printed = await cluster.kubectl('kubectl get pods -l app=web --no-headers');
    for (const row of webs())
      expect(printed.stdout).toMatch(
        new RegExp(`${row.name} +${row.ready}/${row.of} +${row.status} +${row.restarts}`),
      );
    expect(book.events().some((one) => one.what === 'ScalingReplicaSet')).toBe(true);
  });

  it('replaces a pod that is deleted, and scales', async () => {
    const victim = webs()[0];
    if (victim === undefined) throw new Error('there is no pod');
    await kube.deletePod('default', victim.name);
    await sees(
      'another pod in its place',
      () =>
        webs().length === 2 && webs().every((row) => row.name !== victim.name && row.status === 'Running'),
    );
    await kube.scale('Deployment', 'default', 'web', 3);
    await sees('a third one', () => webs().filter((row) => row.status === 'Running').length === 3);
    const names = webs().map((row) => row.name);
    await kube.restartRollout('Deployment', 'default', 'web');
    await sees('three others', () => webs().length === 3 && webs().every((row) => !names.includes(row.name)));
    expect(book.events().some((one) => one.what === 'Killing' && one.about.includes(victim.name))).toBe(true);
  });

  it('describes, follows a log and opens a shell', async () => {
    await sees(
      'three that run',
      () => webs().length === 3 && webs().every((row) => row.status === 'Running'),
    );
    const pod = webs()[0];
    if (pod === undefined) throw new Error('there is no pod');
    const where = { namespace: 'default', name: pod.name, container: '' };
    const text = (await kube.describe('Pod', 'default', pod.name)).join('\n');
    expect(text).toContain('image: nginx:alpine');
    expect(text).toMatch(/Events:\n {2}Type +Reason/);
    expect(text).toContain('Scheduled');

    const leave = new AbortController();
    let log = '';
    const onText = (more: string): void => {
      log += more;
    };
    const reading = kube.log(where, { tail: 20, signal: leave.signal, onText });
    await sees('what nginx says', () => log.includes('nginx'));
    leave.abort();
    await reading;

    const terminal = await kube.shell(where, { columns: 80, rows: 24 }, new AbortController().signal);
    let screen = '';
    terminal.onData((bytes) => {
      screen += Buffer.from(bytes).toString();
    });
    terminal.write(Buffer.from('echo "I am $(hostname)"\r'));
    await sees('the answer', () => screen.includes(`I am ${pod.name}`));
    terminal.write(Buffer.from('exit\r'));
    expect(await terminal.ended).toMatchObject({ signal: null });
  });

  it('is lost while its API server is stopped, and lives again by itself', async () => {
    await cluster.root('vm-k8s', 'mv /etc/kubernetes/manifests/kube-apiserver.yaml /root/');
    await sees('it lost', () => status().kind === 'lost');
    expect(webs()).toHaveLength(3);
    await cluster.root('vm-k8s', 'mv /root/kube-apiserver.yaml /etc/kubernetes/manifests/');
    await sees('it live', () => status().kind === 'live');
    await cluster.kubectl('kubectl scale deployment web --replicas=0');
    await sees('no pods', () => webs().length === 0);
    expect(book.objects('Deployment').find((row) => row.name === 'web')?.health).toBe('off');
  });

  it('is idle, and asked nothing more, when nobody follows it', async () => {
    stop.abort();
    await followed;
    expect(status().kind).toBe('idle');
  });
});
