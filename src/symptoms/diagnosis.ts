/** A whole diagnosis as it is told: what was found, how far each walk came, what mends it, what nobody explains. Plain data. */
import type { GateKey, GateResult } from '../gates/types.js';
import type { HostName } from '../lab/types.js';
import type { Answer, Expected, Finding, ObservedPlace, Walk } from './types.js';
import type { Layer } from './schema.js';

/** One symptom with its walks: its own first, then those of the deeper symptoms that it led to. */
export interface Diagnosed {
  readonly finding: Finding;
  /** Recognised in the lab, and not only named by a person. */
  readonly recognised: boolean;
  readonly walks: readonly { readonly walk: Walk; readonly answers: readonly Answer[] }[];
}
export interface Diagnosis {
  readonly diagnosed: readonly Diagnosed[];
  readonly expected: readonly Expected[];
  /** Gates that failed and that no finding accounts for: shown as they are. */
  readonly unexplained: readonly GateResult[];
  /** Gates of hosts that did answer, which could nevertheless not be judged. */
  readonly unanswered: readonly GateResult[];
  readonly silent: readonly HostName[];
}

/** Where the lab is broken first, seen from below; null when nothing was found. */
export function firstBroken(
  findings: readonly Finding[],
): { readonly layer: Layer; readonly places: readonly ObservedPlace[] } | null {
  const [first] = findings;
  if (first === undefined) return null;
  const places = [...new Set(first.evidence.map((one) => one.observation.place))];
  return { layer: first.symptom.layer, places };
}

/** Gates whose failing belongs to a finding or to what is folded below it. */
export function gatesOfFinding(finding: Finding, results: readonly GateResult[]): readonly GateKey[] {
  const all = [finding, ...finding.folded];
  const ids = new Set(all.map((one) => one.symptom.id));
  const named = new Set(all.flatMap((one) => one.symptom.gates));
  return results
    .filter(
      ({ verdict, symptom, gate }) =>
        verdict === 'fail' && ((symptom !== null && ids.has(symptom)) || named.has(gate)),
    )
    .map(({ gate, subject }): GateKey => `${gate}@${subject}`);
}

/** Failed gates that no finding accounts for. */
export function unexplainedBy(
  findings: readonly Finding[],
  results: readonly GateResult[],
): readonly GateResult[] {
  const told = new Set(findings.flatMap((one) => gatesOfFinding(one, results)));
  return results.filter(
    ({ gate, subject, verdict }) => verdict === 'fail' && !told.has(`${gate}@${subject}`),
  );
}

/** The last walk that proved a cause: the deepest one. */
export function deepestProof(
  walks: Diagnosed['walks'],
): { readonly walk: Walk; readonly end: Extract<NonNullable<Walk['end']>, { kind: 'proved' }> } | null {
  for (const { walk } of walks.toReversed()) {
    if (walk.end?.kind === 'proved') return { walk, end: walk.end };
  }
  return null;
}
