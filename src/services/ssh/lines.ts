/** Scripts of ours that answer in lines: frames of plain ASCII, whatever they carry is in base64. */
import type { HostLink, RunOptions, RunResult } from '../ports.js';

/** A longer line is no frame of ours; it is dropped while it arrives, so memory stays flat. */
const MAX_LINE_BYTES = 1024 * 1024;

/** Cuts bytes into lines. What is not ASCII shows as Latin-1 and fails the check of whoever reads the line. */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  #parts: Uint8Array[] = [];
  #bytes = 0;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Uint8Array): void {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(0x0a, start);
      this.#add(chunk.subarray(start, end === -1 ? chunk.length : end));
      if (end === -1) return;
      const whole = this.#bytes <= MAX_LINE_BYTES;
      const line = whole ? Buffer.concat(this.#parts).toString('latin1') : null;
      this.#parts = [];
      this.#bytes = 0;
      if (line !== null) this.#onLine(line);
      start = end + 1;
    }
  }

  #add(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#bytes += bytes.length;
    if (this.#bytes <= MAX_LINE_BYTES) this.#parts.push(Buffer.from(bytes));
    else this.#parts = [];
  }
}

/** Runs a script and hands on each line of its stdout as it comes. Throws what HostLink.run throws. */
export function runLines(
  link: HostLink,
  script: string,
  onLine: (line: string) => void,
  options: Omit<RunOptions, 'onStdout' | 'onBytes'> = {},
): Promise<RunResult> {
  const splitter = new LineSplitter(onLine);
  return link.run(script, { ...options, onBytes: (chunk) => splitter.push(chunk) });
}
