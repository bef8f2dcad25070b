/**
 * Real hosts are broken, and the program finds it by itself, proves the cause on the right machine, mends it or says what a
 * person has to do, and sees that everything is green again. Skipped unless THREEBODY_LAB names a lab file and THREEBODY_FAULTS
 * is set: the hosts have been through phases A to D. Delivers the demo project when there is none, and takes it away again.
 * Faults and what breaks are those of assets/faults, given by the program itself; a cable is pulled from outside. The clock is
 * not among them: hosts that share a kernel cannot have one of their own.
 */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { loadFaults, loadSymptoms } from '../../src/symptoms/load.js';
import { cli, type Finished } from '../support/cli.js';
import { showsFault, type Healer } from '../support/fault-shown.js';
import { Delivery, kubectlOf, NAMESPACE } from './delivery.js';
import { ourRunbook } from '../unit/content/content.js';
import { ASSETS } from '../unit/project/support.js';
import { createBench, LAB_FILE, outside, type Bench } from './lab.js';

const [cut, heal] = [outside('CUT'), outside('HEAL')];
/** A lab under load may take this long to show a break, or to be well again, ms. */
const PATIENCE_MS = 180_000;

interface RealFault {
  readonly id: string;
  /** Told first. */
  readonly symptom: string;
  /** Proved. */
  readonly cause: string;
  readonly healed: Healer;
}
/** A cable is nothing that a script on the host could give back. */
const CUT = {
  id: 'link-cut',
  symptom: 'S02',
  cause: 'vm-off',
  healed: 'person',
} as const satisfies RealFault;
const runbook = await ourRunbook();
const { catalogue } = await loadSymptoms([ASSETS], runbook);
const { faults } = catalogue === null ? { faults: null } : await loadFaults([ASSETS], runbook, catalogue);
const REAL_FAULTS: readonly RealFault[] = [
  ...(faults ?? []).flatMap(({ id, hosts }) =>
    hosts === undefined ? [] : [{ id, symptom: hosts.symptom, cause: hosts.cause, healed: hosts.mends }],
  ),
  CUT,
];

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
  unanswered: z.array(resultSchema),
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
          `not ${what}: ${JSON.stringify(found.findings)}\n${JSON.stringify([found.unexplained, found.unanswered, found.silent])}\n${found.talk}`,
        );
      }
    }
    const well = (): Promise<unknown> => until('well', ({ exit }) => exit === 0);

    /** @throws Error with what the program says when it does not end well */
    async function fault(...args: readonly string[]): Promise<void> {
      const { code, stderr } = await program('fault', ...args);
      if (code !== 0) throw new Error(`fault ${args.join(' ')}: ${stderr}`);
    }
    const breaks = async ({ id }: RealFault): Promise<void> =>
      id === CUT.id ? cut?.('vm-worker') : fault(id, '--yes-destroy', id);
    const mends = async ({ id }: RealFault): Promise<void> =>
      id === CUT.id ? heal?.('vm-worker') : fault(id, '--heal', '--yes');

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

    it.for(REAL_FAULTS)('$id is $symptom, $cause, and mended by the $healed', async (one, { task, skip }) => {
      skip(one.id === CUT.id && (cut === null || heal === null), 'nothing can be cut');
      let broken = true;
      onTestFinished(async () => {
        if (broken) await mends(one);
      });
      await breaks(one);
      const tried = await until(
        `${one.symptom} first`,
        ({ findings: [first] }) => first?.symptom === one.symptom && first.cause !== null,
        '--fix',
        '--yes',
      );
      const [found] = tried.findings;
      expect(found?.cause?.id).toBe(one.cause);
      const healed = tried.fixed.some(({ helped }) => helped) ? 'program' : 'person';
      // Also what the program has mended is taken back: that has to leave it well.
      await mends(one);
      expect(healed, tried.talk).toBe(one.healed);
      expect(healed === 'program' || found?.fixes.some(({ byHand }) => byHand !== null)).toBe(true);
      await well();
      broken = false;
      showsFault(task, {
        fault: one.id,
        place: 'hosts',
        found: one.symptom,
        cause: one.cause,
        healed,
      });
    });
  },
);
