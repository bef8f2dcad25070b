/** What Docker tells as it happens: which containers to read again, and what belongs on the lab's timeline. */
import { z } from 'zod';
import type { HostName } from '../../lab/types.js';
import type { Health, LabEvent } from '../../state/live/rows.js';
import { cleanRemoteText } from '../text/clean.js';

const eventSchema = z.object({
  Type: z.string(),
  Action: z.string(),
  Actor: z.object({ ID: z.string(), Attributes: z.record(z.string(), z.string()).nullish() }),
  time: z.number(),
  timeNano: z.number(),
});
export type DockerEvent = z.infer<typeof eventSchema>;

/** Of a host whose clock is off by more than this, times are put right. */
const CLOCK_TOLERANCE_MS = 5_000;
/** Events of which a replay is recognised: those of the last moments before a break. */
const REMEMBERED = 64;

/** Understands one line of the stream; null when it is no event. */
export function readEvent(line: string): DockerEvent | null {
  try {
    const found = eventSchema.safeParse(JSON.parse(line));
    return found.success ? found.data : null;
  } catch {
    return null;
  }
}

/** What happened all the time and means nothing to a person: health checks being run, terminals being resized. */
const NOISE =
  /^(?:exec_|attach|detach|resize|top|export|archive-path|extract-to-dir|copy|mount|unmount|connect|disconnect)/;

/** True when the container's row may be another one now. */
export function touchesRow(event: DockerEvent): boolean {
  return event.Type === 'container' && !NOISE.test(event.Action);
}

function containerHealth(action: string, attributes: Readonly<Record<string, string>>): Health {
  switch (action) {
    case 'start':
    case 'restart':
    case 'unpause':
    case 'health_status: healthy':
      return 'good';
    case 'die':
      // 143 and 137 are what a container that was told to stop ends with.
      return attributes['exitCode'] === '0' || attributes['exitCode'] === '143' ? 'off' : 'bad';
    case 'oom':
    case 'health_status: unhealthy':
      return 'bad';
    case 'kill':
      // What `docker stop` sends is what a program expects.
      return attributes['signal'] === '15' ? 'off' : 'warn';
    case 'pause':
      return 'warn';
    case 'stop':
    case 'destroy':
      return 'off';
    default:
      return 'busy';
  }
}

function healthOf(event: DockerEvent): Health {
  const attributes = event.Actor.Attributes ?? {};
  if (event.Type === 'container') return containerHealth(event.Action, attributes);
  switch (event.Action) {
    case 'pull':
    case 'push':
    case 'load':
    case 'create':
    case 'tag':
      return 'good';
    case 'reload':
      return 'warn';
    default:
      return 'off';
  }
}

/** Attributes that say why; a container's labels, which stand among them, do not. */
const TELLING = ['exitCode', 'signal', 'execDuration', 'oldName', 'type', 'driver'] as const;

/** Remembers how far the stream was read, so that a new one goes on where the last broke off, with nothing told twice. */
export class EventCursor {
  #nano = 0;
  #seen: string[] = [];

  /** For the API's `since`; undefined before the first event. */
  get since(): string | undefined {
    // Nanoseconds do not fit a number whole; a microsecond earlier is asked for, and what comes twice is left out.
    return this.#nano === 0 ? undefined : (Math.floor(this.#nano / 1000 - 1) / 1e6).toFixed(6);
  }
  /** False when it was told before. */
  take(event: DockerEvent): boolean {
    const key = `${event.timeNano}|${event.Type}|${event.Action}|${event.Actor.ID}`;
    if (this.#seen.includes(key)) return false;
    this.#seen = [...this.#seen.slice(-REMEMBERED), key];
    this.#nano = Math.max(this.#nano, event.timeNano);
    return true;
  }
}

/**
 * The event for the timeline; null for what is noise there.
 * @param options.aheadMs by how much the host's clock is ahead of the operator's
 */
export function toLabEvent(
  event: DockerEvent,
  options: { readonly host: HostName; readonly aheadMs: number; readonly mask: (text: string) => string },
): Omit<LabEvent, 'seq'> | null {
  if (NOISE.test(event.Action)) return null;
  const { host, aheadMs, mask } = options;
  const attributes = event.Actor.Attributes ?? {};
  const word = (text: string): string => cleanRemoteText(text, { mask }).replaceAll('\n', ' ').slice(0, 300);
  const name = attributes['name'] ?? event.Actor.ID;
  const image = event.Type === 'container' ? attributes['image'] : undefined;
  const told = TELLING.flatMap((key) => {
    const value = attributes[key];
    return value === undefined ? [] : [`${key}=${value}`];
  });
  const at = event.timeNano / 1e6;
  return {
    at: Math.round(Math.abs(aheadMs) > CLOCK_TOLERANCE_MS ? at - aheadMs : at),
    source: 'docker',
    host,
    health: healthOf(event),
    about: word(event.Type === 'container' ? name : `${event.Type} ${name}`),
    what: word(event.Action),
    text: word([...(image === undefined ? [] : [image]), ...told].join(' ')),
    count: 1,
  };
}
