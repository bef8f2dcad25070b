/** One host's Docker, followed through stops, breaks and new beginnings, until told to stop. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Trouble } from '../../lab/types.js';
import type { LiveBook } from '../../state/live/book.js';
import type { SourceName } from '../../state/live/rows.js';
import type { HostLink } from '../ports.js';
import { backoffMs } from '../ssh/link.js';
import { LineSplitter } from '../ssh/lines.js';
import { isPassing, waitForLink } from '../ssh/wait.js';
import { createContainers } from './containers.js';
import type { Engine } from './engine.js';
import { OLD_LOGIN } from './look.js';
import { EventCursor, readEvent, toLabEvent, touchesRow } from './events.js';
import type { Measures } from './measure.js';
import { dockerTrouble, silentTrouble } from './troubles.js';

/** Where nothing is there to be followed, how often one looks whether there is now. */
const ABSENT_MS = 30_000;
const LONGEST_DELAY_MS = 5_000;
/** A daemon that hangs keeps its streams open and says nothing: it is asked for a sign of life. */
const SIGNS_OF_LIFE = { everyMs: 10_000, withinMs: 5_000 };
const FIRST_WITHIN_MS = 30_000;
/** What happened so long before is told first, as far as the daemon remembers: its last 256 events. */
const HISTORY_MS = 3_600_000;
/** Events older than this when listening begins say nothing that the list does not. */
const RECENT_MS = 60_000;

export interface FollowParts {
  readonly engine: Engine;
  readonly link: HostLink;
  readonly book: LiveBook;
  readonly measures: Measures;
  readonly mask: (text: string) => string;
  /** Operator's clock, epoch ms. */
  readonly now: () => number;
  /** How often the daemon is asked for a sign of life, and how long it may take; default 10 s and 5 s. */
  readonly signsOfLife?: { readonly everyMs: number; readonly withinMs: number };
}

/** Resolves when the signal fires. What goes wrong is told by the source's status. */
export async function followDocker(parts: FollowParts, signal: AbortSignal): Promise<void> {
  const { engine, link, book, now } = parts;
  const source: SourceName = `docker@${engine.host}`;
  const cursor = new EventCursor();
  let lastSeen: number | null = null;
  let lostAt: number | null = null;
  let failures = 0;
  let renewed = false;
  const tellLost = (trouble: Pick<Trouble, 'what' | 'remedy'>, retryAt: number | null): void => {
    if (signal.aborted) return;
    lostAt ??= now();
    const { what: why, remedy } = trouble;
    book.setStatus(source, { kind: 'lost', since: lostAt, lastSeen, why, remedy, retryAt });
  };
  const tellLink = (): void => {
    const status = link.status();
    if (status.kind === 'down') tellLost({ what: status.reason, remedy: status.remedy }, status.retryAt);
  };
  const stopTelling = link.onStatus(tellLink);

  book.setStatus(source, { kind: 'connecting', since: now() });
  while (!signal.aborted) {
    try {
      await waitForLink(link, signal);
      const look = await engine.look(signal);
      if (look.kind === 'absent') {
        lostAt = null;
        book.setStatus(source, { kind: 'absent', why: look.why });
        book.setContainers(engine.host, []);
        await pause(link, ABSENT_MS, signal);
        continue;
      }
      if (look.kind === 'not-now') {
        // Another program put the user into the group; one new login a connection is worth a try, more are not.
        if (look.trouble.code === OLD_LOGIN && !renewed) {
          renewed = true;
          await link.renew(signal);
          continue;
        }
        throw look.trouble;
      }
      renewed = false;
      await converse(parts, {
        signal,
        cursor,
        aheadMs: look.aheadMs,
        onLive: () => {
          failures = 0;
          lostAt = null;
          book.setStatus(source, { kind: 'live', since: now() });
        },
        onProof: () => {
          lastSeen = now();
        },
      });
    } catch (error) {
      if (signal.aborted) break;
      engine.forget();
      failures += 1;
      const trouble = dockerTrouble(engine.host, error);
      const status = link.status();
      if (status.kind === 'down') tellLink();
      else {
        const delay = Math.min(LONGEST_DELAY_MS, backoffMs(failures, Math.random()));
        tellLost(trouble, now() + delay);
        await pause(link, delay, signal);
        continue;
      }
      // The link says itself when it is back, or waits for a person: then only a change of it helps.
      if (!isPassing(trouble)) await pause(link, null, signal);
    }
  }
  stopTelling();
  book.setStatus(source, { kind: 'idle' });
}

/** Reads everything, then follows what happens. Always ends with an error: the signal's, or why it broke off. */
async function converse(
  { engine, book, measures, mask, now, signsOfLife = SIGNS_OF_LIFE }: FollowParts,
  era: {
    readonly signal: AbortSignal;
    readonly cursor: EventCursor;
    readonly aheadMs: number;
    readonly onLive: () => void;
    readonly onProof: () => void;
  },
): Promise<never> {
  const { host } = engine;
  const api = await engine.api(era.signal);
  const ending = new AbortController();
  const signal = AbortSignal.any([era.signal, ending.signal]);
  let live = false;
  const publish = (): void => {
    if (!live) return;
    const rows = [...containers.seen.values()].map(({ row }) => row);
    book.setContainers(
      host,
      rows.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)),
    );
    measures.update(api, containers.seen, engine.byCommand());
  };
  const containers = createContainers(api, { mask, signal, onChange: publish });
  const listen = async (): Promise<never> => {
    // Listening begins before the list is read, so that nothing falls between the two.
    const hostNow = now() + era.aheadMs;
    const since = era.cursor.since ?? String(Math.floor((hostNow - HISTORY_MS) / 1000));
    const options: object = { abortSignal: signal, since };
    const stream = await api.getEvents(options);
    listening.resolve();
    const splitter = new LineSplitter((line) => {
      const event = signal.aborted ? null : readEvent(Buffer.from(line, 'latin1').toString('utf8'));
      if (event === null || !era.cursor.take(event)) return;
      if (live) era.onProof();
      // What is long past is in the list that is being read.
      if (touchesRow(event) && event.timeNano / 1e6 > hostNow - RECENT_MS) containers.touch(event.Actor.ID);
      const told = toLabEvent(event, { host, aheadMs: era.aheadMs, mask });
      if (told !== null) book.addEvent(told);
    });
    for await (const chunk of stream) if (chunk instanceof Uint8Array) splitter.push(chunk);
    throw silentTrouble(host);
  };
  const listening = Promise.withResolvers<void>();
  const over = listen();
  over.catch(() => undefined);
  try {
    const first = listening.promise.then(() => containers.readAll());
    await Promise.race([first, over, quiet(FIRST_WITHIN_MS, host, signal)]);
    live = true;
    publish();
    era.onProof();
    era.onLive();
    const failed = containers.failed.then((): never => {
      throw silentTrouble(host);
    });
    return await Promise.race([over, failed, askForSigns(engine, signsOfLife, signal, era.onProof)]);
  } finally {
    ending.abort();
    measures.stop();
  }
}

/** Rejects after a while in which nothing else came first. */
async function quiet(ms: number, host: Engine['host'], signal: AbortSignal): Promise<never> {
  await sleep(ms, undefined, { signal, ref: false });
  throw silentTrouble(host);
}

/** Asks for a sign of life now and then. Rejects when there is none. */
async function askForSigns(
  engine: Engine,
  { everyMs, withinMs }: typeof SIGNS_OF_LIFE,
  signal: AbortSignal,
  onProof: () => void,
): Promise<never> {
  for (;;) {
    await sleep(everyMs, undefined, { signal, ref: false });
    const api = await engine.api(signal);
    const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(withinMs)]);
    await api.listContainers({ limit: 1, abortSignal });
    onProof();
  }
}

/** Waits, but no longer than until the link changes. @param ms null: as long as that takes */
async function pause(link: HostLink, ms: number | null, signal: AbortSignal): Promise<void> {
  const changed = new AbortController();
  const stop = link.onStatus(() => changed.abort());
  const either = AbortSignal.any([signal, changed.signal]);
  try {
    if (ms !== null) await sleep(ms, undefined, { signal: either, ref: false });
    else if (!either.aborted)
      await new Promise<void>((resolve) => either.addEventListener('abort', () => resolve(), { once: true }));
  } catch {
    // Woken early.
  } finally {
    stop();
  }
}
