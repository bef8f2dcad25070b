/** The choices of the welcome screen. Practice comes first: it needs nothing and can break nothing. */
import type { Message } from '../state/messages.js';
import type { AppState } from '../state/types.js';

export type WelcomeChoice = 'practice' | 'own' | 'create' | 'last';

export function welcomeChoices(state: AppState): readonly WelcomeChoice[] {
  return state.ui.lastLab === null ? ['practice', 'own', 'create'] : ['practice', 'own', 'create', 'last'];
}

export function welcomeMessage(state: AppState, choice: WelcomeChoice): Message {
  switch (choice) {
    case 'practice':
      return { type: 'lab.choose', source: { kind: 'practice' } };
    case 'own':
      return { type: 'ui.open', screen: 'connect' };
    case 'create':
      return { type: 'ui.open', screen: 'vagrant' };
    case 'last':
      return { type: 'lab.choose', source: { kind: 'file', path: state.ui.lastLab ?? '' } };
  }
}
