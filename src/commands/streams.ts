/** stdout for results, stderr for talk; both survive a reader that goes away. */
import type { Writable } from 'node:stream';

export interface Streams {
  /** A result. Ends with a newline of its own. */
  result(text: string): void;
  /** One or more lines for the person. A newline is added. */
  talk(text: string): void;
  /** Resolves when everything written has left this process, or its reader is gone. */
  flushed(): Promise<void>;
}

/**
 * A reader that has had enough (`… | head`) is no error: what is still written is dropped, and the work goes on, since a
 * half-followed job is worse than an unread line.
 */
export function createStreams(stdout: Writable, stderr: Writable): Streams {
  const gone = new Set<Writable>();
  for (const stream of [stdout, stderr]) stream.on('error', () => gone.add(stream));
  const write = (stream: Writable, text: string): void => {
    if (!gone.has(stream)) stream.write(text);
  };
  const flush = (stream: Writable): Promise<void> =>
    new Promise((resolve) => {
      if (gone.has(stream) || stream.destroyed) return resolve();
      stream.once('close', resolve);
      stream.once('error', () => resolve());
      stream.write('', () => resolve());
    });
  return {
    result: (text) => write(stdout, text),
    talk: (text) => write(stderr, `${text}\n`),
    async flushed() {
      await Promise.all([flush(stdout), flush(stderr)]);
    },
  };
}
