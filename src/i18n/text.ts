/** How texts are written down: both languages side by side, so that a missing one does not compile. */
import type { Language, Text } from '../lab/types.js';

/** A fixed sentence. */
export function say(id: string, en: string): Text {
  return { id, en };
}

/** A sentence with parts that differ: called with its parameters it gives a Text. */
export function form<P>(id: (p: P) => string, en: (p: P) => string): (p: P) => Text {
  return (p) => ({ id: id(p), en: en(p) });
}

/** The other one of the two languages. */
export function otherLanguage(lang: Language): Language {
  return lang === 'id' ? 'en' : 'id';
}
