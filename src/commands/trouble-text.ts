/** A failure as a person reads it on stderr: what, where, what to do. Never a stack trace. */
import { Trouble, type Language, type Text } from '../lab/types.js';

const WORDS = {
  id: { where: 'di', remedy: 'lakukan' },
  en: { where: 'where', remedy: 'to do' },
} as const;

/** The three things to be told; `Trouble` and the engine's views of one have them. */
export interface Told {
  readonly what: Text;
  readonly remedy: Text;
  readonly where: string | null;
}

export function toldText(told: Told, language: Language): string {
  const words = WORDS[language];
  return [
    `threebody-tui: ${told.what[language]}`,
    ...(told.where === null ? [] : [`  ${words.where}: ${told.where}`]),
    `  ${words.remedy}: ${told.remedy[language]}`,
  ].join('\n');
}

/** Any error in words; what is not a `Trouble` is a mistake of ours, and says so. */
export function errorText(error: unknown, language: Language): string {
  if (error instanceof Trouble) return toldText(error, language);
  const message = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
  return toldText(
    {
      what: { id: `kesalahan tak terduga: ${message}`, en: `unexpected error: ${message}` },
      where: null,
      remedy: {
        id: 'Jalankan lagi dengan --debug; rinciannya ditulis ke berkas log, lalu laporkan.',
        en: 'Run again with --debug; the details are written to a log file, then report it.',
      },
    },
    language,
  );
}
