/**
 * When the screen is told of readings. Each host is read every few seconds at a moment of its own, and every telling makes a
 * whole frame; what merely moved (load, free memory, who uses the processor) is therefore told for all hosts together.
 */
import type { ServiceMessage } from '../../state/types.js';

/** How long a reading that merely moved may wait for the others, ms; hosts are read as often. */
export const BEAT_MS = 5_000;

export interface Beat {
  /**
   * @param key whose reading it is: the newest one of a key takes the place of what still waits
   * @param news it means something to a person: told at once
   */
  readonly tell: (key: string, message: ServiceMessage, news: boolean) => void;
}

/** Beats until the signal fires; what waits then is dropped. */
export function createBeat(dispatch: (message: ServiceMessage) => void, signal: AbortSignal): Beat {
  const waiting = new Map<string, ServiceMessage>();
  let timer: NodeJS.Timeout | null = null;
  const beat = (): void => {
    timer = null;
    const messages = [...waiting.values()];
    waiting.clear();
    for (const message of messages) dispatch(message);
  };
  signal.addEventListener('abort', () => timer !== null && clearTimeout(timer), { once: true });

  return {
    tell(key, message, news) {
      if (signal.aborted) return;
      if (news) {
        waiting.delete(key);
        dispatch(message);
        return;
      }
      waiting.set(key, message);
      timer ??= setTimeout(beat, BEAT_MS);
    },
  };
}
