/**
 * What is written to the stdin of a remote `bash -s`: a script with its surroundings. Nothing of it, and no password,
 * ever stands in an argv, in the environment or in a file that outlives the command.
 */
import { randomBytes } from 'node:crypto';

/** How a host lets us become root. */
export type SudoAccess =
  | { readonly kind: 'root' }
  | { readonly kind: 'nopasswd' }
  | { readonly kind: 'password'; readonly password: string }
  | { readonly kind: 'none'; readonly why: 'absent' | 'no-password' | 'wrong-password' };

/** A script ready to be sent, and the lines that mark its beginning in what comes back. */
export interface Envelope {
  readonly stdin: string;
  /** Line on stdout and stderr after which the script's own output begins; login scripts may have spoken before. */
  readonly marker: string;
  /** Line on stdout that the remote bash prints first, before it becomes root. */
  readonly shellMarker: string;
}

/** A word that no remote text contains by chance. */
export function nonce(): string {
  return `tb-${randomBytes(12).toString('hex')}`;
}

/** Quotes a word for bash. */
export function shellQuote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * The function `tb_root` for use in a user's script: runs the bash script on its stdin as root, with /dev/null as that
 * script's own stdin; arguments are put before `bash` (`tb_root timeout 5`).
 *
 * With a password: sudo reads one line, byte by byte, and leaves the rest. Whether it wanted that line or not (a cached
 * or NOPASSWD rule that appeared meanwhile), a constant command first discards all up to a marker, so that the
 * password can never be taken for a part of the script. `-k` keeps sudo from using a cached login.
 */
export function rootFunction(sudo: SudoAccess): string {
  const body = `printf '{ :\\n'; cat; printf '\\n} </dev/null\\n';`;
  switch (sudo.kind) {
    case 'root':
      return `tb_root() { { ${body} } | "$@" bash -s; }`;
    case 'nopasswd':
      return `tb_root() { { ${body} } | sudo -n -- "$@" bash -s; }`;
    case 'password': {
      const mark = nonce();
      const skip = `while IFS= read -r line; do if [ "$line" = ${mark} ]; then exec bash -s; fi; done; exit 126`;
      return `tb_root() { { printf '%s\\n' ${shellQuote(sudo.password)} ${mark}; ${body} } | sudo -k -S -p '' -- "$@" bash -c ${shellQuote(skip)}; }`;
    }
    case 'none':
      return `tb_root() { echo 'tb_root: no sudo' >&2; return 126; }`;
  }
}

/**
 * A command that runs the script in the here-document after it as root, with what is left of stdin as that script's own
 * stdin. The script ends with `exit`: no byte that it did not read is ever taken for a command.
 */
function rootWithInput(sudo: SudoAccess, end: string): string {
  const body = `printf '{ :\n'; cat <&3; printf '\nexit "$?"\n}\n'; cat`;
  const feed = (head: string, become: string): string => `{ ${head}${body}; } 3<<'${end}' | ${become}`;
  switch (sudo.kind) {
    case 'root':
      return feed('', 'bash -s');
    case 'nopasswd':
      return feed('', 'sudo -n -- bash -s');
    case 'password': {
      const mark = nonce();
      const skip = `while IFS= read -r line; do if [ "$line" = ${mark} ]; then exec bash -s; fi; done; exit 126`;
      const head = `printf '%s\n' ${shellQuote(sudo.password)} ${mark}; `;
      return feed(head, `sudo -k -S -p '' -- bash -c ${shellQuote(skip)}`);
    }
    case 'none':
      return `{ echo 'no sudo' >&2; exit 126; } <<'${end}'`;
  }
}

/**
 * Wraps a script. It is read whole before it starts (a brace group), with /dev/null as stdin, so that no command in it
 * can swallow the rest of it. Consequence: shell options that change how bash parses (extglob) do not work inside.
 *
 * @param timeoutSeconds the host ends the script after this time, also when nobody listens any more
 */
export function envelop(
  script: string,
  options: {
    readonly as: 'root' | 'user';
    readonly withRoot: boolean;
    readonly sudo: SudoAccess;
    readonly timeoutSeconds: number | null;
    /** Bytes follow on stdin, for the script to read. */
    readonly input?: boolean;
  },
): Envelope {
  const marker = nonce();
  const shellMarker = nonce();
  const end = nonce();
  const limit = options.timeoutSeconds === null ? '' : `timeout -k 5 ${options.timeoutSeconds}`;
  const begun = `printf '%s\\n' ${marker}; printf '%s\\n' ${marker} >&2`;
  const lines = [`printf '%s\\n' ${shellMarker}`];
  if (options.input === true) {
    // A group is read whole before it runs, and ends with `exit`: bash never reads a command from what follows it.
    if (options.as === 'user') lines.push('{ :', begun, script, 'exit "$?"', '}');
    else lines.push('{ :', rootWithInput(options.sudo, end), begun, script, end, 'exit "$?"', '}');
  } else if (options.as === 'root') {
    lines.push(rootFunction(options.sudo), `tb_root ${limit} <<'${end}'`, begun, script, end);
  } else {
    const body = [
      '{ :',
      begun,
      ...(options.withRoot ? [rootFunction(options.sudo)] : []),
      script,
      '} </dev/null',
    ];
    if (limit === '') lines.push(...body);
    else lines.push(`${limit} bash -s <<'${end}'`, ...body, end);
  }
  return { stdin: `${lines.join('\n')}\n`, marker, shellMarker };
}

/** Lets through what comes after a marker line. What comes before it is dropped, and held only as far as needed. */
export class MarkerGate {
  readonly #marker: Buffer;
  readonly #other: Buffer | null;
  #held = Buffer.alloc(0);
  open = false;
  sawOther = false;

  /** @param other another line whose passing is noted */
  constructor(marker: string, other: string | null = null) {
    this.#marker = Buffer.from(`${marker}\n`);
    this.#other = other === null ? null : Buffer.from(`${other}\n`);
  }

  push(chunk: Buffer): Buffer {
    if (this.open) return chunk;
    this.#held = Buffer.concat([this.#held, chunk]);
    if (this.#other !== null && this.#held.includes(this.#other)) this.sawOther = true;
    const at = this.#held.indexOf(this.#marker);
    if (at === -1) {
      if (this.#held.length > 8_192) this.#held = Buffer.from(this.#held.subarray(-4_096));
      return Buffer.alloc(0);
    }
    const rest = this.#held.subarray(at + this.#marker.length);
    this.#held = Buffer.alloc(0);
    this.open = true;
    return rest;
  }

  /** What was held when the marker never came: the words of whoever answered instead of bash. */
  get refused(): Buffer {
    return this.#held;
  }
}
