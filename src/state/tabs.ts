import type { AppState } from './types.js';

/** Tabs of the step screen, in order. */
export const STEP_TABS = ['explain', 'commands', 'output', 'gates'] as const;
export type StepTab = (typeof STEP_TABS)[number];

export function stepTab(state: AppState): StepTab {
  const at = state.ui.positions['step.tab'] ?? 0;
  return STEP_TABS[Math.min(at, STEP_TABS.length - 1)] ?? 'explain';
}
