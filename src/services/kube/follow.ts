/** Follows the cluster from "there is none yet" over losses and new clusters: kubeconfig, sessions, and how the source stands. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Trouble } from '../../lab/types.js';
import type { LiveBook } from '../../state/live/book.js';
import type { HostLink, Links } from '../ports.js';
import { backoffMs } from '../ssh/link.js';
import { isPassing, waitForLink } from '../ssh/wait.js';
import { createApiClient } from './client.js';
import type { ApiClient } from './client.js';
import { fetchKubeconfig, keepKubeconfig, readAccess } from './kubeconfig.js';
import type { Access, KubeconfigPlace } from './kubeconfig.js';
import { KINDS } from './resources.js';
import { runSession } from './session.js';
import type { SessionParts } from './session.js';
import { StatusTeller } from './status.js';
import { asKubeTrouble, wantsFreshConfig } from './troubles.js';

export interface FollowParts extends SessionParts {
  readonly links: Links;
  readonly mask: (text: string) => string;
  readonly addSecret: (secret: string) => boolean;
  readonly stateDir: string;
  /** How long to wait before looking again for a kubeconfig that is not there. */
  readonly absentMs: number;
  /** Told which server there is to talk to, and that there is none any more. */
  readonly onClient: (client: ApiClient | null) => void;
}

function forgetRows(book: LiveBook): void {
  for (const kind of KINDS) book.replaceObjects(kind, []);
  book.setMissingKinds([]);
}

/** Waits for the link, and says meanwhile how it is. Resolves when it is up or the signal fires. */
async function linkUp(link: HostLink, status: StatusTeller, signal: AbortSignal): Promise<void> {
  const tell = (): void => {
    const now = link.status();
    if (now.kind === 'down') status.lostBy(now.reason, now.remedy, now.retryAt);
    else status.connecting();
  };
  while (!signal.aborted && link.status().kind !== 'up') {
    tell();
    const stop = link.onStatus(tell);
    try {
      await waitForLink(link, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Trouble)) throw error;
      // A person has to do something; the link says when that was done.
      status.lostBy(error.what, error.remedy, null);
      await new Promise<void>((resolve) => {
        const done = (): void => {
          gone();
          signal.removeEventListener('abort', done);
          resolve();
        };
        const gone = link.onStatus(done);
        signal.addEventListener('abort', done, { once: true });
      });
    } finally {
      stop();
    }
  }
}

/** Follows until the signal fires; see KubeConsole.follow. */
export async function followCluster(parts: FollowParts, signal: AbortSignal): Promise<void> {
  const { links, book, mask, now, random } = parts;
  const link = links.link('vm-k8s');
  const status = new StatusTeller(book, now);
  let place: KubeconfigPlace = 'user';
  let failures = 0;

  /** One round: from the kubeconfig to the end of the session. @throws what ended it */
  async function round(): Promise<'absent' | 'over'> {
    const found = await fetchKubeconfig(link, place, signal);
    if (found === null) return 'absent';
    place = found.place;
    const access: Access = readAccess(found.text);
    for (const secret of [access.keyData, access.token]) if (secret !== null) parts.addSecret(secret);
    await keepKubeconfig(parts.stateDir, found.text);
    const client = await createApiClient(links, access, now);
    try {
      // Also tells at once whether there is a server, and whether it knows us.
      await client.json('GET', '/version', { signal });
      parts.onClient(client);
      await runSession(client, parts, signal, (state) => {
        switch (state.kind) {
          case 'listing':
            status.connecting();
            break;
          case 'live':
            failures = 0;
            status.live();
            break;
          case 'refused': {
            const { what, remedy } = asKubeTrouble(state.error, mask);
            status.lostBy(what, remedy, state.retryAt);
            break;
          }
        }
      });
    } finally {
      parts.onClient(null);
      await client.close();
    }
    return 'over';
  }

  const pause = (ms: number): Promise<void> => sleep(ms, undefined, { signal }).catch(() => undefined);
  while (!signal.aborted) {
    await linkUp(link, status, signal);
    if (signal.aborted) break;
    try {
      if ((await round()) === 'absent') {
        forgetRows(book);
        status.absent();
        await pause(parts.absentMs);
      }
    } catch (error) {
      if (signal.aborted) break;
      // The other file may be of the cluster that there is now.
      if (wantsFreshConfig(error)) place = place === 'user' ? 'admin' : 'user';
      const { what, remedy } = asKubeTrouble(error, mask);
      if (link.status().kind !== 'up' && isPassing(asKubeTrouble(error, mask))) {
        // Not the server's fault: the link's own words come next.
        status.lostBy(what, remedy, null);
        continue;
      }
      failures += 1;
      const wait = backoffMs(failures, random());
      status.lostBy(what, remedy, now() + wait);
      await pause(wait);
    }
  }
  status.idle();
}
