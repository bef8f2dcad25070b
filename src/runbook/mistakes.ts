/** How mistakes in content are told: what, where, what to do. */
import { nearest } from '../lab/nearest.js';
import type { Diagnostic, SourcePlace, Text } from '../lab/types.js';

export const FIX: Text = { id: 'Betulkan nilainya.', en: 'Correct the value.' };

export function mistake(place: SourcePlace, what: Text, remedy: Text): Diagnostic {
  return { place, what, remedy };
}

export function unknown(kind: Text, id: string, known: readonly string[], place: SourcePlace): Diagnostic {
  const close = nearest(id, known);
  const remedy =
    close === null
      ? { id: `Yang ada: ${known.join(', ')}.`, en: `Known: ${known.join(', ')}.` }
      : { id: `Maksudnya ${close}?`, en: `Did you mean ${close}?` };
  return mistake(place, { id: `${kind.id} ${id} tidak ada`, en: `there is no ${kind.en} ${id}` }, remedy);
}

export function duplicate(kind: Text, id: string, place: SourcePlace): Diagnostic {
  return {
    place,
    what: { id: `${kind.id} ${id} ada dua kali`, en: `${kind.en} ${id} exists twice` },
    remedy: { id: 'Beri nama lain pada salah satunya.', en: 'Give one of them another name.' },
  };
}
