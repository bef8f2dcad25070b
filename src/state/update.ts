/** The one function that changes the state: pure, and split by what a message is about. */
import { connection } from './connection.js';
import { withUi } from './dialogs.js';
import { draft } from './draft.js';
import { faults, settleFaults } from './faults.js';
import { gates } from './gates.js';
import { live, settleLive } from './live.js';
import type { Message, Transition } from './messages.js';
import { path } from './path.js';
import { runs } from './runs.js';
import { smoke } from './smoke.js';
import { settleTroubles, troubles } from './troubles.js';
import type { AppState } from './types.js';
import { ui } from './ui.js';
import { vagrant } from './vagrant.js';

/** The next state, and what is asked of the world. Never throws, never mutates, reads no clock. */
export function update(state: AppState, message: Message): Transition {
  const before = BY_KEY.test(message.type) ? withoutRefusal(state) : state;
  return settleFaults(message, settleTroubles(before, message, settleLive(before, slice(before, message))));
}

/** What only keys bring about, of those that leave one on the same screen. */
const BY_KEY = /^(?:ui|ask|dialog)\./;

/** Why the key before did nothing is not news any more once another one did something. */
function withoutRefusal(state: AppState): AppState {
  return state.ui.notice?.refusal === true ? withUi(state, { notice: null }) : state;
}

function slice(state: AppState, message: Message): Transition {
  switch (message.type) {
    case 'lab.opened':
    case 'lab.failed':
    case 'lab.closed':
    case 'lab.choose':
    case 'lab.leave':
    case 'link':
    case 'link.again':
    case 'host-key.ask':
    case 'secret.ask':
    case 'sample':
    case 'logs':
      return connection(state, message);
    case 'gates.running':
    case 'gate.judged':
    case 'gates.stopped':
    case 'waiver':
    case 'check':
    case 'ask.waive':
    case 'gate.unwaive':
      return gates(state, message);
    case 'run':
    case 'ask.run':
    case 'ask.undo':
    case 'ask.cancel':
    case 'variant.toggle':
      return runs(state, message);
    case 'draft.test':
    case 'draft.written':
    case 'draft.failed':
    case 'draft.auth':
    case 'draft.try':
    case 'draft.save':
    case 'draft.key':
      return draft(state, message);
    case 'vagrant.key':
    case 'vagrant.written':
    case 'vagrant.exists':
    case 'vagrant.save':
      return vagrant(state, message);
    case 'live':
    case 'live.detail':
    case 'live.detail-failed':
    case 'live.green':
    case 'live.stream':
    case 'live.stream-ended':
    case 'live.acted':
    case 'shell.ended':
    case 'live.describe':
    case 'live.follow':
    case 'live.follow-again':
    case 'live.leave-stream':
    case 'ask.act':
    case 'ask.acts':
    case 'ask.container':
    case 'shell.open':
    case 'live.looking':
      return live(state, message);
    case 'path.running':
    case 'path.result':
    case 'path.done':
    case 'path.ask':
      return path(state, message);
    case 'troubles.catalogue':
    case 'troubles.progress':
    case 'troubles.looked':
    case 'troubles.live':
    case 'troubles.unlooked':
    case 'troubles.asking':
    case 'troubles.answer':
    case 'troubles.idle':
    case 'troubles.recognised':
    case 'troubles.planned':
    case 'troubles.fixing':
    case 'troubles.fixed':
    case 'troubles.other-fix':
    case 'troubles.undo-fix':
    case 'troubles.undo-planned':
    case 'troubles.undone':
    case 'troubles.open':
    case 'troubles.gather':
    case 'troubles.ask':
    case 'troubles.stop':
    case 'troubles.fix':
    case 'troubles.paste':
    case 'troubles.step':
    case 'troubles.focus':
    case 'troubles.back':
      return troubles(state, message);
    case 'faults.known':
    case 'faults.broke':
    case 'faults.healed':
    case 'faults.choose':
    case 'faults.heal':
      return faults(state, message);
    case 'smoke.begun':
    case 'smoke.progress':
    case 'smoke.concluding':
    case 'smoke.ended':
    case 'smoke.diary':
    case 'smoke.calendar':
    case 'smoke.unread':
    case 'smoke.open':
    case 'smoke.run':
    case 'smoke.stop':
    case 'smoke.tab':
    case 'smoke.read':
    case 'smoke.symptom':
    case 'smoke.step':
    case 'smoke.fold':
      return smoke(state, message);
    case 'path.gate':
    case 'path.symptom':
    case 'path.choose':
    case 'clock':
    case 'terminal':
    case 'notice':
    case 'trouble':
    case 'journal':
    case 'copy':
    case 'ask.quit':
    case 'ask.report':
    case 'dialog.accept':
    case 'dialog.reject':
    case 'dialog.move':
    case 'dialog.elsewhere':
    case 'ui.open':
    case 'ui.back':
    case 'ui.focus':
    case 'ui.host':
    case 'ui.files':
    case 'ui.phase':
    case 'ui.step':
    case 'ui.gate':
    case 'ui.entry':
    case 'ui.position':
    case 'ui.pick':
    case 'ui.type':
    case 'ui.edit':
    case 'ui.submit':
    case 'ui.abandon':
    case 'ui.language':
    case 'ui.refuse':
      return ui(state, message);
  }
}
