/** Spans of time as people write them for a command. */
import type { OptionName } from './options.js';
import { usageTrouble } from './parse.js';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };
const LONGEST_MS = 24 * 3_600_000;

/**
 * `120s`, `2m`, `1m30s`, `1h`, or a bare number of seconds.
 * @returns milliseconds
 * @throws Trouble `usage`
 */
export function parseDuration(text: string, option: OptionName): number {
  const whole = /^(?:\d+h)?(?:\d+m)?(?:\d+s?)?$/.test(text) && text !== '';
  let ms = 0;
  for (const [, digits, unit] of text.matchAll(/(\d+)([hms]?)/g)) {
    ms += Number(digits) * (UNIT_MS[unit === undefined || unit === '' ? 's' : unit] ?? 0);
  }
  if (whole && ms <= LONGEST_MS) return ms;
  throw usageTrouble(
    { id: `--${option} ${text} bukan lama waktu`, en: `--${option} ${text} is no span of time` },
    {
      id: 'Tulis misalnya 120s, 2m, atau 1m30s; paling lama 24h.',
      en: 'Write for example 120s, 2m or 1m30s; at most 24h.',
    },
  );
}
