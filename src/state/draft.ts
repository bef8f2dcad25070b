/** Slice: the guided set-up of a lab: answers, what is wrong with them, tries, writing of the lab file. */
import { formTexts } from '../i18n/texts/form.js';
import { perHost, UNTESTED } from './initial.js';
import { openDialog, withUi } from './dialogs.js';
import { fieldName, fieldProblem, wrongFields } from './form.js';
import type { Message, Transition } from './messages.js';
import { characters, connectField, connectFields, draftText } from './typing.js';
import type { AppState, ConnectField, Effect, LabDraft } from './types.js';

export type DraftMessage = Extract<
  Message,
  {
    type:
      | 'draft.test'
      | 'draft.written'
      | 'draft.failed'
      | 'draft.key'
      | 'draft.auth'
      | 'draft.try'
      | 'draft.save';
  }
>;

/** Code of the trouble that is answered by asking whether to replace the file. */
export const LAB_FILE_EXISTS = 'file-exists';
const AUTHS: readonly LabDraft['auth'][] = ['agent', 'key', 'password'];

/** Puts the caret at the end of the field that the cursor is on. */
export function caretAtEnd(state: AppState): AppState {
  const text = draftText(state.connect.draft, connectField(state)) ?? '';
  return withUi(state, { caret: characters(text).length });
}

/** Puts the cursor on a field of the form. */
export function focusField(state: AppState, field: ConnectField): AppState {
  const at = Math.max(0, connectFields(state.connect.draft).indexOf(field));
  return caretAtEnd(withUi(state, { positions: { ...state.ui.positions, 'connect.field': at } }));
}

/** The cursor goes to another row: what is wrong with the one it leaves is told from now on. */
export function leaveField(state: AppState, value: number): Transition {
  const from = connectField(state);
  const moved = withUi(state, { positions: { ...state.ui.positions, 'connect.field': Math.max(0, value) } });
  if (connectField(moved) === from) return [caretAtEnd(moved), []];
  const { connect } = moved;
  const left = connect.left.includes(from) ? connect.left : [...connect.left, from];
  const ask = from === 'key' && fieldProblem({ ...connect, key: null }, 'key') === null;
  const effects: Effect[] = ask ? [{ type: 'draft.key', path: connect.draft.key }] : [];
  return [caretAtEnd({ ...moved, connect: { ...connect, left } }), effects];
}

/** Sends the form, or goes to the first answer that is wrong and says how many there are. */
function submit(state: AppState, send: (state: AppState) => Transition): Transition {
  const connect = { ...state.connect, left: connectFields(state.connect.draft), problem: null };
  const wrong = wrongFields(connect);
  const [first] = wrong;
  if (first === undefined) return send({ ...state, connect });
  const { id, en } = fieldName(first);
  const count = wrong.length;
  const text = {
    id: formTexts.wrong({ count, first: id }).id,
    en: formTexts.wrong({ count, first: en }).en,
  };
  const told = withUi({ ...state, connect }, { notice: { tone: 'bad', text, at: state.now } });
  return [focusField(told, first), []];
}

/** Tries that were under way and will not be answered any more count as not tried. */
function untried(connect: AppState['connect']): AppState['connect']['tests'] {
  return perHost((host) => (connect.tests[host].kind === 'testing' ? UNTESTED : connect.tests[host]));
}

export function draft(state: AppState, message: DraftMessage): Transition {
  const { connect } = state;
  switch (message.type) {
    case 'draft.auth': {
      const at = AUTHS.indexOf(connect.draft.auth) + message.by;
      const auth = AUTHS[(at + AUTHS.length) % AUTHS.length] ?? 'key';
      return [{ ...state, connect: { ...connect, draft: { ...connect.draft, auth }, problem: null } }, []];
    }
    case 'draft.try':
      return submit(state, (sent) => [
        { ...sent, connect: { ...sent.connect, tests: perHost(() => ({ kind: 'testing' })) } },
        [{ type: 'draft.test', draft: connect.draft }],
      ]);
    case 'draft.test':
      return [
        { ...state, connect: { ...connect, tests: { ...connect.tests, [message.host]: message.test } } },
        [],
      ];
    case 'draft.save':
      return submit(state, (sent) => [sent, [{ type: 'draft.write', draft: connect.draft, replace: false }]]);
    case 'draft.key': {
      // An answer to a path that has been changed since says nothing.
      if (message.path !== connect.draft.key) return [state, []];
      const key = message.problem === null ? null : { path: message.path, problem: message.problem };
      const next: AppState = { ...state, connect: { ...connect, key } };
      if (key === null || !message.submitted) return [next, []];
      return submit({ ...next, connect: { ...next.connect, tests: untried(connect) } }, (sent) => [sent, []]);
    }
    case 'draft.written': {
      // The secrets typed here have served: from now on they are in the file or nowhere.
      const clean: LabDraft = { ...connect.draft, passphrase: '', password: '', sudoPassword: '' };
      const next: AppState = {
        ...state,
        connect: { ...connect, draft: clean, problem: null, left: [], key: null },
        opening: { practice: false, since: state.now },
      };
      return [
        withUi(next, { lastLab: message.path }),
        [{ type: 'lab.open', source: { kind: 'file', path: message.path } }],
      ];
    }
    case 'draft.failed': {
      if (message.trouble.code === LAB_FILE_EXISTS) {
        const { path } = connect.draft;
        return [openDialog(state, { kind: 'confirm-replace', file: 'lab', path }), []];
      }
      return [{ ...state, connect: { ...connect, tests: untried(connect), problem: message.trouble } }, []];
    }
  }
}
