/** What troubleshooting shows: the rows of its list, the walk of the chosen one, the fix that comes next. Pure. */
import type { GateKey, GateResult } from '../gates/types.js';
import { gatesOfFinding } from '../symptoms/diagnosis.js';
import type { Answer, Expected, Finding, FixSource, Symptom, SymptomId, Walk } from '../symptoms/types.js';
import { hintsOf, walk } from '../symptoms/walk.js';
import { position } from './lists.js';
import { keyStanding } from './standing.js';
import type { FixOutcome, WalkKey } from './troubles-types.js';
import type { AppState } from './types.js';

/** Names under which the state remembers where one is on the screen. */
export const TROUBLES_LIST = 'troubles.list';
export const TROUBLES_FILTER = 'troubles.filter';
export const TROUBLES_PASTE = 'troubles.paste';
/** Symptoms that one walk leads down to at most; as the engine's. */
const DEEPEST = 4;

export type TroubleRow =
  | {
      readonly kind: 'symptom';
      readonly key: string;
      readonly finding: Finding;
      /** Folded below the row before. */
      readonly below: boolean;
      readonly section: 'found' | 'kept' | 'catalogue';
    }
  | { readonly kind: 'red'; readonly key: string; readonly result: GateResult }
  | { readonly kind: 'pasted'; readonly key: string; readonly text: string }
  | { readonly kind: 'expected'; readonly key: string; readonly expected: Expected };

/** Whether the list is the whole catalogue, filtered by what is typed. */
export function isBrowsing(state: AppState): boolean {
  return state.ui.typing === TROUBLES_FILTER || filterOf(state) !== '';
}
export function filterOf(state: AppState): string {
  return (state.ui.inputs[TROUBLES_FILTER] ?? '').trim().toLowerCase();
}

export function isUnfolded(state: AppState, id: SymptomId): boolean {
  return position(state, `troubles.open.${id}`) === 1;
}

function symptomRow(finding: Finding, section: 'found' | 'kept' | 'catalogue', below = false): TroubleRow {
  return { kind: 'symptom', key: finding.symptom.id, finding, below, section };
}

/** A symptom that nobody saw: a person chose it. */
function unseen(symptom: Symptom): Finding {
  return { symptom, evidence: [], folded: [] };
}

/** The rows of the list, in their order. */
export function troubleRows(state: AppState): readonly TroubleRow[] {
  const { troubles } = state;
  if (isBrowsing(state)) {
    const needle = filterOf(state);
    return (troubles.catalogue?.symptoms ?? [])
      .filter((one) => matches(one, needle))
      .map((one) => symptomRow(knownFinding(state, one.id) ?? unseen(one), 'catalogue'));
  }
  const { look, kept, pasted } = troubles;
  const found = look?.findings ?? [];
  const seen = new Set(found.flatMap((one) => [one, ...one.folded]).map((one) => one.symptom.id));
  return [
    ...(pasted === null || pasted.known
      ? []
      : [{ kind: 'pasted', key: 'pasted', text: pasted.text } as const]),
    ...found.flatMap((one) => [
      symptomRow(one, 'found'),
      ...(isUnfolded(state, one.symptom.id)
        ? one.folded.map((below) => symptomRow(below, 'found', true))
        : []),
    ]),
    ...(look?.unexplained ?? []).map((result) => ({
      kind: 'red' as const,
      key: `red:${result.gate}@${result.subject}`,
      result,
    })),
    ...kept.filter((one) => !seen.has(one.symptom.id)).map((one) => symptomRow(one, 'kept')),
    ...(look?.expected ?? []).map((expected, i) => ({
      kind: 'expected' as const,
      key: `expected:${i}`,
      expected,
    })),
  ];
}

function matches(symptom: Symptom, needle: string): boolean {
  const { id, title, sees, causes } = symptom;
  const texts = [title, sees, ...causes.map((one) => one.say)].flatMap((one) => [one.id, one.en]);
  return [id, symptom.layer, ...texts].some((text) => text.toLowerCase().includes(needle));
}

/** What was seen of a symptom, wherever it was seen. */
export function knownFinding(state: AppState, id: SymptomId): Finding | null {
  const { look, kept } = state.troubles;
  const all = (look?.findings ?? []).flatMap((one) => [one, ...one.folded]);
  return [...all, ...kept].find((one) => one.symptom.id === id) ?? null;
}

export function troubleCursor(state: AppState, rows: readonly TroubleRow[] = troubleRows(state)): number {
  const at = rows.findIndex((row) => row.key === state.ui.picks[TROUBLES_LIST]);
  return at >= 0 ? at : Math.max(0, Math.min(position(state, TROUBLES_LIST), rows.length - 1));
}

export function chosenTrouble(state: AppState): TroubleRow | null {
  const rows = troubleRows(state);
  return rows[troubleCursor(state, rows)] ?? null;
}
/** The symptom that the keys are about, or null when something else is chosen. */
export function chosenFinding(state: AppState): Finding | null {
  const row = chosenTrouble(state);
  return row?.kind === 'symptom' ? row.finding : null;
}

/** Whether pasted text is an error to be named: on this screen, unless something else is being typed. */
export function takesErrors({ ui }: AppState): boolean {
  if (ui.stack.at(-1) !== 'troubles' || ui.dialog !== null) return false;
  return ui.typing === null || ui.typing === TROUBLES_PASTE;
}

/** The walk has the keys, and on small terminals the screen. */
export function inWalk(state: AppState): boolean {
  return position(state, 'troubles.walk') === 1 && state.ui.typing !== TROUBLES_FILTER;
}

/** A symptom being walked, with what was answered. */
export interface WalkStage {
  readonly walk: Walk;
  readonly answers: readonly Answer[];
}

export function walkKey(root: SymptomId, symptom: SymptomId): WalkKey {
  return `${root}/${symptom}`;
}

/** The walk of a finding and those of the symptoms further down that it led to. Never empty. */
export function stagesOf(state: AppState, finding: Finding): readonly WalkStage[] {
  const stages: WalkStage[] = [];
  const hints = hintsOf(finding);
  let next: Symptom | undefined = finding.symptom;
  while (next !== undefined && stages.length < DEEPEST) {
    const answers = state.troubles.answers[walkKey(finding.symptom.id, next.id)] ?? [];
    const now = walk(next, answers, hints);
    stages.push({ walk: now, answers });
    const deeper: SymptomId | undefined = now.end?.kind === 'proved' ? now.end.cause.symptom : undefined;
    const symptom = deeper === undefined ? undefined : state.troubles.catalogue?.byId.get(deeper);
    next = stages.some((one) => one.walk.symptom.id === symptom?.id) ? undefined : symptom;
  }
  return stages;
}

/** The deepest stage at which a cause is proved. */
export function provedStage(
  stages: readonly WalkStage[],
): { readonly symptom: Symptom; readonly fixes: readonly FixSource[]; readonly cause: string } | null {
  for (const { walk: one } of stages.toReversed())
    if (one.end?.kind === 'proved')
      return { symptom: one.symptom, fixes: one.end.fixes, cause: one.end.cause.id };
  return null;
}

/** Whether anything is left to ask. */
export function nextAsked(stages: readonly WalkStage[]): WalkStage | null {
  const last = stages.at(-1);
  return last === undefined || last.walk.next === null ? null : last;
}

export function outcomesOf(state: AppState, root: SymptomId): readonly FixOutcome[] {
  return state.troubles.outcomes[root] ?? [];
}

/** The fix that `f` offers: the first that was not tried, else the first again. */
export function nextFix(
  state: AppState,
  finding: Finding,
): { readonly symptom: Symptom; readonly fix: FixSource } | null {
  const proof = provedStage(stagesOf(state, finding));
  if (proof === null) return null;
  const tried = outcomesOf(state, finding.symptom.id)
    .filter((one) => one.symptom === proof.symptom.id && one.result !== 'not-run')
    .map((one) => one.fix);
  const fix = proof.fixes.find((one) => !tried.includes(one.id)) ?? proof.fixes[0];
  return fix === undefined ? null : { symptom: proof.symptom, fix };
}

/** The gates that are red with a finding. */
export function redGatesOf(state: AppState, finding: Finding): readonly GateKey[] {
  return gatesOfFinding(finding, state.troubles.look?.counted ?? []);
}

/**
 * Whether a finding of the last look is no news any more: all gates that were red with it were asked again since, and none is
 * red. One without gates stands until the next look.
 */
export function isOvercome(state: AppState, finding: Finding): boolean {
  const { look } = state.troubles;
  const keys = redGatesOf(state, finding);
  if (look === null || keys.length === 0) return false;
  return keys.every((key) => {
    const now = state.gates[key]?.result;
    return now != null && now.judgedAt > look.at && (now.verdict === 'pass' || now.verdict === 'warn');
  });
}

/** The gate worth opening: the first red one of what is chosen, else one that is not green. */
export function linkedGate(state: AppState): GateKey | null {
  const row = chosenTrouble(state);
  if (row?.kind === 'red') return `${row.result.gate}@${row.result.subject}`;
  if (row?.kind !== 'symptom') return null;
  const [red] = redGatesOf(state, row.finding);
  if (red !== undefined) return red;
  const keys = Object.values(state.gates).flatMap((one) =>
    one !== undefined && row.finding.symptom.gates.includes(one.key.split('@', 1)[0] ?? '') ? [one.key] : [],
  );
  return keys.find((key) => keyStanding(state, key) !== 'pass') ?? keys[0] ?? null;
}

/** The step of the runbook worth reading; null when there is none. */
export function linkedStep(state: AppState): string | null {
  const row = chosenTrouble(state);
  if (row?.kind === 'symptom') return row.finding.symptom.steps[0] ?? null;
  return row?.kind === 'red' ? (row.result.gate.split('.', 1)[0] ?? null) : null;
}
