/**
 * The far side of the soak: two hosts with sshd, a Kubernetes API whose pods come, change and go, a Docker daemon whose
 * containers die and start, logs that go on, and now and then everything that breaks a long-lived connection. Reads one
 * word a line from standard input: `sample` is answered by a line of JSON, the end of the input ends it.
 */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Daemon, frame, inspected } from '../test/unit/services-live/docker-daemon.js';
import { FakeApi } from '../test/unit/services-live/kube-api.js';
import { kubeconfig, makeCertificates } from '../test/unit/services-live/kube-certificates.js';
import { kubeEventObject, node, pod, running, waiting } from '../test/unit/services-live/kube-objects.js';
import { startHost } from '../test/unit/services-remote/server.js';

const PODS = '/api/v1/pods';
const EVENTS = '/api/v1/events';
const CHANGES_PER_SECOND = 5;
const CONTAINERS = 20;
/** Every so many seconds something breaks, one after the other. */
const BREAK_EVERY = 60;
/** As many events as the API still knows. */
const KEPT_EVENTS = 500;

/** What a host of the bench has of systemd: a journal that goes on, and units that can be listed. */
const STUBS = {
  journalctl: `#!/bin/bash
n=0
while :; do
  n=$((n + 1))
  case "$*" in
    *json*) printf '{"MESSAGE":"Started unit-%d.service.","UNIT":"unit-%d.service","SYSLOG_IDENTIFIER":"systemd","__REALTIME_TIMESTAMP":"%s000000"}\\n' $n $n "$EPOCHSECONDS" || exit 0;;
    *) printf '%(%Y-%m-%dT%H:%M:%S)T+0000 app[1]: line %d with some text that nobody reads\\n' -1 $n || exit 0;;
  esac
  sleep 2
done
`,
  systemctl: `#!/bin/bash
case "$*" in
  *list-units*) for n in 1 2 3 4 5 6 7 8; do echo "unit-$n.service loaded active running Unit $n $((EPOCHSECONDS / 30))"; done;;
  *) echo active;;
esac
`,
} as const;

async function stubs(home: string): Promise<void> {
  for (const [name, text] of Object.entries(STUBS)) {
    await writeFile(join(home, 'bin', name), text);
    await chmod(join(home, 'bin', name), 0o755);
  }
}

function podOf(slot: number, life: number, restarts: number) {
  const status = restarts % 2 === 0 ? running('web') : waiting('web', 'CrashLoopBackOff');
  return pod({
    name: `web-${slot}-${life}`,
    namespace: `team-${slot % 20}`,
    nodeName: `node-${slot % 20}`,
    status: { containerStatuses: [{ ...status, restartCount: restarts }] },
  });
}

/** Pods that change; one change in five replaces a pod by another one of a new name. */
function churnPods(api: FakeApi, count: number): () => void {
  const lives = Array.from({ length: count }, () => 0);
  const events: string[] = [];
  for (let slot = 0; slot < count; slot += 1) api.put(PODS, podOf(slot, 0, 0));
  let step = 0;
  return () => {
    const slot = (step * 37) % count;
    const life = lives[slot] ?? 0;
    if (step % 5 === 0) {
      api.remove(PODS, podOf(slot, life, 0));
      lives[slot] = life + 1;
      api.put(PODS, podOf(slot, life + 1, 0));
    } else api.put(PODS, podOf(slot, life, Math.floor(step / count) + 1 + (step % 2)));
    if (step % 2 === 0) {
      const uid = `event-${step}`;
      const at = new Date().toISOString();
      events.push(uid);
      api.put(EVENTS, kubeEventObject(uid, 1, at, { message: `Back-off restarting web-${slot}-${life}` }));
      const oldest = events.length > KEPT_EVENTS ? events.shift() : undefined;
      if (oldest !== undefined) api.remove(EVENTS, kubeEventObject(oldest, 1, at));
    }
    step += 1;
  };
}

/** Containers of which one dies and starts again every three seconds, with the noise of health checks between. */
function churnContainers(daemon: Daemon): () => void {
  const ids = Array.from({ length: CONTAINERS }, (_, index) => `c${index}`);
  for (const id of ids) daemon.containers.set(id, inspected(id));
  daemon.answers.set('GET /containers/c0/logs', (_request, response) => {
    response.writeHead(200);
    response.flushHeaders();
    const timer = setInterval(() => response.write(frame(1, `${new Date().toISOString()} GET /\n`)), 200);
    response.on('close', () => clearInterval(timer));
  });
  let second = 0;
  return () => {
    second += 1;
    const id = ids[Math.floor(second / 3) % ids.length] ?? '';
    const State = { Status: 'exited', ExitCode: 2, FinishedAt: new Date().toISOString() };
    daemon.emit('exec_start: sh -c true', id);
    if (second % 3 === 0) {
      daemon.containers.set(id, inspected(id, { State }));
      daemon.emit('die', id, { exitCode: '2' });
    } else if (second % 3 === 1) {
      daemon.containers.set(id, inspected(id, { RestartCount: Math.floor(second / 60) }));
      daemon.emit('start', id);
    }
    const counters = (total: number) => ({
      cpu_usage: { total_usage: total * 1e7 },
      system_cpu_usage: total * 1e9,
      online_cpus: 2,
    });
    const sample = {
      cpu_stats: counters(second + 1),
      precpu_stats: counters(second),
      memory_stats: { usage: 5e7 + second * 1000, limit: 1e9 },
    };
    for (const answer of daemon.counted.values()) answer.write(`${JSON.stringify(sample)}\n`);
  };
}

async function serve(count: number): Promise<void> {
  const certificates = await makeCertificates();
  const api = new FakeApi(certificates);
  api.log = { text: 'begins\n', end: false };
  for (let index = 0; index < 20; index += 1) api.put('/api/v1/nodes', node(`node-${index}`));
  const changePod = churnPods(api, count);
  await api.start();
  const daemon = await Daemon.start();
  const changeContainers = churnContainers(daemon);
  const docker = await startHost({
    password: 'sesame',
    forward: true,
    sockets: { '/var/run/docker.sock': daemon.path },
  });
  const k8s = await startHost({ password: 'sesame', forward: true });
  await Promise.all([stubs(docker.home), stubs(k8s.home)]);
  await mkdir(join(k8s.home, '.kube'));
  await writeFile(join(k8s.home, '.kube', 'config'), kubeconfig(certificates, api.url));

  const breaks: readonly (() => void | Promise<void>)[] = [
    () => api.endWatches(),
    () => api.compact(),
    () => k8s.cut(),
    () => api.stop().then(() => api.start()),
    () => daemon.stop().then(() => daemon.listen()),
    () => docker.cut(),
  ];
  let broken = 0;
  let seconds = 0;
  const timers = [
    setInterval(changePod, 1_000 / CHANGES_PER_SECOND),
    setInterval(() => {
      seconds += 1;
      changeContainers();
      for (const log of api.logs) log.write(`${new Date().toISOString()} a line of a pod\n`);
      api.asked.length = 0;
      daemon.requests.length = 0;
      for (const host of [docker, k8s]) host.commands.length = 0;
      // Half-way between two samples, which count what there is when all is well again.
      if (seconds % BREAK_EVERY !== BREAK_EVERY / 2) return;
      void breaks[broken % breaks.length]?.();
      broken += 1;
    }, 1_000),
  ];
  const hosts = { docker, k8s };
  process.stdout.write(
    `${JSON.stringify({ docker: { port: docker.port, home: docker.home }, k8s: { port: k8s.port, home: k8s.home } })}\n`,
  );
  for await (const line of createInterface({ input: process.stdin })) {
    if (line !== 'sample') continue;
    const seen = {
      breaks: broken,
      watches: api.watches,
      apiSockets: api.sockets,
      podLogs: api.logs.size,
      daemonSockets: daemon.sockets.size,
      eventStreams: daemon.listeners.size,
      sessions: Object.values(hosts).reduce((sum, { channels }) => sum + channels.open, 0),
      forwards: Object.values(hosts).reduce((sum, { forwards }) => sum + forwards.size, 0),
    };
    process.stdout.write(`${JSON.stringify(seen)}\n`);
  }
  for (const timer of timers) clearInterval(timer);
  await Promise.all([api.stop(), daemon.remove(), docker.stop(), k8s.stop()]);
}

await serve(Number(process.argv[2]));
