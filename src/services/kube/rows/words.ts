/** Text of the cluster as it may be shown: cleaned, masked, bounded. */
import { cleanRemoteText } from '../../text/clean.js';

/** Makes a text of the cluster fit to be shown: one line, without control characters and secrets. */
export type Words = (text: string) => string;

/** Longer messages are for `describe`. */
const LONGEST = 1_000;
/** What is longer does not come twice as a rule: not worth remembering. */
const LONGEST_REMEMBERED = 128;
/** Twice as many are enough for the names, images and labels of 5,000 pods; about 2.5 MB. */
const REMEMBERED = 10_000;

/**
 * Most texts come again and again (names with every change, labels and images with every pod), and looking for secrets is
 * the dearest part of reading an object: short ones are remembered. The same text is then also kept only once.
 */
export function createWords(mask: (text: string) => string): Words {
  let known = new Map<string, string>();
  /** What was met before `known` was begun: what does not come again is forgotten with it. */
  let older = known;
  const remember = (text: string, shown: string): void => {
    if (known.size >= REMEMBERED) {
      older = known;
      known = new Map();
    }
    known.set(text, shown);
  };
  return (text) => {
    if (text === '') return '';
    const before = known.get(text);
    if (before !== undefined) return before;
    const earlier = older.get(text);
    if (earlier !== undefined) {
      remember(text, earlier);
      return earlier;
    }
    const shown = mask(cleanRemoteText(text.slice(0, LONGEST * 4)))
      .replaceAll(/\s+/g, ' ')
      .trim()
      .slice(0, LONGEST);
    if (text.length <= LONGEST_REMEMBERED) remember(text, shown === text ? text : shown);
    return shown;
  };
}
