/** Keys while a question is open. */
import { say } from '../i18n/text.js';
import { REPORT_FORMS } from '../state/report-types.js';
import type { AppState } from '../state/types.js';
import { bind, type KeyBinding } from './binding.js';

const dialogIs =
  (...kinds: readonly string[]) =>
  (state: AppState): boolean =>
    state.ui.dialog !== null && kinds.includes(state.ui.dialog.kind);

/** How many numbered rows the open question has. */
function rowsToChoose({ ui: { dialog } }: AppState): number {
  if (dialog?.kind === 'choose-act') return dialog.acts.length;
  if (dialog?.kind === 'choose-hop') return dialog.choices.length;
  return dialog?.kind === 'choose-container' ? dialog.containers.length : 0;
}

export const DIALOG_KEYS: readonly KeyBinding[] = [
  bind({
    id: 'dialog.yes',
    keys: ['y'],
    places: ['dialog'],
    label: say('ya', 'yes'),
    describe: say('Ya, lakukan. Enter sengaja tidak berlaku.', 'Yes, do it. Enter deliberately does not.'),
    footer: 10,
    when: dialogIs('confirm-run', 'confirm-undo', 'confirm-quit', 'confirm-act'),
    act: () => ({ type: 'dialog.accept' }),
  }),
  bind({
    id: 'dialog.replace',
    keys: ['y'],
    places: ['dialog'],
    label: say('ganti', 'replace'),
    describe: say(
      'Ganti berkas yang ada. Enter sengaja tidak berlaku.',
      'Replace the file that is there. Enter deliberately does not.',
    ),
    footer: 10,
    when: dialogIs('confirm-replace'),
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
    label: say('lanjut', 'go on'),
    describe: say('Lanjut dengan baris yang dipilih.', 'Go on with the chosen row.'),
    footer: 10,
    when: dialogIs('choose-host', 'choose-act', 'choose-container', 'choose-hop', 'choose-report'),
    act: () => ({ type: 'dialog.accept' }),
  }),
  bind({
    id: 'dialog.digit',
    keys: ['0', '1', '2', '3'],
    places: ['dialog'],
    label: say('pilih host', 'choose host'),
    describe: say(
      'Pilih semua host (0) atau satu (1-3); Enter melanjutkan.',
      'Choose all hosts (0) or one (1-3); Enter goes on.',
    ),
    footer: 9,
    shown: (state) => (state.ui.dialog?.kind === 'choose-host' ? `0-${state.ui.dialog.hosts.length}` : '0-3'),
    when: dialogIs('choose-host'),
    act: ({ ui }, _context, key) =>
      ui.dialog?.kind === 'choose-host' && Number(key) <= ui.dialog.hosts.length
        ? { type: 'dialog.move', by: Number(key) - ui.dialog.cursor }
        : null,
  }),
  bind({
    id: 'act.digit',
    keys: ['1', '2', '3', '4', '5', '6'],
    places: ['dialog'],
    label: say('pilih', 'choose'),
    describe: say(
      'Pilih baris bernomor itu; Enter melanjutkan.',
      'Choose the row of that number; Enter goes on.',
    ),
    footer: 9,
    shown: (state) => `1-${Math.min(6, rowsToChoose(state) || 6)}`,
    when: dialogIs('choose-act', 'choose-container', 'choose-hop'),
    act: (state, _context, key) => {
      const { dialog } = state.ui;
      const rows = rowsToChoose(state);
      if (rows === 0 || dialog === null || !('cursor' in dialog)) return null;
      return Number(key) <= rows ? { type: 'dialog.move', by: Number(key) - 1 - dialog.cursor } : null;
    },
  }),
  bind({
    id: 'report.digit',
    keys: REPORT_FORMS.map((_, i) => String(i + 1)),
    places: ['dialog'],
    label: say('pilih', 'choose'),
    describe: say(
      'Pilih bentuk laporan bernomor itu; Enter menulisnya.',
      'Choose the form of report of that number; Enter writes it.',
    ),
    footer: 9,
    shown: () => `1-${REPORT_FORMS.length}`,
    when: dialogIs('choose-report'),
    act: ({ ui }, _context, key) =>
      ui.dialog?.kind === 'choose-report'
        ? { type: 'dialog.move', by: Number(key) - 1 - ui.dialog.cursor }
        : null,
  }),
  bind({
    id: 'dialog.elsewhere',
    keys: ['d'],
    places: ['dialog'],
    label: say('tempat lain', 'another place'),
    describe: say(
      'Biarkan berkas itu; ketik tempat lain untuk yang baru.',
      'Leave that file; type another place for the new one.',
    ),
    footer: 10.5,
    when: dialogIs('confirm-replace'),
    act: () => ({ type: 'dialog.elsewhere' }),
  }),
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
      'choose-act',
      'choose-container',
      'choose-hop',
      'choose-report',
      'confirm-act',
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
