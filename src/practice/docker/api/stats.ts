/** What a container uses: numbers that follow from its program, its processes and the time it has been up. */
import type { Container } from '../container.js';
import type { Handler } from './exchange.js';

const MIB = 2 ** 20;
/** How often a stream brings a sample, simulated ms, and the least in real ones. */
const EVERY_MS = 1000;
const LEAST_MS = 250;
/** What a program takes: share of one processor at rest, memory in MiB, threads. */
interface Appetite {
  readonly cpu: number;
  readonly memoryMiB: number;
  readonly pids: number;
}
const USUAL: Appetite = { cpu: 0.003, memoryMiB: 24, pids: 6 };
/** Rounded from what such containers show when nobody uses them much. */
const APPETITES: Readonly<Record<string, Appetite>> = {
  nginx: { cpu: 0.0008, memoryMiB: 7, pids: 3 },
  shell: { cpu: 0.0002, memoryMiB: 2, pids: 1 },
  mysql: { cpu: 0.012, memoryMiB: 390, pids: 38 },
  image: { cpu: 0.004, memoryMiB: 48, pids: 11 },
  'harbor-core': { cpu: 0.012, memoryMiB: 62, pids: 14 },
  'harbor-db': { cpu: 0.015, memoryMiB: 74, pids: 12 },
  'harbor-redis': { cpu: 0.006, memoryMiB: 9, pids: 6 },
  'harbor-jobservice': { cpu: 0.008, memoryMiB: 30, pids: 10 },
  'harbor-proxy': { cpu: 0.002, memoryMiB: 9, pids: 3 },
  'harbor-portal': { cpu: 0.0006, memoryMiB: 8, pids: 3 },
  'harbor-log': { cpu: 0.002, memoryMiB: 10, pids: 7 },
};

interface CpuStats {
  readonly cpu_usage: {
    readonly total_usage: number;
    readonly usage_in_kernelmode: number;
    readonly usage_in_usermode: number;
  };
  readonly system_cpu_usage?: number;
  readonly online_cpus?: number;
  readonly throttling_data: {
    readonly periods: number;
    readonly throttled_periods: number;
    readonly throttled_time: number;
  };
}
const NO_CPU: CpuStats = {
  cpu_usage: { total_usage: 0, usage_in_kernelmode: 0, usage_in_usermode: 0 },
  throttling_data: { periods: 0, throttled_periods: 0, throttled_time: 0 },
};

/** A number from 0 to 2π that is the container's own, so that not all of them breathe alike. */
const phaseOf = (container: Container): number => (Number.parseInt(container.id.slice(0, 6), 16) % 628) / 100;
const appetiteOf = (container: Container): Appetite => APPETITES[container.image.program] ?? USUAL;

/**
 * Processor time since the start, seconds: a burst while the program comes up, then a load that comes and goes. It is
 * the integral of a rate that is never negative, so it never runs backwards.
 */
function cpuSeconds(container: Container, up: number): number {
  const { cpu } = appetiteOf(container);
  const phase = phaseOf(container);
  const wave = 3.5 * (Math.cos(phase) - Math.cos(up / 7 + phase));
  return 0.6 * (1 - Math.exp(-up / 2)) + cpu * (up + wave);
}
function cpuAt(container: Container, now: number): CpuStats {
  const { machine } = container.host;
  const up = Math.max(0, (now - container.startedAt) / 1000);
  const total = Math.round(cpuSeconds(container, up) * 1e9);
  const kernel = Math.round(total * 0.3);
  return {
    cpu_usage: {
      total_usage: total,
      usage_in_kernelmode: kernel,
      usage_in_usermode: total - kernel,
    },
    // All processors together, idle time included, since the boot.
    system_cpu_usage: Math.round(
      (machine.uptimeSeconds - (machine.now() - now) / 1000) * machine.sizes.cpus * 1e9,
    ),
    online_cpus: machine.sizes.cpus,
    throttling_data: NO_CPU.throttling_data,
  };
}

/** One sample. @param before processor numbers of the sample before it */
function sample(container: Container, now: number, before: CpuStats, beforeAt: number) {
  const { id, name } = container;
  const iso = (ms: number) => (ms === 0 ? '0001-01-01T00:00:00Z' : new Date(ms).toISOString());
  const common = { name: `/${name}`, id, num_procs: 0, storage_stats: {} };
  if (container.status !== 'running')
    return {
      ...common,
      read: iso(0),
      preread: iso(0),
      pids_stats: {},
      blkio_stats: {},
      cpu_stats: NO_CPU,
      precpu_stats: NO_CPU,
      memory_stats: {},
    };
  const up = (now - container.startedAt) / 1000;
  const own = appetiteOf(container);
  const processes = container.inside.kernel.processes.length;
  const wave = Math.sin(up / 23 + phaseOf(container));
  const used = Math.round((own.memoryMiB * (0.94 + 0.04 * wave) + 1.5 * processes) * MIB);
  const cache = Math.round(used * 0.12);
  const traffic = Math.round(1_800 + up * (container.spec.ports.length > 0 ? 420 : 95));
  const read = Math.round(container.image.sizeBytes * 0.04);
  const written = 4096 * Math.round(1 + up / 9);
  return {
    ...common,
    read: iso(now),
    preread: iso(beforeAt),
    pids_stats: { current: own.pids + processes, limit: 4_613 },
    blkio_stats: {
      io_service_bytes_recursive: [
        { major: 8, minor: 0, op: 'read', value: read - (read % 4096) },
        { major: 8, minor: 0, op: 'write', value: written },
      ],
    },
    cpu_stats: cpuAt(container, now),
    precpu_stats: before,
    memory_stats: {
      usage: used + cache,
      stats: { anon: used, file: cache, inactive_file: cache, active_file: 0 },
      limit: container.host.machine.memoryTotalKiB * 1024,
    },
    ...(container.addresses.size === 0
      ? {}
      : {
          networks: Object.fromEntries(
            [...container.addresses.keys()].map((_network, index) => [
              `eth${index}`,
              {
                rx_bytes: traffic,
                rx_packets: Math.round(traffic / 90),
                rx_errors: 0,
                rx_dropped: 0,
                tx_bytes: Math.round(traffic * 0.7),
                tx_packets: Math.round(traffic / 110),
                tx_errors: 0,
                tx_dropped: 0,
              },
            ]),
          ),
        }),
  };
}

export const stats: Handler = async (exchange) => {
  const { container, engine, over } = exchange;
  const { clock, machine } = engine.host;
  const now = machine.now();
  if (exchange.query.has('stream') && !exchange.flag('stream')) {
    // Two samples a second apart, unless one is enough; the first can be told as well as the second.
    const earlier = Math.max(container.startedAt, now - EVERY_MS);
    const blank = exchange.flag('one-shot') || container.status !== 'running';
    exchange.json(
      200,
      sample(container, now, blank ? NO_CPU : cpuAt(container, earlier), blank ? 0 : earlier),
    );
    return;
  }
  exchange.begin('application/json');
  let before = NO_CPU;
  let beforeAt = 0;
  while (!over.aborted && engine.containers.includes(container)) {
    const one = sample(container, machine.now(), before, beforeAt);
    await exchange.send(`${JSON.stringify(one)}\n`);
    before = one.cpu_stats;
    beforeAt = container.status === 'running' ? Date.parse(one.read) : 0;
    await new Promise<void>((resolve) => {
      const done = () => {
        cancel();
        over.removeEventListener('abort', done);
        resolve();
      };
      const cancel = clock.later(EVERY_MS, LEAST_MS, done);
      over.addEventListener('abort', done, { once: true });
    });
  }
  if (!over.aborted) exchange.response.end();
};
