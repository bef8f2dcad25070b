/** Our own content as the program reads it, and the fixtures of its gates, for the tests in this folder. */
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Recording } from '../../../src/gates/types.js';
import { HOST_NAMES, type Parameters, type Place, type Subject } from '../../../src/lab/types.js';
import { loadRunbook } from '../../../src/runbook/load.js';
import { renderGates } from '../../../src/runbook/render.js';
import type { RenderContext, RenderedGate, Runbook } from '../../../src/runbook/types.js';

const ASSETS = fileURLToPath(new URL('../../../assets', import.meta.url));
const FIXTURES = fileURLToPath(new URL('../../fixtures/gates', import.meta.url));

const text = z.strictObject({ id: z.string(), en: z.string() });
const place = z.enum([...HOST_NAMES, 'operator']);
const fixtureSchema = z
  .array(
    z.strictObject({
      name: z.string().min(1),
      source: z.enum(['recorded', 'written']),
      subject: z.enum([...HOST_NAMES, 'operator', 'lab']),
      parameters: z
        .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]))
        .default({}),
      recordings: z.partialRecord(
        place,
        z.strictObject({
          exit: z.number().nullable(),
          stdout: z.string(),
          stderr: z.string().default(''),
          error: text.nullable().default(null),
          ms: z.number().default(20),
        }),
      ),
      expect: z.enum(['pass', 'warn', 'fail', 'unknown']),
    }),
  )
  .min(1);
type Case = z.infer<typeof fixtureSchema>[number];

export interface Fixture {
  readonly gate: string;
  readonly name: string;
  readonly subject: Subject;
  readonly parameters: Parameters;
  readonly recordings: ReadonlyMap<Place, Recording>;
  readonly expect: Case['expect'];
}

/** @throws Error with every diagnostic when our own content does not load */
export async function ourRunbook(): Promise<Runbook> {
  const { runbook, diagnostics } = await loadRunbook(ASSETS);
  if (runbook === null || diagnostics.length > 0) {
    throw new Error(
      diagnostics.map((one) => `${one.place?.file}:${one.place?.line} ${one.what.en}`).join('\n'),
    );
  }
  return runbook;
}

/** A lab with every parameter at its default but those given. */
export function labContext(runbook: Runbook, parameters: Parameters = {}): Omit<RenderContext, 'host'> {
  const defaults = Object.fromEntries(runbook.parameters.map((one) => [one.name, one.default]));
  return {
    addresses: { 'vm-docker': '192.168.56.42', 'vm-k8s': '192.168.56.43', 'vm-worker': '192.168.56.44' },
    user: 'cikal',
    parameters: { ...defaults, ...parameters },
  };
}

const rendered = new Map<string, readonly RenderedGate[]>();

export function gateFor(runbook: Runbook, fixture: Fixture): RenderedGate | undefined {
  const key = JSON.stringify(fixture.parameters);
  const gates = rendered.get(key) ?? renderGates(runbook, labContext(runbook, fixture.parameters));
  rendered.set(key, gates);
  return gates.find((gate) => gate.gate === fixture.gate && gate.subject === fixture.subject);
}

/** Every case of every file `<step>.<gate>.yaml`. */
export async function gateFixtures(): Promise<readonly Fixture[]> {
  const names = (await readdir(FIXTURES)).filter((name) => name.endsWith('.yaml')).sort();
  const files = await Promise.all(
    names.map(async (name) => {
      const cases = fixtureSchema.parse(parse(await readFile(`${FIXTURES}/${name}`, 'utf8')));
      return cases.map((one) => toFixture(name.slice(0, -'.yaml'.length), one));
    }),
  );
  return files.flat();
}

function toFixture(gate: string, one: Case): Fixture {
  const recordings = new Map<Place, Recording>();
  for (const name of [...HOST_NAMES, 'operator'] as const) {
    const seen = one.recordings[name];
    if (seen === undefined) continue;
    const { exit, stdout, stderr, error, ms } = seen;
    recordings.set(name, {
      place: name,
      asked: gate,
      exit,
      stdout,
      stderr,
      error,
      startedAt: 0,
      durationMs: ms,
    });
  }
  const { name, subject, parameters, expect } = one;
  return { gate, name, subject, parameters, recordings, expect };
}
