/** CPU and memory of the containers on screen: one stream for each, none for the others. */
import type Dockerode from 'dockerode';
import type { HostName } from '../../lab/types.js';
import type { LiveBook } from '../../state/live/book.js';
import { LineSplitter } from '../ssh/lines.js';
import type { SeenContainer } from './rows.js';
import { readUsage } from './usage.js';

/** Streams that count as sessions leave room for a shell, a log and the gates: sshd allows ten. */
const MOST_BY_COMMAND = 2;
const MOST = 60;

export interface Measures {
  /** Whose usage is wanted from now on, the most important first. */
  want(ids: readonly string[]): void;
  /** Containers have changed: those that run and are wanted are measured, the others not. */
  update(api: Dockerode, seen: ReadonlyMap<string, SeenContainer>, byCommand: boolean): void;
  /** The conversation with the daemon is over. */
  stop(): void;
}

/** @param now operator's clock, epoch ms */
export function createMeasures(host: HostName, book: LiveBook, now: () => number): Measures {
  const streams = new Map<string, AbortController>();
  let wanted: readonly string[] = [];
  let last: Parameters<Measures['update']> | null = null;

  const end = (id: string): void => {
    streams.get(id)?.abort();
    streams.delete(id);
    book.setUsage(host, id, null);
  };
  const stream = async (api: Dockerode, id: string, limited: boolean, signal: AbortSignal): Promise<void> => {
    const options: { readonly stream: true; readonly abortSignal: AbortSignal } = {
      stream: true,
      abortSignal: signal,
    };
    const samples = await api.getContainer(id).stats(options);
    const splitter = new LineSplitter((line) => {
      if (signal.aborted) return;
      const usage = readUsage(parsed(line), now(), limited);
      if (usage !== null) book.setUsage(host, id, usage);
    });
    for await (const chunk of samples) if (chunk instanceof Uint8Array) splitter.push(chunk);
  };
  const begin = (api: Dockerode, id: string, limited: boolean): void => {
    const controller = new AbortController();
    streams.set(id, controller);
    // How it ended does not matter: the next change of the container, or of the daemon, begins a new one.
    void stream(api, id, limited, controller.signal)
      .catch(() => undefined)
      .then(() => {
        if (streams.get(id) === controller) end(id);
      });
  };
  const settle = (): void => {
    if (last === null) return;
    const [api, seen, byCommand] = last;
    const running = wanted.filter((id) => seen.get(id)?.row.state === 'running');
    const chosen = new Set(running.slice(0, byCommand ? MOST_BY_COMMAND : MOST));
    for (const id of [...streams.keys()]) if (!chosen.has(id)) end(id);
    for (const id of chosen) if (!streams.has(id)) begin(api, id, seen.get(id)?.limited ?? false);
  };

  return {
    want(ids) {
      wanted = [...new Set(ids)];
      settle();
    },
    update(...state) {
      last = state;
      settle();
    },
    stop() {
      last = null;
      for (const id of [...streams.keys()]) end(id);
    },
  };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
