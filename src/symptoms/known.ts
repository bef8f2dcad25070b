/** Ids that a symptom may name, and what is said of one that does not exist. Pure. */
import type { Diagnostic, SourcePlace, Text } from '../lab/types.js';
import { unknown } from '../runbook/mistakes.js';
import type { Runbook, Step } from '../runbook/types.js';

/** Where a path inside a file stands. */
export type Placer = (path: readonly PropertyKey[]) => SourcePlace;

/** Ids of the runbook that a symptom may name. */
export interface KnownIds {
  readonly steps: readonly Step[];
  readonly gates: readonly string[];
  readonly terms: readonly string[];
}

/** What the runbook holds. */
export function knownOf(runbook: Runbook): KnownIds {
  const steps = runbook.phases.flatMap((phase) => phase.steps);
  return {
    steps,
    gates: steps.flatMap((step) => step.gates.map((gate) => gate.fullId)),
    terms: runbook.glossary.map((term) => term.id),
  };
}

/** Says of each id that does not exist where it stands and which one is near. */
export function checkKnown(
  kind: Text,
  ids: readonly string[],
  known: readonly string[],
  place: (index: number) => SourcePlace,
  out: Diagnostic[],
): void {
  ids.forEach((id, index) => {
    if (!known.includes(id)) out.push(unknown(kind, id, known, place(index)));
  });
}
