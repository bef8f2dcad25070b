/**
 * List and watch of one kind, for as long as a session lasts: pages, resuming by resourceVersion, bookmarks, expired
 * versions, refusals with backoff. Failures of the connection end it: they concern all kinds, so the session deals with them.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '../ssh/link.js';
import type { ApiClient } from './client.js';
import { bodyLines } from './lines.js';
import { at, numberAt, textAt, listAt } from './rows/fields.js';
import type { Followed } from './resources.js';
import { ApiRefusal } from './troubles.js';

/**
 * client-go asks for 500. A page of so many large pods takes some 40 ms to read, in which no key is heard, and what reading it
 * leaves behind is memory that is not given back; of 100 it is a third of that, for a few more questions.
 */
const PAGE = 100;
/** The server ends a watch after this long, and a new one goes on where it was; spread, so that not all come at once. */
const WATCH_SECONDS = [240, 480] as const;
/** Beyond what was agreed: the server forgot to end it. */
const WATCH_GRACE_MS = 30_000;
/** A watch that ended sooner than this without having told anything is not dialled again at once. */
const SHORT_MS = 1_000;
const GONE = 410;
const NOT_FOUND = 404;

export type KindState =
  | { readonly kind: 'listing' }
  /** Its rows are those of the server, and changes will come. */
  | { readonly kind: 'live' }
  /** This server has no such kind. */
  | { readonly kind: 'missing' }
  /** The server answers, but with a refusal; tried again at `retryAt`. */
  | { readonly kind: 'refused'; readonly error: ApiRefusal; readonly retryAt: number };

export interface FollowOptions {
  readonly signal: AbortSignal;
  readonly onState: (state: KindState) => void;
  readonly now: () => number;
  /** 0 to 1, spreads retries. */
  readonly random: () => number;
}

/** All pages of one list, as they were at one moment. @returns the version from which a watch goes on */
async function list<T>(client: ApiClient, followed: Followed<T>, signal: AbortSignal): Promise<string> {
  const kept: T[] = [];
  let next = '';
  do {
    const page: unknown = await client.json('GET', followed.path, {
      query: { limit: PAGE, ...(next === '' ? {} : { continue: next }) },
      signal,
    });
    for (const one of listAt(page, 'items')) kept.push(followed.project(one));
    next = textAt(page, 'metadata', 'continue');
    if (next === '') {
      followed.replace(kept);
      return textAt(page, 'metadata', 'resourceVersion');
    }
  } while (!signal.aborted);
  throw new Error('cancelled');
}

interface Watched {
  readonly version: string;
  readonly heard: boolean;
}

/**
 * One watch, until the server ends it.
 * @throws ApiRefusal with 410 when the version is too old, other codes as the server says
 */
async function watch<T>(
  client: ApiClient,
  followed: Followed<T>,
  from: string,
  { signal, onState, random }: FollowOptions,
): Promise<Watched> {
  const seconds = Math.round(WATCH_SECONDS[0] + (WATCH_SECONDS[1] - WATCH_SECONDS[0]) * random());
  const overdue = new AbortController();
  const timer = setTimeout(() => overdue.abort(), seconds * 1_000 + WATCH_GRACE_MS);
  let version = from;
  let heard = false;
  try {
    const body = await client.stream(followed.path, {
      query: { watch: true, resourceVersion: from, allowWatchBookmarks: true, timeoutSeconds: seconds },
      signal: AbortSignal.any([signal, overdue.signal]),
    });
    onState({ kind: 'live' });
    for await (const line of bodyLines(body)) {
      const told: unknown = JSON.parse(line);
      const object = at(told, 'object');
      switch (textAt(told, 'type')) {
        case 'ADDED':
        case 'MODIFIED':
          followed.put(followed.project(object));
          break;
        case 'DELETED':
          followed.remove(object);
          break;
        case 'BOOKMARK':
          break;
        case 'ERROR':
          throw new ApiRefusal(
            numberAt(object, 500, 'code'),
            textAt(object, 'reason'),
            textAt(object, 'message'),
          );
        default:
          // A type of tomorrow: its version would be skipped, so the list is asked for again.
          throw new ApiRefusal(GONE, 'Expired', 'unknown type of change');
      }
      heard = true;
      version = textAt(object, 'metadata', 'resourceVersion') || version;
    }
    return { version, heard };
  } catch (error) {
    if (overdue.signal.aborted && !signal.aborted) return { version, heard };
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Follows a kind until the signal fires, or the server turns out not to have it.
 * @throws what the connection fails with, and ApiRefusal 401: all kinds are concerned
 */
export async function followKind<T>(
  client: ApiClient,
  followed: Followed<T>,
  options: FollowOptions,
): Promise<void> {
  const { signal, onState, now, random } = options;
  let version: string | null = null;
  let failures = 0;
  const delay = (): number => {
    failures += 1;
    return backoffMs(failures, random());
  };
  while (!signal.aborted) {
    let watchedSince: number | null = null;
    const lasted = (): boolean => watchedSince !== null && now() - watchedSince >= SHORT_MS;
    try {
      if (version === null) {
        onState({ kind: 'listing' });
        version = await list(client, followed, signal);
      }
      watchedSince = now();
      const watched: Watched = await watch(client, followed, version, options);
      version = watched.version;
      if (watched.heard || lasted()) failures = 0;
      else await sleep(delay(), undefined, { signal });
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ApiRefusal) || error.code === 401) throw error;
      if (error.code === NOT_FOUND && version === null) {
        onState({ kind: 'missing' });
        return;
      }
      version = null;
      if (lasted()) failures = 0;
      const wait = delay();
      // Versions expire in the best of clusters: the first time is no reason to wait, nor to call the rows old.
      if (error.code === GONE && failures === 1) continue;
      onState({ kind: 'refused', error, retryAt: now() + wait });
      await sleep(wait, undefined, { signal }).catch(() => undefined);
    }
  }
}
