import { LANGUAGES, type Language } from '../lab/types.js';

function languageOf(value: string | undefined): Language | null {
  const code = (value ?? '')
    .trim()
    .toLowerCase()
    .split(/[-_.@]/)[0];
  // `in` is what older systems call Indonesian (ISO 639 before 1989).
  if (code === 'in') return 'id';
  return LANGUAGES.find((one) => one === code) ?? null;
}

/**
 * Language of screens and messages. Order: `--lang id` or `--lang=id`, THREEBODY_LANG, the one chosen on the screen last
 * time, then the first of LC_ALL, LC_MESSAGES and LANG that is set (as locale(7) has it); Indonesian locales give
 * Indonesian, all others English.
 * @param remembered the language chosen on the screen last time
 */
export function detectLanguage(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  remembered: Language | null = null,
): Language {
  const at = argv.findIndex((one) => one === '--lang' || one.startsWith('--lang='));
  const flag =
    at < 0 ? undefined : argv[at]?.includes('=') ? argv[at]?.slice('--lang='.length) : argv[at + 1];
  const locale = [env['LC_ALL'], env['LC_MESSAGES'], env['LANG']].find(
    (one) => one !== undefined && one !== '',
  );
  return languageOf(flag) ?? languageOf(env['THREEBODY_LANG']) ?? remembered ?? languageOf(locale) ?? 'en';
}
