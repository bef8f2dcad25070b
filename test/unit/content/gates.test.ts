/** Every gate of our content against output as hosts really print it: green, red, and what lies between. */
import { describe, expect, test } from 'vitest';
import { judgeGate } from '../../../src/gates/judge.js';
import { holds } from '../../../src/gates/match.js';
import { LANGUAGES } from '../../../src/lab/types.js';
import { gateFixtures, gateFor, ourRunbook } from './content.js';

const runbook = await ourRunbook();
const fixtures = await gateFixtures();
const steps = runbook.phases.flatMap((phase) => phase.steps);
/** Every gate once: those that a step repeats are tried where they are written. */
const gates = steps.flatMap((step) =>
  step.gates.filter(({ id }) => !step.repeats.some((source) => id.startsWith(`${source.toLowerCase()}-`))),
);

describe('a gate judges what was really printed', () => {
  test.each(fixtures.map((one) => [`${one.gate}: ${one.name}`, one] as const))('%s', (_name, fixture) => {
    const gate = gateFor(runbook, fixture);
    expect(gate, `no gate ${fixture.gate}@${fixture.subject}`).toBeDefined();
    if (gate === undefined) return;
    const asked = Object.keys(gate.probes).sort();
    expect([...fixture.recordings.keys()].sort(), 'the places that this gate asks').toEqual(asked);
    const result = judgeGate(gate, fixture.recordings, 0);
    expect(result.verdict, result.say.en).toBe(fixture.expect);
    for (const language of LANGUAGES) expect(result.say[language]).not.toMatch(/\{\{|^$/);
  });
});

describe('a gate that cannot fail is a defect', () => {
  test.each(gates.map((gate) => [gate.fullId, gate] as const))('%s', (id, gate) => {
    const own = fixtures.filter((one) => one.gate === id);
    const verdicts = own.map((one) => one.expect);
    expect(verdicts, 'green').toContain('pass');
    expect(
      verdicts.some((one) => one === 'fail' || one === 'warn'),
      'red or yellow, not only unknown',
    ).toBe(true);
    const reached = new Set(
      own.map((one) => {
        const outcomes = gateFor(runbook, one)?.outcomes ?? [];
        return outcomes.findIndex(({ when }) => when === undefined || holds(when, one.recordings));
      }),
    );
    expect(
      gate.outcomes.map((_outcome, index) => index).filter((index) => !reached.has(index)),
      'outcomes that no fixture reaches',
    ).toEqual([]);
  });

  test('no fixture is left over from a gate that is gone', () => {
    const known = gates.map((gate) => gate.fullId);
    expect([...new Set(fixtures.map((one) => one.gate))].filter((id) => !known.includes(id))).toEqual([]);
  });
});

describe('a red gate helps', () => {
  test.each(gates.map((gate) => [gate.fullId, gate] as const))('%s', (_id, gate) => {
    for (const outcome of gate.outcomes) {
      if (outcome.verdict === 'pass') continue;
      const least = outcome.verdict === 'fail' ? 3 : 1;
      expect(outcome.hints?.length ?? 0, outcome.say?.en ?? '').toBeGreaterThanOrEqual(least);
    }
  });
});
