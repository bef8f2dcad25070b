/** What a container printed, line by line with its time, and who follows it. */

export interface LogLine {
  /** Host's clock, epoch ms. */
  readonly at: number;
  readonly text: string;
}
/** A node keeps so many lines of a container, as its log files are rotated. */
const KEPT_LINES = 2000;

export class ContainerLog implements Iterable<string> {
  readonly #now: () => number;
  readonly #followers = new Set<(line: LogLine) => void>();
  #lines: LogLine[] = [];

  /** @param now clock of its host, epoch ms */
  constructor(now: () => number) {
    this.#now = now;
  }
  get lines(): readonly LogLine[] {
    return this.#lines;
  }
  get texts(): readonly string[] {
    return this.#lines.map((line) => line.text);
  }
  [Symbol.iterator](): Iterator<string> {
    return this.texts[Symbol.iterator]();
  }
  push(...texts: readonly string[]): void {
    for (const text of texts) {
      const line = { at: this.#now(), text };
      this.#lines.push(line);
      for (const follower of this.#followers) follower(line);
    }
    if (this.#lines.length > KEPT_LINES * 1.1) this.#lines = this.#lines.slice(-KEPT_LINES);
  }
  /** Calls back at every further line; gives the way to stop that. */
  follow(follower: (line: LogLine) => void): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }
}
