/** Slice: the two flows, hop by hop: what was found last, and when to look again. */
import type { GateKey } from '../gates/types.js';
import type { HopId, HopResult } from '../runbook/path.js';
import type { SymptomId } from '../symptoms/types.js';
import { withUi } from './dialogs.js';
import { atBreak, PATH_FLOW, PATH_HOP } from './hops.js';
import type { AppState } from './types.js';
import type { Transition } from './messages.js';

/** While somebody looks, hops are asked again after so long, milliseconds. */
const AGAIN_MS = 15_000;

export interface PathState {
  readonly results: Readonly<Partial<Record<HopId, HopResult>>>;
  readonly running: readonly HopId[];
  /** When all hops were asked last, epoch milliseconds. */
  readonly askedAt: number | null;
}
export const NO_PATH: PathState = { results: {}, running: [], askedAt: null };

export type PathServiceMessage =
  | { readonly type: 'path.running'; readonly hops: readonly HopId[] }
  | { readonly type: 'path.result'; readonly result: HopResult }
  | { readonly type: 'path.done' };
export type PathUiMessage =
  /** Asks all hops now. */
  | { readonly type: 'path.ask' }
  /** Opens the screen of a hop's gate. */
  | { readonly type: 'path.gate'; readonly key: GateKey }
  /** Opens the way from a symptom to its cause. */
  | { readonly type: 'path.symptom'; readonly symptom: SymptomId }
  /** Asks which gate or symptom of the hop is meant, where there are several. */
  | { readonly type: 'path.choose' };
export type PathEffect = { readonly type: 'path.probe' };

function change(state: AppState, to: Partial<PathState>): AppState {
  return { ...state, path: { ...state.path, ...to } };
}

/** What opening the screen begins with: the first hop that is known to be broken, else nothing yet. */
export function lookAtBreak(state: AppState): AppState {
  const { [PATH_HOP]: _before, ...positions } = state.ui.positions;
  return withUi(state, { positions: { ...positions, ...atBreak(state, true) } });
}

/**
 * Once all hops have answered: the first broken one, if nothing has said yet where to look. From then on the cursor is the
 * person's and does not move when a hop breaks or is mended.
 */
function settleCursor(state: AppState): AppState {
  const { stack, dialog, positions } = state.ui;
  if (stack.at(-1) !== 'path' || positions[PATH_HOP] !== undefined) return state;
  const read = dialog !== null || (positions['path.scroll'] ?? 0) > 0;
  const at = read ? null : atBreak(state, positions[PATH_FLOW] === undefined);
  return withUi(state, { positions: { ...positions, [PATH_HOP]: 0, ...at } });
}

/** Asks all hops, unless that is under way. */
export function askPath(state: AppState): Transition {
  if (state.lab === null || state.path.running.length > 0) return [state, []];
  return [change(state, { askedAt: state.now }), [{ type: 'path.probe' }]];
}

/** Asks again when somebody looks at the path and what is known has aged. */
export function pathTick(state: AppState): Transition {
  if (state.ui.stack.at(-1) !== 'path') return [state, []];
  const { askedAt } = state.path;
  return askedAt === null || state.now - askedAt >= AGAIN_MS ? askPath(state) : [state, []];
}

export function path(
  state: AppState,
  message: PathServiceMessage | Extract<PathUiMessage, { type: 'path.ask' }>,
): Transition {
  switch (message.type) {
    case 'path.ask':
      return askPath(state);
    case 'path.running':
      return [change(state, { running: message.hops }), []];
    case 'path.result': {
      const { result } = message;
      return [
        change(state, {
          running: state.path.running.filter((hop) => hop !== result.hop),
          results: { ...state.path.results, [result.hop]: result },
        }),
        [],
      ];
    }
    case 'path.done':
      return [settleCursor(change(state, { running: [] })), []];
  }
}
