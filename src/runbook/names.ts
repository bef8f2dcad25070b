/** Which `{{names}}` content may use, and what is said of those that it may not. Pure. */
import type { Diagnostic, SourcePlace, Text } from '../lab/types.js';
import { mistake, unknown } from './mistakes.js';
import { knownPlaceholders } from './render.js';
import type { Parameter } from './types.js';

export interface PlaceholderNames {
  /**
   * What is wrong with a placeholder's name; null when it may be used.
   * @param kind what it is called in the message, default `placeholder`
   */
  problem(name: string, place: SourcePlace, kind?: Text): Diagnostic | null;
}

/** Every parameter but the secrets: those are handed to a script as files, and become part of no text. */
export function placeholderNames(parameters: readonly Parameter[]): PlaceholderNames {
  const open = parameters.filter((one) => one.type !== 'secret').map((one) => one.name);
  const known = knownPlaceholders(open);
  return {
    problem(name, place, kind = { id: 'nama', en: 'placeholder' }) {
      if (known.includes(name)) return null;
      const secret = parameters.find((one) => one.type === 'secret' && `param.${one.name}` === name);
      if (secret === undefined) return unknown(kind, name, known, place);
      const file = secret.name.replaceAll('_', '-');
      return mistake(
        place,
        {
          id: `{{${name}}} adalah rahasia: nilainya tidak pernah menjadi bagian skrip, probe, atau template`,
          en: `{{${name}}} is a secret: its value never becomes part of a script, probe or template`,
        },
        {
          id: `Tulis pada aksinya: files: [{name: ${file}, secret: ${secret.name}}], lalu baca berkas "$TB_FILES/${file}".`,
          en: `Give the action files: [{name: ${file}, secret: ${secret.name}}] and read the file "$TB_FILES/${file}".`,
        },
      );
    },
  };
}
