/** The line discipline of a terminal, as far as a person at a shell of a practice host needs it. */
import type { Description } from './kernel/description.js';
import type { Process } from './kernel/process.js';

/** Echoes what is typed, edits the line with backspace, hands it over at Enter. */
export class Terminal {
  readonly #echo: (bytes: Buffer) => void;
  readonly #input: Description;
  readonly #leader: () => Process | null;
  #line = '';
  #chain: Promise<void> = Promise.resolve();

  constructor(echo: (bytes: Buffer) => void, input: Description, leader: () => Process | null) {
    this.#echo = echo;
    this.#input = input;
    this.#leader = leader;
  }

  /** What the person typed. */
  type(bytes: Buffer): void {
    for (const char of bytes.toString('utf8')) this.#key(char);
  }
  #key(char: string): void {
    switch (char) {
      case '\r':
      case '\n':
        this.#echo(Buffer.from('\r\n'));
        this.#hand(`${this.#line}\n`);
        break;
      case '\u007f':
      case '\b':
        if (this.#line !== '') this.#echo(Buffer.from('\b \b'));
        this.#line = [...this.#line].slice(0, -1).join('');
        break;
      case '\u0003':
        this.#echo(Buffer.from('^C\r\n'));
        this.#interrupt();
        break;
      case '\u0004':
        if (this.#line === '') {
          this.#chain = this.#chain.then(() => this.#input.close());
        } else this.#hand(this.#line);
        break;
      default:
        if (char < ' ' && char !== '\t') break;
        this.#line += char;
        this.#echo(Buffer.from(char));
    }
  }
  #hand(text: string): void {
    this.#line = '';
    // What is typed into a program that has ended goes nowhere, as on a terminal.
    this.#chain = this.#chain
      .then(() => this.#input.write(Buffer.from(text), new AbortController().signal))
      .catch(() => undefined);
  }
  /** Ends what the shell runs now; the shell itself stays. */
  #interrupt(): void {
    this.#line = '';
    const shell = this.#leader();
    if (shell === null) return;
    const group = shell.kernel.processes.filter((process) => process.sid === shell.sid && process !== shell);
    for (const process of group) process.kill('INT');
    if (group.length === 0) this.#hand('\n');
  }
}

/** Terminals begin a line where the last one ended, unless told to return. */
export function withReturns(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1');
}
