/**
 * The program left open on real hosts while they change all the time: Pods come and go, containers start and end, a unit is
 * restarted. Skipped unless THREEBODY_LAB names a lab file and THREEBODY_SOAK says for how many minutes. The hosts have been
 * through phases A to D. Makes the deployment `threebody-churn` in `default` (of busybox or of the image that
 * THREEBODY_LIVE_IMAGE names) and removes it.
 */
import { readdir, readlink } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cpuSeconds, residentMiB } from '../../bench/process.js';
import { median } from '../../bench/statistics.js';
import { HOST_NAMES } from '../../src/lab/types.js';
import { createHome, KEYS, start, type Home, type Terminal } from '../e2e/terminal.js';
import { cli } from '../support/cli.js';
import { createBench, LAB_FILE, type Bench } from './lab.js';
import { talker } from './talker.js';

const MINUTES = Number(process.env['THREEBODY_SOAK'] ?? '0');
const NAME = 'threebody-churn';
/** Between two changes, ms: each takes some seconds itself. */
const BETWEEN_MS = 5_000;
/** What resident memory may differ by without anything being kept: V8 gives back when it sees fit. */
const SLACK_MIB = 15;

/**
 * A connection whose watch has ended is kept for 30 s in case it is of use again: at one moment there may be one or two more
 * than watches. Those that stay are there at each look.
 */
const LOOKS = 8;
const LASTING_TUNNELS = `
for look in $(seq ${LOOKS}); do
  ss -Htnp 'dport = :6443' | awk '/sshd/ { print $4 }'
  sleep 5
done | sort | uniq -c | awk '$1 == ${LOOKS}' | wc -l
`;

interface Sample {
  readonly minute: number;
  readonly memory: number;
  readonly cpuPercent: number;
  readonly sockets: number;
  readonly files: number;
  /** Connections to the API server that sshd holds for us and that stay. */
  readonly tunnels: number;
  /** Changes made so far. */
  readonly changes: number;
}

async function openFiles(pid: number): Promise<{ readonly sockets: number; readonly files: number }> {
  const names = await readdir(`/proc/${pid}/fd`);
  const targets = await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')));
  return { sockets: targets.filter((target) => target.startsWith('socket:')).length, files: names.length };
}

describe.skipIf(LAB_FILE === undefined || MINUTES === 0)('the program left open', () => {
  let bench: Bench;
  let home: Home;
  let seen: Terminal;
  const kubectl = (words: string, input = ''): Promise<string> =>
    bench.ask(
      'vm-k8s',
      `export KUBECONFIG=/etc/kubernetes/admin.conf\nkubectl ${words} <<'END'\n${input}END\n`,
    );

  /** One after the other, what happens in a lab in the course of a day. */
  const CHANGES: readonly (() => Promise<unknown>)[] = [
    () => kubectl(`scale deployment ${NAME} --replicas=6`),
    () =>
      bench.ask(
        'vm-docker',
        `docker run --rm --network none "$(docker inspect -f '{{.Config.Image}}' edge-nginx)" true`,
      ),
    () => kubectl(`delete pod -l app=${NAME} --wait=false`),
    () => bench.ask('vm-worker', 'systemctl try-restart systemd-logind'),
    () => kubectl(`scale deployment ${NAME} --replicas=1`),
    () => bench.ask('vm-docker', 'docker restart -t 1 edge-nginx'),
  ];

  beforeAll(async () => {
    bench = await createBench(LAB_FILE ?? '');
    home = await createHome();
    const connected = await cli(['connect', '--lab', LAB_FILE ?? '', '--accept-host-keys'], {
      env: home.env,
    });
    if (connected.code !== 0) throw new Error(connected.stderr);
    await kubectl('apply -f -', talker(NAME));
    seen = start(home, { columns: 160, rows: 48, args: ['--lang', 'en', '--lab', LAB_FILE ?? ''] });
    await seen.until((screen) => HOST_NAMES.every((host) => screen.includes(host)));
    // The Pods at full height, and of these only the ones that come and go.
    seen.press('2', 'z');
    seen.press('/', NAME, KEYS.enter);
  });
  afterAll(async () => {
    await seen.dispose();
    await kubectl(`delete deployment ${NAME} --ignore-not-found --wait=false`);
    await bench.remove();
    await home.remove();
  });

  it(
    `for ${MINUTES} minutes of changes it grows by nothing, and shows what is`,
    { timeout: (MINUTES + 10) * 60_000 },
    async () => {
      await seen.until(new RegExp(`${NAME}-[a-z0-9]+-`));
      const pid = await seen.pid();
      const samples: Sample[] = [];
      const began = performance.now();
      let [cpu, changes] = [await cpuSeconds(pid), 0];
      for (let minute = 1; minute <= MINUTES; minute += 1) {
        const from = performance.now();
        const tunnels = bench.ask('vm-k8s', LASTING_TUNNELS);
        while (performance.now() - began < minute * 60_000) {
          await CHANGES[changes % CHANGES.length]?.();
          changes += 1;
          await pause(BETWEEN_MS);
        }
        const used = await cpuSeconds(pid);
        const sample: Sample = {
          minute,
          memory: await residentMiB(pid),
          cpuPercent: (100_000 * (used - cpu)) / (performance.now() - from),
          ...(await openFiles(pid)),
          tunnels: Number((await tunnels).trim()),
          changes,
        };
        cpu = used;
        samples.push(sample);
        process.stdout.write(`${JSON.stringify(sample)}\n`);
      }

      // What is on the screen at the end is what kubectl says: nothing old is left, nothing new is missing.
      await kubectl(`scale deployment ${NAME} --replicas=3`);
      await kubectl(`rollout status deployment ${NAME} --timeout=120s`);
      const shown = (): readonly string[] => {
        const found = [...seen.text().matchAll(new RegExp(`${NAME}-[a-z0-9]+-[a-z0-9]+`, 'g'))];
        return [...new Set(found.map(([name]) => name))].toSorted();
      };
      const told = async (): Promise<readonly string[]> =>
        (await kubectl(`get pods -l app=${NAME} -o name`))
          .trim()
          .split('\n')
          .map((line) => line.replace('pod/', ''))
          .toSorted();
      await expect
        .poll(async () => ({ shown: shown(), told: await told() }), { timeout: 120_000, interval: 1_000 })
        .toSatisfy((all) => all.told.length === 3 && all.shown.join() === all.told.join());

      // The bounded buffers fill in the first third.
      const third = Math.max(1, Math.floor(samples.length / 3));
      const [first, middle, last] = [
        samples.slice(0, third),
        samples.slice(third, -third),
        samples.slice(-third),
      ];
      const most = (of: readonly Sample[], key: 'sockets' | 'files' | 'tunnels'): number =>
        Math.max(...of.map((sample) => sample[key]));
      const memory = (of: readonly Sample[]): number => median(of.map((sample) => sample.memory));
      for (const key of ['sockets', 'files', 'tunnels'] as const)
        expect(most(last, key), key).toBeLessThanOrEqual(most(first, key));
      expect(memory(last)).toBeLessThan(memory(middle.length > 0 ? middle : first) + SLACK_MIB);
    },
  );
});
