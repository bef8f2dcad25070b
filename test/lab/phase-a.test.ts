/** Phase A on three real hosts, by the built program alone: from bare to green and back, through reboots, kills and cuts. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { HOST_NAMES, type HostName } from '../../src/lab/types.js';
import { begin, cli, SLOW_PACK, type Finished } from '../support/cli.js';
import { shows } from '../support/verified.js';
import { createBench, LAB_FILE, outside, type Bench } from './lab.js';

const STEPS = ['A1', 'A2', 'A3', 'A4'];
const VICTIM: HostName = 'vm-docker';
/** The slow step has begun in this run of the program; jobs of earlier ones may be told before. */
const UNDER_WAY = /B1\/count · Counts to 24\.[^]*tick 3 of 24/;
const reboot = outside('REBOOT');
const cut = outside('CUT');
const heal = outside('HEAL');

const resultsSchema = z.object({
  schemaVersion: z.number(),
  gates: z.array(z.object({ gate: z.string(), subject: z.string(), verdict: z.string() })),
});

describe.skipIf(LAB_FILE === undefined)('phase A on real hosts', () => {
  const labFile = LAB_FILE ?? '';
  let bench: Bench;
  const bare = new Map<HostName, ReadonlyMap<string, string>>();

  const program = (...args: readonly string[]): Promise<Finished> =>
    cli([...args, '--lab', labFile], { env: bench.env });
  const slow = (...args: readonly string[]) =>
    begin([...args, '--lab', labFile, '--runbook', SLOW_PACK], { env: bench.env });
  const listings = async (): Promise<ReadonlyMap<HostName, ReadonlyMap<string, string>>> =>
    new Map(await Promise.all(HOST_NAMES.map(async (host) => [host, await bench.etc(host)] as const)));
  const verdicts = async (...args: readonly string[]) => {
    const { stdout, code, stderr } = await program('check', ...STEPS, '--json', ...args);
    const { gates } = resultsSchema.parse(JSON.parse(stdout));
    return { gates, code, stderr };
  };

  beforeAll(async () => {
    bench = await createBench(labFile);
    for (const [host, listing] of await listings()) bare.set(host, listing);
  });
  afterAll(async () => {
    await slow('undo', 'B1', '--yes').finished;
    await bench.remove();
  });

  it('refuses hosts that it has never seen until a person accepts their keys', async () => {
    const refused = await program('connect');
    expect(refused.code, refused.stderr).not.toBe(0);
    const accepted = await program('connect', '--accept-host-keys');
    expect(accepted.code, accepted.stderr).toBe(0);
  });

  it('is red on bare hosts', async ({ task }) => {
    shows(task, 'real', STEPS, 'red');
    const { gates, code } = await verdicts();
    expect(code).toBe(1);
    for (const host of HOST_NAMES) {
      expect(gates.some(({ subject, verdict }) => subject === host && verdict === 'fail')).toBe(true);
    }
  });

  it('becomes green by A1 to A4', async ({ task }) => {
    shows(task, 'real', STEPS, 'green');
    const run = await program('run', ...STEPS, '--yes');
    expect(run.code, run.stderr + run.stdout).toBe(0);
    const { gates, code } = await verdicts();
    expect(gates.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'warn')).toEqual([]);
    expect(code).toBe(0);
  });

  it('changes nothing when run again', async ({ task }) => {
    shows(task, 'real', STEPS, 'again');
    const before = await listings();
    const run = await program('run', ...STEPS, '--yes');
    expect(run.code, run.stderr + run.stdout).toBe(0);
    expect(await listings()).toEqual(before);
  });

  it.skipIf(reboot === null)('stays green through a reboot', async ({ task }) => {
    shows(task, 'real', STEPS, 'reboot');
    for (const host of HOST_NAMES) await reboot?.(host);
    const { gates, code } = await verdicts('--retry-timeout', '120s');
    expect(gates.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'warn')).toEqual([]);
    expect(code).toBe(0);
  });

  it('puts back byte for byte what it changed', async ({ task }) => {
    shows(task, 'real', STEPS, 'undo');
    const undo = await program('undo', ...STEPS.toReversed(), '--yes');
    expect(undo.code, undo.stderr + undo.stdout).toBe(0);
    const after = await listings();
    for (const host of HOST_NAMES) expect(after.get(host), host).toEqual(bare.get(host));
  });

  it('becomes green once more', async () => {
    const run = await program('run', ...STEPS, '--yes');
    expect(run.code, run.stderr + run.stdout).toBe(0);
  });

  it('follows a job again after the program was killed, and never runs it twice', async () => {
    const first = slow('run', 'B1', '--yes');
    await first.until(UNDER_WAY);
    first.child.kill('SIGKILL');
    expect((await first.finished).signal).toBe('SIGKILL');

    const second = await slow('run', 'B1', '--yes').finished;
    expect(second.stdout + second.stderr).toContain('tick 24 of 24');
    expect(await bench.ask(VICTIM, 'cat /var/tmp/threebody-slow/runs')).toBe('run\n');
    const check = await slow('check', 'B1').finished;
    expect(check.code, check.stdout + check.stderr).toBe(0);
    expect((await slow('undo', 'B1', '--yes').finished).code).toBe(0);
  });

  it.skipIf(reboot === null)(
    'calls nothing green that a reboot ended half-way, and does it anew',
    async () => {
      const first = slow('run', 'B1', '--yes');
      await first.until(UNDER_WAY);
      await reboot?.(VICTIM);
      const { code, stdout, stderr } = await first.finished;
      expect(code, stdout + stderr).not.toBe(0);
      expect(stderr).not.toContain('tick 24 of 24');
      expect((await slow('check', 'B1').finished).code).toBe(1);
      expect((await slow('undo', 'B1', '--yes').finished).code).toBe(0);
      const again = await slow('run', 'B1', '--yes').finished;
      expect(again.code, again.stdout + again.stderr).toBe(0);
      expect((await slow('undo', 'B1', '--yes').finished).code).toBe(0);
    },
  );

  it.skipIf(cut === null || heal === null)(
    'loses no output and repeats none when the link is cut',
    async () => {
      const run = slow('run', 'B1', '--yes');
      await run.until(UNDER_WAY);
      const lost = bench.lost(VICTIM);
      await cut?.(VICTIM);
      await lost;
      await heal?.(VICTIM);
      const { code, stdout, stderr } = await run.finished;
      expect(code, stdout + stderr).toBe(0);
      const ticks = stderr
        .split('B1/count · Counts to 24.')
        .at(-1)
        ?.match(/tick \d+ of 24/g);
      expect(ticks).toEqual(Array.from({ length: 24 }, (_, index) => `tick ${index + 1} of 24`));
      expect(await bench.ask(VICTIM, 'cat /var/tmp/threebody-slow/runs')).toBe('run\n');
    },
  );
});
