import type { Action } from '../runbook/types.js';
import { stepOf } from '../state/content.js';
import { position } from '../state/lists.js';
import type { AppState } from '../state/types.js';

/** The action that the commands tab shows, or null when the step has none. */
export function chosenAction(state: AppState): Action | null {
  const actions = stepOf(state, state.ui.step)?.actions ?? [];
  return actions[Math.min(position(state, 'step.action'), actions.length - 1)] ?? null;
}
