/**
 * The lines of the one log that is followed, outside the store: bounded, numbered from its beginning, so that whoever has
 * paused finds the place again by its number and learns how much was dropped meanwhile.
 */

/** What screens read. Lines are numbered from 0 since following began; the numbers never change. */
export interface StreamReader {
  /** Number of the oldest line that is kept: as many were dropped. */
  dropped(): number;
  /** One past the number of the newest line. */
  total(): number;
  /** Lines `from` to `to`, exclusive, as far as they are kept. */
  slice(from: number, to: number): readonly string[];
  /** Grows with every change. */
  revision(): number;
  /** Grows when every line is forgotten: numbers begin anew. */
  life(): number;
}

export interface StreamBook extends StreamReader {
  /** Text as it comes: whole lines or not. */
  append(text: string): void;
  /** Forgets every line: another log. */
  clear(): void;
  /** Calls back at most `publishPerSecond` times a second while something changes. Returns how to stop. */
  subscribe(listener: (revision: number) => void): () => void;
}

export interface StreamBounds {
  readonly lines?: number;
  /** Of all lines together, UTF-16 units. */
  readonly characters?: number;
  /** A longer line goes on in the next one. */
  readonly perLine?: number;
  readonly publishPerSecond?: number;
}

export function createStreamBook(bounds: StreamBounds = {}): StreamBook {
  const { lines: mostLines = 10_000, characters: mostCharacters = 4_000_000 } = bounds;
  const { perLine = 4000, publishPerSecond = 12 } = bounds;
  /** Kept lines are `lines[begin]` and after; what lies before is cut off now and then. */
  let lines: string[] = [];
  let begin = 0;
  let dropped = 0;
  let characters = 0;
  /** Of a line that has not ended yet. Shown as the last one: some programs never end theirs. */
  let open = '';
  let revision = 0;
  let life = 0;
  let timer: NodeJS.Timeout | null = null;
  const listeners = new Set<(revision: number) => void>();

  const changed = (): void => {
    revision += 1;
    if (timer !== null || listeners.size === 0) return;
    timer = setTimeout(() => {
      timer = null;
      for (const listener of listeners) listener(revision);
    }, 1000 / publishPerSecond);
    timer.unref();
  };
  const dropOldest = (): void => {
    characters -= lines[begin]?.length ?? 0;
    lines[begin] = '';
    begin += 1;
    dropped += 1;
    if (begin < mostLines) return;
    lines = lines.slice(begin);
    begin = 0;
  };
  const keep = (line: string): void => {
    lines.push(line);
    characters += line.length;
    // The newest line stays, however long it is.
    while (lines.length - begin > mostLines || (characters > mostCharacters && lines.length - begin > 1))
      dropOldest();
  };
  const total = (): number => dropped + lines.length - begin + (open === '' ? 0 : 1);

  return {
    dropped: () => dropped,
    total,
    slice(from, to) {
      const [first, last] = [Math.max(from, dropped), Math.min(to, total())];
      if (first >= last) return [];
      const whole = lines.slice(begin + first - dropped, begin + last - dropped);
      return open !== '' && last === total() ? [...whole, open] : whole;
    },
    revision: () => revision,
    life: () => life,
    append(text) {
      if (text === '') return;
      const parts = (open + text).split('\n');
      open = parts.pop() ?? '';
      for (const part of parts) {
        if (part === '') keep('');
        for (let at = 0; at < part.length; at += perLine) keep(part.slice(at, at + perLine));
      }
      while (open.length > perLine) {
        keep(open.slice(0, perLine));
        open = open.slice(perLine);
      }
      changed();
    },
    clear() {
      life += 1;
      lines = [];
      begin = 0;
      dropped = 0;
      characters = 0;
      open = '';
      changed();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0 || timer === null) return;
        clearTimeout(timer);
        timer = null;
      };
    },
  };
}
