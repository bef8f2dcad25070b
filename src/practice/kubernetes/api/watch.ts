/** Watches: changes of a kind as they happen, from a version on. */
import { mapAt, type JsonMap } from '../json.js';
import { namespaceOf, nameOf, type Change } from '../store.js';
import type { Answer, Place, Sink } from './call.js';
import { encoded, encodedBookmark, encodedEvent, versionOf } from './encode.js';
import { selectionOf, type Selection } from './fields.js';
import type { History } from './history.js';
import { versionIn } from './list.js';
import { ApiError, badRequest, expired } from './status.js';

/** A client that lets so many bytes lie is not waited for. */
const PATIENCE_BYTES = 16 << 20;
/** Seconds between two bookmarks of a quiet watch, and how long before its end the last one comes. */
const BOOKMARK_S = 60;
const LAST_BOOKMARK_S = 2;
/** `--min-request-timeout`: a watch that names no end lasts between this and twice as long, seconds. */
const SHORTEST_S = 1800;

class Watch {
  readonly place: Place;
  readonly #selection: Selection;
  readonly #sink: Sink;
  readonly #bookmarks: boolean;
  readonly #history: History;
  /** Seconds until the server ends it, and until its next bookmark. */
  #left: number;
  #bookmark = BOOKMARK_S;

  constructor(init: {
    readonly place: Place;
    readonly selection: Selection;
    readonly sink: Sink;
    readonly bookmarks: boolean;
    readonly history: History;
    readonly seconds: number;
  }) {
    this.place = init.place;
    this.#selection = init.selection;
    this.#sink = init.sink;
    this.#bookmarks = init.bookmarks;
    this.#history = init.history;
    this.#left = init.seconds;
  }
  #here(object: JsonMap): boolean {
    const { namespace, name } = this.place;
    return (
      (namespace === null || namespaceOf(object) === namespace) && (name === null || nameOf(object) === name)
    );
  }
  /** What fits the selection comes and goes for this watch as it begins and ends to fit. */
  tell({ type, object, previous, resource }: Change): void {
    const { place } = this;
    if (resource.kind !== place.resource.kind || resource.apiVersion !== place.resource.apiVersion) return;
    if (!this.#here(object)) return;
    const before = previous !== null && this.#selection.matches(previous);
    const now = type !== 'DELETED' && this.#selection.matches(object);
    if (!before && !now) return;
    if (now) this.#send(encodedEvent(before ? 'MODIFIED' : 'ADDED', encoded(place, object)));
    else {
      const last =
        type === 'DELETED' || previous === null
          ? object
          : {
              ...previous,
              metadata: {
                ...mapAt(previous, 'metadata'),
                resourceVersion: mapAt(object, 'metadata')['resourceVersion'] ?? null,
              },
            };
      this.#send(encodedEvent('DELETED', encoded(place, last)));
    }
  }
  /** All that there is, to begin with. */
  begin(objects: readonly JsonMap[]): void {
    for (const object of objects)
      if (this.#here(object) && this.#selection.matches(object))
        this.#send(encodedEvent('ADDED', encoded(this.place, object)));
  }
  #send(text: string): void {
    this.#sink.write(text);
    if (this.#sink.pending > PATIENCE_BYTES) this.#sink.abort();
  }
  /** One second passes. */
  tick(): void {
    this.#left -= 1;
    this.#bookmark -= 1;
    if (this.#bookmarks && (this.#bookmark <= 0 || this.#left === LAST_BOOKMARK_S)) {
      this.#bookmark = BOOKMARK_S;
      this.#send(encodedBookmark(this.place, String(this.#history.version), false));
    }
    if (this.#left <= 0) this.#sink.end();
  }
}

/** All watches of one API server. */
export class Watches {
  readonly #open = new Set<Watch>();
  get count(): number {
    return this.#open.size;
  }
  tell(change: Change): void {
    for (const one of this.#open) one.tell(change);
  }
  tick(): void {
    for (const one of [...this.#open]) one.tick();
  }
  /**
   * Answers a watch.
   * @throws ApiError 400, 422; a version that is forgotten is told inside of the stream, as an ERROR event with code 410
   */
  answer(place: Place, history: History, query: URLSearchParams): Answer {
    const selection = selectionOf(place, query);
    const from = versionIn(query);
    if (query.get('sendInitialEvents') !== null)
      throw new ApiError(
        422,
        'Invalid',
        'ListOptions.meta.k8s.io "" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled',
        { group: 'meta.k8s.io', kind: 'ListOptions' },
      );
    const timeout = query.get('timeoutSeconds') ?? '';
    if (timeout !== '' && !/^\d+$/.test(timeout))
      throw badRequest(`strconv.ParseInt: parsing "${timeout}": invalid syntax`);
    const seconds =
      Number(timeout) > 0 ? Number(timeout) : SHORTEST_S + Math.floor(Math.random() * SHORTEST_S);
    return {
      kind: 'stream',
      type: 'application/json',
      begin: (sink) => {
        const bookmarks = /^(true|1)$/.test(query.get('allowWatchBookmarks') ?? '');
        const watch = new Watch({ place, selection, sink, bookmarks, history, seconds });
        if (from === null || from === 0)
          watch.begin(
            history.listAt(place.resource.kind, place.namespace ?? undefined, history.version) ?? [],
          );
        else {
          const missed = history.since(from);
          if (missed === null) {
            const { status } = expired(`too old resource version: ${from} (${history.version})`);
            sink.write(encodedEvent('ERROR', JSON.stringify(status)));
            sink.end();
            return;
          }
          for (const change of missed) if (versionOf(change.object) > from) watch.tell(change);
        }
        this.#open.add(watch);
        sink.onClose(() => this.#open.delete(watch));
      },
    };
  }
}
