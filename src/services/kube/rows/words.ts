/** Text of the cluster as it may be shown: cleaned, masked, bounded. */
import { cleanRemoteText } from '../../text/clean.js';

/** Makes a text of the cluster fit to be shown: one line, without control characters and secrets. */
export type Words = (text: string) => string;

/** Longer messages are for `describe`. */
const LONGEST = 1_000;
/** What is longer does not come twice as a rule: not worth remembering. */
const LONGEST_REMEMBERED = 128;
/** Enough for the names, images and labels of 5,000 pods; about 5 MB at worst. */
const REMEMBERED = 40_000;

/**
 * Most texts come again and again (names with every change, labels and images with every pod), and looking for secrets is
 * the dearest part of reading an object: short ones are remembered. The same text is then also kept only once.
 */
export function createWords(mask: (text: string) => string): Words {
  const known = new Map<string, string>();
  return (text) => {
    if (text === '') return '';
    const before = known.get(text);
    if (before !== undefined) return before;
    const shown = mask(cleanRemoteText(text.slice(0, LONGEST * 4)))
      .replaceAll(/\s+/g, ' ')
      .trim()
      .slice(0, LONGEST);
    if (text.length <= LONGEST_REMEMBERED) {
      if (known.size >= REMEMBERED) known.clear();
      known.set(text, shown === text ? text : shown);
    }
    return shown;
  };
}
