/** Texts of assets/runbook → a checked Runbook, or every mistake with its place. Pure; load.ts reads the files. */
import type { Diagnostic } from '../lab/types.js';
import { readYaml } from '../lab/yaml.js';
import type { StoredFile } from '../project/files.js';
import { checkContent } from './check.js';
import { checkPath, readFlows, withKnownGates } from './check-path.js';
import { checkProject } from './check-project.js';
import { duplicate } from './mistakes.js';
import { placeholderNames } from './names.js';
import { expandRepeats } from './repeat.js';
import { glossarySchema, phaseSchema, trackSchema } from './schema.js';
import { missingFile, readSteps, type SourceText, type StepOrigin } from './steps.js';
import type { GlossaryTerm, Phase, Runbook, Step } from './types.js';

/** Everything a runbook consists of, as texts; files by their path below `runbook/`. */
export interface RunbookSource {
  readonly files: Readonly<Record<string, SourceText>>;
  readonly glossary: SourceText | null;
  readonly templates: Readonly<Record<string, string>>;
  /** What the lab's repository is made from. */
  readonly project?: readonly StoredFile[];
  /** path.yaml belongs to another runbook than the phases: gates that it names and that are not there are left out. */
  readonly foreignPath?: boolean;
}

export interface ParsedRunbook {
  readonly runbook: Runbook | null;
  readonly diagnostics: readonly Diagnostic[];
}

export function parseRunbook(source: RunbookSource): ParsedRunbook {
  const diagnostics: Diagnostic[] = [];
  const trackFile = source.files['track.yaml'];
  if (trackFile === undefined) {
    const what = { id: 'track.yaml tidak ada', en: 'there is no track.yaml' };
    const remedy = {
      id: 'Buat track.yaml dengan daftar fase.',
      en: 'Write a track.yaml that lists the phases.',
    };
    return { runbook: null, diagnostics: [{ place: null, what, remedy }] };
  }
  const track = readYaml(trackFile.text, trackFile.name, trackSchema);
  diagnostics.push(...track.diagnostics);
  if (track.value === null) return { runbook: null, diagnostics };

  const phases: Phase[] = [];
  const origins = new Map<Step, StepOrigin>();
  track.value.phases.forEach((fileName, index) => {
    const file = source.files[fileName];
    if (file === undefined) {
      diagnostics.push(missingFile(fileName, Object.keys(source.files), track.placeOf(['phases', index])));
      return;
    }
    const phase = readYaml(file.text, file.name, phaseSchema);
    diagnostics.push(...phase.diagnostics);
    if (phase.value === null) return;
    const { id } = phase.value;
    if (phases.some((one) => one.id === id)) {
      diagnostics.push(duplicate({ id: 'fase', en: 'phase' }, id, phase.placeOf(['id'])));
      return;
    }
    const read = readSteps(phase.value, file, phase.placeOf, source.files);
    diagnostics.push(...read.diagnostics);
    for (const [step, origin] of read.origins) origins.set(step, origin);
    phases.push({ ...phase.value, steps: read.steps });
  });

  let glossary: readonly GlossaryTerm[] = [];
  if (source.glossary !== null) {
    const terms = readYaml(source.glossary.text, source.glossary.name, glossarySchema);
    diagnostics.push(...terms.diagnostics);
    glossary = terms.value ?? [];
  }
  const flows = readFlows(source.files['path.yaml']);
  diagnostics.push(...flows.diagnostics);
  if (diagnostics.length > 0) return { runbook: null, diagnostics };

  const { phases: _files, parameters, ...rest } = track.value;
  const runbook: Runbook = {
    track: rest,
    parameters: parameters.map((one) => ({ ...one, default: one.default ?? '' })),
    phases,
    glossary,
    path: source.foreignPath === true ? withKnownGates(flows.flows, phases) : flows.flows,
    templates: source.templates,
    prelude: source.templates['prelude.sh'] ?? '',
    project: source.project?.map((file) => file.path) ?? [],
  };
  const mistakes = [
    ...checkContent(runbook, origins, track.placeOf),
    ...checkPath(runbook, source.files['path.yaml'], flows.placeOf),
  ];
  // A pack with a track of its own, which never sends the project, need not have the values that ours is filled with.
  if (phases.some((phase) => phase.steps.some(sendsProject)))
    mistakes.push(...checkProject(source.project ?? [], placeholderNames(runbook.parameters)));
  if (mistakes.length > 0) return { runbook: null, diagnostics: mistakes };
  return { runbook: { ...runbook, phases: expandRepeats(phases) }, diagnostics: [] };
}

function sendsProject(step: Step): boolean {
  return step.actions.some((action) => action.files.some((file) => file.project !== undefined));
}
