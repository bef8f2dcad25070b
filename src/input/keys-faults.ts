/** Keys of faults and drills: breaking something on purpose, choosing what, taking it back. */
import { say } from '../i18n/text.js';
import { faultReasons as why } from '../i18n/texts/faults.js';
import { reasons } from '../i18n/texts/reasons.js';
import type { Text } from '../lab/types.js';
import { newestBroken } from '../state/faults-view.js';
import type { AppState } from '../state/types.js';
import { bind, type KeyBinding } from './binding.js';

const HERE = ['troubles'] as const;
/** Rows that a page of the chooser moves by. */
const PAGE = 10;

function cannotBreak({ lab, faults }: AppState): Text | null {
  if (lab === null) return reasons.noLab;
  if (faults.known === null) return why.reading;
  if (faults.doing !== null) return why.busy;
  return faults.known.length === 0 ? why.none : null;
}
const isChoosing = ({ ui }: AppState): boolean => ui.dialog?.kind === 'choose-fault';
const isAsked = ({ ui }: AppState): boolean =>
  ui.dialog?.kind === 'confirm-fault' || ui.dialog?.kind === 'confirm-heal';

function mover(
  id: string,
  keys: readonly string[],
  by: number,
  words: readonly [string, string],
): KeyBinding {
  return bind({
    id: `faults.${id}`,
    keys,
    places: ['typing'],
    label: say(...words),
    describe: say(`Saat memilih gangguan: ${words[0]}.`, `While choosing a fault: ${words[1]}.`),
    when: isChoosing,
    act: () => ({ type: 'dialog.move', by }),
  });
}

export const FAULT_KEYS: readonly KeyBinding[] = [
  bind({
    id: 'faults.choose',
    keys: ['B'],
    places: HERE,
    label: say('rusakkan', 'break something'),
    describe: say(
      'Rusakkan sesuatu untuk berlatih: satu gangguan yang dipilih, atau latihan tanpa diberi tahu yang mana.',
      'Break something to practise on: a fault of your choice, or a drill without being told which.',
    ),
    footer: 29,
    dangerous: true,
    disabled: cannotBreak,
    act: () => ({ type: 'faults.choose' }),
  }),
  bind({
    id: 'faults.heal',
    keys: ['H'],
    places: HERE,
    label: say('kembalikan yang dirusak', 'take the break back'),
    describe: say(
      'Kembalikan yang terakhir sengaja dirusak, dan katakan apa itu.',
      'Take back what was broken on purpose last, and say what it was.',
    ),
    footer: 13,
    dangerous: true,
    disabled: (state) => {
      if (state.faults.doing !== null) return why.busy;
      return newestBroken(state) === null ? why.nothing : null;
    },
    act: () => ({ type: 'faults.heal' }),
  }),
  mover('up', ['up'], -1, ['naik', 'up']),
  mover('down', ['down'], 1, ['turun', 'down']),
  mover('pageup', ['pageup'], -PAGE, ['satu layar naik', 'one screen up']),
  mover('pagedown', ['pagedown'], PAGE, ['satu layar turun', 'one screen down']),
  bind({
    id: 'faults.yes',
    keys: ['y'],
    places: ['dialog'],
    label: say('ya', 'yes'),
    describe: say(
      'Ya, rusakkan atau kembalikan. Enter sengaja tidak berlaku.',
      'Yes, break it or take it back. Enter deliberately does not.',
    ),
    footer: 10,
    dangerous: true,
    when: isAsked,
    act: () => ({ type: 'dialog.accept' }),
  }),
  bind({
    id: 'faults.no',
    keys: ['n', 'esc', 'q'],
    places: ['dialog'],
    label: say('batal', 'cancel'),
    describe: say('Tidak; lab tetap seperti sekarang.', 'No; the lab stays as it is now.'),
    footer: 11,
    when: isAsked,
    act: () => ({ type: 'dialog.reject' }),
  }),
];
