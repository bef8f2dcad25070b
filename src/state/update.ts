/** The one function that changes the state: pure, and split by what a message is about. */
import { connection } from './connection.js';
import { draft } from './draft.js';
import { gates } from './gates.js';
import type { Message, Transition } from './messages.js';
import { runs } from './runs.js';
import type { AppState } from './types.js';
import { ui } from './ui.js';
import { vagrant } from './vagrant.js';

/** The next state, and what is asked of the world. Never throws, never mutates, reads no clock. */
export function update(state: AppState, message: Message): Transition {
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
    case 'clock':
    case 'terminal':
    case 'notice':
    case 'trouble':
    case 'journal':
    case 'copy':
    case 'ask.quit':
    case 'dialog.accept':
    case 'dialog.reject':
    case 'dialog.move':
    case 'dialog.elsewhere':
    case 'ui.open':
    case 'ui.back':
    case 'ui.focus':
    case 'ui.host':
    case 'ui.phase':
    case 'ui.step':
    case 'ui.gate':
    case 'ui.entry':
    case 'ui.position':
    case 'ui.type':
    case 'ui.edit':
    case 'ui.submit':
    case 'ui.abandon':
    case 'ui.language':
    case 'ui.refuse':
      return ui(state, message);
  }
}
