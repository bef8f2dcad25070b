/** Keys around a fix: while it is asked whether it is to be carried out, and for taking it back. */
import { say } from '../i18n/text.js';
import { reasons } from '../i18n/texts/reasons.js';
import { troubleReasons as why } from '../i18n/texts/troubles.js';
import { provedStage, stagesOf } from '../state/troubles-view.js';
import type { AppState } from '../state/types.js';
import { bind, type KeyBinding } from './binding.js';

const fixRuns = (state: AppState): boolean => {
  const { dialog } = state.ui;
  return dialog?.kind === 'confirm-fix' && dialog.plan.byHand === null && dialog.plan.actions.length > 0;
};
const several = (state: AppState): boolean => {
  const { dialog } = state.ui;
  if (dialog?.kind !== 'confirm-fix') return false;
  return (provedStage(stagesOf(state, dialog.root))?.fixes.length ?? 0) > 1;
};
const fixTells = (state: AppState): boolean => state.ui.dialog?.kind === 'confirm-fix' && !fixRuns(state);

export const FIX_KEYS: readonly KeyBinding[] = [
  bind({
    id: 'troubles.undo-fix',
    keys: ['u'],
    places: ['troubles'],
    label: say('kembalikan perbaikan', 'undo a fix'),
    describe: say(
      'Kembalikan berkas yang diubah perbaikan terakhir gejala ini, sesudah dibaca dan ditanyakan.',
      'Put back the files that the newest fix of this symptom changed, after reading and asking.',
    ),
    footer: 28,
    dangerous: true,
    disabled: (state) => {
      const { doing } = state.troubles;
      if (state.lab === null) return reasons.noLab;
      if (doing === null) return null;
      return doing.kind === 'asking' ? why.busy : why.fixing;
    },
    act: () => ({ type: 'troubles.undo-fix' }),
  }),
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
    id: 'fix.other',
    keys: ['tab', 'right'],
    places: ['dialog'],
    label: say('yang lain', 'another'),
    describe: say('Baca perbaikan lain untuk penyebab yang sama.', 'Read another fix for the same cause.'),
    footer: 12,
    when: several,
    act: () => ({ type: 'troubles.other-fix' }),
  }),
  bind({
    id: 'fix.undo-yes',
    keys: ['y'],
    places: ['dialog'],
    label: say('ya', 'yes'),
    describe: say(
      'Ya, kembalikan berkas yang diubah perbaikan itu.',
      'Yes, put back the files that the fix changed.',
    ),
    footer: 10,
    dangerous: true,
    when: ({ ui }) => ui.dialog?.kind === 'confirm-undo-fix',
    act: () => ({ type: 'dialog.accept' }),
  }),
  bind({
    id: 'fix.undo-no',
    keys: ['n', 'esc', 'q'],
    places: ['dialog'],
    label: say('batal', 'cancel'),
    describe: say('Tidak; perbaikan itu tetap.', 'No; the fix stays.'),
    footer: 11,
    when: ({ ui }) => ui.dialog?.kind === 'confirm-undo-fix',
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
