/** Keys while text is typed: in searches, in the form of the connect screen, in questions that want words. */
import { say } from '../i18n/text.js';
import type { Edit } from '../state/messages.js';
import { connectField } from '../state/typing.js';
import type { AppState } from '../state/types.js';
import { bind, type KeyBinding } from './binding.js';
import { moveMessage } from './move.js';

function editor(
  id: string,
  keys: readonly string[],
  kind: Exclude<Edit['kind'], 'insert'>,
  label: readonly [string, string],
): KeyBinding {
  return bind({
    id: `edit.${id}`,
    keys,
    places: ['typing'],
    label: say(...label),
    describe: say(`Saat mengetik: ${label[0]}.`, `While typing: ${label[1]}.`),
    act: () => ({ type: 'ui.edit', edit: { kind } }),
  });
}

const inForm = (state: AppState): boolean =>
  state.ui.dialog === null && state.ui.typing === null && state.ui.stack.at(-1) === 'connect';
const inWaiver = (state: AppState): boolean => state.ui.dialog?.kind === 'waive';
const inSecret = (state: AppState): boolean => state.ui.dialog?.kind === 'secret';
const inSearch = (state: AppState): boolean => state.ui.dialog === null && state.ui.typing !== null;

export const TYPING_KEYS: readonly KeyBinding[] = [
  editor('backspace', ['backspace'], 'backspace', [
    'hapus huruf sebelum kursor',
    'delete the character before',
  ]),
  editor('delete', ['delete', 'ctrl-d'], 'delete', [
    'hapus huruf pada kursor',
    'delete the character under the cursor',
  ]),
  editor('left', ['left', 'ctrl-b'], 'left', ['ke kiri', 'left']),
  editor('right', ['right', 'ctrl-f'], 'right', ['ke kanan', 'right']),
  editor('home', ['home', 'ctrl-a'], 'home', ['ke awal', 'to the start']),
  editor('end', ['end', 'ctrl-e'], 'end', ['ke akhir', 'to the end']),
  editor('clear', ['ctrl-u'], 'clear', ['kosongkan', 'clear the field']),
  editor('word', ['ctrl-w'], 'word', ['hapus satu kata', 'delete a word']),
  bind({
    id: 'typing.submit',
    keys: ['enter'],
    places: ['typing'],
    label: say('pakai', 'accept'),
    describe: say('Selesai mengetik.', 'Done typing.'),
    footer: 10,
    when: inSearch,
    act: () => ({ type: 'ui.submit' }),
  }),
  bind({
    id: 'typing.abandon',
    keys: ['esc'],
    places: ['typing'],
    label: say('batal', 'cancel'),
    describe: say('Berhenti mengetik dan kosongkan pencarian.', 'Stop typing and clear the search.'),
    footer: 11,
    when: inSearch,
    act: () => ({ type: 'ui.abandon' }),
  }),
  bind({
    id: 'typing.live-up',
    keys: ['up'],
    places: ['typing'],
    label: say('naik', 'up'),
    describe: say('Saat mencari: pindah di daftar.', 'While searching: move in the list.'),
    when: inSearch,
    act: (state, context) => moveMessage(state, 'up', context),
  }),
  bind({
    id: 'typing.live-down',
    keys: ['down'],
    places: ['typing'],
    label: say('turun', 'down'),
    describe: say('Saat mencari: pindah di daftar.', 'While searching: move in the list.'),
    when: inSearch,
    act: (state, context) => moveMessage(state, 'down', context),
  }),
  bind({
    id: 'form.next',
    keys: ['tab', 'down'],
    places: ['typing', 'connect'],
    label: say('berikutnya', 'next'),
    describe: say('Isian berikutnya.', 'The next field.'),
    footer: 10,
    when: inForm,
    act: (state, context) => moveMessage(state, 'down', context),
  }),
  bind({
    id: 'form.enter',
    keys: ['enter'],
    places: ['typing', 'connect'],
    label: say('berikutnya', 'next'),
    describe: say('Jawaban selesai; isian berikutnya.', 'Answer done; the next field.'),
    when: (state) => inForm(state) && !['test', 'write'].includes(connectField(state)),
    act: (state, context) => moveMessage(state, 'down', context),
  }),
  bind({
    id: 'form.previous',
    keys: ['shift-tab', 'up'],
    places: ['typing', 'connect'],
    label: say('sebelumnya', 'previous'),
    describe: say('Isian sebelumnya.', 'The field before.'),
    footer: 11,
    when: inForm,
    act: (state, context) => moveMessage(state, 'up', context),
  }),
  bind({
    id: 'form.leave',
    keys: ['esc'],
    places: ['typing'],
    label: say('kembali', 'back'),
    describe: say('Kembali; jawaban tetap diingat.', 'Back; the answers are kept.'),
    footer: 85,
    when: inForm,
    act: () => ({ type: 'ui.back' }),
  }),
  bind({
    id: 'waiver.field',
    keys: ['tab', 'shift-tab', 'up', 'down'],
    places: ['typing'],
    label: say('isian lain', 'other field'),
    describe: say('Pindah antara alasan dan tanggal.', 'Switch between reason and date.'),
    footer: 12,
    when: inWaiver,
    act: () => ({ type: 'dialog.move', by: 1 }),
  }),
  bind({
    id: 'secret.keep',
    keys: ['tab', 'shift-tab', 'up', 'down'],
    places: ['typing'],
    label: say('simpan/tidak', 'keep or not'),
    describe: say('Simpan rahasia ini, atau tidak.', 'Keep this secret, or not.'),
    footer: 12,
    when: inSecret,
    act: () => ({ type: 'dialog.move', by: 1 }),
  }),
  bind({
    id: 'typing.dialog-accept',
    keys: ['enter'],
    places: ['typing'],
    label: say('lanjut', 'go on'),
    describe: say('Jawab pertanyaan dengan yang diketik.', 'Answer the question with what was typed.'),
    footer: 10,
    when: (state) => state.ui.dialog !== null,
    act: () => ({ type: 'dialog.accept' }),
  }),
  bind({
    id: 'typing.dialog-reject',
    keys: ['esc'],
    places: ['typing'],
    label: say('batal', 'cancel'),
    describe: say('Tutup pertanyaan; tidak ada yang dijalankan.', 'Close the question; nothing is run.'),
    footer: 13,
    when: (state) => state.ui.dialog !== null,
    act: () => ({ type: 'dialog.reject' }),
  }),
];
