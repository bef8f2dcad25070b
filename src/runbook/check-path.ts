/** path.yaml: read, and checked against the rest of the runbook. Pure. */
import type { Diagnostic, SourcePlace } from '../lab/types.js';
import { readYaml } from '../lab/yaml.js';
import { checkOutcomes, checkProbe, checkScript, linePlacer } from './check-probe.js';
import { duplicate, unknown } from './mistakes.js';
import { placeholderNames } from './names.js';
import { pathSchema, type FlowSource } from './path-schema.js';
import { expandRepeats } from './repeat.js';
import type { SourceText } from './steps.js';
import type { Phase, Runbook } from './types.js';

type Placer = (path: readonly PropertyKey[]) => SourcePlace;

/** @param file a runbook without one has no flows to show */
export function readFlows(file: SourceText | undefined): {
  readonly flows: readonly FlowSource[];
  readonly diagnostics: readonly Diagnostic[];
  readonly placeOf: Placer;
} {
  if (file === undefined)
    return { flows: [], diagnostics: [], placeOf: () => ({ file: 'path.yaml', line: 1, column: 1 }) };
  const { value, diagnostics, placeOf } = readYaml(file.text, file.name, pathSchema);
  return { flows: value ?? [], diagnostics, placeOf };
}

/** The flows without the gates that these phases do not have. */
export function withKnownGates(
  flows: readonly FlowSource[],
  phases: readonly Phase[],
): readonly FlowSource[] {
  const known = gateIds(phases);
  return flows.map((flow) => ({
    ...flow,
    hops: flow.hops.map((hop) => ({ ...hop, gates: hop.gates.filter((gate) => known.has(gate)) })),
  }));
}

function gateIds(phases: readonly Phase[]): ReadonlySet<string> {
  return new Set(
    expandRepeats(phases).flatMap((phase) =>
      phase.steps.flatMap((step) => step.gates.map((gate) => gate.fullId)),
    ),
  );
}

/** Ids that are unique, gates that exist, and of every hop what holds for a gate. */
export function checkPath(
  runbook: Runbook,
  file: SourceText | undefined,
  placeOf: Placer,
): readonly Diagnostic[] {
  const out: Diagnostic[] = [];
  const names = placeholderNames(runbook.parameters);
  const gates = [...gateIds(runbook.phases)];
  const seen = new Set<string>();
  runbook.path.forEach((flow, f) => {
    flow.hops.forEach((hop, h) => {
      const at: Placer = (path) => placeOf([f, 'hops', h, ...path]);
      const id = `${flow.id}.${hop.id}`;
      if (seen.has(id)) out.push(duplicate({ id: 'hop', en: 'hop' }, id, at(['id'])));
      seen.add(id);
      hop.gates.forEach((gate, g) => {
        if (!gates.includes(gate))
          out.push(unknown({ id: 'gate', en: 'gate' }, gate, gates, at(['gates', g])));
      });
      const script = (text: string, path: readonly PropertyKey[]): void => {
        out.push(...checkScript(text, names, linePlacer(file?.text ?? '', at(['probe', ...path]))));
      };
      checkProbe(hop.probe, names, (path) => at(['probe', ...path]), script, out);
      checkOutcomes(hop, names, (path) => at(['outcomes', ...path]), out);
    });
  });
  return out;
}
