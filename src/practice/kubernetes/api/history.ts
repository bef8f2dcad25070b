/** What an API server still knows of the past: changes for watches that go on, and how lists were some versions ago. */
import type { JsonMap } from '../json.js';
import { nameOf, namespaceOf, type Change, type ObjectStore } from '../store.js';
import { versionOf } from './encode.js';

/** Changes of all kinds together; a real watch cache holds between a hundred and a hundred thousand of each kind. */
const KEPT = 10_000;
/**
 * etcd is compacted every five minutes: what is older cannot be listed any more. In a lab whose time is compressed a
 * client that reads page after page still needs its own time, so it takes at least so long in reality, too.
 */
const COMPACTION_S = 300;
const LEAST_MS = 60_000;

export class History {
  readonly #store: ObjectStore;
  readonly #stop: () => void;
  /** In the order of their versions; what lies before `#head` is forgotten. */
  #changes: Change[] = [];
  #head = 0;
  /** The last version that is not known any more: changes after it are. */
  #floor: number;
  /** Versions at points in time, for compaction. */
  #marks: { readonly second: number; readonly at: number; readonly version: number }[] = [];
  #compacted = 0;

  readonly #clock: () => number;

  /**
   * Begins to remember now; nothing from before is known, as after a restart of the real one.
   * @param clock real time, ms
   */
  constructor(
    store: ObjectStore,
    told: (change: Change) => void,
    clock: () => number = () => performance.now(),
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#floor = Number(store.resourceVersion);
    this.#stop = store.watch((change) => {
      this.#changes.push(change);
      if (this.#changes.length - this.#head > KEPT) this.#forget();
      told(change);
    });
  }
  close(): void {
    this.#stop();
    this.#changes = [];
  }
  get version(): number {
    return Number(this.#store.resourceVersion);
  }
  #forget(): void {
    const gone = this.#changes[this.#head];
    if (gone !== undefined) this.#floor = versionOf(gone.object);
    this.#head += 1;
    if (this.#head < KEPT) return;
    this.#changes = this.#changes.slice(this.#head);
    this.#head = 0;
  }
  /** One second passes. @param second simulated seconds since the lab began */
  tick(second: number): void {
    const at = this.#clock();
    if (this.#marks.at(-1)?.version !== this.version) this.#marks.push({ second, at, version: this.version });
    for (let mark = this.#marks[0]; mark !== undefined; mark = this.#marks[0]) {
      const next = this.#marks[1];
      // A version can be listed until the one after it is old.
      if (next === undefined || next.second > second - COMPACTION_S || next.at > at - LEAST_MS) break;
      this.#compacted = next.version;
      this.#marks.shift();
    }
  }
  /** Index of the first change after a version. */
  #after(version: number): number {
    let low = this.#head;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const change = this.#changes[middle];
      if (change !== undefined && versionOf(change.object) <= version) low = middle + 1;
      else high = middle;
    }
    return low;
  }
  /** Changes after a version; null when not all of them are known any more. */
  since(version: number): readonly Change[] | null {
    return version < this.#floor ? null : this.#changes.slice(this.#after(version));
  }
  /** Objects of a kind as they were at a version, in the order of their keys; null when that is forgotten. */
  listAt(kind: string, namespace: string | undefined, version: number): readonly JsonMap[] | null {
    const now = this.#store.list(kind, namespace);
    if (version === this.version) return now;
    if (version < this.#compacted) return null;
    const later = this.since(version);
    if (later === null) return null;
    const mine = later.filter(
      ({ resource, object }) =>
        resource.kind === kind && (namespace === undefined || namespaceOf(object) === namespace),
    );
    if (mine.length === 0) return now;
    const objects = new Map(now.map((object) => [keyOf(object), object] as const));
    for (const { object, previous } of mine.toReversed())
      if (previous === null) objects.delete(keyOf(object));
      else objects.set(keyOf(object), previous);
    return [...objects].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  }
}
export const keyOf = (object: JsonMap): string => `${namespaceOf(object)}/${nameOf(object)}`;
