/** From what can be done to the question about it. */
import type { LiveAct } from '../state/live/targets.js';
import type { Message } from '../state/messages.js';

/** The question before one of these acts; null when there is none. */
export function askActs(acts: readonly LiveAct[]): Message | null {
  const [only] = acts;
  if (only === undefined) return null;
  return acts.length === 1 ? { type: 'ask.act', act: only } : { type: 'ask.acts', acts };
}
