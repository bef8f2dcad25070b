/**
 * The two halves of the bench of a large cluster, each a process of its own, so that one does not count for the other:
 * `server` is a host with sshd and an API server whose pods change, `client` is the product's service that follows them.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { HostName } from '../src/lab/types.js';
import { createKubeConsole } from '../src/services/kube/console.js';
import { createRedactor } from '../src/services/redaction/redactor.js';
import { keepHeapSmall } from '../src/services/runtime/memory.js';
import { createLinks } from '../src/services/ssh/links.js';
import { createLiveBook } from '../src/state/live/book.js';
import { FakeApi } from '../test/unit/services-live/kube-api.js';
import { kubeconfig, makeCertificates } from '../test/unit/services-live/kube-certificates.js';
import { node, pod, running, waiting } from '../test/unit/services-live/kube-objects.js';
import { labFor, startHost } from '../test/unit/services-remote/server.js';

const PODS = '/api/v1/pods';
const wishSchema = z.object({ port: z.number(), home: z.string(), pods: z.number(), seconds: z.number() });

async function serve(count: number, perSecond: number): Promise<void> {
  const certificates = await makeCertificates();
  const api = new FakeApi(certificates);
  const name = (index: number): string => `web-${String(index).padStart(5, '0')}`;
  const make = (index: number, restarts: number) => {
    const status = restarts % 2 === 0 ? running('web') : waiting('web', 'CrashLoopBackOff');
    const namespace = `team-${index % 20}`;
    const more = { ...status, restartCount: restarts };
    return pod({
      name: name(index),
      namespace,
      nodeName: `node-${index % 50}`,
      status: { containerStatuses: [more] },
    });
  };
  for (let index = 0; index < 50; index += 1) api.put('/api/v1/nodes', node(`node-${index}`));
  for (let index = 0; index < count; index += 1) api.put(PODS, make(index, 0));
  await api.start();
  const host = await startHost({ password: 'sesame', forward: true });
  await mkdir(join(host.home, '.kube'));
  await writeFile(join(host.home, '.kube', 'config'), kubeconfig(certificates, api.url));
  process.stdout.write(`${JSON.stringify({ port: host.port, home: host.home })}\n`);
  let step = 0;
  let timer: NodeJS.Timeout | null = null;
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === 'churn')
      timer = setInterval(() => {
        // Spread over all of them, each in turn crashing and running again.
        api.put(PODS, make((step * 37) % count, Math.floor(step / count) + 1 + (step % 2)));
        step += 1;
      }, 1_000 / perSecond);
  }
  if (timer !== null) clearInterval(timer);
  await api.stop();
  await host.stop();
}

async function measure(text: string): Promise<void> {
  // As the screen does.
  keepHeapSmall();
  const wish = wishSchema.parse(JSON.parse(text));
  const own = labFor(wish, { password: 'sesame' });
  const name: HostName = 'vm-k8s';
  const lab = { ...own, hosts: { ...own.hosts, [name]: { ...own.hosts['vm-docker'], name } } };
  const redactor = createRedactor(['sesame']);
  const links = createLinks(lab, {
    askHostKey: async () => true,
    mask: redactor.mask,
    env: { HOME: wish.home },
  });
  await links.link(name).open();
  const book = createLiveBook();
  // What a screen does: five times a second the list that is shown.
  book.subscribe(() => book.objects('Pod'));
  const memory = (): number => {
    globalThis.gc?.();
    return process.memoryUsage().rss / 1024 / 1024;
  };
  const before = memory();

  const kube = createKubeConsole({
    links,
    book,
    mask: redactor.mask,
    addSecret: redactor.addSecret,
    stateDir: join(wish.home, 'bench-state'),
    now: Date.now,
  });
  const stop = new AbortController();
  const delays = monitorEventLoopDelay({ resolution: 10 });
  delays.enable();
  const begun = performance.now();
  const fromNothing = process.cpuUsage();
  const over = kube.follow(stop.signal);
  while (book.status('kubernetes').kind !== 'live' || book.objects('Pod').length < wish.pods) await sleep(5);
  const listMs = performance.now() - begun;
  const listCpu = process.cpuUsage(fromNothing);
  const listStallMs = delays.max / 1e6;
  const listed = memory();
  process.stdout.write('listed\n');
  const crashing = (): number =>
    book.objects('Pod').filter((row) => row.status === 'CrashLoopBackOff').length;
  while (crashing() === 0) await sleep(20);
  delays.reset();
  const from = process.cpuUsage();
  const started = performance.now();
  const revision = book.revision();
  await sleep(wish.seconds * 1_000);
  const used = process.cpuUsage(from);
  const elapsedMs = performance.now() - started;
  const result = {
    listMs,
    listCpuMs: (listCpu.user + listCpu.system) / 1_000,
    listStallMs,
    cpuPercent: (used.user + used.system) / 10 / elapsedMs,
    changesPerSecond: ((book.revision() - revision) / elapsedMs) * 1_000,
    churnStallMs: delays.percentile(99) / 1e6,
    beforeMiB: before,
    listedMiB: listed,
    afterMiB: memory(),
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  stop.abort();
  await over;
  await kube.close();
  await links.close();
}

const [, , half, text = ''] = process.argv;
if (half === 'server') await serve(Number(text), 50);
else if (half === 'client') await measure(text);
