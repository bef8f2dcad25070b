/** The flows as they are known now: how each hop stands, where a flow is broken first, what is looked at. */
import type { GateKey } from '../gates/types.js';
import { firstBroken, type HopId, type HopResult } from '../runbook/path.js';
import type { FlowSource, HopSource } from '../runbook/path-schema.js';
import { contentOf } from './content.js';
import type { AppState } from './types.js';

/** What was found longer ago than this is old, milliseconds. */
const HOP_OLD_MS = 60_000;

/** Position of the hop that is looked at; none as long as neither a key nor a break has said where. */
export const PATH_HOP = 'path.hop';

/** Position of the flow that is looked at. */
export const PATH_FLOW = 'path.flow';

/** How a hop stands: `after` is one that fails behind the first broken one, `old` one whose answer has aged. */
export type HopStanding = HopResult['verdict'] | 'never' | 'old' | 'after';

/** The flow that is looked at; null when the runbook has none. */
export function flowOf(state: AppState): FlowSource | null {
  const { path: flows } = state.runbook;
  return flows[state.ui.positions[PATH_FLOW] ?? 0] ?? flows[0] ?? null;
}

export function hopStanding(state: AppState, flow: string, hop: HopSource): HopStanding {
  const id: HopId = `${flow}.${hop.id}`;
  const result = state.path.results[id];
  if (result === undefined) return 'never';
  if (state.now - result.judgedAt > HOP_OLD_MS) return 'old';
  const broken = brokenHop(state, flow);
  return result.verdict === 'fail' && broken !== null && broken !== id ? 'after' : result.verdict;
}

/** The first broken hop of a flow by what is known and not old. */
export function brokenHop(state: AppState, flow: string): HopId | null {
  const fresh = Object.fromEntries(
    Object.entries(state.path.results).filter(
      ([, result]) => result !== undefined && state.now - result.judgedAt <= HOP_OLD_MS,
    ),
  );
  return firstBroken(state.runbook, flow, fresh);
}

/** The hop that is looked at. */
export function chosenHop(
  state: AppState,
): { readonly flow: FlowSource; readonly hop: HopSource; readonly at: number } | null {
  const flow = flowOf(state);
  if (flow === null) return null;
  const at = Math.min(Math.max(0, state.ui.positions[PATH_HOP] ?? 0), flow.hops.length - 1);
  const hop = flow.hops[at];
  return hop === undefined ? null : { flow, hop, at };
}

/**
 * The positions that look at the first broken hop; null: none is broken.
 * @param turn whether another flow than the one that is looked at would do, when only that is broken
 */
export function atBreak(state: AppState, turn: boolean): Readonly<Record<string, number>> | null {
  const { path: flows } = state.runbook;
  const now = flowOf(state);
  const first = now === null ? -1 : flows.indexOf(now);
  for (const at of turn ? [first, ...flows.keys()] : [first]) {
    const flow = flows[at];
    const broken = flow === undefined ? null : brokenHop(state, flow.id);
    const hop = flow?.hops.findIndex((one) => `${flow.id}.${one.id}` === broken) ?? -1;
    if (hop >= 0) return { [PATH_FLOW]: at, [PATH_HOP]: hop };
  }
  return null;
}

/** The gates of a hop that exist in this lab, on the hop's own host where they are about one. */
export function hopGates(state: AppState, hop: HopSource): readonly GateKey[] {
  return hop.gates.flatMap((id) => {
    const keys = contentOf(state)
      .gates.filter((gate) => gate.gate === id)
      .map((gate) => gate.key);
    const here = keys.filter((key) => key.endsWith(`@${hop.at}`));
    return here.length > 0 ? here : keys;
  });
}
