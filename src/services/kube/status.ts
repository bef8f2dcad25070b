/** How the source `kubernetes` stands, told to the book: since when, and when its rows were true last. */
import type { Text } from '../../lab/types.js';
import type { LiveBook } from '../../state/live/book.js';

const NO_CLUSTER: Text = {
  id: 'Belum ada cluster: di vm-k8s tidak ada ~/.kube/config maupun /etc/kubernetes/admin.conf (dibuat pada langkah C4 dan C5).',
  en: 'There is no cluster yet: vm-k8s has neither ~/.kube/config nor /etc/kubernetes/admin.conf (steps C4 and C5 make them).',
};

export class StatusTeller {
  readonly #book: LiveBook;
  readonly #now: () => number;
  #lastSeen: number | null = null;
  #lostSince: number | null = null;

  constructor(book: LiveBook, now: () => number) {
    this.#book = book;
    this.#now = now;
  }

  live(): void {
    this.#lostSince = null;
    this.#lastSeen = this.#now();
    this.#book.setStatus('kubernetes', { kind: 'live', since: this.#lastSeen });
  }

  absent(): void {
    this.#lostSince = null;
    this.#lastSeen = null;
    this.#book.setStatus('kubernetes', { kind: 'absent', why: NO_CLUSTER });
  }

  /** While it is tried again after a loss, it stays lost: only then is told how old the rows are. */
  connecting(): void {
    const kind = this.#book.status('kubernetes').kind;
    if (kind === 'lost' || kind === 'connecting') return;
    this.#leave();
    this.#book.setStatus('kubernetes', { kind: 'connecting', since: this.#now() });
  }

  lostBy(why: Text, remedy: Text, retryAt: number | null): void {
    this.#leave();
    this.#lostSince ??= this.#now();
    this.#book.setStatus('kubernetes', {
      kind: 'lost',
      since: this.#lostSince,
      lastSeen: this.#lastSeen,
      why,
      remedy,
      retryAt,
    });
  }

  idle(): void {
    this.#leave();
    this.#book.setStatus('kubernetes', { kind: 'idle' });
  }

  /** The rows were true until now. */
  #leave(): void {
    if (this.#book.status('kubernetes').kind === 'live') this.#lastSeen = this.#now();
  }
}
