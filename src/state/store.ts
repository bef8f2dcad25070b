/** One store, one writer. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Message } from './messages.js';
import type { AppState, Effect } from './types.js';
import { update } from './update.js';

export type Dispatch = (message: Message) => void;
/** Carries out what update() asked for; answers come back through `dispatch`. */
export type RunEffect = (effect: Effect, dispatch: Dispatch, getState: () => AppState) => void;

export interface AppStore {
  /** Read side, for `useStore`. Nothing but `dispatch` may write. */
  readonly state: Pick<StoreApi<AppState>, 'getState' | 'getInitialState' | 'subscribe'>;
  readonly dispatch: Dispatch;
}

/**
 * A message dispatched while another is being worked on (by a listener or an effect that answers at once) waits its
 * turn. Effects run after the state is set, in the order in which they were asked for.
 */
export function createAppStore(initial: AppState, runEffect: RunEffect): AppStore {
  const store = createStore<AppState>(() => initial);
  const queue: Message[] = [];
  let busy = false;

  const dispatch: Dispatch = (message) => {
    queue.push(message);
    if (busy) return;
    busy = true;
    try {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const [state, effects] = update(store.getState(), next);
        if (state !== store.getState()) store.setState(state, true);
        for (const effect of effects) runEffect(effect, dispatch, store.getState);
      }
    } finally {
      busy = false;
    }
  };
  return { state: store, dispatch };
}
