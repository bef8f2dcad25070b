/** Numbers, sizes and times the way each language writes them. Units are short and of stable width. */
import type { Language } from '../lab/types.js';

const UNITS = {
  id: { d: 'hari', h: 'jam', m: 'mnt', s: 'dtk' },
  en: { d: 'd', h: 'h', m: 'min', s: 's' },
} as const;

/** A number with a fixed count of decimals: `1,9` in Indonesian, `1.9` in English. */
export function decimal(lang: Language, value: number, digits: number): string {
  const text = value.toFixed(digits);
  return lang === 'id' ? text.replace('.', ',') : text;
}

/** A span of time in at most two units: `2 jam 5 mnt`, `4 dtk`, `1 d 3 h`. @param ms milliseconds */
export function duration(lang: Language, ms: number): string {
  const unit = UNITS[lang];
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  const two = (big: number, bigUnit: string, small: number, smallUnit: string): string =>
    small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;
  if (days > 0) return two(days, unit.d, hours % 24, unit.h);
  if (hours > 0) return two(hours, unit.h, minutes % 60, unit.m);
  if (minutes > 0) return two(minutes, unit.m, seconds % 60, unit.s);
  return `${seconds} ${unit.s}`;
}

/** A span of time in its greatest unit only, for narrow columns: `12 dtk`, `3 mnt`. @param ms milliseconds */
export function briefly(lang: Language, ms: number): string {
  const unit = UNITS[lang];
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} ${unit.s}`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} ${unit.m}`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} ${unit.h}`;
  return `${Math.floor(seconds / 86_400)} ${unit.d}`;
}

/** How long ago: `baru saja` under five seconds, then as `briefly`. @param ms milliseconds since then */
export function age(lang: Language, ms: number): string {
  if (ms < 5000) return lang === 'id' ? 'baru saja' : 'just now';
  return briefly(lang, ms);
}

/** A stopwatch that keeps its width: `0:07`, `12:40`, `1:02:03`. @param ms milliseconds */
export function stopwatch(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number): string => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Time since boot, five or six columns: `3h12`, `12m`, `4d`. @param seconds seconds */
export function uptime(lang: Language, seconds: number): string {
  const minutes = Math.floor(Math.max(0, seconds) / 60);
  if (minutes < 60) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  const [h, d] = lang === 'id' ? ['j', 'hr'] : ['h', 'd'];
  if (hours < 48) return `${hours}${h}${String(minutes % 60).padStart(2, '0')}`;
  return `${Math.floor(hours / 24)}${d}`;
}

const GIB = 1024 ** 3;
/** Used of total in GiB: `1,9/3,8G`. @param used bytes @param total bytes */
export function usage(lang: Language, used: number, total: number): string {
  return `${decimal(lang, used / GIB, 1)}/${decimal(lang, total / GIB, 1)}G`;
}

/** A size with one decimal and a binary unit. @param value bytes */
export function bytes(lang: Language, value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let rest = Math.max(0, value);
  let at = 0;
  while (rest >= 1024 && at < units.length - 1) {
    rest /= 1024;
    at += 1;
  }
  return `${decimal(lang, rest, at === 0 ? 0 : 1)} ${units[at] ?? 'B'}`;
}

export function percent(part: number, whole: number): string {
  return whole <= 0 ? '?' : `${Math.round((part / whole) * 100)}%`;
}

/** Wall clock of the operator, `14:02:29`. @param at epoch ms */
export function clockTime(at: number): string {
  const d = new Date(at);
  return [d.getHours(), d.getMinutes(), d.getSeconds()].map((n) => String(n).padStart(2, '0')).join(':');
}

/** ISO date of the operator's calendar, `2026-12-31`. @param at epoch ms */
export function isoDate(at: number): string {
  const d = new Date(at);
  return [d.getFullYear(), d.getMonth() + 1, d.getDate()].map((n) => String(n).padStart(2, '0')).join('-');
}
