/**
 * What Ink takes for the terminal. Its frames go to the screen, which compares cells: Ink (8.0) writes every line of a frame
 * anew, or, in its incremental mode, a line from its first difference on, and a moved cursor then costs several hundred
 * bytes, which is felt over a slow link. Ink's own cursor and screen switching is left out; the screen does that.
 */
import { Writable } from 'node:stream';
import type { TerminalScreen } from './screen.js';
import { readSize, type SizedStream } from './size.js';

/** What Ink puts before a frame: erased lines, cursor up, column one; or home and erase. */
const ERASE_PREFIX = /^(?:\u001B\[(?:[0-9]*[AGJK]|[0-9;]*H))+/;
/** Switching bracketed paste on or off: the one thing besides frames that Ink has to tell the terminal. */
const PASTE_MODE = /^\u001B\[\?2004[hl]$/;

export class InkFrames extends Writable {
  readonly isTTY = true;
  private readonly target: SizedStream;
  private readonly screen: TerminalScreen;
  private lines: readonly string[] = [];
  private readonly onResize = (): void => {
    this.emit('resize');
  };

  /** @param target the terminal; whoever listens for its size here hears of it after those who listen there already */
  constructor(target: SizedStream, screen: TerminalScreen) {
    super({ decodeStrings: false });
    this.target = target;
    this.screen = screen;
    target.on('resize', this.onResize);
  }

  get columns(): number {
    return readSize(this.target).columns;
  }
  get rows(): number {
    return readSize(this.target).rows;
  }

  /** True once Ink has drawn. */
  get begun(): boolean {
    return this.lines.length > 0;
  }

  /** Shows the last frame once more, on a screen that is not known any more. */
  again(): void {
    if (this.begun) this.screen.drawPainted(this.columns, this.rows, this.lines);
  }

  /** Lets go of the terminal. */
  release(): void {
    this.target.removeListener('resize', this.onResize);
  }

  override _write(chunk: string | Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    if (PASTE_MODE.test(text)) this.target.write(text);
    else this.take(text.replace(ERASE_PREFIX, ''));
    // Not waiting for the terminal: what is written while the process ends must not be left in a queue.
    done();
  }

  private take(frame: string): void {
    // A frame has more lines than one; what has none is about the cursor.
    if (!frame.includes('\n')) return;
    this.lines = frame.split('\n');
    this.again();
  }
}
