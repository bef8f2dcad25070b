/** Slice: the Vagrantfile for three VMs, and what comes after it. */
import { openDialog, withUi } from './dialogs.js';
import { perHost, UNTESTED } from './initial.js';
import type { Message, Transition } from './messages.js';
import type { AppState, LabDraft } from './types.js';

export type VagrantMessage = Extract<
  Message,
  { type: 'vagrant.key' | 'vagrant.written' | 'vagrant.exists' | 'vagrant.save' }
>;

/** Where the Vagrantfile shall go, as typed. */
export function vagrantDirectory(state: AppState): string {
  return (state.ui.inputs['vagrant.path'] ?? '').trim();
}

/** The private key beside a public one. */
export function privateKeyOf(publicKey: string): string {
  return publicKey.replace(/\.pub$/, '');
}

/** Answers for the VMs that the Vagrantfile makes, so that nobody has to type them again. */
function answersFor(state: AppState): AppState['connect'] {
  const { addresses, user, publicKey } = state.vagrant.plan;
  const draft: LabDraft = {
    ...state.connect.draft,
    addresses,
    user,
    port: '22',
    auth: 'key',
    key: privateKeyOf(publicKey),
    passphrase: '',
    password: '',
    sudoPassword: '',
  };
  return { draft, tests: perHost(() => UNTESTED), problem: null, left: [], key: null };
}

export function vagrant(state: AppState, message: VagrantMessage): Transition {
  switch (message.type) {
    case 'vagrant.key': {
      const { plan } = state.vagrant;
      const publicKey = message.found ?? plan.publicKey;
      const keyFound = message.found !== null;
      return [{ ...state, vagrant: { ...state.vagrant, keyFound, plan: { ...plan, publicKey } } }, []];
    }
    case 'vagrant.save':
      return [
        state,
        [
          {
            type: 'vagrant.write',
            directory: vagrantDirectory(state),
            plan: state.vagrant.plan,
            replace: false,
          },
        ],
      ];
    case 'vagrant.written': {
      const next: AppState = {
        ...state,
        connect: answersFor(state),
        vagrant: { ...state.vagrant, written: message.path },
      };
      const positions = { ...state.ui.positions, 'vagrant.scroll': 0, 'connect.field': 0 };
      // Whether the key is there decides what comes next, and it may have been made meanwhile.
      return [withUi(next, { positions }), [{ type: 'vagrant.key' }]];
    }
    case 'vagrant.exists':
      return [openDialog(state, { kind: 'confirm-replace', file: 'vagrant', path: message.path }), []];
  }
}
