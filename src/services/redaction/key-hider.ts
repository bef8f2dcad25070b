/** Private keys in text that comes line by line: the only secrets that are longer than a line. */
import { LONGEST_PEM, pemMarker } from './patterns.js';

const HIDDEN = '***';

/**
 * Hides secrets in the lines of one stream, in order. Of a private key, one mark is left in the line where it begins; the
 * lines after that are empty until it ends.
 * @param mask hides secrets within a line
 */
export function createKeyHider(mask: (line: string) => string): (line: string) => string {
  /** Characters of a private key hidden so far; null outside of one. */
  let inKey: number | null = null;
  return (line) => {
    let out = '';
    let rest = line;
    for (;;) {
      if (inKey === null) {
        const begin = pemMarker(rest, 'begin', 0);
        if (begin === null) return out + mask(rest);
        out += mask(rest.slice(0, begin[0])) + HIDDEN;
        rest = rest.slice(begin[1]);
        inKey = 0;
      }
      const end = pemMarker(rest, 'end', 0);
      if (end === null) {
        inKey += rest.length + 1;
        // No key is so long: somebody prints a BEGIN to make us blind. Look again from the next line on.
        if (inKey > LONGEST_PEM) inKey = null;
        return out;
      }
      rest = rest.slice(end[1]);
      inKey = null;
    }
  };
}
