/** Which of several fixes, and taking one back: the questions on the way, and what came of it. */
import { form, say } from '../i18n/text.js';
import { withUi } from './dialogs.js';
import type { Transition } from './messages.js';
import type { TroublesServiceMessage, TroublesUiMessage } from './troubles-types.js';
import { chosenFinding, provedStage, stagesOf } from './troubles-view.js';
import type { AppState, Dialog } from './types.js';

type Told = TroublesServiceMessage | TroublesUiMessage;
type Of<Type extends Told['type']> = Extract<Told, { type: Type }>;

const nothingKept = say(
  'Tidak ada perbaikan yang menyimpan sesuatu untuk dikembalikan.',
  'No fix has kept anything that could be put back.',
);
const told = {
  undone: form<{ what: string }>(
    (p) => `${p.what}: berkasnya dikembalikan`,
    (p) => `${p.what}: its files are put back`,
  ),
  failed: form<{ what: string }>(
    (p) => `${p.what}: pengembaliannya gagal; lihat jurnal (J)`,
    (p) => `${p.what}: undoing it failed; see the journal (J)`,
  ),
  'not-run': form<{ what: string }>(
    (p) => `${p.what}: tidak dikembalikan`,
    (p) => `${p.what}: not undone`,
  ),
};
const TONE = { undone: 'good', failed: 'bad', 'not-run': 'plain' } as const;

/** Shows a question about a fix in the place of the one before it. */
export function askAbout(state: AppState, dialog: Dialog): AppState | null {
  return state.ui.dialog?.kind === 'confirm-fix' ? withUi(state, { dialog, caret: 0 }) : null;
}

/** The next fix of the proved cause, while one of them is being read. */
export function otherFix(state: AppState): Transition {
  const { dialog } = state.ui;
  if (dialog?.kind !== 'confirm-fix') return [state, []];
  const { root, plan } = dialog;
  const proof = provedStage(stagesOf(state, root));
  const at = proof?.fixes.findIndex((one) => one.id === plan.fix.id) ?? -1;
  const next = proof?.fixes[(at + 1) % proof.fixes.length];
  if (proof === null || next === undefined || next.id === plan.fix.id) return [state, []];
  return [state, [{ type: 'troubles.plan', root, symptom: proof.symptom.id, fix: next.id }]];
}

/** Asks the hosts what the newest fix kept: of the chosen symptom and those below it, or of any. */
export function planUndo(state: AppState): Transition {
  if (state.lab === null || state.troubles.doing !== null) return [state, []];
  const root = chosenFinding(state);
  const symptoms = root === null ? [] : stagesOf(state, root).map((one) => one.walk.symptom.id);
  return [state, [{ type: 'troubles.plan-undo', root: root?.symptom.id ?? null, symptoms }]];
}

export function undoPlanned(state: AppState, { plan }: Of<'troubles.undo-planned'>): AppState | Dialog {
  if (plan !== null) return { kind: 'confirm-undo-fix', plan };
  return withUi(state, { notice: { tone: 'plain', text: nothingKept, at: state.now } });
}

export function undone(state: AppState, { what, result }: Of<'troubles.undone'>): AppState {
  const next = { ...state, troubles: { ...state.troubles, doing: null } };
  return withUi(next, { notice: { tone: TONE[result], text: told[result]({ what }), at: state.now } });
}
