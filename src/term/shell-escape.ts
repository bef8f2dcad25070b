/**
 * The way out of a shell that does not answer any more, as ssh has it: after Enter, `~.` leaves; `~~` is a tilde. Nothing
 * else of what is typed is touched.
 */

const TILDE = 0x7e;
const DOT = 0x2e;

export class ShellEscape {
  /** Where a `~` would count: at the beginning of a line. */
  #lineStart = true;
  /** A `~` was typed there and is held back until the next key. */
  #held = false;

  /** @returns what goes to the shell, and whether the person leaves */
  push(bytes: Uint8Array): { readonly send: Uint8Array; readonly leave: boolean } {
    const send: number[] = [];
    for (const byte of bytes) {
      if (this.#held) {
        this.#held = false;
        if (byte === DOT) return { send: Uint8Array.from(send), leave: true };
        send.push(TILDE);
        // Of two tildes one is sent.
        if (byte !== TILDE) send.push(byte);
      } else if (byte === TILDE && this.#lineStart) {
        this.#held = true;
        continue;
      } else send.push(byte);
      this.#lineStart = byte === 0x0d || byte === 0x0a;
    }
    return { send: Uint8Array.from(send), leave: false };
  }
}
