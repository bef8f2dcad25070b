/** Questions about host keys, between the links that ask and the person who answers. */
import type { ServiceMessage } from '../../state/types.js';
import type { AskHostKey } from '../ports.js';

export interface HostKeyDesk {
  readonly ask: AskHostKey;
  answer(ask: number, accept: boolean): void;
  /** Answers no to everything still open. */
  dismiss(): void;
}

export function createHostKeyDesk(dispatch: (message: ServiceMessage) => void): HostKeyDesk {
  const open = new Map<number, (accept: boolean) => void>();
  let next = 1;
  return {
    ask: (key) =>
      new Promise<boolean>((resolve) => {
        const ask = next;
        next += 1;
        open.set(ask, resolve);
        dispatch({ type: 'host-key.ask', ask, key });
      }),
    answer(ask, accept) {
      open.get(ask)?.(accept);
      open.delete(ask);
    },
    dismiss() {
      for (const resolve of open.values()) resolve(false);
      open.clear();
    },
  };
}
