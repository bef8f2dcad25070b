/** What a schema cannot say of symptoms: ids that exist, graphs without a dead end, expressions that are safe. Pure. */
import type { Diagnostic, SourcePlace } from '../lab/types.js';
import { duplicate, FIX, mistake } from '../runbook/mistakes.js';
import type { Runbook } from '../runbook/types.js';
import { checkFixes } from './check-fixes.js';
import { checkQuestions } from './check-questions.js';
import { checkKnown, knownOf, type KnownIds, type Placer } from './known.js';
import { riskOf } from './pattern-safety.js';
import type { FieldMatcher, Pattern } from './schema.js';
import type { Symptom } from './types.js';

type Path = readonly PropertyKey[];

/** A symptom with where it is written. */
export interface SymptomOrigin {
  readonly symptom: Symptom;
  readonly placeOf: Placer;
  readonly text: string;
}

/** @param origins all symptoms of the catalogue */
export function checkCatalogue(origins: readonly SymptomOrigin[], runbook: Runbook): readonly Diagnostic[] {
  const known = knownOf(runbook);
  return origins.flatMap(({ symptom, placeOf }) => {
    const out: Diagnostic[] = [];
    checkLinks(symptom, known, placeOf, out);
    checkIds(symptom, placeOf, out);
    checkSignatures(symptom, placeOf, out);
    checkQuestions(symptom, runbook, placeOf, out);
    checkFixes(symptom, runbook, known, placeOf, out);
    return out;
  });
}

function checkLinks(
  symptom: Symptom,
  { steps, gates, terms }: KnownIds,
  placeOf: Placer,
  out: Diagnostic[],
): void {
  const at = (key: string) => (index: number) => placeOf([key, index]);
  checkKnown(
    { id: 'langkah', en: 'step' },
    symptom.steps,
    steps.map((one) => one.id),
    at('steps'),
    out,
  );
  checkKnown({ id: 'gate', en: 'gate' }, symptom.gates, gates, at('gates'), out);
  checkKnown({ id: 'istilah', en: 'glossary term' }, symptom.terms, terms, at('terms'), out);
  const explained = symptom.explains.map((one) => (typeof one === 'string' ? one : one.symptom));
  const itself = [...explained, ...symptom.causes.map((one) => one.symptom)].includes(symptom.id);
  if (itself)
    out.push(
      mistake(
        placeOf(['id']),
        { id: `${symptom.id} menunjuk dirinya sendiri`, en: `${symptom.id} refers to itself` },
        FIX,
      ),
    );
}

function checkIds(symptom: Symptom, placeOf: Placer, out: Diagnostic[]): void {
  const kinds = {
    causes: { id: 'penyebab', en: 'cause' },
    checks: { id: 'pemeriksaan', en: 'check' },
    fixes: { id: 'perbaikan', en: 'fix' },
  };
  for (const key of ['causes', 'checks', 'fixes'] as const) {
    const ids: string[] = symptom[key].map((one) => one.id);
    ids.forEach((id, index) => {
      if (ids.indexOf(id) < index) out.push(duplicate(kinds[key], id, placeOf([key, index, 'id'])));
    });
  }
}

function checkSignatures(symptom: Symptom, placeOf: Placer, out: Diagnostic[]): void {
  const causes = symptom.causes.map((one) => one.id);
  symptom.signatures.forEach((signature, s) => {
    const path: Path = ['signatures', s];
    checkPattern(signature, (more) => placeOf([...path, ...more]), out);
    if (signature.hints !== undefined)
      checkKnown(
        { id: 'penyebab', en: 'cause' },
        [signature.hints],
        causes,
        () => placeOf([...path, 'hints']),
        out,
      );
  });
  symptom.normal.forEach((normal, n) => {
    const patterns = { when: [normal.when], present: normal.present, absent: normal.absent };
    for (const [key, list] of Object.entries(patterns))
      for (const one of list) checkPattern(one, (more) => placeOf(['normal', n, key, ...more]), out);
  });
}

function checkPattern(pattern: Pattern, at: Placer, out: Diagnostic[]): void {
  if (pattern.text === undefined && pattern.fields === undefined && pattern.object === undefined) {
    const what = {
      id: 'pola ini cocok dengan apa saja: tidak ada `text`, `object`, maupun `fields`',
      en: 'this pattern fits anything: it has no `text`, no `object` and no `fields`',
    };
    out.push(mistake(at([]), what, FIX));
  }
  for (const key of ['text', 'object'] as const) {
    const expression = pattern[key];
    if (expression !== undefined) checkExpression(expression, at([key]), out);
  }
  for (const [name, wanted] of Object.entries(pattern.fields ?? {})) {
    const expression = expressionOf(wanted);
    if (expression !== undefined) checkExpression(expression, at(['fields', name]), out);
  }
}

function expressionOf(wanted: FieldMatcher): string | undefined {
  return typeof wanted === 'object' ? wanted.matches : undefined;
}

function checkExpression(expression: string, place: SourcePlace, out: Diagnostic[]): void {
  const plain = expression.replaceAll(/\{\{[^{}\n]*\}\}/g, 'x');
  try {
    new RegExp(plain, 'i');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    out.push(mistake(place, { id: `regex salah: ${reason}`, en: `bad regular expression: ${reason}` }, FIX));
    return;
  }
  if (riskOf(plain) === null) return;
  out.push(
    mistake(
      place,
      {
        id: 'regex ini bisa sangat lambat pada baris yang dibuat jahat: pengulangan di dalam pengulangan, atau lebih dari empat `.*`',
        en: 'a hostile line could make this expression very slow: a repetition inside a repetition, or more than four of `.*`',
      },
      { id: 'Batasi: `.{0,80}` sebagai ganti `.*`.', en: 'Bound it: `.{0,80}` instead of `.*`.' },
    ),
  );
}

/**
 * Symptoms that are named somewhere and are not in the catalogue: by gates, by causes, by what another one explains.
 * A pack of a person's own may leave some out, so this is no mistake of a file; of ours a test asks for none.
 */
export function missingSymptoms(symptoms: readonly Symptom[], runbook: Runbook): readonly string[] {
  const named = [
    ...knownOf(runbook).steps.flatMap((step) =>
      step.gates.flatMap((gate) => gate.outcomes.flatMap((one) => one.symptom ?? [])),
    ),
    ...symptoms.flatMap((one) =>
      one.explains.map((other) => (typeof other === 'string' ? other : other.symptom)),
    ),
    ...symptoms.flatMap((one) => one.causes.flatMap((cause) => cause.symptom ?? [])),
  ];
  const there = new Set(symptoms.map((one) => one.id));
  return [...new Set(named)].filter((id) => !there.has(id)).toSorted();
}
