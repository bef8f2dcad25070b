/** What is different since the last green smoke test, for the person at the terminal. */
import type { Comparison, Difference } from '../smoke/diary.js';
import { paintTone } from '../term/theme.js';
import { oneLine } from './output/plain.js';
import type { Style } from './output/text.js';

const WORDS = {
  id: {
    since: 'Sejak hijau terakhir',
    rebooted: 'reboot',
    none: 'tidak ada yang berbeda selain itu',
    nothing: 'tidak ada yang berbeda',
    gone: 'hilang, dulu',
    added: 'baru',
    unread: 'tidak terbaca sekarang',
    more: (count: number) => `… dan ${count} lagi; semuanya: threebody-tui diary --json`,
  },
  en: {
    since: 'Since the last green state',
    rebooted: 'booted',
    none: 'nothing else is different',
    nothing: 'nothing is different',
    gone: 'gone, was',
    added: 'new',
    unread: 'not read now',
    more: (count: number) => `… and ${count} more; all of them: threebody-tui diary --json`,
  },
} as const;

/** Differences that are shown; the most telling ones come first. */
const MOST = 40;

/** `2026-11-22 12:03` in the operator's time zone. @param at epoch ms */
export function localTime(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

export function diaryLines(comparison: Comparison, style: Style): readonly string[] {
  const { language, color } = style;
  const words = WORDS[language];
  const { rebooted, differences, unread } = comparison;
  const quiet = rebooted.length > 0 ? words.none : words.nothing;
  return [
    `${words.since} (${localTime(comparison.since)}, ${comparison.by}):`,
    ...rebooted.map(({ host, bootedAt }) => `  ${host}  ${words.rebooted} ${localTime(bootedAt)}`),
    ...differences.slice(0, MOST).map((one) => `  ${differenceText(one, style)}`),
    ...(differences.length > MOST ? [`  ${words.more(differences.length - MOST)}`] : []),
    ...(unread.length > 0 ? [`  ${words.unread}: ${unread.join(', ')}`] : []),
    ...(differences.length === 0 && unread.length === 0 ? [paintTone(`  ${quiet}`, 'dim', color)] : []),
  ];
}

function differenceText(
  { host, kind, title, name, before, after }: Difference,
  { language, ascii }: Style,
): string {
  const words = WORDS[language];
  const [old, fresh] = [oneLine(before ?? ''), oneLine(after ?? '')];
  const arrow = ascii ? '->' : '→';
  const change =
    before === null
      ? `${words.added}: ${fresh}`
      : after === null
        ? `${words.gone}: ${old}`
        : `${old} ${arrow} ${fresh}`;
  // Of some kinds a host has only one.
  const what = name === kind ? title[language] : `${title[language]} ${oneLine(name)}`;
  return `${host}  ${what}  ${change}`;
}
