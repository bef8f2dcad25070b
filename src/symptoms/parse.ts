/** Texts of assets/symptoms → a checked catalogue, or every mistake with its place. Pure; load.ts reads the files. */
import type { Diagnostic } from '../lab/types.js';
import { readYaml } from '../lab/yaml.js';
import { duplicate } from '../runbook/mistakes.js';
import type { SourceText } from '../runbook/steps.js';
import type { Runbook } from '../runbook/types.js';
import { checkCatalogue, type SymptomOrigin } from './check.js';
import { symptomSchema } from './schema.js';
import type { Catalogue, Symptom } from './types.js';

export interface ParsedSymptoms {
  readonly catalogue: Catalogue | null;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * @param files all files of assets/symptoms
 * @param runbook what steps, gates, terms and placeholders refer to
 */
export function parseSymptoms(files: readonly SourceText[], runbook: Runbook): ParsedSymptoms {
  const diagnostics: Diagnostic[] = [];
  const origins: SymptomOrigin[] = [];
  for (const file of files) {
    const { value, diagnostics: wrong, placeOf } = readYaml(file.text, file.name, symptomSchema);
    diagnostics.push(...wrong);
    if (value === null) continue;
    if (origins.some((one) => one.symptom.id === value.id))
      diagnostics.push(duplicate({ id: 'gejala', en: 'symptom' }, value.id, placeOf(['id'])));
    else origins.push({ symptom: { ...value, place: placeOf([]) }, placeOf, text: file.text });
  }
  if (diagnostics.length > 0) return { catalogue: null, diagnostics };
  const mistakes = checkCatalogue(origins, runbook);
  if (mistakes.length > 0) return { catalogue: null, diagnostics: mistakes };
  return { catalogue: catalogueOf(origins.map((one) => one.symptom)), diagnostics: [] };
}

/** Symptoms by the order of their ids. */
export function catalogueOf(symptoms: readonly Symptom[]): Catalogue {
  const sorted = symptoms.toSorted((a, b) => a.id.localeCompare(b.id));
  return { symptoms: sorted, byId: new Map(sorted.map((one) => [one.id, one])) };
}
