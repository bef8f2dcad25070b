/** Masking of text that arrives in pieces: a secret cut in two by a packet must not slip through. */
import { LONGEST_PEM, pemMarker, type Span } from './patterns.js';

export interface LineMasker {
  /** Takes a piece; gives what is certain, which is whole lines. The rest waits for the next piece or `flush`. */
  push(chunk: string): string;
  /** Gives what is still held: at the end of the stream, or when a prompt without a line end has to be shown. */
  flush(): string;
}

interface Masking {
  mask(text: string): string;
  /** Where the secrets are, in order and apart. */
  spans(text: string): readonly Span[];
}

/** A line longer than this is given out in parts. */
const LONGEST_LINE = 64 * 1024;
/** How much of such a part is held back, because a secret may begin in it and go on in the next. */
const OVERLAP = 4 * 1024;
const MASK = '***';

/** A masker for one stream; holds back at most one line, 64 KiB of it. */
export function createLineMasker(masking: Masking): LineMasker {
  let held = '';
  /** Characters of a private key dropped so far; null outside of one. */
  let inKey: number | null = null;

  /** Text of whole lines: a private key in it may have begun before or end later. */
  const whole = (text: string): string => {
    let out = '';
    let rest = text;
    while (rest !== '') {
      if (inKey === null) {
        const begin = pemMarker(rest, 'begin', 0);
        if (begin === null) return out + masking.mask(rest);
        out += masking.mask(rest.slice(0, begin[0])) + MASK;
        rest = rest.slice(begin[1]);
        inKey = 0;
      }
      const end = pemMarker(rest, 'end', 0);
      const dropped: number = end?.[1] ?? rest.length;
      inKey += dropped;
      rest = rest.slice(dropped);
      if (end !== null) inKey = null;
      // No key is so long: somebody prints a BEGIN to make us blind. Look again from here on.
      else if (inKey > LONGEST_PEM) {
        inKey = null;
        out += '\n';
      }
    }
    return out;
  };

  /** As much of an overlong line as can be told without cutting a secret. */
  const part = (): string => {
    let cut = held.length - OVERLAP;
    for (const [start, end] of masking.spans(held)) if (start < cut && cut < end) cut = start;
    // A secret as long as all that is held: it is masked whole, and a private key is remembered as not yet ended.
    if (cut <= 0) cut = held.length;
    const out = whole(held.slice(0, cut));
    held = held.slice(cut);
    return out;
  };

  return {
    push(chunk) {
      held += chunk;
      let out = '';
      const end = Math.max(held.lastIndexOf('\n'), held.lastIndexOf('\r')) + 1;
      if (end > 0) {
        out = whole(held.slice(0, end));
        held = held.slice(end);
      }
      while (held.length > LONGEST_LINE) out += part();
      return out;
    },
    flush() {
      const out = whole(held);
      held = '';
      return out;
    },
  };
}
