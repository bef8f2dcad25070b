/**
 * `npm run soak [-- MINUTES]`: the live services are left open while everything they follow changes and breaks, and
 * once a minute it is counted what they hold. What is flat stays flat; what grows is a leak. See soak-far.ts, soak-near.ts.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { buildHalves, startHalf } from './halves.js';
import { median, quantile, type Row } from './statistics.js';

const PODS = 2_000;
const BETWEEN_MS = 60_000;
const sampleSchema = z.record(z.string(), z.number());
type Sample = z.output<typeof sampleSchema>;
const leftSchema = z.object({ left: z.array(z.string()), sockets: z.number(), files: z.number() });

/** How fast a figure grows: the slope of the line through the samples, an hour. */
function slopeAnHour(samples: readonly Sample[], key: string): number {
  const points = samples.map((sample) => ({ x: (sample['minute'] ?? 0) / 60, y: sample[key] ?? 0 }));
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map((point) => point.x)), mean(points.map((point) => point.y))];
  const spread = points.reduce((sum, point) => sum + (point.x - x) ** 2, 0);
  return spread === 0 ? 0 : points.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0) / spread;
}

function tell(sample: Sample): void {
  const words = Object.entries(sample).map(
    ([name, value]) => `${name} ${Number.isInteger(value) ? value : value.toFixed(1)}`,
  );
  process.stdout.write(`${words.join('  ')}\n`);
}

/** @param minutes whole; the buffers that are bounded are full after some 25 of them */
export async function soak(minutes: number): Promise<readonly Row[]> {
  await buildHalves('soak-far', 'soak-near');
  const far = startHalf('soak-far', { args: [String(PODS)] });
  const samples: Sample[] = [];
  try {
    const where = await far.next();
    const near = startHalf('soak-near', { args: [where] });
    try {
      for (const { child } of [far, near])
        if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
      await near.next();
      for (let minute = 1; minute <= minutes; minute += 1) {
        await sleep(BETWEEN_MS);
        near.say('sample');
        far.say('sample');
        const [here, there] = await Promise.all([near.next(), far.next()]);
        const sample = {
          minute,
          ...sampleSchema.parse(JSON.parse(here)),
          ...sampleSchema.parse(JSON.parse(there)),
        };
        samples.push(sample);
        tell(sample);
      }
    } finally {
      near.child.stdin?.end();
    }
    const { left, files } = leftSchema.parse(JSON.parse(await near.next()));
    process.stdout.write(
      `closed: ${left.length === 0 ? 'nothing left open' : left.join(' ')}, ${files} files\n`,
    );
    const out = join(import.meta.dirname, 'out');
    await mkdir(out, { recursive: true });
    await writeFile(join(out, 'soak.json'), `${JSON.stringify({ schemaVersion: 1, samples, left })}\n`);
    return rowsOf(samples, left.length);
  } finally {
    await far.end();
  }
}

function rowsOf(samples: readonly Sample[], left: number): readonly Row[] {
  const later = samples.slice(Math.floor(samples.length / 2));
  const of = (key: string): readonly number[] => later.map((sample) => sample[key] ?? 0);
  const breaks = samples.at(-1)?.['breaks'] ?? 0;
  const how = `second half of ${samples.length} min, ${PODS} pods, 5 changes/s, ${breaks} breaks`;
  const row = (what: string, value: number, unit: string, target: number | null): Row => ({
    what,
    value,
    unit,
    target,
    how,
  });
  return [
    row('soak: memory', median(of('rssMiB')), 'MiB', null),
    row('soak: memory grows an hour', slopeAnHour(later, 'rssMiB'), 'MiB', null),
    row('soak: heap grows an hour', slopeAnHour(later, 'heapMiB'), 'MiB', null),
    row('soak: sockets, most', quantile(of('sockets'), 1), '', null),
    row('soak: sessions of sshd, most', quantile(of('sessions'), 1), '', null),
    row('soak: streams through sshd, most', quantile(of('forwards'), 1), '', null),
    row('soak: watches, most', quantile(of('watches'), 1), '', null),
    row('soak: share of a core', median(of('cpuPercent')), '%', 15),
    row('soak: handles left after closing', left, '', 0),
  ];
}
