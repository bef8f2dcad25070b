/** Keys of the path screen. */
import { say } from '../i18n/text.js';
import { path as text } from '../i18n/texts/path.js';
import { reasons } from '../i18n/texts/reasons.js';
import { chosenHop, hopGates } from '../state/hops.js';
import { keyStanding } from '../state/standing.js';
import type { GateKey } from '../gates/types.js';
import type { Message } from '../state/messages.js';
import type { AppState } from '../state/types.js';
import { bind, type KeyBinding } from './binding.js';

function turnHop(state: AppState, by: 1 | -1): Message | null {
  const chosen = chosenHop(state);
  if (chosen === null) return null;
  const value = Math.min(Math.max(0, chosen.at + by), chosen.flow.hops.length - 1);
  return { type: 'ui.position', name: 'path.hop', value };
}

/** Of the hop's gates the one that tells most: the first that is red, else the first that is not green, else the first. */
function tellingGate(state: AppState): GateKey | null {
  const chosen = chosenHop(state);
  if (chosen === null) return null;
  const keys = hopGates(state, chosen.hop);
  const red = keys.find((key) => keyStanding(state, key) === 'fail');
  return red ?? keys.find((key) => keyStanding(state, key) !== 'pass') ?? keys[0] ?? null;
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
    keys: ['right', 'n'],
    places: ['path'],
    label: say('hop lain', 'next hop'),
    describe: say('Hop berikutnya.', 'The next hop.'),
    footer: 12,
    shown: () => '←→',
    act: (state) => turnHop(state, 1),
  }),
  bind({
    id: 'path.hop-back',
    keys: ['left', 'p'],
    places: ['path'],
    label: say('hop sebelumnya', 'hop before'),
    describe: say('Hop sebelumnya.', 'The hop before.'),
    act: (state) => turnHop(state, -1),
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
      name: 'path.flow',
      value: ((state.ui.positions['path.flow'] ?? 0) + 1) % Math.max(1, state.runbook.path.length),
    }),
  }),
  bind({
    id: 'path.gate',
    keys: ['enter'],
    places: ['path'],
    label: say('buka gate', 'open gate'),
    describe: say(
      'Buka gate hop ini yang paling banyak bercerita: yang merah, lalu yang tidak hijau.',
      'Open the gate of this hop that tells most: one that is red, else one that is not green.',
    ),
    footer: 10,
    disabled: (state) => (tellingGate(state) === null ? text.noHopGates : null),
    act: (state) => {
      const key = tellingGate(state);
      return key === null ? null : { type: 'path.gate', key };
    },
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
