/**
 * Phases B, C, D and R on three real hosts, by the built program alone, after phase-a.test.ts: from green hosts to two Ready
 * nodes, a second time without a change, and green by itself after all three were restarted.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { HOST_NAMES } from '../../src/lab/types.js';
import { cli, type Finished } from '../support/cli.js';
import { shows } from '../support/verified.js';
import { createBench, LAB_FILE, outside, type Bench } from './lab.js';

const GROUND = ['A1', 'A2', 'A3', 'A4'];
const STEPS = [
  'B1',
  'B2',
  'B3',
  'B4',
  'B5',
  'B6',
  'B7',
  'C1',
  'C2',
  'C3',
  'C4',
  'C5',
  'D1',
  'D2',
  'D3',
  'D4',
];
/** Steps whose gates a fresh host may pass: a worker without any firewall is what D4 wants at first. */
const MAYBE_GREEN = ['D4'];
const CHECKLIST = ['R1', 'R2', 'R3', 'R4', 'R5'];
/** Installing all of it takes a quarter of an hour and the internet (or what stands in for it): only when asked for. */
const WANTED = process.env['THREEBODY_LAB_CLUSTER'] === '1';
/** After a start all that boots is given this long. */
const BOOT = '300s';
const reboot = outside('REBOOT');

const resultsSchema = z.object({
  gates: z.array(
    z.object({
      gate: z.string(),
      subject: z.string(),
      verdict: z.string(),
      say: z.object({ en: z.string() }).optional(),
    }),
  ),
});
type Results = z.infer<typeof resultsSchema>['gates'];

describe.skipIf(LAB_FILE === undefined || !WANTED)('phases B, C, D and R on real hosts', () => {
  const labFile = LAB_FILE ?? '';
  let bench: Bench;

  const program = (...args: readonly string[]): Promise<Finished> =>
    cli([...args, '--lab', labFile], { env: bench.env });
  const check = async (
    ...args: readonly string[]
  ): Promise<{ readonly gates: Results; readonly code: number | null }> => {
    const { stdout, code, stderr } = await program('check', ...args, '--json');
    const parsed = resultsSchema.safeParse(JSON.parse(stdout === '' ? '{}' : stdout));
    if (!parsed.success) throw new Error(stderr);
    return { gates: parsed.data.gates, code };
  };
  const open = (gates: Results): readonly string[] =>
    gates
      .filter(({ verdict }) => verdict !== 'pass' && verdict !== 'warn')
      .map(({ gate, subject, verdict, say }) => `${gate}@${subject} ${verdict}: ${say?.en ?? ''}`);

  /** Runs the program to a good end: every gate is green. */
  const ran = async (...args: readonly string[]): Promise<void> => {
    const { code, stdout, stderr } = await program(...args);
    expect(code, stdout + stderr).toBe(0);
  };

  beforeAll(async () => {
    bench = await createBench(labFile);
    const accepted = await program('connect', '--accept-host-keys');
    if (accepted.code !== 0) throw new Error(accepted.stderr);
    const ground = await program('run', ...GROUND, '--yes');
    if (ground.code !== 0) throw new Error(ground.stdout + ground.stderr);
  });
  afterAll(() => bench.remove());

  it.for(STEPS)('%s is red, runs, and is green', async (step, { task }) => {
    const before = await check(step);
    shows(task, 'real', [step], ...(before.code === 1 ? (['red', 'green'] as const) : (['green'] as const)));
    expect(before.code, step).toBe(MAYBE_GREEN.includes(step) ? before.code : 1);
    await ran('run', step, '--yes');
    const after = await check(step);
    expect(open(after.gates)).toEqual([]);
  });

  it('changes nothing when all of it is run again', async ({ task }) => {
    shows(task, 'real', STEPS, 'again');
    const listings = (): Promise<readonly ReadonlyMap<string, string>[]> =>
      Promise.all(HOST_NAMES.map((host) => bench.etc(host)));
    const before = await listings();
    for (const step of STEPS) await ran('run', step, '--yes');
    expect(await listings()).toEqual(before);
  });

  it.skipIf(reboot === null)('is green by itself after all three hosts were restarted', async ({ task }) => {
    shows(task, 'real', [...STEPS, ...CHECKLIST], 'reboot');
    await Promise.all(HOST_NAMES.map((host) => reboot?.(host)));
    const { gates } = await check(...STEPS, ...CHECKLIST, '--retry-timeout', BOOT);
    expect(open(gates)).toEqual([]);
  });
});
