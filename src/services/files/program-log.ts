/** The program's own log, for the person who has to find out why it failed: stack traces go here and nowhere else. */
import { appendFileSync, chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { PRIVATE_FILE } from './atomic.js';
import { rotateWhenLarge } from './rotate.js';

export interface ProgramLog {
  readonly path: string;
  /** Notes a line; nothing unless debugging is on. */
  note(message: string): void;
  /** Notes an error with its stack and causes, whether debugging is on or not; for a crash too, as it is written at once. */
  failure(error: unknown, doing: string): void;
}

const MAX_BYTES = 1024 * 1024;
const KEEP = 3;
const MAX_ENTRY = 64 * 1024;

/**
 * A log of mode 0600 in a lab's state directory, set aside at 1 MiB, three older ones kept. A log that cannot be written
 * is silent: it must never be the reason why something else fails.
 * @param options.debug `--debug`: notes are written, not failures only
 * @param options.mask takes secrets out of a text
 */
export function createProgramLog(
  stateDir: string,
  options: { readonly debug: boolean; readonly mask: (text: string) => string },
): ProgramLog {
  const path = join(stateDir, 'program.log');
  const write = (text: string): void => {
    try {
      mkdirSync(stateDir, { recursive: true, mode: 0o700 });
      rotateWhenLarge(path, MAX_BYTES, KEEP);
      const entry = `${new Date().toISOString()} [${process.pid}] ${options.mask(text).slice(0, MAX_ENTRY)}\n`;
      appendFileSync(path, entry, { mode: PRIVATE_FILE });
      chmodSync(path, PRIVATE_FILE);
    } catch {
      // Nowhere to tell it: the terminal belongs to the screen.
    }
  };
  return {
    path,
    note(message) {
      if (options.debug) write(message);
    },
    failure(error, doing) {
      write(`${doing}: ${inspect(error, { depth: 4, breakLength: 120 })}`);
    },
  };
}
