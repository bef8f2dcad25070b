/**
 * Real hosts are broken, and the program finds it by itself, proves the cause on the right machine, mends it or says what a
 * person has to do, and sees that everything is green again. Skipped unless THREEBODY_LAB names a lab file and THREEBODY_FAULTS
 * is set: the hosts have been through phases A to D. Delivers the demo project when there is none, and takes it away again.
 * The clock is not among the faults: hosts that share a kernel cannot have one of their own.
 */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { cli, type Finished } from '../support/cli.js';
import { showsFault } from '../support/fault-shown.js';
import { Delivery, kubectlOf, NAMESPACE } from './delivery.js';
import { createBench, LAB_FILE, outside, type Bench } from './lab.js';
import { REAL_FAULTS, type RealFault } from './real-faults.js';

const [cut, heal] = [outside('CUT'), outside('HEAL')];
/** A lab under load may take this long to show a break, or to be well again, ms. */
const PATIENCE_MS = 180_000;

const resultSchema = z.object({ key: z.string(), verdict: z.string(), say: z.object({ en: z.string() }) });
const diagnosisSchema = z.object({
  exit: z.number(),
  findings: z.array(
    z.object({
      symptom: z.string(),
      cause: z.object({ symptom: z.string(), id: z.string() }).nullable(),
      fixes: z.array(z.object({ id: z.string(), byHand: z.object({ en: z.string() }).nullable() })),
    }),
  ),
  unexplained: z.array(resultSchema),
  silent: z.array(z.string()),
  fixed: z.array(z.object({ fix: z.string(), carriedOut: z.boolean(), helped: z.boolean() })),
  after: z.array(resultSchema).nullable(),
});
type Diagnosis = z.infer<typeof diagnosisSchema>;

describe.skipIf(LAB_FILE === undefined || process.env['THREEBODY_FAULTS'] === undefined)(
  'a fault of real hosts',
  () => {
    let bench: Bench;
    let delivery: Delivery | null = null;

    const program = (...args: readonly string[]): Promise<Finished> =>
      delivery?.program(...args) ?? cli([...args, '--lab', LAB_FILE ?? ''], { env: bench.env });
    async function diagnose(...args: readonly string[]): Promise<Diagnosis & { readonly talk: string }> {
      const { stdout, stderr } = await program('diagnose', ...args, '--json');
      const found = diagnosisSchema.safeParse(JSON.parse(stdout === '' ? '{}' : stdout));
      if (!found.success) throw new Error(`${stderr}\n${found.error.message}`);
      return { ...found.data, talk: stderr };
    }
    /** Looks, and mends when asked to, until what is wanted is told. @throws Error with what is told instead, when the time is up */
    async function until(
      what: string,
      wanted: (found: Diagnosis) => boolean,
      ...args: readonly string[]
    ): Promise<Awaited<ReturnType<typeof diagnose>>> {
      const deadline = Date.now() + PATIENCE_MS;
      for (;;) {
        const found = await diagnose(...args);
        if (wanted(found)) return found;
        if (Date.now() < deadline) continue;
        throw new Error(
          `not ${what}: ${JSON.stringify(found.findings)}\n${JSON.stringify(found.unexplained)}\n${found.talk}`,
        );
      }
    }
    const well = (): Promise<unknown> => until('well', ({ exit }) => exit === 0);

    async function breaks({ breaks: deeds }: RealFault): Promise<void> {
      if (typeof deeds === 'string') await cut?.(deeds);
      else for (const { on, script } of deeds) await bench.ask(on, script);
    }
    async function mends({ breaks: deeds, mends: cures }: RealFault): Promise<void> {
      if (typeof deeds === 'string') await heal?.(deeds);
      for (const { on, script } of cures) await bench.ask(on, script);
    }

    beforeAll(async () => {
      bench = await createBench(LAB_FILE ?? '');
      const there = await kubectlOf(bench)(`get namespace ${NAMESPACE} -o name --ignore-not-found`);
      if (there.trim() === '') {
        delivery = new Delivery(bench);
        await delivery.prepare(LAB_FILE ?? '');
        await delivery.done('run', 'E1', 'E2', 'E3', '--yes');
      } else await program('connect', '--accept-host-keys');
    }, 900_000);
    afterAll(async () => {
      await delivery?.remove();
      await bench.remove();
    });

    it('is not claimed while the hosts are well', { timeout: 400_000 }, async () => {
      await well();
      expect((await diagnose()).findings).toEqual([]);
    });

    it.for(REAL_FAULTS)(
      '$id is $symptom, $cause, and mended by the $healed',
      async (fault, { task, skip }) => {
        skip(typeof fault.breaks === 'string' && (cut === null || heal === null), 'nothing can be cut');
        let broken = true;
        onTestFinished(async () => {
          if (broken) await mends(fault);
        });
        await breaks(fault);
        const tried = await until(
          `${fault.symptom} first`,
          ({ findings: [first] }) => first?.symptom === fault.symptom && first.cause !== null,
          '--fix',
          '--yes',
        );
        const [found] = tried.findings;
        expect(found?.cause?.id).toBe(fault.cause);
        const healed = tried.fixed.some(({ helped }) => helped) ? 'program' : 'person';
        if (healed === 'person') await mends(fault);
        expect(healed, tried.talk).toBe(fault.healed);
        expect(healed === 'program' || found?.fixes.some(({ byHand }) => byHand !== null)).toBe(true);
        // What is told last are all gates again.
        if (healed === 'person' || tried.exit !== 0) await well();
        broken = false;
        showsFault(task, {
          fault: fault.id,
          place: 'hosts',
          found: fault.symptom,
          cause: fault.cause,
          healed,
        });
      },
    );
  },
);
