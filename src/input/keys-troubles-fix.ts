/** Keys while it is asked whether a fix is to be carried out. */
import { say } from '../i18n/text.js';
import type { AppState } from '../state/types.js';
import { bind, type KeyBinding } from './binding.js';

const fixRuns = (state: AppState): boolean => {
  const { dialog } = state.ui;
  return dialog?.kind === 'confirm-fix' && dialog.plan.byHand === null && dialog.plan.actions.length > 0;
};
const fixTells = (state: AppState): boolean => state.ui.dialog?.kind === 'confirm-fix' && !fixRuns(state);

export const FIX_KEYS: readonly KeyBinding[] = [
  bind({
    id: 'fix.yes',
    keys: ['y'],
    places: ['dialog'],
    label: say('ya', 'yes'),
    describe: say(
      'Ya, jalankan perbaikan ini. Enter sengaja tidak berlaku.',
      'Yes, carry out this fix. Enter deliberately does not.',
    ),
    footer: 10,
    dangerous: true,
    when: fixRuns,
    act: () => ({ type: 'dialog.accept' }),
  }),
  bind({
    id: 'fix.no',
    keys: ['n', 'esc', 'q'],
    places: ['dialog'],
    label: say('batal', 'cancel'),
    describe: say('Tidak; tidak ada yang diubah.', 'No; nothing is changed.'),
    footer: 11,
    when: fixRuns,
    act: () => ({ type: 'dialog.reject' }),
  }),
  bind({
    id: 'fix.close',
    keys: ['enter', 'esc', 'space', 'n', 'q'],
    places: ['dialog'],
    label: say('tutup', 'close'),
    describe: say('Tutup; ini dikerjakan oleh Anda sendiri.', 'Close; this is done by you.'),
    footer: 10,
    when: fixTells,
    act: () => ({ type: 'dialog.reject' }),
  }),
];
