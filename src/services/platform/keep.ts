/** Asking one source again and again, at a gentle pace, through lost links, with its status told. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Trouble } from '../../lab/types.js';
import type { Text } from '../../lab/types.js';
import type { LiveBook } from '../../state/live/book.js';
import type { SourceName } from '../../state/live/rows.js';
import type { HostLink } from '../ports.js';
import { dockerTrouble } from '../docker/troubles.js';
import { waitForLink } from '../ssh/wait.js';

export type Reading<T> =
  { readonly kind: 'absent'; readonly why: Text } | { readonly kind: 'facts'; readonly facts: T };

/** Between two questions, however often something happens. */
const SHORTEST_MS = 2_000;

/** Rung when something happened that a source should be asked about at once. */
export class Bell {
  #rung = false;
  #wake: (() => void) | null = null;

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }
  /** Resolves after a while, or when it is rung, or was since the last wait. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    if (this.#rung) woken.abort();
    await sleep(ms, undefined, { signal: AbortSignal.any([signal, woken.signal]), ref: false }).catch(
      () => undefined,
    );
    this.#wake = null;
    this.#rung = false;
  }
}

export interface Keeping<T> {
  readonly source: SourceName;
  readonly link: HostLink;
  readonly book: LiveBook;
  readonly bell: Bell;
  readonly everyMs: number;
  readonly now: () => number;
  readonly read: (signal: AbortSignal) => Promise<Reading<T>>;
  /** null: there is none any more. */
  readonly put: (facts: T | null) => void;
}

/** Resolves when the signal fires. */
export async function keepAsking<T>(keeping: Keeping<T>, signal: AbortSignal): Promise<void> {
  const { source, link, book, bell, everyMs, now, read, put } = keeping;
  let lastSeen: number | null = null;
  let lostAt: number | null = null;
  let failures = 0;
  const tellLost = (what: Text, remedy: Text, retryAt: number | null): void => {
    if (signal.aborted) return;
    lostAt ??= now();
    book.setStatus(source, { kind: 'lost', since: lostAt, lastSeen, why: what, remedy, retryAt });
  };
  const stopTelling = link.onStatus((status) => {
    if (status.kind === 'down') tellLost(status.reason, status.remedy, status.retryAt);
    // Whoever waited for the next time need not wait any longer.
    if (status.kind === 'up' && lostAt !== null) bell.ring();
  });
  book.setStatus(source, { kind: 'connecting', since: now() });
  while (!signal.aborted) {
    try {
      await waitForLink(link, signal);
      const reading = await read(signal);
      if (signal.aborted) break;
      failures = 0;
      lostAt = null;
      if (reading.kind === 'absent') {
        put(null);
        book.setStatus(source, { kind: 'absent', why: reading.why });
      } else {
        put(reading.facts);
        lastSeen = now();
        if (book.status(source).kind !== 'live') book.setStatus(source, { kind: 'live', since: lastSeen });
      }
    } catch (error) {
      if (signal.aborted) break;
      failures += 1;
      const trouble = error instanceof Trouble ? error : dockerTrouble(link.host, error);
      const delay = Math.min(everyMs, SHORTEST_MS * 2 ** (failures - 1));
      const status = link.status();
      if (status.kind === 'down') tellLost(status.reason, status.remedy, status.retryAt);
      else tellLost(trouble.what, trouble.remedy, now() + delay);
      await bell.wait(delay, signal);
      continue;
    }
    const asked = now();
    await bell.wait(everyMs, signal);
    const early = SHORTEST_MS - (now() - asked);
    if (early > 0) await sleep(early, undefined, { signal, ref: false }).catch(() => undefined);
  }
  stopTelling();
  book.setStatus(source, { kind: 'idle' });
}
