/** What the answers to the questions around faults lead to. */
import type { FaultDialog } from './faults-types.js';
import { faultChoices } from './faults-view.js';
import type { Transition } from './messages.js';
import type { AppState } from './types.js';

type Begin = Extract<FaultDialog, { kind: 'confirm-fault' | 'typed-fault' }>;

/** @param closed the state with the question closed */
export function acceptFault(state: AppState, dialog: FaultDialog, closed: AppState): Transition {
  switch (dialog.kind) {
    case 'choose-fault': {
      const choice = faultChoices(state, dialog.input)[dialog.cursor];
      // A drill that has nothing to choose from says so in its row, and stays.
      if (choice === undefined || (choice.kind === 'drill' && choice.among.length === 0)) return [state, []];
      const [row, among] = choice.kind === 'drill' ? [null, choice.among] : [choice.row, [choice.row.id]];
      return [ask(state, { kind: 'confirm-fault', row, among }), []];
    }
    case 'confirm-fault': {
      if (!state.faults.asksName) return begin(dialog, closed);
      const { row, among } = dialog;
      const expected = state.lab?.name ?? '';
      return [ask(state, { kind: 'typed-fault', row, among, expected, input: '' }), []];
    }
    case 'typed-fault':
      return dialog.input.trim() === dialog.expected ? begin(dialog, closed) : [state, []];
    case 'confirm-heal': {
      const { fault, hidden, name } = dialog.broken;
      if (closed.faults.doing !== null) return [closed, []];
      const doing = { kind: 'healing', fault: hidden ? null : fault } as const;
      return [{ ...closed, faults: { ...closed.faults, doing } }, [{ type: 'faults.heal', name }]];
    }
  }
}

function ask(state: AppState, dialog: FaultDialog): AppState {
  return { ...state, ui: { ...state.ui, dialog, caret: 0 } };
}

function begin({ row, among }: Begin, closed: AppState): Transition {
  if (closed.faults.doing !== null) return [closed, []];
  const doing = { kind: 'breaking', fault: row?.id ?? null } as const;
  const next = { ...closed, faults: { ...closed.faults, doing, truth: null } };
  return [next, [{ type: 'faults.break', among, hidden: row === null }]];
}

/** The cursor of the chooser, moved. */
export function moveInFaults(
  state: AppState,
  dialog: Extract<FaultDialog, { kind: 'choose-fault' }>,
  by: number,
): FaultDialog {
  const last = Math.max(0, faultChoices(state, dialog.input).length - 1);
  return { ...dialog, cursor: Math.min(Math.max(0, dialog.cursor + by), last) };
}
