/** A shell at the terminal: bytes as they are, the way out, and the terminal's modes afterwards. */
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ShellEscape } from '../../../src/term/shell-escape.js';
import { SHELL_RESET, sitDown, type FarTerminal } from '../../../src/term/shell-seat.js';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
function typed(...pieces: readonly string[]): { readonly sent: string; readonly left: boolean } {
  const escape = new ShellEscape();
  let sent = '';
  for (const piece of pieces) {
    const { send, leave } = escape.push(bytes(piece));
    sent += Buffer.from(send).toString('latin1');
    if (leave) return { sent, left: true };
  }
  return { sent, left: false };
}

describe('the escape', () => {
  it.each([
    [['~.'], '', true],
    [['ls\r', '~', '.'], 'ls\r', true],
    [['ls\r~', '.rest'], 'ls\r', true],
    [['cd ~.\r'], 'cd ~.\r', false],
    [['\r~~x'], '\r~x', false],
    [['\r~/bin\r'], '\r~/bin\r', false],
    [['\r~\r'], '\r~\r', false],
  ] as const)('%j sends %j, leaves: %j', (pieces, sent, left) => {
    expect(typed(...pieces)).toEqual({ sent, left });
  });
});

class Far implements FarTerminal {
  written = Buffer.alloc(0);
  sizes: { readonly columns: number; readonly rows: number }[] = [];
  closed = false;
  #listener: (data: Uint8Array) => void = () => undefined;
  #end: (end: { readonly exit: number | null; readonly signal: string | null }) => void = () => undefined;
  readonly ended = new Promise<{ readonly exit: number | null; readonly signal: string | null }>(
    (resolve) => {
      this.#end = resolve;
    },
  );
  onData(listener: (data: Uint8Array) => void): void {
    this.#listener = listener;
  }
  write(data: Uint8Array): void {
    this.written = Buffer.concat([this.written, data]);
  }
  resize(size: { readonly columns: number; readonly rows: number }): void {
    this.sizes.push(size);
  }
  close(): void {
    this.closed = true;
    this.#end({ exit: null, signal: null });
  }
  say(data: Uint8Array): void {
    this.#listener(data);
  }
  exit(code: number): void {
    this.#end({ exit: code, signal: null });
  }
}

/** @param owed what the terminal still has to answer when it is asked whether it is there */
function seat(owed = '') {
  const far = new Far();
  const stdin = new PassThrough();
  let shown = Buffer.alloc(0);
  const stdout = Object.assign(new PassThrough(), { columns: 90, rows: 20 });
  stdout.on('data', (chunk: Buffer) => {
    shown = Buffer.concat([shown, chunk]);
    // A terminal that answers whether it is there.
    if (chunk.includes('\u001B[5n')) stdin.write(`${owed}\u001B[0n`);
  });
  const seated = sitDown({ terminal: far, stdin, stdout, banner: 'a shell' });
  return { far, stdin, stdout, seated, shown: () => shown };
}

describe('a shell at the terminal', () => {
  it('passes every byte, both ways, as it is', async () => {
    const { far, stdin, seated, shown } = seat();
    const all = Uint8Array.from({ length: 256 }, (_, i) => i).filter((byte) => byte !== 0x7e);
    stdin.write(all);
    far.say(all);
    far.exit(0);
    await seated.ended;
    expect(far.written.equals(Buffer.from(all))).toBe(true);
    expect(shown().includes(Buffer.from(all))).toBe(true);
  });

  it('passes the size on: at once, and when it changes', async () => {
    const { far, stdout, seated } = seat();
    Object.assign(stdout, { columns: 70, rows: 30 });
    stdout.emit('resize');
    far.exit(0);
    await seated.ended;
    stdout.emit('resize');
    expect(far.sizes).toEqual([
      { columns: 90, rows: 20 },
      { columns: 70, rows: 30 },
    ]);
  });

  it('puts the modes back, and throws away what the terminal still answers to the far end', async () => {
    // The title, as a program at the far end chose it: it must not become keys.
    const { far, stdin, seated, shown } = seat('\u001B]lq\u001B\\');
    far.say(bytes('\u001B[?1000h\u001B[21t\u001B]0;left open'));
    far.exit(4);
    expect(await seated.ended).toEqual({ exit: 4, signal: null, left: false });
    expect(shown().toString('latin1')).toContain(SHELL_RESET);
    expect(stdin.read()).toBeNull();
    expect(far.written.toString('latin1')).not.toContain('\u001B]l');
  });

  it('tells a lost connection from being left, and ends with the program', async () => {
    const lost = seat();
    lost.far.close();
    expect(await lost.seated.ended).toEqual({ exit: null, signal: null, left: false });
    const left = seat();
    left.stdin.write('~.');
    expect(await left.seated.ended).toEqual({ exit: null, signal: null, left: true });
    const ended = seat();
    ended.seated.abandon();
    expect(ended.far.closed).toBe(true);
    expect(ended.shown().toString('latin1')).toContain(SHELL_RESET);
  });
});
