/** From observations to symptoms: what fits a signature, without what is meant to be so, deepest break first. Pure. */
import { compilePattern, fits, type CompiledPattern } from './match.js';
import { LAYERS } from './schema.js';
import type {
  Catalogue,
  CauseId,
  Expected,
  Finding,
  FoundEvidence,
  Observation,
  Recognition,
  Symptom,
} from './types.js';
import { fold } from './fold.js';

export interface Recogniser {
  /** Never throws, whatever the observations hold. */
  recognise(observations: readonly Observation[]): Recognition;
}

interface CompiledSignature {
  readonly compiled: CompiledPattern;
  readonly hints: CauseId | null;
}
interface CompiledNormal {
  readonly when: CompiledPattern;
  readonly present: readonly CompiledPattern[];
  readonly absent: readonly CompiledPattern[];
  readonly say: Expected['say'];
}
interface CompiledSymptom {
  readonly symptom: Symptom;
  readonly signatures: readonly CompiledSignature[];
  readonly normal: readonly CompiledNormal[];
}

/** Evidence of one symptom that is kept; a cluster can repeat itself a thousand times. */
const MOST_EVIDENCE = 40;

/** @param fill puts a lab's values into the placeholders of an expression; see `fillFor` and `fillUnknown` */
export function createRecogniser(catalogue: Catalogue, fill: (expression: string) => string): Recogniser {
  const compiled = catalogue.symptoms.map((symptom): CompiledSymptom => ({
    symptom,
    signatures: symptom.signatures.map((one) => ({
      compiled: compilePattern(one, fill),
      hints: one.hints ?? null,
    })),
    normal: symptom.normal.map((one) => ({
      when: compilePattern(one.when, fill),
      present: one.present.map((pattern) => compilePattern(pattern, fill)),
      absent: one.absent.map((pattern) => compilePattern(pattern, fill)),
      say: one.say,
    })),
  }));
  return {
    recognise(observations) {
      const expected: Expected[] = [];
      const findings = compiled.flatMap((one) => {
        const evidence = evidenceFor(one, observations, expected);
        return evidence.length === 0 ? [] : [{ symptom: one.symptom, evidence, folded: [] }];
      });
      return { findings: fold(findings.toSorted(byDepth)).map(bounded), expected };
    },
  };
}

function byDepth(a: Finding, b: Finding): number {
  return (
    LAYERS.indexOf(a.symptom.layer) - LAYERS.indexOf(b.symptom.layer) ||
    a.symptom.id.localeCompare(b.symptom.id)
  );
}

function bounded(finding: Finding): Finding {
  return {
    ...finding,
    evidence: finding.evidence.slice(0, MOST_EVIDENCE),
    folded: finding.folded.map(bounded),
  };
}

function evidenceFor(
  { symptom, signatures, normal }: CompiledSymptom,
  observations: readonly Observation[],
  expected: Expected[],
): readonly FoundEvidence[] {
  return observations.flatMap((observation): readonly FoundEvidence[] => {
    const found = signatureOf(signatures, observation) ?? gateEvidence(symptom, observation);
    if (found === null) return [];
    const meant = normal.find((one) => isMeant(one, observation, observations));
    if (meant === undefined) return [{ observation, ...found }];
    expected.push({ symptom: symptom.id, observation, say: meant.say });
    return [];
  });
}

/** Of several signatures that fit, one that speaks for a cause says more than one that does not. */
function signatureOf(
  signatures: readonly CompiledSignature[],
  observation: Observation,
): Pick<FoundEvidence, 'line' | 'hints'> | null {
  let plain: Pick<FoundEvidence, 'line' | 'hints'> | null = null;
  for (const { compiled, hints } of signatures) {
    const line = fits(compiled, observation);
    if (line === null) continue;
    if (hints !== null) return { line, hints };
    plain ??= { line, hints };
  }
  return plain;
}

/** A gate that failed names its symptom itself. */
function gateEvidence(
  symptom: Symptom,
  { source, fields, text }: Observation,
): Pick<FoundEvidence, 'line' | 'hints'> | null {
  if (source !== 'gate' || fields['verdict'] !== 'fail' || fields['symptom'] !== symptom.id) return null;
  return { line: text.split('\n', 1)[0]?.slice(0, 300) ?? '', hints: null };
}

function isMeant(
  { when, present, absent }: CompiledNormal,
  observation: Observation,
  all: readonly Observation[],
): boolean {
  if (fits(when, observation) === null) return false;
  const seen = (pattern: CompiledPattern): boolean => all.some((one) => fits(pattern, one) !== null);
  return present.every(seen) && !absent.some(seen);
}
