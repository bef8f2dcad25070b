/** What systemd itself writes into the journal, as events of the lab. */
import type { HostName } from '../../lab/types.js';
import type { Health, LabEvent } from '../../state/live/rows.js';
import { cleanRemoteText } from '../text/clean.js';
import type { HostJournalEntry } from './script.js';

/** Units that come and go by themselves all day: sessions, timers' helpers, mounts of containers. */
const PASSING =
  /^(?:session-|user(?:-runtime-dir)?@|user-|run-|var-lib-|cri-containerd-|docker-[0-9a-f]{12})|\.(?:mount|slice|scope|device|timer|path)$/;

const KINDS: readonly {
  readonly pattern: RegExp;
  readonly what: string;
  readonly health: Health;
}[] = [
  {
    pattern: /Failed with result|^Failed to start|: Main process exited, code=(?!exited, status=0)/,
    what: 'failed',
    health: 'bad',
  },
  { pattern: /Start request repeated too quickly/, what: 'gave-up', health: 'bad' },
  { pattern: /Scheduled restart job/, what: 'restarting', health: 'warn' },
  { pattern: /^(?:Started|Finished|Reloaded) /, what: 'started', health: 'good' },
  { pattern: /^Stopped /, what: 'stopped', health: 'off' },
];

/**
 * Remembers how far the journal was told: every loop begins with the last hour, and a break of the connection falls into it.
 * What came twice is left out; what came during the break is not.
 */
export class JournalCursor {
  #stamp = 0;
  /** What was told with that stamp: several entries may have the same. */
  #said: readonly string[] = [];

  /** Begins a reading. @returns whether an entry is one that was not told before; to be asked of each, once, in their order */
  begin(): (entry: HostJournalEntry) => boolean {
    // Only what an earlier reading told is left out, so that a host's clock that is put back silences nothing.
    const [until, said] = [this.#stamp, this.#said];
    return (entry) => {
      const key = `${entry.unit}|${entry.message}`;
      if (entry.stamp < until || (entry.stamp === until && said.includes(key))) return false;
      this.#said = entry.stamp === this.#stamp ? [...this.#said, key] : [key];
      this.#stamp = entry.stamp;
      return true;
    };
  }
}

/**
 * An entry of systemd about a service as an event; null for all others. Its time is the host's: that clocks agree is a gate.
 */
export function systemdEvent(
  host: HostName,
  entry: HostJournalEntry,
  mask: (text: string) => string,
): Omit<LabEvent, 'seq'> | null {
  if (entry.identifier !== 'systemd') return null;
  const { unit } = entry;
  if (!unit.endsWith('.service') || PASSING.test(unit)) return null;
  const text = mask(cleanRemoteText(entry.message)).trim().slice(0, 500);
  const kind = KINDS.find(({ pattern }) => pattern.test(text));
  if (kind === undefined) return null;
  return {
    at: entry.at,
    source: 'systemd',
    host,
    health: kind.health,
    about: cleanRemoteText(unit),
    what: kind.what,
    text,
    count: 1,
  };
}
