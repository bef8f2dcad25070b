/** What Enter on a hop leads to: the gates that look at the same thing, and the symptoms that a break there has. */
import type { GateKey, Standing } from '../gates/types.js';
import type { HopSource } from '../runbook/path-schema.js';
import type { SymptomId } from '../symptoms/types.js';
import { chosenHop, hopGates, hopStanding } from './hops.js';
import { keyStanding } from './standing.js';
import type { AppState } from './types.js';

export type HopChoice =
  { readonly kind: 'gate'; readonly key: GateKey } | { readonly kind: 'symptom'; readonly id: SymptomId };

/** The question what of a hop is meant; its rows stay as they were when it was asked. */
export interface HopDialog {
  readonly kind: 'choose-hop';
  readonly flow: string;
  readonly hop: string;
  readonly choices: readonly HopChoice[];
  readonly cursor: number;
}

/** The symptom that was seen at a hop last, where it is broken now; null where nothing is. */
export function hopSymptom(state: AppState, flow: string, hop: HopSource): SymptomId | null {
  const standing = hopStanding(state, flow, hop);
  if (standing !== 'fail' && standing !== 'after' && standing !== 'warn') return null;
  return state.path.results[`${flow}.${hop.id}`]?.symptom ?? null;
}

/** The symptom that the hop which is looked at shows now. */
export function symptomSeen(state: AppState): SymptomId | null {
  const chosen = chosenHop(state);
  return chosen === null ? null : hopSymptom(state, chosen.flow.id, chosen.hop);
}

/** Every symptom that the answers of a hop can name, the one that was seen first. */
export function hopSymptoms(state: AppState, flow: string, hop: HopSource): readonly SymptomId[] {
  const seen = hopSymptom(state, flow, hop);
  const named = hop.outcomes.flatMap(({ symptom }) => symptom ?? []);
  return [...new Set(seen === null ? named : [seen, ...named])];
}

const FIRST: readonly Standing[] = ['fail', 'unknown', 'blocked', 'warn', 'stale', 'never', 'running'];

/** The gates of a hop, those first that tell most: what is red, then what is not known to be green. */
function tellingGates(state: AppState, hop: HopSource): readonly GateKey[] {
  const weight = (key: GateKey): number => {
    const at = FIRST.indexOf(keyStanding(state, key));
    return at < 0 ? FIRST.length : at;
  };
  return hopGates(state, hop).toSorted((a, b) => weight(a) - weight(b));
}

/** What can be opened from the hop that is looked at: its symptom when it is broken, its gates, its other symptoms. */
export function hopChoices(state: AppState): readonly HopChoice[] {
  const chosen = chosenHop(state);
  if (chosen === null) return [];
  const { flow, hop } = chosen;
  const seen = hopSymptom(state, flow.id, hop);
  const gates = tellingGates(state, hop).map((key): HopChoice => ({ kind: 'gate', key }));
  const [first, others] = [seen, hopSymptoms(state, flow.id, hop).filter((id) => id !== seen)];
  return [
    ...(first === null ? [] : [{ kind: 'symptom', id: first } as const]),
    ...gates,
    ...others.map((id): HopChoice => ({ kind: 'symptom', id })),
  ];
}
