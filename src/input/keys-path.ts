/** Keys of the path screen. */
import { say } from '../i18n/text.js';
import { path as text } from '../i18n/texts/path.js';
import { reasons } from '../i18n/texts/reasons.js';
import { hopChoices } from '../state/hop-choices.js';
import { chosenHop, PATH_FLOW, PATH_HOP } from '../state/hops.js';
import type { Message } from '../state/messages.js';
import type { AppState } from '../state/types.js';
import { bind, type KeyBinding } from './binding.js';

function turnHop(state: AppState, by: 1 | -1): Message | null {
  const chosen = chosenHop(state);
  if (chosen === null) return null;
  const value = Math.min(Math.max(0, chosen.at + by), chosen.flow.hops.length - 1);
  return { type: 'ui.position', name: PATH_HOP, value };
}

export const PATH_KEYS: readonly KeyBinding[] = [
  bind({
    id: 'path.open',
    keys: ['p'],
    places: ['home', 'host', 'gates', 'events'],
    label: say('jalur', 'path'),
    describe: say(
      'Dua jalur lab, hop demi hop: sebuah permintaan dan sebuah image.',
      "The lab's two flows, hop by hop: a request and an image.",
    ),
    footer: 38,
    disabled: (state) => (state.lab === null ? reasons.noLab : null),
    act: () => ({ type: 'ui.open', screen: 'path' }),
  }),
  bind({
    id: 'path.hop',
    keys: ['left', 'right', 'p', 'n'],
    places: ['path'],
    label: say('hop', 'hop'),
    describe: say(
      '→ atau n: hop berikutnya; ← atau p: hop sebelumnya.',
      '→ or n: the next hop; ← or p: the hop before.',
    ),
    footer: 12,
    shown: () => '←→',
    act: (state, _context, key) => turnHop(state, key === 'right' || key === 'n' ? 1 : -1),
  }),
  bind({
    id: 'path.flow',
    keys: ['tab', 'shift-tab'],
    places: ['path'],
    label: say('jalur lain', 'other flow'),
    describe: say('Jalur yang lain: permintaan atau image.', 'The other flow: request or image.'),
    footer: 14,
    act: (state) => ({
      type: 'ui.position',
      name: PATH_FLOW,
      value: ((state.ui.positions[PATH_FLOW] ?? 0) + 1) % Math.max(1, state.runbook.path.length),
    }),
  }),
  bind({
    id: 'path.gate',
    keys: ['enter'],
    places: ['path'],
    label: say('gate & gejala', 'gates & symptoms'),
    describe: say(
      'Gate dan gejala hop ini, yang paling banyak bercerita di atas; pilih mana yang dibuka.',
      "This hop's gates and symptoms, those that tell most first; choose which one to open.",
    ),
    footer: 10,
    disabled: (state) => (hopChoices(state).length === 0 ? text.nothingToOpen : null),
    act: () => ({ type: 'path.choose' }),
  }),
  bind({
    id: 'path.ask',
    keys: ['v', 'r'],
    places: ['path'],
    label: say('periksa', 'ask again'),
    describe: say(
      'Tanyakan semua hop sekarang; selama layar ini terbuka itu juga terjadi sendiri.',
      'Ask every hop now; while this screen is open that also happens by itself.',
    ),
    footer: 20,
    disabled: (state) => (state.path.running.length > 0 ? text.askingAlready : null),
    act: () => ({ type: 'path.ask' }),
  }),
];
