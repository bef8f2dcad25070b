/** Waiting for a link to be there again, for work that outlives one connection. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Trouble } from '../../lab/types.js';
import type { HostLink } from '../ports.js';
import { backoffMs } from './link.js';
import { cancelledTrouble } from './troubles.js';

/** Troubles that pass: the link went away, or is not there yet. */
export function isPassing(error: unknown): boolean {
  return error instanceof Trouble && error.exit === 3 && error.code !== 'cancelled';
}

function statusChange(link: HostLink, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stop();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const stop = link.onStatus(done);
    signal.addEventListener('abort', done, { once: true });
  });
}

/**
 * Waits until the link is up: by its own retries when it has them, else by dialling with the same backoff.
 *
 * @throws Trouble when the failure needs a person (a changed key, a refused login), `cancelled` when the signal fires
 */
export async function waitForLink(link: HostLink, signal: AbortSignal): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    if (signal.aborted) throw cancelledTrouble(link.host);
    const status = link.status();
    if (status.kind === 'up') return;
    if (status.kind === 'down' && status.retryAt !== null) {
      await statusChange(link, signal);
      continue;
    }
    try {
      await link.open({ signal });
      return;
    } catch (error) {
      if (!isPassing(error)) throw error;
      const again = link.status();
      if (again.kind === 'down' && again.retryAt !== null) continue;
      await Promise.race([
        sleep(backoffMs(attempt, Math.random()), undefined, { signal, ref: false }).catch(() => undefined),
        statusChange(link, signal),
      ]);
    }
  }
}
