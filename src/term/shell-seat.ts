/** A shell has the terminal: every byte goes through as it is, both ways, until the shell ends. Then all modes are put back. */
import { readSize, type SizedStream } from './size.js';
import { ShellEscape } from './shell-escape.js';

/** The far end, as services give it. */
export interface FarTerminal {
  onData(listener: (bytes: Uint8Array) => void): void;
  write(bytes: Uint8Array): void;
  resize(size: { readonly columns: number; readonly rows: number }): void;
  readonly ended: Promise<{ readonly exit: number | null; readonly signal: string | null }>;
  close(): void;
}

/**
 * Whatever a program at the far end switched on is switched off: an unfinished sequence is cut off (CAN, ST); alternate
 * screens are left before the soft reset, which forgets saved cursors; then character sets, cursor keys and keypad, wrapping,
 * all ways of reporting mouse and focus, bracketed paste, keyboard protocols, synchronized output, colours, cursor shape. At
 * last the cursor goes to the bottom, below all that was written. The title is set by whoever has one.
 */
export const SHELL_RESET = [
  '\u0018\u001B\\',
  '\u001B[?2026l',
  '\u001B[?47;1047l',
  '\u001B[?1049l',
  '\u001B[!p',
  '\u001B(B\u000F',
  '\u001B[?1;9;1000;1001;1002;1003;1004;1005;1006;1015;1016;2004;2031;2048l',
  '\u001B>\u001B[?5;6;12l\u001B[4;20l\u001B[?7h',
  '\u001B[=0u\u001B[>4;0m',
  '\u001B[0 q\u001B[0m\u001B[?25h',
  '\u001B[999B\r\n',
].join('');

/** Asks the terminal whether it is there: whatever it still had to answer comes before its answer to this. */
const ASK = '\u001B[5n';
const ANSWER = '\u001B[0n';
/** A terminal that answers at all does so within this time, milliseconds. */
const ANSWER_MS = 250;

export interface SeatOptions {
  readonly terminal: FarTerminal;
  readonly stdin: NodeJS.ReadStream | NodeJS.ReadableStream;
  readonly stdout: SizedStream;
  /** Written first, on a line of its own. */
  readonly banner: string;
}
export interface Seated {
  /** Resolves when the shell has ended and the terminal's modes are as they were; `left`: by the escape. */
  readonly ended: Promise<{
    readonly exit: number | null;
    readonly signal: string | null;
    readonly left: boolean;
  }>;
  /** Puts the modes back at once and ends the shell: the program is being ended. */
  abandon(): void;
}

/** Begins. Raw mode is switched on, and left on. */
export function sitDown({ terminal, stdin, stdout, banner }: SeatOptions): Seated {
  const raw = 'setRawMode' in stdin && stdin.isTTY ? stdin : null;
  const escape = new ShellEscape();
  let left = false;
  let over = false;
  const onInput = (chunk: string | Uint8Array): void => {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk;
    const { send, leave } = escape.push(bytes);
    if (send.length > 0) terminal.write(send);
    if (!leave) return;
    left = true;
    terminal.close();
  };
  const onGone = (): void => terminal.close();
  const onResize = (): void => terminal.resize(readSize(stdout));
  const stop = (): void => {
    if (over) return;
    over = true;
    stdin.removeListener('data', onInput);
    stdin.removeListener('end', onGone);
    stdout.removeListener('resize', onResize);
    stdout.write(SHELL_RESET);
  };

  stdout.write(`${banner}\r\n`);
  raw?.ref();
  raw?.setRawMode(true);
  // One character a byte: what is no UTF-8 (another locale, a pasted binary) must arrive as it was sent.
  stdin.setEncoding('latin1');
  stdin.on('data', onInput);
  stdin.on('end', onGone);
  stdout.on('resize', onResize);
  stdin.resume();
  terminal.onData((bytes) => {
    if (!over) stdout.write(bytes);
  });
  // The size may have changed while the shell was being opened.
  terminal.resize(readSize(stdout));

  const leave = async (): Promise<{
    readonly exit: number | null;
    readonly signal: string | null;
    readonly left: boolean;
  }> => {
    const end = await terminal.ended;
    stop();
    await drained(stdin, stdout);
    return { ...end, left };
  };
  return {
    ended: leave(),
    abandon() {
      stop();
      terminal.close();
    },
  };
}

/**
 * Throws away what the terminal still answers to questions of the far end: it would be taken for keys. A program there could
 * even choose those answers.
 */
async function drained(stdin: NodeJS.ReadableStream, stdout: SizedStream): Promise<void> {
  let heard = '';
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(late);
      stdin.removeListener('data', onInput);
      resolve();
    };
    const onInput = (chunk: string | Uint8Array): void => {
      heard = (heard + (typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('latin1'))).slice(
        -64,
      );
      if (heard.includes(ANSWER)) done();
    };
    const late = setTimeout(done, ANSWER_MS);
    stdin.on('data', onInput);
    stdout.write(ASK);
  });
  // Not paused: Node stops reading a tick after it is told so, when the screen has begun to listen again.
}
