/** Keys of the screens before there is a lab: welcome, connect, Vagrantfile. */
import { say } from '../i18n/text.js';
import { reasons } from '../i18n/texts/reasons.js';
import { position } from '../state/lists.js';
import type { Message } from '../state/messages.js';
import { connectField } from '../state/typing.js';
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
    label: say('pilih', 'choose'),
    describe: say('Mulai dengan pilihan ini.', 'Start with this choice.'),
    footer: 10,
    disabled: opening,
    act: (state) => welcomeKey(state, position(state, 'welcome.cursor')),
  }),
  ...[1, 2, 3, 4].map((n) =>
    bind({
      id: `welcome.${n}`,
      keys: [String(n)],
      places: ['welcome'],
      label: say(`pilihan ${n}`, `choice ${n}`),
      describe: say(`Mulai dengan pilihan ${n}.`, `Start with choice ${n}.`),
      when: (state) => n <= welcomeChoices(state).length,
      disabled: opening,
      act: (state) => welcomeKey(state, n - 1),
    }),
  ),
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
    disabled: (state) => ((state.ui.inputs['vagrant.path'] ?? '').trim() === '' ? reasons.needPath : null),
    act: () => ({ type: 'vagrant.save' }),
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
    disabled: (state) => {
      const { draft, tests } = state.connect;
      if (Object.values(tests).some((test) => test.kind === 'testing')) return reasons.testing;
      const blank = [draft.user, ...Object.values(draft.addresses)].some((one) => one.trim() === '');
      return blank ? reasons.fillIn : null;
    },
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
    disabled: (state) => {
      const { draft } = state.connect;
      const blank = [draft.user, ...Object.values(draft.addresses)].some((one) => one.trim() === '');
      if (blank) return reasons.fillIn;
      return draft.name.trim() === '' || draft.path.trim() === '' ? reasons.fillPath : opening(state);
    },
    act: () => ({ type: 'draft.save' }),
  }),
];
