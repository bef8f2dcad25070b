/** Slice: faults that the lab is given on purpose, and drills. What is done to the lab goes out as effects. */
import { faults as text } from '../i18n/texts/faults.js';
import { openDialog, withUi } from './dialogs.js';
import { newestBroken } from './faults-view.js';
import type { FaultsServiceMessage, FaultsState, FaultsUiMessage } from './faults-types.js';
import type { Message, Transition } from './messages.js';
import { troubles } from './troubles.js';
import type { AppState, Notice } from './types.js';

type FaultsMessage = FaultsServiceMessage | FaultsUiMessage;

function change(state: AppState, part: Partial<FaultsState>): AppState {
  return { ...state, faults: { ...state.faults, ...part } };
}
function tell(state: AppState, tone: Notice['tone'], words: Notice['text']): AppState {
  return withUi(state, { notice: { tone, text: words, at: state.now } });
}

export function faults(state: AppState, message: FaultsMessage): Transition {
  switch (message.type) {
    case 'faults.known': {
      const { known, asksName, broken } = message;
      return [change(state, { known, asksName, broken }), []];
    }
    case 'faults.choose':
      if (state.lab === null || state.faults.known === null || state.faults.doing !== null)
        return [state, []];
      return [openDialog(state, { kind: 'choose-fault', input: '', cursor: 0 }), []];
    case 'faults.heal': {
      const broken = newestBroken(state);
      if (broken === null || state.faults.doing !== null) return [state, []];
      return [openDialog(state, { kind: 'confirm-heal', broken }), []];
    }
    case 'faults.broke': {
      const { result, broken, fault } = message;
      const next = change(state, { broken, doing: null, truth: null });
      if (result.trouble !== null)
        return [openDialog(next, { kind: 'trouble', trouble: result.trouble }), []];
      if (!result.done) return [tell(next, 'bad', text.breakFailed), []];
      return [tell(next, 'plain', fault === null ? text.drillBegun : text.broke({ fault })), []];
    }
    case 'faults.healed': {
      const { result, broken, truth } = message;
      const next = change(state, { broken, doing: null, truth: truth ?? state.faults.truth });
      if (result.trouble !== null)
        return [openDialog(next, { kind: 'trouble', trouble: result.trouble }), []];
      if (!result.done) return [tell(next, 'bad', text.healFailed), []];
      const shown = tell(next, 'plain', text.healed);
      // What it broke is well again: the list is made anew while somebody looks at it.
      return shown.ui.stack.includes('troubles') ? troubles(shown, { type: 'troubles.gather' }) : [shown, []];
    }
  }
}

/** What any message brings with it here: who opens troubleshooting is told what is broken on purpose. */
export function settleFaults(message: Message, [state, effects]: Transition): Transition {
  if (message.type !== 'troubles.open' || state.lab === null) return [state, effects];
  const fresh = state.faults.truth === null ? state : change(state, { truth: null });
  return [fresh, [...effects, { type: 'faults.look' }]];
}
