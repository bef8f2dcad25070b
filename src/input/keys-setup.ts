/** Keys of the screens before there is a lab: welcome, connect, Vagrantfile. */
import { say } from '../i18n/text.js';
import { reasons } from '../i18n/texts/reasons.js';
import { position } from '../state/lists.js';
import type { Message } from '../state/messages.js';
import { connectField } from '../state/typing.js';
import { vagrantDirectory } from '../state/vagrant.js';
import type { AppState } from '../state/types.js';
import { bind, type KeyBinding } from './binding.js';
import { welcomeChoices, welcomeMessage } from './choices.js';

function welcomeKey(state: AppState, at: number): Message | null {
  const choice = welcomeChoices(state)[at];
  return choice === undefined ? null : welcomeMessage(state, choice);
}
const opening = (state: AppState) => (state.opening === null ? null : reasons.opening);

export const SETUP_KEYS: readonly KeyBinding[] = [
  bind({
    id: 'welcome.open',
    keys: ['enter'],
    places: ['welcome'],
    label: say('mulai', 'start'),
    describe: say('Mulai dengan pilihan ini.', 'Start with this choice.'),
    footer: 10,
    disabled: opening,
    act: (state) => welcomeKey(state, position(state, 'welcome.cursor')),
  }),
  bind({
    id: 'welcome.digit',
    keys: ['1', '2', '3', '4'],
    places: ['welcome'],
    label: say('pilih', 'choose'),
    describe: say(
      'Pilih baris bernomor itu; Enter memulainya.',
      'Choose the row of that number; Enter starts it.',
    ),
    footer: 9,
    shown: (state) => `1-${welcomeChoices(state).length}`,
    act: (state, _context, key) =>
      Number(key) <= welcomeChoices(state).length
        ? { type: 'ui.position', name: 'welcome.cursor', value: Number(key) - 1 }
        : null,
  }),
  bind({
    id: 'vagrant.path',
    keys: ['p'],
    places: ['vagrant'],
    label: say('ubah direktori', 'change directory'),
    describe: say(
      'Ubah direktori tempat Vagrantfile ditulis.',
      'Change the directory that the Vagrantfile is written to.',
    ),
    footer: 12,
    act: () => ({ type: 'ui.type', name: 'vagrant.path' }),
  }),
  bind({
    id: 'vagrant.write',
    keys: ['enter'],
    places: ['vagrant'],
    label: say('tulis', 'write'),
    describe: say('Tulis Vagrantfile ke direktori itu.', 'Write the Vagrantfile to that directory.'),
    footer: 10,
    when: (state) => state.vagrant.written === null,
    disabled: (state) => (vagrantDirectory(state) === '' ? reasons.needPath : null),
    act: () => ({ type: 'vagrant.save' }),
  }),
  bind({
    id: 'vagrant.connect',
    keys: ['enter'],
    places: ['vagrant'],
    label: say('sambungkan ketiganya', 'connect the three'),
    describe: say(
      'Sesudah Vagrantfile ditulis dan VM-nya nyala: ke isian tiga VM, dengan alamat dan pengguna terisi.',
      'Once the Vagrantfile is written and the VMs are up: to the form for the three VMs, addresses and user filled in.',
    ),
    footer: 10,
    when: (state) => state.vagrant.written !== null,
    where: say('sesudah ditulis', 'once it is written'),
    act: () => ({ type: 'ui.open', screen: 'connect' }),
  }),
  bind({
    id: 'connect.auth',
    keys: ['left', 'right', 'space'],
    places: ['connect'],
    label: say('cara masuk lain', 'other login'),
    describe: say('Agent, berkas kunci, atau kata sandi.', 'Agent, key file, or password.'),
    footer: 12,
    when: (state) => connectField(state) === 'auth',
    act: () => ({ type: 'draft.auth', by: 1 }),
  }),
  bind({
    id: 'connect.test',
    keys: ['enter', 'space'],
    places: ['connect'],
    label: say('coba masuk', 'try login'),
    describe: say(
      'Coba masuk ke ketiga host dengan jawaban ini.',
      'Try to log in to the three hosts with these answers.',
    ),
    footer: 9,
    when: (state) => connectField(state) === 'test',
    disabled: (state) =>
      Object.values(state.connect.tests).some((test) => test.kind === 'testing') ? reasons.testing : null,
    act: () => ({ type: 'draft.try' }),
  }),
  bind({
    id: 'connect.write',
    keys: ['enter', 'space'],
    places: ['connect'],
    label: say('tulis dan buka', 'write and open'),
    describe: say('Tulis berkas lab dan buka lab ini.', 'Write the lab file and open this lab.'),
    footer: 9,
    when: (state) => connectField(state) === 'write',
    disabled: opening,
    act: () => ({ type: 'draft.save' }),
  }),
];
