/** Which events of the cluster are in the timeline already: the API tells them again with every list and every count. */
import type { LiveBook } from '../../state/live/book.js';
import { kubeEvent } from './rows/event.js';
import type { KubeEvent } from './rows/event.js';
import type { Words } from './rows/words.js';

export class EventLedger {
  readonly #book: LiveBook;
  /** Identity → how often it had happened. As many as the API keeps, an hour's worth. */
  readonly #counts = new Map<string, number>();

  constructor(book: LiveBook) {
    this.#book = book;
  }

  read(object: unknown, words: Words): KubeEvent {
    return kubeEvent(object, words);
  }

  /** After a list: what is new in it, in the order in which it happened; the API lists by name. */
  replace(all: readonly KubeEvent[]): void {
    const fresh = all.filter((one) => this.#isNew(one));
    const listed = new Set(all.map((one) => one.uid));
    for (const uid of this.#counts.keys()) if (!listed.has(uid)) this.#counts.delete(uid);
    for (const one of fresh.toSorted((a, b) => a.event.at - b.event.at)) this.put(one);
  }

  put(one: KubeEvent): void {
    if (!this.#isNew(one)) return;
    this.#counts.set(one.uid, one.event.count);
    this.#book.addEvent(one.event);
  }

  forget(uid: string): void {
    this.#counts.delete(uid);
  }

  #isNew({ uid, event }: KubeEvent): boolean {
    return (this.#counts.get(uid) ?? 0) < event.count;
  }
}
