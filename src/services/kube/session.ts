/** One connection to one API server, from the first question until something ends it: all kinds and events, watched. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeKind, KubeRow } from '../../state/live/rows.js';
import type { LiveBook } from '../../state/live/book.js';
import type { ApiClient } from './client.js';
import type { EventLedger } from './event-ledger.js';
import { followKind } from './follow-kind.js';
import type { FollowOptions, KindState } from './follow-kind.js';
import { followedEvents, followedKind, KINDS } from './resources.js';
import type { Followed } from './resources.js';
import type { Words } from './rows/words.js';
import { ApiRefusal, silentTrouble } from './troubles.js';

/** A server of which nothing was heard for so long is asked a small question … */
export const QUIET_MS = 10_000;
/** … and has this long for the answer. */
export const ANSWER_MS = 10_000;

/** How the kinds stand, taken together. */
export type SessionState =
  | { readonly kind: 'listing' }
  | { readonly kind: 'live' }
  | { readonly kind: 'refused'; readonly error: ApiRefusal; readonly retryAt: number };

export interface SessionParts {
  readonly book: LiveBook;
  readonly ledger: EventLedger;
  readonly words: Words;
  readonly now: () => number;
  readonly random: () => number;
  readonly quietMs: number;
  readonly answerMs: number;
}

function together(states: ReadonlyMap<string, KindState>): SessionState {
  const all = [...states.values()];
  const refused = all.find((one) => one.kind === 'refused');
  if (refused !== undefined) return refused;
  return all.every((one) => one.kind === 'live' || one.kind === 'missing')
    ? { kind: 'live' }
    : { kind: 'listing' };
}

/** Asks now and then whether the server is still there, while nothing else tells. @throws Trouble `kube-silent`, or what it fails with */
async function listen(
  client: ApiClient,
  { now, quietMs, answerMs }: SessionParts,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    await sleep(Math.max(quietMs / 10, quietMs - (now() - client.heardAt())), undefined, { signal });
    if (now() - client.heardAt() < quietMs) continue;
    const overdue = AbortSignal.timeout(answerMs);
    try {
      await client.json('GET', '/version', { signal: AbortSignal.any([signal, overdue]) });
    } catch (error) {
      if (overdue.aborted && !signal.aborted) throw silentTrouble();
      // It answers, so it is there; whether it refuses is for the kinds to tell.
      if (!(error instanceof ApiRefusal) || error.code === 401) throw error;
    }
  }
}

/**
 * Follows everything until the signal fires.
 * @param onState called when what all kinds say together changes
 * @throws what ended it: errors of sockets and TLS, ApiRefusal 401, Trouble `kube-silent`
 */
export async function runSession(
  client: ApiClient,
  parts: SessionParts,
  signal: AbortSignal,
  onState: (state: SessionState) => void,
): Promise<void> {
  const { book, ledger, words, now, random } = parts;
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const states = new Map<string, KindState>();
  const missing = new Set<KubeKind>();
  let last: SessionState = { kind: 'listing' };

  const note = (name: KubeKind | 'Event', state: KindState): void => {
    // After a loss everything is listed again; while it is followed, a list for itself does not make rows old.
    if (state.kind === 'listing' && states.get(name)?.kind === 'live') return;
    states.set(name, state);
    if (name !== 'Event' && state.kind === 'missing' && !missing.has(name)) {
      missing.add(name);
      book.replaceObjects(name, []);
    }
    const next = together(states);
    if (next.kind === 'live' && last.kind !== 'live')
      book.setMissingKinds(KINDS.filter((one) => missing.has(one)));
    if (next.kind === last.kind && next.kind !== 'refused') return;
    last = next;
    if (!until.aborted) onState(next);
  };
  const follow = <T>(followed: Followed<T>): Promise<void> => {
    const options: FollowOptions = {
      signal: until,
      now,
      random,
      onState: (state) => note(followed.name, state),
    };
    return followKind(client, followed, options);
  };
  for (const name of [...KINDS, 'Event']) states.set(name, { kind: 'listing' });
  const work = [
    ...KINDS.map((kind) => follow<KubeRow>(followedKind(kind, book, words))),
    follow(followedEvents(ledger, words)),
    listen(client, parts, until),
  ];
  try {
    // Whatever of it fails ends the rest; that a kind is missing does not.
    await Promise.all(work);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    over.abort();
    await Promise.allSettled(work);
  }
}
