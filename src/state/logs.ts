/**
 * Log text of the hosts: bounded ring buffers outside the store. Writers append at any rate; readers learn of a change
 * by a revision number that is published at most `publishPerSecond` times a second.
 */
import type { HostName } from '../lab/types.js';
import { HOST_NAMES } from '../lab/types.js';

export interface LogLine {
  /** epoch ms, operator's clock */
  readonly at: number;
  /** Where it came from, e.g. `A1/stop-updates`, `telemetry`, `ssh`. */
  readonly source: string;
  readonly text: string;
}

class Ring {
  private readonly lines: (LogLine | undefined)[];
  private next = 0;
  private total = 0;
  private readonly capacity: number;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.lines = Array.from<LogLine | undefined>({ length: capacity });
  }

  push(line: LogLine): void {
    this.lines[this.next] = line;
    this.next = (this.next + 1) % this.capacity;
    this.total += 1;
  }

  get count(): number {
    return Math.min(this.total, this.capacity);
  }

  get dropped(): number {
    return this.total - this.count;
  }

  /** Lines `start` (0 = oldest kept) to `end`, exclusive. */
  slice(start: number, end: number): readonly LogLine[] {
    const from = Math.max(0, start);
    const to = Math.min(this.count, end);
    const oldest = this.total > this.capacity ? this.next : 0;
    const out: LogLine[] = [];
    for (let i = from; i < to; i += 1) {
      const line = this.lines[(oldest + i) % this.capacity];
      if (line !== undefined) out.push(line);
    }
    return out;
  }
}

export interface LogBook {
  append(host: HostName, source: string, text: string, at: number): void;
  /** The last `count` lines before the newest `offset` ones. */
  tail(host: HostName, count: number, offset?: number): readonly LogLine[];
  /** Every line kept that holds `needle` (case-insensitive), oldest first. */
  search(host: HostName, needle: string): readonly LogLine[];
  /** Forgets every line: another lab has other hosts. */
  clear(): void;
  count(host: HostName): number;
  /** Lines that no longer are kept. */
  dropped(host: HostName): number;
  /** Calls back at most `publishPerSecond` times a second while something changes. Returns how to stop. */
  subscribe(listener: (revisions: Partial<Record<HostName, number>>) => void): () => void;
}

/**
 * @param capacity lines kept per host
 * @param publishPerSecond upper bound of notifications
 */
export function createLogBook(capacity = 5000, publishPerSecond = 12): LogBook {
  const rings = new Map<HostName, Ring>(HOST_NAMES.map((name) => [name, new Ring(capacity)]));
  const revisions = new Map<HostName, number>();
  const dirty = new Set<HostName>();
  const listeners = new Set<(revisions: Partial<Record<HostName, number>>) => void>();
  let timer: NodeJS.Timeout | null = null;

  const ring = (host: HostName): Ring => {
    const found = rings.get(host);
    if (found === undefined) throw new RangeError(`no log for ${host}`);
    return found;
  };
  const publish = (): void => {
    timer = null;
    const changed: Partial<Record<HostName, number>> = {};
    for (const host of dirty) changed[host] = revisions.get(host) ?? 0;
    dirty.clear();
    for (const listener of listeners) listener(changed);
  };

  return {
    append(host, source, text, at) {
      for (const line of text.split('\n')) ring(host).push({ at, source, text: line });
      revisions.set(host, (revisions.get(host) ?? 0) + 1);
      dirty.add(host);
      if (timer === null && listeners.size > 0) {
        timer = setTimeout(publish, 1000 / publishPerSecond);
        timer.unref();
      }
    },
    tail(host, count, offset = 0) {
      const end = ring(host).count - offset;
      return ring(host).slice(end - count, end);
    },
    search(host, needle) {
      const lower = needle.toLowerCase();
      return ring(host)
        .slice(0, ring(host).count)
        .filter((line) => line.text.toLowerCase().includes(lower));
    },
    clear() {
      for (const host of HOST_NAMES) {
        rings.set(host, new Ring(capacity));
        revisions.set(host, (revisions.get(host) ?? 0) + 1);
      }
    },
    count: (host) => ring(host).count,
    dropped: (host) => ring(host).dropped,
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
