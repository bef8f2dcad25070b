/** What follows when a person agrees to an act. */
import type { Transition } from '../messages.js';
import type { AppState } from '../types.js';
import { actExpected } from './acts.js';
import type { ActDialog } from './state.js';

/**
 * The next step of an act that was agreed to: its name is asked for, or it is begun.
 * @param closed the same state without the question
 */
export function acceptAct(
  state: AppState,
  dialog: Exclude<ActDialog, { readonly kind: 'choose-act' }>,
  closed: AppState,
): Transition {
  const { act, risk } = dialog;
  if (dialog.kind === 'confirm-act') {
    const expected = actExpected(act);
    if (expected !== null) {
      const typed: ActDialog = { kind: 'typed-act', act, risk, expected, input: '' };
      return [{ ...state, ui: { ...state.ui, dialog: typed, caret: 0 } }, []];
    }
  } else if (dialog.input.trim() !== dialog.expected) return [state, []];
  const { live } = closed;
  return [{ ...closed, live: { ...live, acting: [...live.acting, act] } }, [{ type: 'live.act', act }]];
}
