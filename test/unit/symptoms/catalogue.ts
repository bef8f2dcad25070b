/** Small catalogues for the tests beside this file. */
import { parseSymptoms, type ParsedSymptoms } from '../../../src/symptoms/parse.js';
import type { Catalogue, Observation, Symptom } from '../../../src/symptoms/types.js';
import { ourRunbook } from '../content/content.js';

const runbook = await ourRunbook();

/** A symptom that is complete, with what a test says of it laid over. */
export function source(over: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const say = { id: 'satu', en: 'one' };
  return {
    id: 'S01',
    layer: 'host',
    title: say,
    sees: say,
    why: say,
    signatures: [{ text: 'broken', examples: ['broken', 'is broken'], 'near-misses': ['whole', 'fine'] }],
    causes: [
      { id: 'first', say },
      { id: 'second', say },
    ],
    checks: [
      {
        id: 'ask',
        say,
        on: 'vm-k8s',
        probe: { command: 'echo' },
        expected: say,
        outcomes: [
          { when: { stdout: { is: 'first' } }, proves: 'first', say },
          { when: { stdout: { is: 'not-first' } }, 'rules-out': ['first'], say },
          { 'rules-out': ['first'], proves: 'second', say },
        ],
      },
    ],
    fixes: [{ id: 'mend', for: ['first', 'second'], say, 'by-hand': say }],
    ...over,
  };
}

export function parse(...sources: readonly Readonly<Record<string, unknown>>[]): ParsedSymptoms {
  return parseSymptoms(
    sources.map((one, index) => ({ name: `s${index}.yaml`, text: JSON.stringify(one) })),
    runbook,
  );
}

/** @throws Error with the mistakes */
export function catalogue(...sources: readonly Readonly<Record<string, unknown>>[]): Catalogue {
  const parsed = parse(...sources);
  if (parsed.catalogue === null) throw new Error(mistakes(parsed).join('\n'));
  return parsed.catalogue;
}
export function symptom(over: Readonly<Record<string, unknown>> = {}): Symptom {
  const [only] = catalogue(source(over)).symptoms;
  if (only === undefined) throw new Error('no symptom');
  return only;
}
export function mistakes({ diagnostics }: ParsedSymptoms): readonly string[] {
  return diagnostics.map(({ what }) => what.en);
}

export function seen(text: string, over: Partial<Observation> = {}): Observation {
  return { source: 'log', place: 'vm-k8s', object: 'x', text, fields: {}, at: 0, ...over };
}
