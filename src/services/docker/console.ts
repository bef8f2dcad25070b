/** The live service for Docker; see DockerConsole. */
import type Dockerode from 'dockerode';
import type { HostName } from '../../lab/types.js';
import type { LiveBook } from '../../state/live/book.js';
import type { DockerConsole } from '../live/types.js';
import type { HostLink, Links } from '../ports.js';
import { describeContainer } from './describe.js';
import { createEngine } from './engine.js';
import type { Engine } from './engine.js';
import { followDocker } from './follow.js';
import type { FollowParts } from './follow.js';
import { followLog } from './log.js';
import { createMeasures } from './measure.js';
import type { Measures } from './measure.js';
import { readContainer } from './rows.js';
import { openShell } from './shell.js';
import { dockerTrouble, isDoneAlready } from './troubles.js';

/** Docker gives a container ten seconds to stop before it kills it; a stop file may say longer. */
const ACT_MS = 120_000;
const ASK_MS = 15_000;

interface Place {
  readonly link: HostLink;
  readonly engine: Engine;
  readonly measures: Measures;
}

/**
 * @param parts.mask hides secrets in a text
 * @param parts.now operator's clock, epoch ms
 * @param parts.signsOfLife see FollowParts
 */
export function createDockerConsole(parts: {
  readonly links: Links;
  readonly book: LiveBook;
  readonly mask: (text: string) => string;
  readonly now: () => number;
  readonly signsOfLife?: FollowParts['signsOfLife'];
}): DockerConsole & { /** Streams to daemons that have not ended yet. */ streams(): number } {
  const { links, book, mask, now, signsOfLife } = parts;
  const closing = new AbortController();
  const places = new Map<HostName, Place>();
  const follows = new Set<Promise<void>>();
  const placeOf = (host: HostName): Place => {
    const known = places.get(host);
    if (known !== undefined) return known;
    const link = links.link(host);
    const made = { link, engine: createEngine(link, now), measures: createMeasures(host, book, now) };
    places.set(host, made);
    return made;
  };
  /** Asks the daemon something on behalf of a person; whatever goes wrong is a Trouble. */
  const ask = async <T>(
    host: HostName,
    id: string,
    signal: AbortSignal,
    question: (container: Dockerode.Container) => Promise<T>,
  ): Promise<T> => {
    const { engine } = placeOf(host);
    try {
      const look = book.status(`docker@${host}`).kind === 'live' ? null : await engine.look(signal);
      if (look?.kind === 'not-now') throw look.trouble;
      return await question((await engine.api(signal)).getContainer(id));
    } catch (error) {
      throw dockerTrouble(host, error, signal);
    }
  };
  const within = (ms: number): AbortSignal => AbortSignal.any([closing.signal, AbortSignal.timeout(ms)]);

  return {
    async follow(host, signal) {
      const following = followDocker(
        { ...placeOf(host), book, mask, now, ...(signsOfLife === undefined ? {} : { signsOfLife }) },
        AbortSignal.any([signal, closing.signal]),
      );
      follows.add(following);
      await following.finally(() => follows.delete(following));
    },
    measure: (host, ids) => placeOf(host).measures.want(ids),
    describe: (host, id) =>
      ask(host, id, within(ASK_MS), async (container) => {
        const options: object = { abortSignal: within(ASK_MS) };
        const answer = await container.inspect(options);
        const { name } = readContainer(answer, mask).row;
        const events = book
          .events()
          .filter((event) => event.source === 'docker' && event.host === host && event.about === name);
        return describeContainer(answer, { events, now: now() }, mask);
      }),
    log: (host, id, options) => {
      const signal = AbortSignal.any([options.signal, closing.signal]);
      return ask(host, id, signal, async (container) => {
        const inspecting: object = { abortSignal: signal };
        const { tty } = readContainer(await container.inspect(inspecting), mask);
        await followLog(container, tty, { ...options, signal }, mask);
      }).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    },
    act: (host, id, act) =>
      ask(host, id, within(ACT_MS), async (container) => {
        try {
          await perform(container, act, { abortSignal: within(ACT_MS) });
        } catch (error) {
          if (!isDoneAlready(error)) throw error;
        }
      }),
    shell: (host, id, size, signal) => {
      const either = AbortSignal.any([signal, closing.signal]);
      return ask(host, id, either, (container) => openShell(container, size, either));
    },
    streams: () => [...places.values()].reduce((sum, { engine }) => sum + engine.streams(), 0),
    async close() {
      closing.abort();
      await Promise.allSettled(follows);
      for (const { engine } of places.values()) engine.close();
      places.clear();
    },
  };
}

function perform(
  container: Dockerode.Container,
  act: 'restart' | 'stop' | 'start',
  options: object,
): Promise<unknown> {
  switch (act) {
    case 'restart':
      return container.restart(options);
    case 'stop':
      return container.stop(options);
    case 'start':
      return container.start(options);
  }
}
