/** Keys that work on every screen, in questions and in text fields. */
import { say } from '../i18n/text.js';
import { reasons } from '../i18n/texts/reasons.js';
import { HOST_NAMES } from '../lab/types.js';
import { isZoomed } from '../state/live/listing.js';
import { inWalk, isBrowsing } from '../state/troubles-view.js';
import type { AppState, ScreenName } from '../state/types.js';
import { bind, type KeyBinding } from './binding.js';
import { moveMessage, type Move } from './move.js';

const LISTS: readonly ScreenName[] = [
  'welcome',
  'vagrant',
  'home',
  'step',
  'gates',
  'gate',
  'host',
  'glossary',
  'help',
  'journal',
  'entry',
  'describe',
  'stream',
  'events',
  'path',
  'troubles',
  'smoke',
];

/** Questions with rows to choose from. */
const CHOICES: readonly string[] = [
  'choose-host',
  'choose-act',
  'choose-container',
  'choose-hop',
  'choose-report',
];

function mover(move: Move, keys: readonly string[], id: string, en: string): KeyBinding {
  return bind({
    id: `move.${move}`,
    keys,
    places: [...LISTS, 'dialog'],
    label: say(id, en),
    describe: say(`Kursor atau teks: ${id}.`, `Cursor or text: ${en}.`),
    when: ({ ui }) => ui.dialog === null || CHOICES.includes(ui.dialog.kind),
    act: (state, context) => moveMessage(state, move, context),
  });
}

export const MOVE_KEYS: readonly KeyBinding[] = [
  mover('up', ['up', 'k'], 'naik', 'up'),
  mover('down', ['down', 'j'], 'turun', 'down'),
  mover('pageup', ['pageup', 'ctrl-b'], 'satu layar naik', 'one screen up'),
  mover('pagedown', ['pagedown', 'ctrl-f'], 'satu layar turun', 'one screen down'),
  mover('home', ['home'], 'ke awal', 'to the start'),
  mover('end', ['end', 'G'], 'ke akhir', 'to the end'),
];

const isInsideTroubles = (state: AppState): boolean =>
  state.ui.stack.at(-1) === 'troubles' && (inWalk(state) || isBrowsing(state));
const atRoot = (state: AppState): boolean => state.ui.stack.length <= 1;

export const ANYWHERE_KEYS: readonly KeyBinding[] = [
  bind({
    id: 'app.help',
    keys: ['?'],
    places: ['anywhere'],
    label: say('tombol', 'keys'),
    describe: say(
      'Semua tombol layar ini, dan mengapa ada yang belum bisa dipakai.',
      'All keys of this screen, and why some cannot be used now.',
    ),
    footer: 90,
    act: () => ({ type: 'ui.open', screen: 'help' }),
  }),
  bind({
    id: 'app.language',
    keys: ['l', 'ctrl-g'],
    places: ['anywhere'],
    label: say('English', 'Indonesia'),
    describe: say(
      'Ganti bahasa: Indonesia atau Inggris. Ctrl-G juga saat mengetik.',
      'Switch between Indonesian and English. Ctrl-G also while typing.',
    ),
    footer: 80,
    act: () => ({ type: 'ui.language' }),
  }),
  bind({
    id: 'app.back',
    keys: ['esc'],
    places: ['anywhere'],
    label: say('kembali', 'back'),
    describe: say('Kembali ke layar sebelumnya.', 'Back to the screen before.'),
    footer: 85,
    // Where Esc leaves something within the screen, that comes first.
    when: (state) => !isZoomed(state) && state.ui.stack.at(-1) !== 'stream' && !isInsideTroubles(state),
    disabled: (state) => (atRoot(state) ? reasons.rootScreen : null),
    act: () => ({ type: 'ui.back' }),
  }),
  bind({
    id: 'app.glossary',
    keys: ['i'],
    places: ['anywhere'],
    label: say('istilah', 'terms'),
    describe: say('Arti istilah-istilah yang dipakai.', 'What the terms mean.'),
    footer: 70,
    act: () => ({ type: 'ui.open', screen: 'glossary' }),
  }),
  bind({
    id: 'app.journal',
    keys: ['J'],
    places: ['anywhere'],
    label: say('jurnal', 'journal'),
    describe: say(
      'Catatan semua yang pernah dijalankan di lab ini.',
      'The record of all that was run in this lab.',
    ),
    footer: 75,
    disabled: (state) => (state.lab === null ? reasons.noLab : null),
    act: () => ({ type: 'ui.open', screen: 'journal' }),
  }),
  bind({
    id: 'app.report',
    keys: ['W'],
    places: ['anywhere'],
    label: say('laporan', 'report'),
    describe: say(
      'Tulis laporan lab ini ke berkas: pilih bentuknya. HTML memuat gambar layar ini.',
      'Write a report of this lab to a file: choose its form. HTML holds pictures of this screen.',
    ),
    footer: 76,
    disabled: (state) => (state.lab === null ? reasons.noLab : null),
    act: () => ({ type: 'ask.report' }),
  }),
  bind({
    id: 'app.redraw',
    keys: ['ctrl-l'],
    places: ['anywhere'],
    label: say('gambar ulang', 'redraw'),
    describe: say('Gambar ulang seluruh layar.', 'Draw the whole screen anew.'),
    act: () => ({ local: 'redraw' }),
  }),
  bind({
    id: 'app.suspend',
    keys: ['ctrl-z'],
    places: ['anywhere'],
    label: say('jeda', 'suspend'),
    describe: say(
      'Ke shell sebentar; fg untuk kembali. Pekerjaan di host jalan terus.',
      'To the shell for a while; fg comes back. Jobs on hosts go on.',
    ),
    act: () => ({ local: 'suspend' }),
  }),
  bind({
    id: 'app.quit',
    keys: ['q', 'ctrl-c'],
    places: ['anywhere'],
    label: say('keluar', 'quit'),
    describe: say(
      'Keluar. Pekerjaan yang sedang berjalan di host jalan terus.',
      'Quit. Jobs under way on hosts go on.',
    ),
    footer: 99,
    act: () => ({ type: 'ask.quit' }),
  }),
];

/** These also work while text is typed or a question is open: none of them is a printable character. */
export const THROUGH_ALL: ReadonlySet<string> = new Set(['ctrl-l', 'ctrl-g', 'ctrl-c', 'ctrl-z']);

/** Screens on which the chosen host decides what is shown. */
const HOST_PLACES: readonly ScreenName[] = ['home', 'step', 'host'];

/** A digit chooses, here and wherever rows have numbers; what is chosen is opened or answered with Enter. */
export const HOST_KEYS: readonly KeyBinding[] = [
  bind({
    id: 'host.digit',
    keys: HOST_NAMES.map((_, i) => String(i + 1)),
    places: HOST_PLACES,
    label: say('host', 'host'),
    describe: say(
      `Pilih host: ${HOST_NAMES.map((host, i) => `${i + 1} ${host}`).join(', ')}.`,
      `Choose a host: ${HOST_NAMES.map((host, i) => `${i + 1} ${host}`).join(', ')}.`,
    ),
    footer: 14,
    shown: () => `1-${HOST_NAMES.length}`,
    act: (_state, _context, key) => {
      const host = HOST_NAMES[Number(key) - 1];
      return host === undefined ? null : { type: 'ui.host', host };
    },
  }),
];
