/** What a deeper break explains goes below it instead of standing beside it. Pure. */
import type { Finding, FoundEvidence, ObservedPlace, Symptom, SymptomId } from './types.js';

/**
 * @param findings lowest layer first
 * @returns those that nothing explains, in the same order, each with all that it explains, directly or not
 */
export function fold(findings: readonly Finding[]): readonly Finding[] {
  const parents = new Map<SymptomId, SymptomId>();
  for (const below of findings) {
    const parent = findings.find(
      (above) =>
        above !== below &&
        !leadsTo(parents, above.symptom.id, below.symptom.id) &&
        !(explains(below, above) && findings.indexOf(below) < findings.indexOf(above)) &&
        explains(above, below),
    );
    if (parent !== undefined) parents.set(below.symptom.id, parent.symptom.id);
  }
  const rootOf = (id: SymptomId): SymptomId => {
    const parent = parents.get(id);
    return parent === undefined ? id : rootOf(parent);
  };
  return findings.flatMap((finding) => {
    const { id } = finding.symptom;
    if (parents.has(id)) return [];
    const folded = findings.filter((one) => one !== finding && rootOf(one.symptom.id) === id);
    return [{ ...finding, folded }];
  });
}

/** Whether following the parents of one symptom comes to the other: it must not become its parent then. */
function leadsTo(parents: ReadonlyMap<SymptomId, SymptomId>, from: SymptomId, to: SymptomId): boolean {
  for (let id: SymptomId | undefined = from; id !== undefined; id = parents.get(id))
    if (id === to) return true;
  return false;
}

/** Whether all that was seen of a symptom is explained by another one. */
function explains(above: Finding, below: Finding): boolean {
  return rulesFor(above.symptom, below.symptom.id).some((rule) => {
    const places = placesOf(above);
    if (rule.at !== undefined && !rule.at.some((place) => places.has(place))) return false;
    return !rule.samePlace || isAt(below, places);
  });
}

/** Seen there, and nowhere else but by gates: a host that asks for another one is red at its own place. */
function isAt({ evidence }: Finding, places: ReadonlySet<ObservedPlace>): boolean {
  const there = (one: FoundEvidence): boolean => places.has(placeOf(one));
  return evidence.some(there) && evidence.every((one) => there(one) || one.observation.source === 'gate');
}

interface Rule {
  readonly at: readonly ObservedPlace[] | undefined;
  readonly samePlace: boolean;
}

function rulesFor(symptom: Symptom, id: SymptomId): readonly Rule[] {
  return symptom.explains.flatMap((one) => {
    if (typeof one === 'string') return one === id ? [{ at: undefined, samePlace: false }] : [];
    return one.symptom === id ? [{ at: one.at, samePlace: one['same-place'] === true }] : [];
  });
}

function placesOf(finding: Finding): ReadonlySet<ObservedPlace> {
  return new Set(finding.evidence.map(placeOf));
}

function placeOf({ observation }: FoundEvidence): ObservedPlace {
  return observation.place;
}
