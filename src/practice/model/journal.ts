/** The journal of a virtual host. */

export interface JournalLine {
  /** Host's clock, epoch ms. */
  readonly at: number;
  readonly unit: string;
  /** Name before the colon: `systemd`, `sshd`, `kernel`. */
  readonly identifier: string;
  readonly pid: number;
  /** syslog priority, 0 (emergency) to 7 (debug). */
  readonly priority: number;
  readonly message: string;
  readonly boot: string;
}
const KEPT = 2000;

export class Journal {
  #lines: JournalLine[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #now: () => number;
  readonly #boot: () => string;
  constructor(now: () => number, boot: () => string) {
    this.#now = now;
    this.#boot = boot;
  }
  write(
    unit: string,
    identifier: string,
    message: string,
    options: { pid?: number; priority?: number } = {},
  ): void {
    this.#lines.push({
      at: this.#now(),
      unit,
      identifier,
      message,
      pid: options.pid ?? 1,
      priority: options.priority ?? 6,
      boot: this.#boot(),
    });
    if (this.#lines.length > KEPT) this.#lines = this.#lines.slice(-KEPT);
    for (const listener of [...this.#listeners]) listener();
  }
  get lines(): readonly JournalLine[] {
    return this.#lines;
  }
  onLine(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
