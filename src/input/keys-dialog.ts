/** Keys while a question is open. */
import { say } from '../i18n/text.js';
import type { AppState } from '../state/types.js';
import { bind, type KeyBinding } from './binding.js';

const dialogIs =
  (...kinds: readonly string[]) =>
  (state: AppState): boolean =>
    state.ui.dialog !== null && kinds.includes(state.ui.dialog.kind);

/** A digit puts the cursor on a row of the host question; Enter still has to be pressed. */
function hostDigit(row: number): KeyBinding {
  return bind({
    id: `dialog.row-${row}`,
    keys: [String(row)],
    places: ['dialog'],
    label: say(`baris ${row}`, `row ${row}`),
    describe:
      row === 0
        ? say('Kursor ke semua host.', 'Cursor to all hosts.')
        : say(`Kursor ke host ke-${row}.`, `Cursor to host ${row}.`),
    when: (state) => state.ui.dialog?.kind === 'choose-host' && row <= state.ui.dialog.hosts.length,
    act: (state) =>
      state.ui.dialog?.kind === 'choose-host'
        ? { type: 'dialog.move', by: row - state.ui.dialog.cursor }
        : null,
  });
}

export const DIALOG_KEYS: readonly KeyBinding[] = [
  bind({
    id: 'dialog.yes',
    keys: ['y'],
    places: ['dialog'],
    label: say('ya', 'yes'),
    describe: say('Ya, lakukan. Enter sengaja tidak berlaku.', 'Yes, do it. Enter deliberately does not.'),
    footer: 10,
    when: dialogIs('confirm-run', 'confirm-undo', 'confirm-quit', 'confirm-replace'),
    act: () => ({ type: 'dialog.accept' }),
  }),
  bind({
    id: 'dialog.trust',
    keys: ['y'],
    places: ['dialog'],
    label: say('percaya', 'trust'),
    describe: say(
      'Percaya kunci host ini. Enter sengaja tidak berlaku.',
      'Trust this host key. Enter deliberately does not.',
    ),
    footer: 10,
    when: dialogIs('host-key'),
    act: () => ({ type: 'dialog.accept' }),
  }),
  bind({
    id: 'dialog.choose',
    keys: ['enter'],
    places: ['dialog'],
    label: say('pilih', 'choose'),
    describe: say('Pilih baris ini.', 'Choose this row.'),
    footer: 10,
    when: dialogIs('choose-host'),
    act: () => ({ type: 'dialog.accept' }),
  }),
  ...[0, 1, 2, 3].map(hostDigit),
  bind({
    id: 'dialog.no',
    keys: ['n', 'esc', 'q'],
    places: ['dialog'],
    label: say('batal', 'cancel'),
    describe: say('Tidak; tutup pertanyaan.', 'No; close the question.'),
    footer: 11,
    when: dialogIs(
      'confirm-run',
      'confirm-undo',
      'confirm-quit',
      'confirm-replace',
      'host-key',
      'choose-host',
    ),
    act: () => ({ type: 'dialog.reject' }),
  }),
  bind({
    id: 'dialog.close',
    keys: ['enter', 'esc', 'space'],
    places: ['dialog'],
    label: say('tutup', 'close'),
    describe: say('Tutup pesan ini.', 'Close this message.'),
    footer: 10,
    when: dialogIs('trouble'),
    act: () => ({ type: 'dialog.accept' }),
  }),
  bind({
    id: 'dialog.language',
    keys: ['l'],
    places: ['dialog'],
    label: say('English', 'Indonesia'),
    describe: say('Ganti bahasa.', 'Switch the language.'),
    footer: 80,
    act: () => ({ type: 'ui.language' }),
  }),
];
