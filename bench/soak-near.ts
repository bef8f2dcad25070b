/**
 * The near side of the soak: the product's live services over real SSH links, read as a screen reads them. One word a line
 * on standard input: `sample` is answered by a line of JSON, the end of the input closes everything and tells what is left.
 */
import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { HOST_NAMES } from '../src/lab/types.js';
import type { HostName, Lab } from '../src/lab/types.js';
import { createDockerConsole } from '../src/services/docker/console.js';
import { createHostConsole } from '../src/services/host/console.js';
import { createKubeConsole } from '../src/services/kube/console.js';
import { createPlatformConsole } from '../src/services/platform/console.js';
import type { HostLink, Links } from '../src/services/ports.js';
import { createRedactor } from '../src/services/redaction/redactor.js';
import { keepHeapSmall } from '../src/services/runtime/memory.js';
import { createLinks } from '../src/services/ssh/links.js';
import { createTelemetry } from '../src/services/telemetry/telemetry.js';
import { createLiveBook } from '../src/state/live/book.js';
import { createStreamBook } from '../src/state/live/stream.js';
import { WELL } from '../test/unit/services-live/docker-daemon.js';
import { labFor } from '../test/unit/services-remote/server.js';

const hostSchema = z.object({ port: z.number(), home: z.string() });
const { docker: dockerHost, k8s: kubeHost } = z
  .object({ docker: hostSchema, k8s: hostSchema })
  .parse(JSON.parse(process.argv[2] ?? ''));
const HOSTS: readonly HostName[] = ['vm-docker', 'vm-k8s'];

const login = { password: 'sesame' };
const own = labFor(dockerHost, login);
const lab: Lab = {
  ...own,
  hosts: {
    ...own.hosts,
    // By its own address: keys of hosts are kept by it.
    'vm-k8s': {
      ...labFor(kubeHost, login).hosts['vm-docker'],
      name: 'vm-k8s',
      address: own.hosts['vm-k8s'].address,
    },
  },
};
// As the screen does.
keepHeapSmall();
const redactor = createRedactor(['sesame']);
const ssh = createLinks(lab, {
  askHostKey: async () => true,
  mask: redactor.mask,
  env: { HOME: dockerHost.home },
});

/** This machine may have no Docker: what a shell would say of it is given, all else goes over the wire. */
function withDocker(link: HostLink): HostLink {
  return {
    host: link.host,
    status: () => link.status(),
    onStatus: (listener) => link.onStatus(listener),
    open: (options) => link.open(options),
    dial: (to, signal) => link.dial(to, signal),
    terminal: (options, signal) => link.terminal(options, signal),
    renew: (signal) => link.renew(signal),
    close: () => link.close(),
    async run(script, options) {
      const result = await link.run(script.includes('LoadState') ? 'true' : script, options);
      if (!script.includes('LoadState')) return result;
      const said = { ...WELL, clock: String(Math.floor(Date.now() / 1000)) };
      const lines = Object.entries(said).map(([name, value]) => `${name}=${value}\n`);
      return { ...result, stdout: lines.join('') };
    },
  };
}
const dockerLink = withDocker(ssh.link('vm-docker'));
const links: Links = {
  lab,
  link: (host) => (host === 'vm-docker' ? dockerLink : ssh.link(host)),
  close: () => ssh.close(),
};
for (const host of HOSTS) await links.link(host).open({ keep: true });

const book = createLiveBook();
const stream = createStreamBook();
const parts = { links, book, mask: redactor.mask, addSecret: redactor.addSecret, now: Date.now };
const docker = createDockerConsole(parts);
const kube = createKubeConsole({ ...parts, stateDir: join(dockerHost.home, 'soak-state') });
const host = createHostConsole({ ...parts, term: 'xterm-256color' });
const platform = createPlatformConsole({
  ...parts,
  parameters: { harbor_port: 1, site_host: 'hit.local' },
  secrets: { value: () => null },
});

// What a screen does: several times a second the lists that are shown.
book.subscribe(() => {
  book.objects('Pod');
  book.events();
  book.containers('vm-docker');
});
stream.subscribe(() => stream.slice(stream.total() - 50, stream.total()));

const stop = new AbortController();
const { signal } = stop;
/** Logs end with every break: whoever looks at one asks for it again. */
async function again(work: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await work().catch(() => undefined);
    await sleep(1_000, undefined, { signal }).catch(() => undefined);
  }
}
const onText = (text: string): void => stream.append(text);
const firstPod = (): { namespace: string; name: string; container: string } => {
  const [first] = book.objects('Pod');
  return { namespace: first?.namespace ?? '', name: first?.name ?? '', container: 'web' };
};
const telemetry = createTelemetry(ssh);
const work = Promise.all([
  docker.follow('vm-docker', signal),
  kube.follow(signal),
  platform.follow(signal),
  ...HOSTS.flatMap((name) => [
    host.follow(name, signal),
    telemetry.follow(name, {
      units: ['unit-1.service'],
      intervalSeconds: 3,
      signal,
      onSample: () => undefined,
    }),
  ]),
  again(() => docker.log('vm-docker', 'c0', { tail: 100, signal, onText })),
  again(() => kube.log(firstPod(), { tail: 100, signal, onText })),
  again(() => host.journal('vm-k8s', null, { tail: 10, signal, onText })),
]);
// Panes that come and go: other containers are measured every ten seconds, and a log is opened and left.
let turn = 0;
const turns = setInterval(() => {
  turn += 1;
  docker.measure(
    'vm-docker',
    Array.from({ length: 6 }, (_, index) => `c${(turn * 3 + index) % 20}`),
  );
  const short = AbortSignal.any([signal, AbortSignal.timeout(2_000)]);
  void kube.log(firstPod(), { tail: 10, signal: short, onText }).catch(() => undefined);
  void docker.log('vm-docker', 'c0', { tail: 10, signal: short, onText }).catch(() => undefined);
  void docker.describe('vm-docker', 'c1').catch(() => undefined);
}, 10_000);

/** Open files of this process that are sockets, and all of them. */
async function openFiles(): Promise<{ readonly sockets: number; readonly files: number }> {
  const names = await readdir('/proc/self/fd');
  const targets = await Promise.all(names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')));
  return { sockets: targets.filter((target) => target.startsWith('socket:')).length, files: names.length };
}
const MIB = 1024 * 1024;
let cpu = process.cpuUsage();
let cpuAt = performance.now();
async function sample(): Promise<unknown> {
  globalThis.gc?.();
  // What the first one let go of with finalizers is gone after the second.
  await sleep(50);
  globalThis.gc?.();
  const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
  const used = process.cpuUsage(cpu);
  const cpuPercent = (used.user + used.system) / 10 / (performance.now() - cpuAt);
  cpu = process.cpuUsage();
  cpuAt = performance.now();
  const statuses = ['kubernetes', 'docker@vm-docker', 'facts@vm-docker', 'facts@vm-k8s'] as const;
  return {
    rssMiB: rss / MIB,
    heapMiB: heapUsed / MIB,
    heapTakenMiB: heapTotal / MIB,
    externalMiB: external / MIB,
    cpuPercent,
    ...(await openFiles()),
    handles: process.getActiveResourcesInfo().length,
    dockerStreams: docker.streams(),
    pods: book.objects('Pod').length,
    events: book.events().length,
    droppedEvents: book.droppedEvents(),
    lines: stream.total() - stream.dropped(),
    live: statuses.filter((source) => book.status(source).kind === 'live').length,
  };
}

process.stdout.write('following\n');
for await (const line of createInterface({ input: process.stdin }))
  if (line === 'sample') process.stdout.write(`${JSON.stringify(await sample())}\n`);

clearInterval(turns);
stop.abort();
await Promise.all([docker.close(), kube.close()]);
await work;
await Promise.all(HOST_NAMES.map((name) => ssh.link(name).close()));
await sleep(500);
const left = process
  .getActiveResourcesInfo()
  .filter((name) => name !== 'PipeWrap' && name !== 'FSReqPromise');
process.stdout.write(`${JSON.stringify({ left, ...(await openFiles()) })}\n`);
