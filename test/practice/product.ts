/** The built program on a practice lab whose phases A to D are done: what the tests of phases E, F and M begin with. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { startPracticeLab, type PracticeLab, type PracticeOptions } from '../../src/practice/lab.js';
import { begin, type Finished, type Running } from '../support/cli.js';
import { Rehearsal } from './runbook.js';

const CLUSTER = ['C1', 'C2', 'C3', 'C4', 'C5', 'D1', 'D2', 'D3', 'D4'] as const;
const labSchema = z.looseObject({ secrets: z.record(z.string(), z.string()).optional() });
const gatesSchema = z.object({
  gates: z.array(
    z.object({
      gate: z.string(),
      verdict: z.string(),
      say: z.object({ id: z.string(), en: z.string() }).optional(),
    }),
  ),
});
type Gate = z.infer<typeof gatesSchema>['gates'][number];

export class Product {
  readonly lab: PracticeLab;
  /** Looks at the hosts beside the program. */
  readonly rehearsal: Rehearsal;
  readonly #directory: string;

  private constructor(lab: PracticeLab, rehearsal: Rehearsal, directory: string) {
    this.lab = lab;
    this.rehearsal = rehearsal;
    this.#directory = directory;
  }
  /**
   * A lab with Docker, Harbor, the edge, the runner and a cluster, but without an application.
   * @param parameters of the lab file
   */
  static async open(
    options: PracticeOptions,
    parameters: Readonly<Record<string, string>> = {},
  ): Promise<Product> {
    const directory = await mkdtemp(join(tmpdir(), 'threebody-product-'));
    // Simulated waits are cut to a twentieth: long enough for what polls, short enough for a test.
    const lab = await startPracticeLab({ timeScale: 0.05, ...options, stateDir: directory });
    const rehearsal = await Rehearsal.open(lab);
    await rehearsal.performAB();
    const steps = rehearsal.runbook.phases.flatMap((phase) => phase.steps);
    for (const id of CLUSTER)
      for (const host of steps.find((step) => step.id === id)?.hosts ?? []) await rehearsal.perform(id, host);
    const made = new Product(lab, rehearsal, directory);
    await made.configure(parameters);
    const accepted = await made.run('connect', '--accept-host-keys');
    if (accepted.code !== 0) throw new Error(accepted.stderr);
    return made;
  }
  /** Writes the lab file anew, with these parameters and secrets beside the practice lab's own. */
  async configure(
    parameters: Readonly<Record<string, string>>,
    secrets: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const file = labSchema.parse(parse(this.lab.labFileText));
    const harbor = this.rehearsal.secrets.get('harbor_admin_password') ?? '';
    const text = stringify({
      ...file,
      parameters,
      secrets: { ...file.secrets, harbor_admin_password: harbor, ...secrets },
    });
    await writeFile(join(this.#directory, 'lab.yaml'), text, { mode: 0o600 });
  }
  begin(...args: readonly string[]): Running {
    return begin([...args, '--lab', join(this.#directory, 'lab.yaml'), '--lang', 'en'], {
      env: { PATH: process.env['PATH'], HOME: this.#directory },
    });
  }
  run(...args: readonly string[]): Promise<Finished> {
    return this.begin(...args).finished;
  }
  /** Runs steps to a good end and gives all that was said. @throws Error with what was said, otherwise */
  async done(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run('run', ...args, '--yes');
    if (code !== 0) throw new Error(`run ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
    return stdout + stderr;
  }
  /** `step.gate` of the gates of a step that are not green, with what is said in English. */
  async notGreen(step: string): Promise<readonly string[]> {
    const { stdout, stderr } = await this.run('check', step, '--json');
    const found = gatesSchema.safeParse(JSON.parse(stdout === '' ? '{}' : stdout));
    if (!found.success) throw new Error(stderr);
    return found.data.gates.flatMap(({ gate, verdict, say }: Gate) =>
      verdict === 'pass' ? [] : [`${gate} ${verdict}: ${say?.en ?? ''}`],
    );
  }
  async close(): Promise<void> {
    this.rehearsal.close();
    await this.lab.close();
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 5 });
  }
}
