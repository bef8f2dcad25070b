/** Texts of assets/runbook → a checked Runbook, or every mistake with its place. Pure; load.ts reads the files. */
import { type Diagnostic, type SourcePlace } from '../lab/types.js';
import { nearest } from '../lab/nearest.js';
import { readYaml } from '../lab/yaml.js';
import { checkContent, type PlaceOf } from './check.js';
import { duplicate } from './mistakes.js';
import { glossarySchema, phaseSchema, trackSchema, type PhaseSource } from './schema.js';
import type { GlossaryTerm, Phase, Runbook } from './types.js';

/** Everything a runbook consists of, as texts. `name` is the path shown in messages. */
export interface RunbookSource {
  readonly files: Readonly<Record<string, { readonly name: string; readonly text: string }>>;
  readonly glossary: { readonly name: string; readonly text: string } | null;
  readonly templates: Readonly<Record<string, string>>;
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
  const placers = new Map<string, (path: readonly PropertyKey[]) => SourcePlace>();
  const scripts = new Map<string, string>();
  track.value.phases.forEach((fileName, index) => {
    const file = source.files[fileName];
    if (file === undefined) {
      diagnostics.push(missingPhase(fileName, Object.keys(source.files), track.placeOf(['phases', index])));
      return;
    }
    const phase = readYaml(file.text, file.name, phaseSchema);
    diagnostics.push(...phase.diagnostics);
    if (phase.value === null) return;
    if (placers.has(phase.value.id)) {
      diagnostics.push(duplicate({ id: 'fase', en: 'phase' }, phase.value.id, phase.placeOf(['id'])));
      return;
    }
    placers.set(phase.value.id, phase.placeOf);
    scripts.set(phase.value.id, file.text);
    phases.push(placePhase(phase.value, phase.placeOf));
  });

  let glossary: readonly GlossaryTerm[] = [];
  if (source.glossary !== null) {
    const terms = readYaml(source.glossary.text, source.glossary.name, glossarySchema);
    diagnostics.push(...terms.diagnostics);
    glossary = terms.value ?? [];
  }
  if (diagnostics.length > 0) return { runbook: null, diagnostics };

  const { phases: _files, parameters, ...rest } = track.value;
  const runbook: Runbook = {
    track: rest,
    parameters,
    phases,
    glossary,
    templates: source.templates,
    prelude: source.templates['prelude.sh'] ?? '',
  };
  const fallback = track.placeOf([]);
  const placeOf: PlaceOf = (phase, path) => placers.get(phase)?.(path) ?? fallback;
  const mistakes = checkContent(runbook, placeOf, track.placeOf, (phase) => scripts.get(phase) ?? '');
  return { runbook: mistakes.length > 0 ? null : runbook, diagnostics: mistakes };
}

function placePhase(source: PhaseSource, placeOf: (path: readonly PropertyKey[]) => SourcePlace): Phase {
  return {
    ...source,
    steps: source.steps.map((step, s) => ({
      ...step,
      phase: source.id,
      place: placeOf(['steps', s]),
      actions: step.actions.map((action, a) => ({ ...action, place: placeOf(['steps', s, 'actions', a]) })),
      gates: step.gates.map((gate, g) => ({
        ...gate,
        fullId: `${step.id}.${gate.id}`,
        step: step.id,
        place: placeOf(['steps', s, 'gates', g]),
      })),
    })),
  };
}

function missingPhase(name: string, known: readonly string[], place: SourcePlace): Diagnostic {
  const close = nearest(name, known);
  return {
    place,
    what: { id: `berkas fase ${name} tidak ada`, en: `the phase file ${name} does not exist` },
    remedy:
      close === null
        ? {
            id: 'Buat berkas itu di samping track.yaml, atau hapus barisnya.',
            en: 'Write it beside track.yaml, or remove the line.',
          }
        : { id: `Maksudnya ${close}?`, en: `Did you mean ${close}?` },
  };
}
