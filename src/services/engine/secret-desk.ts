/** Questions for secrets, between a step that needs one and the person at the screen. */
import type { Text } from '../../lab/types.js';
import type { ServiceMessage } from '../../state/types.js';

export interface TypedSecret {
  readonly value: string;
  /** Keep it in the lab's file for the next time. */
  readonly keep: boolean;
}

export interface SecretQuestion {
  readonly name: string;
  readonly about: Text;
  /** Where it is kept if the person wants so. */
  readonly file: string;
  /** An empty answer is one, too. */
  readonly optional: boolean;
}

export interface SecretDesk {
  /** @returns null when the person does not want to go on */
  ask(question: SecretQuestion): Promise<TypedSecret | null>;
  answer(ask: number, typed: TypedSecret | null): void;
  /** Gives up everything still open. */
  dismiss(): void;
}

export function createSecretDesk(dispatch: (message: ServiceMessage) => void): SecretDesk {
  const open = new Map<number, (typed: TypedSecret | null) => void>();
  let next = 1;
  return {
    ask: (question) =>
      new Promise((resolve) => {
        const ask = next;
        next += 1;
        open.set(ask, resolve);
        dispatch({ type: 'secret.ask', ask, ...question });
      }),
    answer(ask, typed) {
      open.get(ask)?.(typed);
      open.delete(ask);
    },
    dismiss() {
      for (const resolve of open.values()) resolve(null);
      open.clear();
    },
  };
}
