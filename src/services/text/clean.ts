/**
 * Text from the other end of a wire, made harmless. A remote side can send anything: control sequences that repaint or
 * reprogram a terminal, characters that reorder what is read, lines of ten megabytes, bytes that are no UTF-8.
 */
import { Buffer } from 'node:buffer';
import { createKeyHider } from '../redaction/key-hider.js';

/** Characters of one line that are kept; what follows is replaced by `…`. */
export const MAX_LINE_CHARS = 4_000;
/** Characters of one cleaned text that are kept. */
export const MAX_TEXT_CHARS = 4_000_000;
/** Raw bytes of one unfinished line that are held; the rest of that line is dropped as it arrives. */
const MAX_PENDING_BYTES = 64 * 1024;
/** Characters held beyond the line bound while masking, so that a secret across the bound is still recognised. */
const MASK_OVERLAP = 1_024;
const TAB_WIDTH = 8;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** ECMA-48 control strings (OSC, DCS, SOS, PM, APC): up to their terminator, or to the end of the line. */
const CONTROL_STRINGS = /(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\n]*?(?:\x07|\x1b\\|\x9c|(?=\n)|$)/g;
const CONTROL_SEQUENCES = /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?/g;
const OTHER_ESCAPES = /\x1b[ -/]*[0-~]?/g;
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;
/** Marks that reorder, hide or tag text: bidi controls, zero-width and interlinear marks, tag characters. */
const INVISIBLE =
  /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udc7f]/g;
const LINE_SEPARATORS = /[\u2028\u2029]/g;
/** An escape sequence that the end of the text may have cut in two. */
const OPEN_ESCAPE = /(?:\x1b(?:[\]PX^_][^\x07\x1b]*\x1b?|\[[0-?]*[ -/]*|[ -/]*)?|\x9b[0-?]*[ -/]*)$/;

/** Options of {@link cleanRemoteText} and {@link RemoteTextDecoder}. */
export interface CleanOptions {
  /** Hides secrets in one line of cleaned text. Default: changes nothing. */
  readonly mask?: (text: string) => string;
  /** Default {@link MAX_LINE_CHARS}. */
  readonly maxLineChars?: number;
}

function unchanged(text: string): string {
  return text;
}

function expandTabs(line: string): string {
  if (!line.includes('\t')) return line;
  const parts = line.split('\t');
  const last = parts.pop() ?? '';
  let out = '';
  for (const part of parts) {
    out += part;
    out += ' '.repeat(TAB_WIDTH - (out.length % TAB_WIDTH));
  }
  return out + last;
}

/** What a terminal would show of one line after carriage returns: the last thing written over the others. */
function collapseReturns(line: string): string {
  if (!line.includes('\r')) return line;
  const parts = line.split('\r').filter((part) => part !== '');
  return parts.at(-1) ?? '';
}

function bound(line: string, maxChars: number): string {
  if (line.length <= maxChars) return line;
  const cut = line.slice(0, maxChars);
  // A surrogate pair cut in two would be an invalid character on the screen.
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}

function stripSequences(text: string): string {
  return text.replace(CONTROL_STRINGS, '').replace(CONTROL_SEQUENCES, '').replace(OTHER_ESCAPES, '');
}

/** Overstrike as typewriters and man pages do it: a backspace takes the character before it. */
function overstrike(line: string): string {
  if (!line.includes('\b')) return line;
  const kept: string[] = [];
  for (const character of line) {
    if (character === '\b') kept.pop();
    else kept.push(character);
  }
  return kept.join('');
}

function cleanLine(line: string): string {
  const text = overstrike(stripSequences(collapseReturns(stripSequences(line))));
  return expandTabs(text.replace(LINE_SEPARATORS, ' ').replace(INVISIBLE, '')).replace(CONTROLS, '');
}

/**
 * Cleans a whole text: control sequences and invisible marks go, carriage returns collapse to what was written last, tabs
 * become spaces, lines and the whole are bounded, invalid characters are U+FFFD. Newlines stay.
 *
 * @param text what a remote side sent
 */
export function cleanRemoteText(text: string, options: CleanOptions = {}): string {
  const mask = options.mask ?? unchanged;
  const maxLine = options.maxLineChars ?? MAX_LINE_CHARS;
  const lines: string[] = [];
  let total = 0;
  for (const raw of text.split('\n')) {
    const line = bound(
      mask(cleanLine(raw.slice(0, MAX_PENDING_BYTES)).slice(0, maxLine + MASK_OVERLAP)),
      maxLine,
    );
    total += line.length + 1;
    if (total > MAX_TEXT_CHARS) {
      lines.push('…');
      break;
    }
    lines.push(line);
  }
  // Once more as a whole: a private key is a secret of many lines.
  return mask(lines.join('\n'));
}

/** Bytes at the end of `bytes` that begin a UTF-8 character whose rest has not come yet. */
function openCharacterBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? back : 0;
    }
    if (byte < 0x80) return 0;
  }
  return 0;
}

/**
 * Turns a stream of bytes from a host into cleaned text, a whole line at a time, so that neither a character, a control
 * sequence nor a secret is ever judged by its halves. What is held back is bounded; `flush` shows an unfinished line
 * (a prompt that waits for an answer).
 */
export class RemoteTextDecoder {
  readonly #mask: (text: string) => string;
  readonly #maxLine: number;
  #pending: Buffer = Buffer.alloc(0);
  /** Raw bytes of the current line that were dropped because it is too long to hold. */
  #dropped = 0;
  /** Characters of the current line that `flush` has already given out. */
  #shown = 0;
  #offset: number;

  /** @param fromByte offset of the first byte that will be pushed */
  constructor(options: CleanOptions = {}, fromByte = 0) {
    this.#mask = options.mask === undefined ? unchanged : createKeyHider(options.mask);
    this.#maxLine = options.maxLineChars ?? MAX_LINE_CHARS;
    this.#offset = fromByte;
  }

  /** Offset of the first byte not yet given out as text: where another decoder can go on without loss or repetition. */
  get nextByte(): number {
    return this.#offset;
  }

  /** Takes bytes, gives the text of all lines that they complete. */
  push(chunk: Uint8Array): string {
    let text = '';
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      if (end === -1) break;
      this.#hold(chunk.subarray(start, end));
      text += `${this.#take(this.#pending)}\n`;
      this.#advance(1);
      this.#shown = 0;
      start = end + 1;
    }
    this.#hold(chunk.subarray(start));
    return text;
  }

  /** Gives out what is there of an unfinished line, up to the last whole character and control sequence. */
  flush(): string {
    if (this.#pending.length === 0 || this.#dropped > 0) return '';
    let end = this.#pending.length - openCharacterBytes(this.#pending);
    const open = OPEN_ESCAPE.exec(this.#pending.toString('utf8', 0, end))?.[0] ?? '';
    end -= Buffer.byteLength(open);
    // A return at the end stays: what follows it replaces this text, unless it is a newline.
    while (end > 0 && this.#pending[end - 1] === RETURN) end -= 1;
    if (end <= 0) return '';
    const rest = Buffer.from(this.#pending.subarray(end));
    const text = this.#take(this.#pending.subarray(0, end));
    this.#pending = rest;
    this.#shown += Math.max(1, text.length);
    return text;
  }

  /** Gives out all that is left. No bytes can follow. */
  end(): string {
    if (this.#pending.length === 0) return '';
    return this.#take(this.#pending);
  }

  #hold(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const room = Math.max(0, MAX_PENDING_BYTES - this.#pending.length);
    const joined = Buffer.concat([this.#pending, bytes.subarray(0, room)]);
    const overflow = bytes.length - Math.min(room, bytes.length);
    if (overflow > 0 && bytes.lastIndexOf(RETURN) !== -1) {
      // A progress line rewritten for hours: only what came after the last return can still be seen.
      const from = bytes.lastIndexOf(RETURN, bytes.length - 2) + 1;
      this.#offset += this.#pending.length + this.#dropped + from;
      this.#pending = Buffer.from(bytes.subarray(from, from + MAX_PENDING_BYTES));
      this.#dropped = bytes.length - from - this.#pending.length;
      return;
    }
    this.#pending = joined;
    this.#dropped += overflow;
  }

  /** Cleans bytes of the current line and moves the offset behind them. */
  #take(bytes: Buffer): string {
    const raw = bytes.toString('utf8');
    const returned = this.#shown > 0 && /\r[^\r]/.test(raw);
    let line = this.#mask(cleanLine(raw).slice(0, this.#maxLine + MASK_OVERLAP));
    if (returned) this.#shown = 0;
    const room = this.#maxLine - this.#shown;
    line = room <= 0 ? '' : bound(line, room);
    this.#advance(bytes.length + this.#dropped);
    this.#dropped = 0;
    this.#pending = Buffer.alloc(0);
    return returned ? `\n${line}` : line;
  }

  #advance(bytes: number): void {
    this.#offset += bytes;
  }
}
