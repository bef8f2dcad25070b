/** What a cluster of 5,000 pods costs of which 50 change every second: see kube-churn.ts. */
import { z } from 'zod';
import { buildHalves, startHalf } from './halves.js';
import type { Row } from './statistics.js';

const PODS = 5_000;
const serverSchema = z.object({ port: z.number(), home: z.string() });
const resultSchema = z.record(z.string(), z.number());

/** @param seconds how long changes are followed */
export async function measureKube(seconds: number): Promise<readonly Row[]> {
  await buildHalves('kube-churn');
  const server = startHalf('kube-churn', { args: ['server', String(PODS)] });
  try {
    const where = serverSchema.parse(JSON.parse(await server.next()));
    const client = startHalf('kube-churn', {
      args: ['client', JSON.stringify({ ...where, pods: PODS, seconds })],
    });
    await client.next();
    server.say('churn');
    const told = resultSchema.parse(JSON.parse(await client.next()));
    const how = `${PODS} pods over SSH, ${Math.round(told['changesPerSecond'] ?? 0)} changes/s for ${seconds} s`;
    const row = (what: string, key: string, unit: string, target: number | null = null): Row => ({
      what,
      value: told[key] ?? 0,
      unit,
      target,
      how,
    });
    return [
      row('kubernetes: from nothing to all rows', 'listMs', 'ms'),
      row('kubernetes: processor time of that', 'listCpuMs', 'ms'),
      row('kubernetes: longest stall while listing', 'listStallMs', 'ms'),
      row('kubernetes: processor while pods change', 'cpuPercent', '%'),
      row('kubernetes: event loop, p99 of stalls', 'churnStallMs', 'ms'),
      row('kubernetes: memory before', 'beforeMiB', 'MiB'),
      row('kubernetes: memory with all rows', 'listedMiB', 'MiB', 120),
      row('kubernetes: memory after the changes', 'afterMiB', 'MiB', 120),
    ];
  } finally {
    await server.end();
  }
}
