/** CPU and memory of a container, computed from Docker's counters as `docker stats` does it, on cgroup v1 and v2. */
import { z } from 'zod';
import type { ContainerUsage } from '../../state/live/rows.js';

const cpuSchema = z.object({
  cpu_usage: z.object({
    total_usage: z.number(),
    percpu_usage: z.array(z.number()).nullish(),
  }),
  system_cpu_usage: z.number().nullish(),
  online_cpus: z.number().nullish(),
});
const statsSchema = z.object({
  cpu_stats: cpuSchema,
  precpu_stats: cpuSchema,
  memory_stats: z.object({
    usage: z.number().nullish(),
    limit: z.number().nullish(),
    stats: z.record(z.string(), z.number()).nullish(),
  }),
});

/**
 * Understands one sample of the stream; null when it is none, or when there is no earlier one to compare with (the
 * first of a stream, and a container that has just stopped).
 * @param at operator's clock, epoch ms
 * @param limited the container has a memory limit of its own; without one Docker gives the machine's memory
 */
export function readUsage(sample: unknown, at: number, limited: boolean): ContainerUsage | null {
  const found = statsSchema.safeParse(sample);
  if (!found.success) return null;
  const { cpu_stats: now, precpu_stats: before, memory_stats: memory } = found.data;
  if (memory.usage == null || now.system_cpu_usage == null || !before.system_cpu_usage) return null;
  const used = now.cpu_usage.total_usage - before.cpu_usage.total_usage;
  const passed = now.system_cpu_usage - before.system_cpu_usage;
  const cpus = now.online_cpus || (now.cpu_usage.percpu_usage?.length ?? 0) || 1;
  // File pages that nobody has touched lately can go at any time: `total_inactive_file` on cgroup v1.
  const cache = memory.stats?.['total_inactive_file'] ?? memory.stats?.['inactive_file'] ?? 0;
  return {
    at,
    cpuPercent: used > 0 && passed > 0 ? (used / passed) * cpus * 100 : 0,
    memoryBytes: cache < memory.usage ? memory.usage - cache : memory.usage,
    memoryLimitBytes: limited && memory.limit != null && memory.limit > 0 ? memory.limit : null,
  };
}
