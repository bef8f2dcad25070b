/** Our catalogue: complete, without a dead end, with scripts that bash reads and signatures that tell messages apart. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HOST_NAMES } from '../../../src/lab/types.js';
import { missingSymptoms } from '../../../src/symptoms/check.js';
import { wrongExamples } from '../../../src/symptoms/examples.js';
import { loadSymptoms } from '../../../src/symptoms/load.js';
import {
  fillFor,
  fillUnknown,
  foundOf,
  renderCheck,
  renderFoundScript,
} from '../../../src/symptoms/render.js';
import { createRecogniser } from '../../../src/symptoms/recognise.js';
import type { Symptom } from '../../../src/symptoms/types.js';
import { labContext, ourRunbook } from '../content/content.js';

const runbook = await ourRunbook();
const context = labContext(runbook);
const assets = join(import.meta.dirname, '..', '..', '..', 'assets');
const { catalogue, diagnostics } = await loadSymptoms([assets], runbook);
const symptoms = catalogue?.symptoms ?? [];
const named = (list: readonly Symptom[]) => list.map((one) => [one.id, one] as const);
const nothing = foundOf([]);

it('has no mistake', () => {
  expect(diagnostics.map(({ place, what }) => `${place?.file ?? ''}:${place?.line ?? 0} ${what.en}`)).toEqual(
    [],
  );
});

/** Named by a gate, a cause or another symptom, and not written yet: this list only ever gets shorter. */
const NOT_WRITTEN: readonly string[] = [];

it('holds every symptom that is named anywhere', () => {
  expect(missingSymptoms(symptoms, runbook)).toEqual(NOT_WRITTEN);
});

describe.each(named(symptoms))('%s', (_id, symptom) => {
  it('has signatures that fit their examples and not the near misses', () => {
    expect(wrongExamples(symptom, fillFor(context))).toEqual([]);
  });

  it('is told in two languages', () => {
    for (const text of [symptom.sees, symptom.why]) expect(text.id).not.toBe(text.en);
  });

  it('asks what can be asked, with scripts that bash reads', () => {
    const scripts = symptom.checks.flatMap((check) =>
      Object.values(renderCheck(symptom, check, context, []).probes).flatMap((probe) =>
        probe.kind === 'command' ? [probe.script] : [],
      ),
    );
    for (const fix of symptom.fixes)
      for (const script of [fix.script, fix.undo, fix.satisfied])
        if (script !== undefined)
          scripts.push(renderFoundScript(script, context, fix.hosts?.[0] ?? HOST_NAMES[0], nothing));
    expect(scripts.flatMap(syntaxError)).toEqual([]);
  });
});

it('can be recognised in pasted text without a lab', () => {
  expect(() => catalogue !== null && createRecogniser(catalogue, fillUnknown)).not.toThrow();
});

function syntaxError(script: string): readonly string[] {
  const { stderr, status } = spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' });
  return status === 0 ? [] : [`${stderr}\n${script}`];
}
