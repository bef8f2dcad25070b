/** Slice: the guided set-up: answers, tries, writing of the lab file and of the Vagrantfile. */
import { perHost, UNTESTED } from './initial.js';
import { openDialog, withUi } from './dialogs.js';
import type { Message, Transition } from './messages.js';
import { draftText, connectField, characters } from './typing.js';
import type { AppState, LabDraft } from './types.js';

export type DraftMessage = Extract<
  Message,
  {
    type:
      | 'draft.test'
      | 'draft.written'
      | 'draft.failed'
      | 'draft.auth'
      | 'draft.try'
      | 'draft.save'
      | 'vagrant.save';
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

export function draft(state: AppState, message: DraftMessage): Transition {
  const { connect } = state;
  switch (message.type) {
    case 'draft.auth': {
      const at = AUTHS.indexOf(connect.draft.auth) + message.by;
      const auth = AUTHS[(at + AUTHS.length) % AUTHS.length] ?? 'key';
      return [{ ...state, connect: { ...connect, draft: { ...connect.draft, auth }, problem: null } }, []];
    }
    case 'draft.try':
      return [
        { ...state, connect: { ...connect, problem: null, tests: perHost(() => ({ kind: 'testing' })) } },
        [{ type: 'draft.test', draft: connect.draft }],
      ];
    case 'draft.test':
      return [
        { ...state, connect: { ...connect, tests: { ...connect.tests, [message.host]: message.test } } },
        [],
      ];
    case 'draft.save':
      return [
        { ...state, connect: { ...connect, problem: null } },
        [{ type: 'draft.write', draft: connect.draft, replace: false }],
      ];
    case 'draft.written': {
      // The secrets typed here have served: from now on they are in the file or nowhere.
      const clean: LabDraft = { ...connect.draft, passphrase: '', password: '', sudoPassword: '' };
      const next: AppState = {
        ...state,
        connect: { draft: clean, tests: connect.tests, problem: null },
        opening: { practice: false, since: state.now },
      };
      return [
        withUi(next, { lastLab: message.path }),
        [{ type: 'lab.open', source: { kind: 'file', path: message.path } }],
      ];
    }
    case 'draft.failed': {
      if (message.trouble.code === LAB_FILE_EXISTS) {
        return [openDialog(state, { kind: 'confirm-replace', path: connect.draft.path }), []];
      }
      const tests = perHost((host) =>
        connect.tests[host].kind === 'testing' ? UNTESTED : connect.tests[host],
      );
      return [{ ...state, connect: { ...connect, tests, problem: message.trouble } }, []];
    }
    case 'vagrant.save':
      return [
        state,
        [
          {
            type: 'vagrant.write',
            directory: (state.ui.inputs['vagrant.path'] ?? '').trim(),
            addresses: connect.draft.addresses,
          },
        ],
      ];
  }
}
