/** Text fields: which one takes the keys, and what a key does to it. */
import { HOST_NAMES } from '../lab/types.js';
import { textOf, withUi } from './dialogs.js';
import type { Edit } from './messages.js';
import type { AppState, ConnectField, LabDraft } from './types.js';

/** Longest text a field takes; a pasted file must not end up in one. */
export const MAX_INPUT = 512;

/** Rows of the form on the connect screen, top to bottom, for the way of logging in that is chosen. */
export function connectFields(draft: LabDraft): readonly ConnectField[] {
  const secret: readonly ConnectField[] =
    draft.auth === 'key' ? ['key', 'passphrase'] : draft.auth === 'password' ? ['password'] : [];
  return [
    ...HOST_NAMES.map((host) => `address.${host}` as const),
    'user',
    'port',
    'auth',
    ...secret,
    'sudoPassword',
    'name',
    'path',
    'test',
    'write',
  ];
}

export function connectField(state: AppState): ConnectField {
  const fields = connectFields(state.connect.draft);
  return fields[Math.min(state.ui.positions['connect.field'] ?? 0, fields.length - 1)] ?? 'write';
}

export function draftText(draft: LabDraft, field: ConnectField): string | null {
  switch (field) {
    case 'name':
    case 'path':
    case 'user':
    case 'port':
    case 'key':
    case 'passphrase':
    case 'password':
    case 'sudoPassword':
      return draft[field];
    case 'auth':
    case 'test':
    case 'write':
      return null;
    case 'address.vm-docker':
      return draft.addresses['vm-docker'];
    case 'address.vm-k8s':
      return draft.addresses['vm-k8s'];
    case 'address.vm-worker':
      return draft.addresses['vm-worker'];
  }
}

function withDraftText(draft: LabDraft, field: ConnectField, text: string): LabDraft {
  switch (field) {
    case 'name':
    case 'path':
    case 'user':
    case 'port':
    case 'key':
    case 'passphrase':
    case 'password':
    case 'sudoPassword':
      return { ...draft, [field]: text };
    case 'auth':
    case 'test':
    case 'write':
      return draft;
    case 'address.vm-docker':
      return { ...draft, addresses: { ...draft.addresses, 'vm-docker': text } };
    case 'address.vm-k8s':
      return { ...draft, addresses: { ...draft.addresses, 'vm-k8s': text } };
    case 'address.vm-worker':
      return { ...draft, addresses: { ...draft.addresses, 'vm-worker': text } };
  }
}

export interface TypingTarget {
  readonly text: string;
  readonly put: (text: string, caret: number) => AppState;
}

/** The field that takes the keys now, or null when keys are commands. Dialogs come first. */
export function typingTarget(state: AppState): TypingTarget | null {
  const { ui } = state;
  const { dialog } = ui;
  if (dialog !== null) {
    if (dialog.kind === 'typed-confirm') {
      return {
        text: dialog.input,
        put: (input, caret) => withUi(state, { dialog: { ...dialog, input }, caret }),
      };
    }
    if (dialog.kind === 'typed-act') {
      return {
        text: dialog.input,
        put: (input, caret) => withUi(state, { dialog: { ...dialog, input }, caret }),
      };
    }
    if (dialog.kind === 'typed-fault') {
      return {
        text: dialog.input,
        put: (input, caret) => withUi(state, { dialog: { ...dialog, input }, caret }),
      };
    }
    if (dialog.kind === 'choose-fault') {
      return {
        text: dialog.input,
        put: (input, caret) => withUi(state, { dialog: { ...dialog, input, cursor: 0 }, caret }),
      };
    }
    if (dialog.kind === 'typed-fix') {
      return {
        text: dialog.input,
        put: (input, caret) => withUi(state, { dialog: { ...dialog, input }, caret }),
      };
    }
    if (dialog.kind === 'secret') {
      return {
        text: dialog.input,
        put: (input, caret) => withUi(state, { dialog: { ...dialog, input, problem: null }, caret }),
      };
    }
    if (dialog.kind === 'waive') {
      return {
        text: textOf(dialog),
        put: (text, caret) =>
          withUi(state, { dialog: { ...dialog, [dialog.field]: text, problem: null }, caret }),
      };
    }
    return null;
  }
  const { typing } = ui;
  if (typing !== null) {
    return {
      text: ui.inputs[typing] ?? '',
      put: (text, caret) => withUi(state, { inputs: { ...ui.inputs, [typing]: text }, caret }),
    };
  }
  if (ui.stack.at(-1) === 'connect') {
    const field = connectField(state);
    const text = draftText(state.connect.draft, field);
    if (text === null) return null;
    return {
      text,
      put: (next, caret) => ({
        ...withUi(state, { caret }),
        // What was tried with other answers says nothing about these.
        connect: { ...state.connect, draft: withDraftText(state.connect.draft, field, next), problem: null },
      }),
    };
  }
  return null;
}

export function isTyping(state: AppState): boolean {
  return typingTarget(state) !== null;
}

/** Splits into what a person takes for characters: the caret never stands inside one. */
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
export function characters(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** One edit of a text with a caret (counted in characters). Control characters are never inserted. */
export function editText(text: string, caretBefore: number, edit: Edit): { text: string; caret: number } {
  const all = characters(text);
  const caret = Math.min(Math.max(0, caretBefore), all.length);
  const join = (chars: readonly string[]): string => chars.join('');
  switch (edit.kind) {
    case 'insert': {
      const typed = characters(
        edit.text.replaceAll(/[\u0000-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g, ''),
      );
      const added = typed.slice(0, Math.max(0, MAX_INPUT - all.length));
      return {
        text: join([...all.slice(0, caret), ...added, ...all.slice(caret)]),
        caret: caret + added.length,
      };
    }
    case 'backspace':
      if (caret === 0) return { text, caret };
      return { text: join([...all.slice(0, caret - 1), ...all.slice(caret)]), caret: caret - 1 };
    case 'delete':
      return { text: join([...all.slice(0, caret), ...all.slice(caret + 1)]), caret };
    case 'left':
      return { text, caret: Math.max(0, caret - 1) };
    case 'right':
      return { text, caret: Math.min(all.length, caret + 1) };
    case 'home':
      return { text, caret: 0 };
    case 'end':
      return { text, caret: all.length };
    case 'clear':
      return { text: '', caret: 0 };
    case 'word': {
      let from = caret;
      while (from > 0 && all[from - 1] === ' ') from -= 1;
      while (from > 0 && all[from - 1] !== ' ') from -= 1;
      return { text: join([...all.slice(0, from), ...all.slice(caret)]), caret: from };
    }
  }
}
