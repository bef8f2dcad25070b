/** The live side of an open lab: all sources followed as long as it is open, and what a person asks of them. */
import type { GateKey } from '../../gates/types.js';
import { HOST_NAMES } from '../../lab/types.js';
import type { LiveBook } from '../../state/live/book.js';
import type { LiveEffect, ShellEnd } from '../../state/live/state.js';
import type { StreamBook } from '../../state/live/stream.js';
import type { LiveTarget } from '../../state/live/targets.js';
import type { ServiceMessage } from '../../state/types.js';
import type { LiveServices, LogOptions } from '../live/types.js';
import type { RemoteTerminal, TerminalSize } from '../ports.js';
import type { Beat } from './beat.js';
import { actOn } from './live-act.js';
import { describeTarget, followTarget, openShellIn } from './live-targets.js';
import type { Session } from './session.js';
import { troubleView } from './trouble.js';

/** The person's terminal, for a shell. */
export interface TerminalSeat {
  size(): TerminalSize;
  /** Connects keyboard and screen with the shell until it ends, and takes the screen back. */
  lend(terminal: RemoteTerminal, target: LiveTarget): Promise<Exclude<ShellEnd, { kind: 'failed' }>>;
}

/** What the live side of every lab stands on; given by the composition root. */
export interface LiveParts {
  readonly book: LiveBook;
  readonly stream: StreamBook;
  readonly seat: TerminalSeat;
}

export interface LiveDesk {
  carryOut(effect: LiveEffect): void;
  /** Resolves when everything has stopped after the signal fired. */
  readonly stopped: Promise<void>;
}

/** Lines of the past that a log begins with. */
const TAIL = 500;

/**
 * Follows every source of the lab until the signal fires.
 * @param options.beat tells readings that merely moved
 * @param options.check asks gates and tells what came of it
 * @param options.tell what goes wrong besides lost sources, which are states, not errors
 */
export function openLiveDesk(
  { session, live }: { readonly session: Session; readonly live: LiveServices },
  parts: LiveParts,
  options: {
    readonly dispatch: (message: ServiceMessage) => void;
    readonly beat: Beat;
    readonly signal: AbortSignal;
    readonly check: (keys: readonly GateKey[]) => Promise<void>;
    readonly tell: (error: unknown) => void;
    /** Wait between two looks at gates after an act, ms. */
    readonly pauseMs?: number;
  },
): LiveDesk {
  const { book, stream, seat } = parts;
  const { dispatch, beat, signal, check, tell, pauseMs } = options;
  const unhear = [
    book.subscribe((revision, news) => beat.tell('live', { type: 'live', revision }, news)),
    stream.subscribe((revision) => dispatch({ type: 'live.stream', revision })),
  ];
  /** What has been begun and has to end before the lab is closed. */
  const under = new Set<Promise<void>>();
  const begin = (work: Promise<unknown>): void => {
    const done = work.then(
      () => undefined,
      (error: unknown) => (signal.aborted ? undefined : tell(error)),
    );
    under.add(done);
    void done.then(() => under.delete(done));
  };

  for (const host of HOST_NAMES) begin(live.host.follow(host, signal));
  // Docker has one place in this lab; on the other two hosts containerd runs the pods.
  begin(live.docker.follow('vm-docker', signal));
  begin(live.kube.follow(signal));
  begin(live.platform.follow(signal));

  let following: AbortController | null = null;
  const unfollow = (): void => {
    following?.abort();
    following = null;
  };
  signal.addEventListener('abort', unfollow, { once: true });

  const describe = async (target: LiveTarget): Promise<void> => {
    try {
      dispatch({ type: 'live.detail', target, ...(await describeTarget(live, target)) });
    } catch (error) {
      if (!signal.aborted) dispatch({ type: 'live.detail-failed', target, trouble: troubleView(error) });
    }
  };
  const follow = async (target: LiveTarget, previous: boolean): Promise<void> => {
    unfollow();
    const stop = new AbortController();
    following = stop;
    stream.clear();
    const log: LogOptions = {
      tail: TAIL,
      signal: stop.signal,
      onText: (text) => {
        if (!stop.signal.aborted) stream.append(text);
      },
    };
    const failure = await followTarget(live, book, target, previous, log).then(
      () => null,
      (error: unknown) => troubleView(error),
    );
    if (!stop.signal.aborted) dispatch({ type: 'live.stream-ended', target, trouble: failure });
  };

  const openShell = async (target: LiveTarget): Promise<void> => {
    let end: ShellEnd;
    try {
      const terminal = await openShellIn(live, book, target, seat.size(), signal);
      end = await seat.lend(terminal, target);
    } catch (error) {
      end = { kind: 'failed', trouble: troubleView(error) };
    }
    dispatch({ type: 'shell.ended', target, end });
  };

  const closed = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
  });
  return {
    carryOut(effect) {
      switch (effect.type) {
        case 'live.describe':
          return begin(describe(effect.target));
        case 'live.follow':
          return begin(follow(effect.target, effect.previous));
        case 'live.unfollow':
          return unfollow();
        case 'live.act':
          return begin(actOn({ session, live, book, dispatch, check, tell, signal, pauseMs }, effect.act));
        case 'live.measure':
          return live.docker.measure(effect.host, effect.ids);
        case 'shell.open':
          return begin(openShell(effect.target));
      }
    },
    stopped: closed.then(async () => {
      for (const stop of unhear) stop();
      await Promise.allSettled([live.docker.close(), live.kube.close()]);
      while (under.size > 0) await Promise.all(under);
    }),
  };
}
