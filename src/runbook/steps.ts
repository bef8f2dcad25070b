/** The steps of one phase: written in the phase's own file, or each in a file of its own. */
import { nearest } from '../lab/nearest.js';
import type { Diagnostic, SourcePlace } from '../lab/types.js';
import { readYaml } from '../lab/yaml.js';
import { stepSchema, type PhaseSource, type StepSource } from './schema.js';
import type { Step } from './types.js';

/** A text of the runbook; `name` is the path shown in messages. */
export interface SourceText {
  readonly name: string;
  readonly text: string;
}

type Placer = (path: readonly PropertyKey[]) => SourcePlace;

/** Where a step is written: places of paths inside it, and the text of its file. */
export interface StepOrigin {
  readonly placeOf: Placer;
  readonly text: string;
}

export interface ReadSteps {
  readonly steps: readonly Step[];
  readonly origins: ReadonlyMap<Step, StepOrigin>;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * @param phase a phase as its file has it
 * @param file that file
 * @param placeOf places inside it
 * @param files all files of the runbook by their path below `runbook/`
 */
export function readSteps(
  phase: PhaseSource,
  file: SourceText,
  placeOf: Placer,
  files: Readonly<Record<string, SourceText>>,
): ReadSteps {
  const origins = new Map<Step, StepOrigin>();
  const diagnostics: Diagnostic[] = [];
  const add = (source: StepSource, origin: StepOrigin): void => {
    origins.set(placeStep(phase.id, source, origin.placeOf), origin);
  };
  phase.steps.forEach((entry, index) => {
    if (typeof entry !== 'string') {
      add(entry, { text: file.text, placeOf: (path) => placeOf(['steps', index, ...path]) });
      return;
    }
    const found = files[entry];
    if (found === undefined) {
      diagnostics.push(missingFile(entry, Object.keys(files), placeOf(['steps', index])));
      return;
    }
    const step = readYaml(found.text, found.name, stepSchema);
    diagnostics.push(...step.diagnostics);
    if (step.value !== null) add(step.value, { text: found.text, placeOf: step.placeOf });
  });
  return { steps: [...origins.keys()], origins, diagnostics };
}

function placeStep(phase: string, source: StepSource, placeOf: Placer): Step {
  return {
    ...source,
    phase,
    place: placeOf([]),
    actions: source.actions.map((action, a) => ({ ...action, place: placeOf(['actions', a]) })),
    gates: source.gates.map((gate, g) => ({
      ...gate,
      fullId: `${source.id}.${gate.id}`,
      step: source.id,
      place: placeOf(['gates', g]),
    })),
  };
}

/** A file that is named but not there. */
export function missingFile(name: string, known: readonly string[], place: SourcePlace): Diagnostic {
  const close = nearest(name, known);
  return {
    place,
    what: { id: `berkas ${name} tidak ada`, en: `the file ${name} does not exist` },
    remedy:
      close === null
        ? {
            id: 'Buat berkas itu di samping track.yaml, atau hapus barisnya.',
            en: 'Write it beside track.yaml, or remove the line.',
          }
        : { id: `Maksudnya ${close}?`, en: `Did you mean ${close}?` },
  };
}
