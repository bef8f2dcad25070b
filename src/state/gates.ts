/** Slice: what is known of the gates. */
import { gateKey, type GateKey } from '../gates/types.js';
import { askWaive } from './dialogs.js';
import type { Message, Transition } from './messages.js';
import type { AppState, GateView } from './types.js';

export type GatesMessage = Extract<
  Message,
  {
    type:
      'gates.running' | 'gate.judged' | 'gates.stopped' | 'waiver' | 'check' | 'ask.waive' | 'gate.unwaive';
  }
>;

function change(state: AppState, keys: readonly GateKey[], part: Partial<GateView>): AppState {
  const next = { ...state.gates };
  for (const key of keys) {
    const before = next[key] ?? { key, result: null, running: false, waiver: null };
    next[key] = { ...before, ...part };
  }
  return { ...state, gates: next };
}

export function gates(state: AppState, message: GatesMessage): Transition {
  switch (message.type) {
    case 'gates.running':
      return [change(state, message.keys, { running: true }), []];
    case 'gates.stopped':
      return [change(state, message.keys, { running: false }), []];
    case 'gate.judged': {
      const { result } = message;
      const next = change(state, [gateKey(result.gate, result.subject)], { result, running: false });
      // The clock is coarse; a verdict must not look as if it came from the future.
      return [{ ...next, now: Math.max(next.now, result.judgedAt) }, []];
    }
    case 'waiver':
      return [change(state, [message.key], { waiver: message.waiver }), []];
    case 'check':
      return [state, [{ type: 'gates.check', scope: message.scope }]];
    case 'ask.waive':
      return [askWaive(state, message.key), []];
    case 'gate.unwaive':
      return [state, [{ type: 'gate.unwaive', key: message.key }]];
  }
}
