/** Texts of assets/faults → checked faults, or every mistake with its place. Pure; load.ts reads the files. */
import type { Diagnostic } from '../lab/types.js';
import { readYaml } from '../lab/yaml.js';
import { duplicate, FIX, mistake } from '../runbook/mistakes.js';
import { placeholderNames } from '../runbook/names.js';
import type { SourceText } from '../runbook/steps.js';
import type { Runbook } from '../runbook/types.js';
import { checkScript } from './check-questions.js';
import { faultSchema, type Fault, type FaultTold } from './fault-schema.js';
import { checkKnown, knownOf, type Placer } from './known.js';
import { LAYERS } from './schema.js';
import type { Catalogue, Symptom } from './types.js';

export interface ParsedFaults {
  /** Lowest layer first, then by id. */
  readonly faults: readonly Fault[] | null;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * @param files all files of assets/faults
 * @param runbook what steps and placeholders refer to
 * @param catalogue what symptoms and causes refer to
 */
export function parseFaults(
  files: readonly SourceText[],
  runbook: Runbook,
  catalogue: Catalogue,
): ParsedFaults {
  const diagnostics: Diagnostic[] = [];
  const faults: Fault[] = [];
  for (const file of files) {
    const { value, diagnostics: wrong, placeOf } = readYaml(file.text, file.name, faultSchema);
    diagnostics.push(...wrong);
    if (value === null) continue;
    if (faults.some((one) => one.id === value.id))
      diagnostics.push(duplicate({ id: 'gangguan', en: 'fault' }, value.id, placeOf(['id'])));
    const fault: Fault = { ...value, place: placeOf([]) };
    checkFault(fault, file.name, runbook, catalogue, placeOf, diagnostics);
    faults.push(fault);
  }
  if (diagnostics.length > 0) return { faults: null, diagnostics };
  const rank = (one: Fault): number => LAYERS.indexOf(one.layer);
  return {
    faults: faults.toSorted((a, b) => rank(a) - rank(b) || a.id.localeCompare(b.id)),
    diagnostics: [],
  };
}

function checkFault(
  fault: Fault,
  file: string,
  runbook: Runbook,
  catalogue: Catalogue,
  placeOf: Placer,
  out: Diagnostic[],
): void {
  const named = /([^/\\]+)\.yaml$/.exec(file)?.[1];
  if (named !== fault.id)
    out.push(
      mistake(
        placeOf(['id']),
        {
          id: `berkasnya bernama ${named ?? file}, bukan ${fault.id}`,
          en: `its file is called ${named ?? file}, not ${fault.id}`,
        },
        FIX,
      ),
    );
  const steps = knownOf(runbook).steps.map((one) => one.id);
  checkKnown({ id: 'langkah', en: 'step' }, fault['met-by'] ?? [], steps, (n) => placeOf(['met-by', n]), out);
  if (fault.practice !== undefined && fault.practice !== 'untold')
    checkTold(fault.practice, catalogue, (path) => placeOf(['practice', ...path]), out);
  if (fault.hosts === undefined) return;
  checkTold(fault.hosts, catalogue, (path) => placeOf(['hosts', ...path]), out);
  const names = placeholderNames(runbook.parameters);
  fault.hosts.actions.forEach((action, n) => {
    const at: Placer = (path) => placeOf(['hosts', 'actions', n, ...path]);
    for (const key of ['script', 'undo'] as const) {
      const script = action[key];
      if (script !== undefined) checkScript(script, names, at, [key], out);
    }
  });
}

function checkTold({ symptom, cause }: FaultTold, catalogue: Catalogue, at: Placer, out: Diagnostic[]): void {
  const known = catalogue.symptoms.map((one) => one.id);
  checkKnown({ id: 'gejala', en: 'symptom' }, [symptom], known, () => at(['symptom']), out);
  const causes = symptomsBelow(symptom, catalogue).flatMap((one) => one.causes.map(({ id }) => id));
  if (causes.length > 0)
    checkKnown(
      { id: `penyebab ${symptom}`, en: `cause of ${symptom}` },
      [cause],
      causes,
      () => at(['cause']),
      out,
    );
}

/** A symptom, and those at which a walk of it may go on. */
function symptomsBelow(id: string, { byId }: Catalogue): readonly Symptom[] {
  const found = new Map<string, Symptom>();
  const add = (name: string): void => {
    const symptom = byId.get(name);
    if (symptom === undefined || found.has(name)) return;
    found.set(name, symptom);
    for (const cause of symptom.causes) if (cause.symptom !== undefined) add(cause.symptom);
  };
  add(id);
  return [...found.values()];
}
