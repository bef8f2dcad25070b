/**
 * The live service for Kubernetes against a real API server behind a real sshd. Skipped unless THREEBODY_LAB names a lab file
 * and THREEBODY_LIVE is set: its cluster has been through phases C and D. Makes the deployment `threebody-live` in `default`, of
 * busybox or of the image that THREEBODY_LIVE_IMAGE names, and removes it; kills the API server when THREEBODY_LIVE_STOP is set,
 * and stops the worker's kubelet as well when it is `all`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadRunbook } from '../../src/runbook/load.js';
import { readLabFile } from '../../src/services/files/lab-file.js';
import { createKubeConsole } from '../../src/services/kube/console.js';
import type { KubeConsole } from '../../src/services/live/types.js';
import type { Links } from '../../src/services/ports.js';
import { createRedactor } from '../../src/services/redaction/redactor.js';
import { createLinks } from '../../src/services/ssh/links.js';
import { createLiveBook } from '../../src/state/live/book.js';
import type { PodRow } from '../../src/state/live/rows.js';
import { ROOT } from '../support/cli.js';
import { createBench, LAB_FILE, outside } from './lab.js';
import type { Bench } from './lab.js';
import { talker } from './talker.js';

const NAME = 'threebody-live';
const MAY_STOP = process.env['THREEBODY_LIVE_STOP'] !== undefined;
/** Takes a minute: a node is NotReady only when its kubelet has been silent for 40 s. */
const MAY_STOP_KUBELET = process.env['THREEBODY_LIVE_STOP'] === 'all';
const [cut, heal] = [outside('CUT'), outside('HEAL')];
const eventually = <T>(look: () => T | Promise<T>, timeout = 180_000): Promise<T> =>
  vi.waitFor(look, { timeout, interval: 100 });

const WANTED = LAB_FILE !== undefined && process.env['THREEBODY_LIVE'] !== undefined;

describe.skipIf(!WANTED)('a real API server', () => {
  let bench: Bench;
  let links: Links;
  let home = '';
  let kube: KubeConsole;
  let over: Promise<void>;
  const book = createLiveBook();
  const stop = new AbortController();
  const status = () => book.status('kubernetes');
  const pods = (): readonly PodRow[] =>
    book.objects('Pod').flatMap((row) => (row.kind === 'Pod' && row.labels['app'] === NAME ? [row] : []));
  const running = () => pods().filter((row) => row.status === 'Running' && row.ready === 1);
  const kubectl = (words: string, input = '') =>
    bench.ask(
      'vm-k8s',
      `export KUBECONFIG=/etc/kubernetes/admin.conf\nkubectl ${words} <<'END'\n${input}END\n`,
    );
  /** Connections to the API server that sshd holds for us. */
  const tunnels = async (): Promise<number> =>
    Number((await bench.ask('vm-k8s', "ss -Htnp 'dport = :6443' | grep -c sshd || true")).trim());

  beforeAll(async () => {
    const file = LAB_FILE ?? '';
    bench = await createBench(file);
    home = await mkdtemp(join(tmpdir(), 'threebody-live-'));
    const { runbook } = await loadRunbook(join(ROOT, 'assets'));
    if (runbook === null) throw new Error('the runbook in assets/ has mistakes');
    const env = { ...process.env, XDG_STATE_HOME: home };
    const lab = await readLabFile(file, { parameters: runbook.parameters, env });
    const redactor = createRedactor();
    links = createLinks(lab, { askHostKey: () => Promise.resolve(true), mask: redactor.mask });
    await kubectl('apply -f -', talker(NAME));
    kube = createKubeConsole({
      links,
      book,
      mask: redactor.mask,
      addSecret: redactor.addSecret,
      stateDir: join(home, 'state'),
      now: Date.now,
    });
    await links.link('vm-k8s').open({ keep: true });
    over = kube.follow(stop.signal);
    await vi.waitUntil(() => status().kind === 'live', { timeout: 180_000 });
  });
  afterAll(async () => {
    stop.abort();
    await kube.close();
    await links.close();
    await kubectl(`delete deployment ${NAME} --ignore-not-found --wait=false`);
    await bench.remove();
    await rm(home, { recursive: true, force: true });
  });

  it('tells nodes and pods in the words of kubectl, without a kind left out', async () => {
    await eventually(() => expect(running()).toHaveLength(2));
    expect(book.missingKinds()).toEqual([]);
    const lines = (await kubectl('get pods -A --no-headers')).trim().split('\n');
    for (const line of lines) {
      const [namespace, name, ready, word] = line.split(/ +/);
      await eventually(() => {
        const row = book.objects('Pod').find((one) => one.name === name && one.namespace === namespace);
        if (row?.kind !== 'Pod') throw new Error(`${String(name)} has no row`);
        expect(`${row.ready}/${row.of} ${row.status}`).toBe(`${String(ready)} ${String(word)}`);
      });
    }
    for (const line of (await kubectl('get nodes --no-headers')).trim().split('\n')) {
      const [name, word, roles, , version] = line.split(/ +/);
      const row = book.objects('Node').find((one) => one.name === name);
      const own = row?.kind === 'Node' ? row.roles.join(',') || '<none>' : null;
      expect([row?.status, own]).toEqual([word, roles]);
      expect(row).toMatchObject({ version });
    }
  });

  it('describes, follows a log and opens a shell of the right size', async () => {
    const pod = running()[0];
    if (pod === undefined) throw new Error('no pod runs');
    const where = { namespace: 'default', name: pod.name, container: '' };
    const text = (await kube.describe('Pod', 'default', pod.name)).join('\n');
    expect(text).not.toContain('sesame-open');
    expect(text).not.toContain('managedFields');
    expect(text).toMatch(/Events:\n {2}Type +Reason/);

    const leave = new AbortController();
    let log = '';
    const onText = (more: string): void => {
      log += more;
    };
    const reading = kube.log(where, { tail: 2, signal: leave.signal, onText });
    await eventually(() => expect(log.split('\n').length).toBeGreaterThan(4));
    leave.abort();
    await reading;
    await expect(kube.log(where, { tail: 2, signal: stop.signal, onText, previous: true })).rejects.toThrow(
      'previous terminated container',
    );

    const terminal = await kube.shell(where, { columns: 91, rows: 27 }, stop.signal);
    let screen = '';
    terminal.onData((bytes) => {
      screen += Buffer.from(bytes).toString();
    });
    terminal.write(Buffer.from('echo "I am $(hostname)"\r'));
    await eventually(() => expect(screen).toContain(`I am ${pod.name}`));
    // The kubelet passes the size on beside the first input, not before it.
    for (const size of ['27 91', '17 71']) {
      if (size === '17 71') terminal.resize({ columns: 71, rows: 17 });
      await eventually(() => {
        terminal.write(Buffer.from('stty size\r'));
        expect(screen).toContain(size);
      }, 20_000);
    }
    terminal.write(Buffer.from('exit 7\r'));
    expect(await terminal.ended).toEqual({ exit: 7, signal: null });
  });

  it('tells of a pod that is deleted, of its heir, and of the events around it', async () => {
    const victim = running()[0]?.name ?? '';
    await kube.deletePod('default', victim);
    await eventually(() => {
      expect(pods().map(({ name }) => name)).not.toContain(victim);
      expect(running()).toHaveLength(2);
    });
    expect(book.events().some((one) => one.about.includes(victim) && one.what === 'Killing')).toBe(true);
    await kube.scale('Deployment', 'default', NAME, 1);
    await eventually(() => expect(pods()).toHaveLength(1));
    const before = new Set(pods().map(({ name }) => name));
    await kube.restartRollout('Deployment', 'default', NAME);
    await eventually(() => {
      expect(running()).toHaveLength(1);
      expect(pods().some(({ name }) => before.has(name))).toBe(false);
    });
    await expect(kube.deletePod('default', victim)).rejects.toThrow(`pods "${victim}" not found`);
  });

  it.runIf(MAY_STOP)('says that the API server is gone, and comes back with it', async () => {
    // Gone until the kubelet starts it again; what was listed stays, marked as old by the status.
    await bench.ask('vm-k8s', "pkill -KILL -f '^kube-apiserver '");
    await eventually(() => expect(status()).toMatchObject({ kind: 'lost' }));
    expect(pods().length).toBeGreaterThan(0);
    await eventually(() => expect(status()).toMatchObject({ kind: 'live' }), 300_000);
    await eventually(() => expect(running()).toHaveLength(1), 300_000);
  });

  it.runIf(MAY_STOP_KUBELET)('says that a kubelet is silent, and that it is back', async () => {
    const worker = () => book.objects('Node').find(({ name }) => name === 'vm-worker');
    await bench.ask('vm-worker', 'systemctl stop kubelet');
    try {
      await eventually(() => expect(worker()).toMatchObject({ status: 'NotReady', health: 'bad' }));
    } finally {
      await bench.ask('vm-worker', 'systemctl start kubelet');
    }
    await eventually(() => expect(worker()).toMatchObject({ status: 'Ready' }));
    expect(status().kind).toBe('live');
  });

  it.runIf(cut !== null && heal !== null)(
    'says that the link is cut, and lists anew when it is back',
    async () => {
      await cut?.('vm-k8s');
      try {
        await eventually(() => expect(status()).toMatchObject({ kind: 'lost' }), 60_000);
      } finally {
        await heal?.('vm-k8s');
      }
      await eventually(() => expect(status()).toMatchObject({ kind: 'live' }));
    },
  );

  it('leaves no tunnel behind', async () => {
    // What counts them was cut off as well just now.
    await eventually(async () => expect(await tunnels()).toBeGreaterThan(0), 30_000);
    stop.abort();
    await kube.close();
    await over;
    await eventually(async () => expect(await tunnels()).toBe(0), 30_000);
  });
});
