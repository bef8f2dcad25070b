/** What the daemon tells those who listen at `/events`: what happens, in order, and a little of what happened before. */
import type { Container } from './container.js';
import type { Network } from './types.js';

/** The kinds of objects that events of this lab are about. */
export type EventType = 'container' | 'image' | 'network' | 'volume' | 'daemon';

/** One event in the API's own words and fields. */
export interface EngineEvent {
  readonly Type: EventType;
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
  readonly scope: 'local';
  /** Seconds since the epoch. */
  readonly time: number;
  readonly timeNano: number;
  /** The old names of the fields above: of containers and images only. */
  readonly status?: string;
  readonly id?: string;
  readonly from?: string;
}

/** dockerd keeps this many for those who ask for the past. */
const KEPT = 256;

export class EngineEvents {
  readonly #now: () => number;
  readonly #kept: EngineEvent[] = [];
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  #lastMicros = 0;

  /** @param now the host's clock, milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now;
  }
  /** The newest events, oldest first. */
  get kept(): readonly EngineEvent[] {
    return this.#kept;
  }
  /** Calls back at every event; gives a function that ends it. */
  listen(listener: (event: EngineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(type: EventType, action: string, id: string, attributes: Readonly<Record<string, string>>): void {
    // Two events of one millisecond stay in order, and none has the time of another.
    this.#lastMicros = Math.max(this.#now() * 1000, this.#lastMicros + 1);
    const old =
      type === 'container'
        ? { status: action, id, from: attributes['image'] ?? '' }
        : type === 'image'
          ? { status: action, id }
          : {};
    const event: EngineEvent = {
      ...old,
      Type: type,
      Action: action,
      Actor: { ID: id, Attributes: attributes },
      scope: 'local',
      time: Math.floor(this.#lastMicros / 1e6),
      timeNano: this.#lastMicros * 1000,
    };
    this.#kept.push(event);
    if (this.#kept.length > KEPT) this.#kept.shift();
    for (const listener of [...this.#listeners]) listener(event);
  }
  /** An event of a container; its labels, image and name go with it. */
  container(container: Container, action: string, extra: Readonly<Record<string, string>> = {}): void {
    const { image, spec } = container;
    this.emit('container', action, container.id, {
      ...image.labels,
      ...spec.labels,
      image: spec.image,
      name: container.name,
      ...extra,
    });
  }
  /** The main process of a container has ended. */
  died(container: Container): void {
    const { exitCode, finishedAt, startedAt } = container;
    this.container(container, 'die', {
      execDuration: String(Math.max(0, Math.round((finishedAt - startedAt) / 1000))),
      exitCode: String(exitCode),
    });
  }
  network(network: Network, action: string, extra: Readonly<Record<string, string>> = {}): void {
    this.emit('network', action, network.id, { name: network.name, type: network.driver, ...extra });
  }
  /** An event of an image; `id` is its name as it was asked for, as the daemon gives it. */
  image(id: string, action: string, name: string): void {
    this.emit('image', action, id, { name });
  }
}
