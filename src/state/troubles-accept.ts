/** What the answers to the questions before a fix lead to. */
import type { Transition } from './messages.js';
import type { FixDialog, UndoFixDialog } from './troubles-types.js';
import { redGatesOf } from './troubles-view.js';
import type { AppState } from './types.js';

/** @param closed the state with the question closed */
export function acceptFix(state: AppState, dialog: FixDialog, closed: AppState): Transition {
  const { root, plan } = dialog;
  if (plan.byHand !== null || plan.actions.length === 0) return [closed, []];
  if (dialog.kind === 'confirm-fix' && plan.risk === 'destroys') {
    const expected = state.lab?.name ?? plan.symptom;
    const typed: FixDialog = { kind: 'typed-fix', root, plan, expected, input: '' };
    return [{ ...state, ui: { ...state.ui, dialog: typed, caret: 0 } }, []];
  }
  if (dialog.kind === 'typed-fix' && dialog.input.trim() !== dialog.expected) return [state, []];
  if (state.troubles.doing !== null) return [closed, []];
  const { id } = root.symptom;
  const others = closed.troubles.kept.filter((one) => one.symptom.id !== id);
  return [
    {
      ...closed,
      troubles: {
        ...closed.troubles,
        kept: [...others, root],
        doing: { kind: 'fixing', root: id, fix: plan.fix, run: null, gating: false },
      },
    },
    [
      {
        type: 'troubles.fix',
        root: id,
        evidence: root.evidence,
        symptom: plan.symptom,
        fix: plan.fix.id,
        red: redGatesOf(state, root),
      },
    ],
  ];
}

/** @param closed the state with the question closed */
export function acceptUndo({ plan }: UndoFixDialog, closed: AppState): Transition {
  if (closed.troubles.doing !== null) return [closed, []];
  const { symptom, fix, record, root } = plan;
  const doing = { kind: 'undoing', root: root ?? symptom, what: `${symptom}/${fix.id}` } as const;
  return [
    { ...closed, troubles: { ...closed.troubles, doing } },
    [{ type: 'troubles.undo', record, symptom, fix: fix.id }],
  ];
}
