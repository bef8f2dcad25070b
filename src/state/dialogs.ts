/** Opening and closing questions: one at a time, the others wait their turn. */
import { checkSecret } from '../lab/parameters.js';
import type { GateKey } from '../gates/types.js';
import type { StepId } from '../runbook/types.js';
import { cancelOn } from './cancelling.js';
import { stepOf } from './content.js';
import { acceptFault, moveInFaults } from './faults-accept.js';
import { acceptAct } from './live/agreeing.js';
import { actRisk } from './live/acts.js';
import type { Transition } from './messages.js';
import { REPORT_FORMS } from './report-types.js';
import { isRunning, runKey, runningRuns, stepRuns } from './standing.js';
import { STEP_TABS } from './tabs.js';
import { acceptFix, acceptUndo } from './troubles-accept.js';
import type { AppState, Dialog, Effect, TroubleView, UiState } from './types.js';
import { usualWaiverEnd, waiverGap } from './waiving.js';

/** More troubles than this at a time say nothing new. */
const MAX_WAITING = 12;

export function withUi(state: AppState, ui: Partial<UiState>): AppState {
  return { ...state, ui: { ...state.ui, ...ui } };
}

function sameTrouble(a: Dialog | null, b: TroubleView): boolean {
  return a?.kind === 'trouble' && a.trouble.code === b.code && a.trouble.where === b.where;
}

/** Asks now, or as soon as what is being asked is answered. */
export function openDialog(state: AppState, dialog: Dialog): AppState {
  const { ui } = state;
  if (ui.dialog === null) return withUi(state, { dialog, caret: textOf(dialog).length });
  if (dialog.kind === 'trouble') {
    if ([ui.dialog, ...ui.waiting].some((one) => sameTrouble(one, dialog.trouble))) return state;
    if (ui.waiting.length >= MAX_WAITING) return state;
  }
  return withUi(state, { waiting: [...ui.waiting, dialog] });
}

export function closeDialog(state: AppState): AppState {
  const [next = null, ...waiting] = state.ui.waiting;
  return withUi(state, { dialog: next, waiting, caret: next === null ? 0 : textOf(next).length });
}

/** Drops the questions of a lab that is no longer there; what went wrong is still told. */
export function dropQuestions(state: AppState): AppState {
  const [dialog = null, ...waiting] = [state.ui.dialog, ...state.ui.waiting].filter(
    (one) => one?.kind === 'trouble',
  );
  return withUi(state, { dialog, waiting: waiting.filter((one) => one !== null) });
}

function replaceDialog(state: AppState, dialog: Dialog): AppState {
  return withUi(state, { dialog, caret: textOf(dialog).length });
}

/** What is being typed in a dialog. */
export function textOf(dialog: Dialog): string {
  if (
    dialog.kind === 'typed-confirm' ||
    dialog.kind === 'typed-act' ||
    dialog.kind === 'typed-fix' ||
    dialog.kind === 'typed-fault' ||
    dialog.kind === 'choose-fault' ||
    dialog.kind === 'secret'
  )
    return dialog.input;
  return dialog.kind === 'waive' ? dialog[dialog.field] : '';
}

// ---------------------------------------------------------------- asking

export function askRun(state: AppState, stepId: StepId, force: boolean): AppState {
  const step = stepOf(state, stepId);
  if (step === null) return state;
  return chooseHosts(state, { step: stepId, purpose: 'run', force, hosts: step.hosts });
}

export function askUndo(state: AppState, stepId: StepId): AppState {
  const step = stepOf(state, stepId);
  if (step === null) return state;
  return chooseHosts(state, { step: stepId, purpose: 'undo', force: false, hosts: step.hosts });
}

export function askCancel(state: AppState, stepId: StepId): Transition {
  const under = stepRuns(state, stepId).filter((run) => isRunning(run));
  // Only commands can be cancelled; where nothing but gates is being asked it is too late.
  const commands = under.filter((run) => run.phase === 'running');
  const hosts = (commands.length === 0 ? under : commands).map((run) => run.host);
  if (hosts.length <= 1) return cancelOn(state, stepId, hosts);
  return [chooseHosts(state, { step: stepId, purpose: 'cancel', force: false, hosts }), []];
}

type Choice = Omit<Extract<Dialog, { kind: 'choose-host' }>, 'kind' | 'cursor'>;

function chooseHosts(state: AppState, choice: Choice): AppState {
  if (choice.hosts.length === 0) return state;
  if (choice.hosts.length === 1) return confirmHosts(state, choice, choice.hosts);
  return openDialog(state, { kind: 'choose-host', cursor: 0, ...choice });
}

function confirmHosts(state: AppState, choice: Choice, hosts: Choice['hosts']): AppState {
  const { step, force } = choice;
  const dialog: Dialog =
    choice.purpose === 'undo'
      ? { kind: 'confirm-undo', step, hosts }
      : { kind: 'confirm-run', step, hosts, force };
  return state.ui.dialog?.kind === 'choose-host' ? replaceDialog(state, dialog) : openDialog(state, dialog);
}

export function askWaive(state: AppState, key: GateKey): AppState {
  const until = usualWaiverEnd(state.now);
  return openDialog(state, { kind: 'waive', key, field: 'reason', reason: '', until, problem: null });
}

export function askQuit(state: AppState): Transition {
  const { dialog, waiting } = state.ui;
  if (dialog?.kind === 'confirm-quit') return quit(state);
  const running = runningRuns(state).map((run) => runKey(run.step, run.host));
  // A lab without a file lives in this program: what was done in it ends with it, which is worth a question.
  const passing = state.lab !== null && state.lab.file === null && Object.keys(state.runs).length > 0;
  if (running.length === 0 && !passing) return quit(state);
  // A question that was open is still to be answered when the person stays.
  const next = {
    dialog: { kind: 'confirm-quit', running },
    waiting: dialog === null ? waiting : [dialog, ...waiting],
  } as const;
  return [withUi(state, next), []];
}

/** What is to be remembered for the next start. */
export function saveEffect(state: AppState): Effect {
  return {
    type: 'save',
    variants: state.variants,
    cursor: { phase: state.ui.phase, step: state.ui.step },
  };
}
function quit(state: AppState): Transition {
  return [state, state.lab === null ? [{ type: 'quit' }] : [saveEffect(state), { type: 'quit' }]];
}

// ---------------------------------------------------------------- answering

/** True when a plan holds something that cannot be taken back. */
function destroys(
  state: AppState,
  purpose: 'run' | 'undo',
  dialog: { step: StepId; hosts: Choice['hosts'] },
): boolean {
  const step = stepOf(state, dialog.step);
  return (step?.actions ?? []).some(
    (action) =>
      (purpose === 'run' ? action.risk === 'destroys' : action['undo-destroys'] === true) &&
      dialog.hosts.some((host) => (action.hosts ?? step?.hosts ?? []).includes(host)),
  );
}

function replaceEffect(state: AppState, file: 'lab' | 'vagrant'): Effect {
  if (file === 'lab') return { type: 'draft.write', draft: state.connect.draft, replace: true };
  const directory = (state.ui.inputs['vagrant.path'] ?? '').trim();
  return { type: 'vagrant.write', directory, plan: state.vagrant.plan, replace: true };
}

/** Who starts something on the step screen wants to see what comes of it. */
function showOutput(state: AppState, hosts: Choice['hosts']): AppState {
  const { ui } = state;
  if (ui.stack.at(-1) !== 'step') return state;
  const focusedHost = hosts.includes(ui.focusedHost) ? ui.focusedHost : (hosts[0] ?? ui.focusedHost);
  const positions = { ...ui.positions, 'step.tab': STEP_TABS.indexOf('output'), [`log.${focusedHost}`]: 0 };
  return withUi(state, { positions, focusedHost });
}

function start(state: AppState, dialog: Extract<Dialog, { kind: 'confirm-run' }>): Effect {
  const { step, hosts, force } = dialog;
  return { type: 'step.run', step, hosts, force, variants: state.variants };
}

function typedConfirm(
  state: AppState,
  purpose: 'run' | 'undo',
  { step, hosts }: { readonly step: StepId; readonly hosts: Choice['hosts'] },
  force: boolean,
): AppState {
  const expected = state.lab?.name ?? step;
  return replaceDialog(state, { kind: 'typed-confirm', purpose, step, hosts, force, expected, input: '' });
}

export function acceptDialog(state: AppState): Transition {
  const { dialog } = state.ui;
  if (dialog === null) return [state, []];
  switch (dialog.kind) {
    case 'host-key':
      return [closeDialog(state), [{ type: 'host-key.answer', ask: dialog.ask, accept: true }]];
    case 'choose-host': {
      const one = dialog.hosts[dialog.cursor - 1];
      const hosts = one === undefined ? dialog.hosts : [one];
      if (dialog.purpose === 'cancel') return cancelOn(closeDialog(state), dialog.step, hosts);
      return [confirmHosts(state, dialog, hosts), []];
    }
    case 'confirm-run':
      if (destroys(state, 'run', dialog)) return [typedConfirm(state, 'run', dialog, dialog.force), []];
      return [showOutput(closeDialog(state), dialog.hosts), [start(state, dialog)]];
    case 'confirm-undo':
      if (destroys(state, 'undo', dialog)) return [typedConfirm(state, 'undo', dialog, false), []];
      return [
        showOutput(closeDialog(state), dialog.hosts),
        [{ type: 'step.undo', step: dialog.step, hosts: dialog.hosts }],
      ];
    case 'typed-confirm': {
      if (dialog.input.trim() !== dialog.expected) return [state, []];
      const { step, hosts, force } = dialog;
      const effect: Effect =
        dialog.purpose === 'undo'
          ? { type: 'step.undo', step, hosts }
          : { type: 'step.run', step, hosts, force, variants: state.variants };
      return [showOutput(closeDialog(state), hosts), [effect]];
    }
    case 'waive':
      return acceptWaiver(state, dialog);
    case 'secret': {
      const value = dialog.input.trim();
      const wrong = value === '' && dialog.optional ? null : checkSecret(value);
      if (wrong !== null) return [replaceDialog(state, { ...dialog, problem: wrong }), []];
      const { ask, keep } = dialog;
      return [closeDialog(state), [{ type: 'secret.answer', ask, typed: { value, keep } }]];
    }
    case 'confirm-replace':
      return [closeDialog(state), [replaceEffect(state, dialog.file)]];
    case 'choose-act': {
      const act = dialog.acts[dialog.cursor];
      if (act === undefined) return [closeDialog(state), []];
      return [replaceDialog(state, { kind: 'confirm-act', act, risk: actRisk(act, state.runbook) }), []];
    }
    case 'choose-report': {
      const form = REPORT_FORMS[dialog.cursor] ?? REPORT_FORMS[0];
      return [closeDialog(state), [{ type: 'report.write', form, language: state.lang }]];
    }
    case 'confirm-act':
    case 'typed-act':
      return acceptAct(state, dialog, closeDialog(state));
    case 'confirm-fix':
    case 'typed-fix':
      return acceptFix(state, dialog, closeDialog(state));
    case 'confirm-undo-fix':
      return acceptUndo(dialog, closeDialog(state));
    case 'choose-fault':
    case 'confirm-fault':
    case 'typed-fault':
    case 'confirm-heal':
      return acceptFault(state, dialog, closeDialog(state));
    case 'confirm-quit':
      return quit(state);
    // What was chosen is begun where it is accepted; see ui.ts.
    case 'choose-container':
    case 'choose-hop':
    case 'trouble':
      return [closeDialog(state), []];
  }
}

function acceptWaiver(state: AppState, dialog: Extract<Dialog, { kind: 'waive' }>): Transition {
  const missing = waiverGap(dialog, state.now);
  if (missing !== null) return [replaceDialog(state, { ...dialog, ...missing }), []];
  const { key, until } = dialog;
  const waiver = { key, reason: dialog.reason.trim(), until, by: state.ui.operator, madeAt: state.now };
  return [closeDialog(state), [{ type: 'gate.waive', waiver }]];
}

export function rejectDialog(state: AppState): Transition {
  const { dialog } = state.ui;
  if (dialog === null) return [state, []];
  const effects: Effect[] =
    dialog.kind === 'host-key'
      ? [{ type: 'host-key.answer', ask: dialog.ask, accept: false }]
      : dialog.kind === 'secret'
        ? [{ type: 'secret.answer', ask: dialog.ask, typed: null }]
        : [];
  return [closeDialog(state), effects];
}

/** The last row that the cursor of a question with rows can stand on; null for one without. */
function lastRow(dialog: Dialog): number | null {
  if (dialog.kind === 'choose-host') return dialog.hosts.length;
  if (dialog.kind === 'choose-act') return dialog.acts.length - 1;
  if (dialog.kind === 'choose-container') return dialog.containers.length - 1;
  if (dialog.kind === 'choose-hop') return dialog.choices.length - 1;
  return dialog.kind === 'choose-report' ? REPORT_FORMS.length - 1 : null;
}

export function moveInDialog(state: AppState, by: number): AppState {
  const { dialog } = state.ui;
  if (dialog === null) return state;
  const last = lastRow(dialog);
  if (last !== null && 'cursor' in dialog) {
    const cursor = Math.min(Math.max(0, dialog.cursor + by), last);
    return withUi(state, { dialog: { ...dialog, cursor } });
  }
  if (dialog.kind === 'choose-fault') return withUi(state, { dialog: moveInFaults(state, dialog, by) });
  if (dialog.kind === 'secret') return withUi(state, { dialog: { ...dialog, keep: !dialog.keep } });
  if (dialog.kind === 'waive') {
    const next = dialog.field === 'reason' ? 'until' : 'reason';
    return replaceDialog(state, { ...dialog, field: next, problem: null });
  }
  return state;
}
