/** A terminal of a practice host: the line discipline between a person's keys and the programs in front of them. */
import { StringDecoder } from 'node:string_decoder';
import { Description } from './kernel/description.js';
import type { Kernel } from './kernel/kernel.js';
import type { Process, SignalName } from './kernel/process.js';
import { Waiters } from './kernel/pipe.js';

/** In character cells. */
export interface WindowSize {
  readonly columns: number;
  readonly rows: number;
}
/** What `stty` shows when nobody said how large the window is. */
export const USUAL_SIZE: WindowSize = { columns: 80, rows: 24 };

/** The reading side: a read gives one line at most, and Ctrl-D is an end for one reader only. */
class TerminalInput extends Description {
  readonly label = '/dev/pts/0';
  readonly #show: (bytes: Buffer) => void;
  readonly #waiters = new Waiters();
  /** Lines to read; null is an end of the file. */
  #lines: (Buffer | null)[] = [];
  #gone = false;

  constructor(show: (bytes: Buffer) => void) {
    super();
    this.#show = show;
  }
  give(line: Buffer | null): void {
    this.#lines.push(line);
    this.#waiters.wake();
  }
  /** Throws away what nobody has read yet, as an interrupt does. */
  flush(): void {
    this.#lines = [];
  }
  end(): void {
    this.#gone = true;
    this.#waiters.wake();
  }
  protected async take(max: number, signal: AbortSignal): Promise<Buffer | null> {
    for (;;) {
      const first = this.#lines.shift();
      if (first === null) return null;
      if (first !== undefined) {
        if (first.length > max) this.#lines.unshift(first.subarray(max));
        return first.subarray(0, max);
      }
      if (this.#gone) return null;
      await this.#waiters.wait(signal);
    }
  }
  async write(bytes: Buffer): Promise<void> {
    this.#show(withReturns(bytes));
  }
}

/** An interactive shell that sits at a terminal: an interrupt ends what it runs, and it stays. */
interface Seat {
  readonly shell: Process;
  /** Called when the person types Ctrl-C. */
  readonly interrupted: () => void;
  /** Whether a child of it runs in the background, where the terminal's signals do not reach it. */
  readonly inBackground: (pid: number) => boolean;
}

/** Terminals by the session that has each, by kernel, as a container has one of its own. */
const terminals = new WeakMap<Kernel, Map<number, Terminal>>();

/** The controlling terminal of a process; null when it has none. */
export function terminalOf(process: Process): Terminal | null {
  return process.tty ? (terminals.get(process.kernel)?.get(process.sid) ?? null) : null;
}

export class Terminal {
  readonly #show: (bytes: Buffer) => void;
  readonly #input: TerminalInput;
  readonly #decoder = new StringDecoder('utf8');
  /** Session leaders, the one in front last. */
  readonly #leaders: Process[] = [];
  readonly #seats: Seat[] = [];
  #line: string[] = [];
  #escape = '';
  #size: WindowSize;
  /** Whether what is typed is shown. */
  echo = true;

  /** @param show shows bytes to the person, as they are */
  constructor(show: (bytes: Buffer) => void, size: WindowSize) {
    this.#show = show;
    this.#input = new TerminalInput(show);
    this.#size = size;
  }
  /** Standard input for the programs at this terminal. */
  get input(): Description {
    return this.#input;
  }
  get size(): WindowSize {
    return this.#size;
  }
  /** The person's window has another size now. Nonsense (0 columns) is not taken over. */
  resize(size: WindowSize): void {
    if (size.columns > 0 && size.rows > 0) this.#size = size;
  }

  /**
   * Gives the terminal to a session, which is in front until its leader ends: the login's, or one inside a container
   * that somebody runs from here.
   */
  lend(leader: Process): void {
    const sessions = terminals.get(leader.kernel) ?? new Map<number, Terminal>();
    terminals.set(leader.kernel, sessions);
    sessions.set(leader.sid, this);
    this.#leaders.push(leader);
    void leader.exited.then(() => {
      this.#leaders.splice(this.#leaders.indexOf(leader), 1);
      sessions.delete(leader.sid);
      this.echo = true;
    });
  }
  /** An interactive shell takes its seat until it ends. */
  seat(seat: Seat): void {
    this.#seats.push(seat);
    void seat.shell.exited.then(() => this.#seats.splice(this.#seats.indexOf(seat), 1));
  }
  /** Nothing more will be typed; what was typed is still read. */
  end(): void {
    this.#input.end();
  }
  /** The person went away: the programs in front are told and read the end of the file. */
  hangUp(): void {
    this.end();
    for (const process of this.#foreground()) process.kill('HUP');
  }

  /** What the person typed. */
  type(bytes: Buffer): void {
    for (const char of this.#decoder.write(bytes)) this.#key(char);
  }
  #key(char: string): void {
    if (this.#inEscape(char)) return;
    switch (char) {
      case '\r':
      case '\n':
        this.#out('\r\n', true);
        this.#hand(`${this.#line.join('')}\n`);
        break;
      case '\u007f':
      case '\b':
        this.#erase(1);
        break;
      case '\u0015':
        this.#erase(this.#line.length);
        break;
      case '\u0017': {
        const kept = this.#line.join('').replace(/\S*\s*$/, '');
        this.#erase(this.#line.length - [...kept].length);
        break;
      }
      case '\u0003':
        this.#signal('INT', '^C');
        break;
      case '\u001c':
        this.#signal('QUIT', '^\\');
        break;
      case '\u0004':
        if (this.#line.length === 0) this.#input.give(null);
        else this.#hand(this.#line.join(''));
        break;
      default:
        if (char < ' ' && char !== '\t') break;
        this.#line.push(char);
        this.#out(char);
    }
  }
  /** Arrow keys and the like send several characters; they mean nothing to a line discipline and are left out whole. */
  #inEscape(char: string): boolean {
    if (char === '\u001b') {
      this.#escape = char;
      return true;
    }
    if (this.#escape === '') return false;
    this.#escape += char;
    // ESC x, or ESC [ … or ESC O … up to a letter or a tilde.
    if (/^\u001b(?:[^[O]|[[O][\d;]*[A-Za-z~])$/.test(this.#escape)) this.#escape = '';
    return true;
  }
  #out(text: string, always = false): void {
    if (this.echo || always) this.#show(Buffer.from(text));
  }
  #erase(count: number): void {
    for (let left = count; left > 0; left -= 1) {
      if (this.#line.pop() === undefined) return;
      this.#out('\b \b');
    }
  }
  #hand(text: string): void {
    this.#line = [];
    this.#input.give(Buffer.from(text));
  }

  /** Processes of the session in front. */
  #foreground(): readonly Process[] {
    const leader = this.#leaders.at(-1);
    return leader === undefined
      ? []
      : leader.kernel.processes.filter((process) => process.sid === leader.sid);
  }
  #inBackground(process: Process): boolean {
    for (let at: Process | undefined = process; at !== undefined; at = at.kernel.process(at.ppid)) {
      const { pid } = at;
      if (this.#seats.some((seat) => seat.inBackground(pid))) return true;
    }
    return false;
  }
  /** A key that stands for a signal: to all in front but the shells that wait for them, and those that wait for shells. */
  #signal(signal: SignalName, shown: string): void {
    this.#line = [];
    this.#input.flush();
    this.#out(`${shown}\r\n`);
    const group = this.#foreground();
    const waiting = new Set<number>();
    for (const { shell } of this.#seats)
      for (let at: Process | undefined = shell; at !== undefined; at = at.kernel.process(at.ppid))
        waiting.add(at.pid);
    const hit = group.filter((process) => !waiting.has(process.pid) && !this.#inBackground(process));
    const seat = this.#seats.findLast(({ shell }) => group.includes(shell));
    if (signal === 'INT') seat?.interrupted();
    for (const process of hit) process.kill(signal);
    // A shell at its prompt reads on with an empty line.
    if (hit.length === 0 && seat !== undefined) this.#input.give(Buffer.from('\n'));
  }
}

/** Terminals begin a line where the last one ended, unless told to return. */
export function withReturns(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1');
}
