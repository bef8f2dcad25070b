/** Semantic tones over the sixteen ANSI colours, so that every terminal scheme stays readable. */

export const TONES = ['plain', 'ok', 'warn', 'bad', 'info', 'dim', 'accent', 'title', 'pick'] as const;
/** What a piece of text means; the colour follows from it, never the other way round. */
export type Tone = (typeof TONES)[number];

/** SGR parameters per tone. `dim` is the attribute 2: bright black vanishes in several popular schemes. */
const SGR: Readonly<Record<Tone, string>> = {
  plain: '',
  ok: '32',
  warn: '33',
  bad: '31',
  info: '36',
  dim: '2',
  accent: '36',
  title: '1',
  pick: '1',
};

/** The looks there are: tones that look the same share one. The first is the terminal's own. */
export const PENS: readonly string[] = [...new Set(Object.values(SGR))];
const PEN_OF: ReadonlyMap<string, number> = new Map(TONES.map((tone) => [tone, PENS.indexOf(SGR[tone])]));

/** Number of a tone's look in PENS. No tone may colour the background: blanks are drawn without a pen. */
export function penOf(tone: Tone): number {
  return PEN_OF.get(tone) ?? 0;
}

/**
 * The look that an SGR sequence changes to, given the one before. Tones are one attribute or one colour each, so what
 * resets any of them leads back to the terminal's own look.
 * @param parameters what stands between `ESC [` and `m`
 */
export function penOfSgr(parameters: string): number {
  return Math.max(0, PENS.indexOf(parameters));
}

/** Wraps text in the escape sequences of a tone; gives it back as it is without colour. */
export function paintTone(text: string, tone: Tone, color: boolean): string {
  const sgr = SGR[tone];
  return !color || sgr === '' || text === '' ? text : `\u001B[${sgr}m${text}\u001B[0m`;
}

/**
 * Whether colour may be written. Order: `--no-color`, NO_COLOR (any non-empty value, see no-color.org),
 * FORCE_COLOR (`0` and `false` turn it off), a dumb terminal, then whether this is a terminal at all.
 */
export function detectColor(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  isTty: boolean,
): boolean {
  if (argv.includes('--no-color')) return false;
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  const force = env['FORCE_COLOR'];
  if (force !== undefined && force !== '') return force !== '0' && force !== 'false';
  return isTty && env['TERM'] !== 'dumb';
}

/** Whether only ASCII may be drawn: `--ascii`, a Linux console or dumb terminal, or a locale that is not UTF-8. */
export function detectAscii(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  if (argv.includes('--ascii')) return true;
  if (env['TERM'] === 'dumb' || env['TERM'] === 'linux') return true;
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find(
    (value) => value !== undefined && value !== '',
  );
  return locale !== undefined && /^(C|POSIX)$/.test(locale);
}
