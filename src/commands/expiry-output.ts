/** What runs out, as a list for a person and as JSON. */
import type { Calendar } from '../smoke/expiry-schema.js';
import { isOverdue, type ExpiryLevel, type ExpiryRead, type ExpiryRow } from '../smoke/expiry.js';
import { paintTone, type Tone } from '../term/theme.js';
import type { ExitCode } from './context.js';
import { instant, instantOrNull, jsonDocument } from './output/document.js';
import { oneLine } from './output/plain.js';
import { plainSigns, type Style } from './output/text.js';

export interface ExpiryReport {
  readonly version: string;
  /** The lab's name. */
  readonly lab: string;
  /** Epoch ms. */
  readonly at: number;
  readonly calendar: Calendar;
  readonly read: ExpiryRead;
  readonly exit: ExitCode;
}

const WORDS = {
  id: {
    days: (days: number) => `${days} hari lagi`,
    ago: (days: number) => `habis ${days} hari lalu`,
    today: 'kurang dari sehari',
    overToday: 'baru saja habis',
    never: 'tanpa batas',
    open: 'belum diumumkan',
    unknown: 'tidak diketahui',
    renew: 'perbarui',
    step: 'langkah',
    tables: 'Tanggal akhir dukungan menurut daftar per',
    silent: 'Tidak menjawab',
    unread: 'Tidak terbaca',
    none: 'Belum ada yang punya masa berlaku di lab ini.',
  },
  en: {
    days: (days: number) => `${days} ${days === 1 ? 'day' : 'days'} left`,
    ago: (days: number) => `over for ${days} ${days === 1 ? 'day' : 'days'}`,
    today: 'less than a day',
    overToday: 'over, just now',
    never: 'no end',
    open: 'not announced',
    unknown: 'not known',
    renew: 'to renew',
    step: 'step',
    tables: 'Ends of support as they stood on',
    silent: 'Gave no answer',
    unread: 'Could not be read',
    none: 'Nothing in this lab has an end yet.',
  },
} as const;

function toneOf(row: ExpiryRow): Tone {
  if (isOverdue(row)) return 'bad';
  const tones: Readonly<Record<ExpiryLevel, Tone>> = {
    over: row.harmless === null ? 'warn' : 'dim',
    soon: 'warn',
    ok: 'ok',
    never: 'dim',
    unknown: 'warn',
  };
  return tones[row.level];
}

function leftText(row: ExpiryRow, language: Style['language']): string {
  const words = WORDS[language];
  const { daysLeft } = row;
  switch (row.level) {
    case 'never':
      return row.kind === 'support' ? words.open : words.never;
    case 'unknown':
      return words.unknown;
    case 'over':
      return daysLeft === null || daysLeft >= -1 ? words.overToday : words.ago(-daysLeft - 1);
    case 'soon':
    case 'ok':
      return daysLeft === null || daysLeft === 0 ? words.today : words.days(daysLeft);
  }
}

export function expiryText({ calendar, read }: ExpiryReport, style: Style): string {
  const { language, color } = style;
  const words = WORDS[language];
  const shown = read.rows.map((row) => ({
    row,
    left: leftText(row, language),
    what: oneLine(
      `${row.title[language]} ${row.version ?? (row.name === row.title[language] ? '' : row.name)}`,
    ),
  }));
  const width = Math.max(0, ...shown.map(({ left }) => left.length));
  const lines = shown.flatMap(({ row, left, what }) => {
    const day = row.endsAt === null ? '-'.padEnd(10) : dayOf(row);
    const head = `${paintTone(left.padEnd(width), toneOf(row), color)}  ${day}  ${what} (${row.hosts.join(', ')})`;
    const { renew, about, harmless } = row;
    const more: string[] = [];
    if (row.level !== 'ok' && row.level !== 'never') {
      if (harmless !== null) more.push(harmless[language]);
      const how = [renew.step === undefined ? '' : `${words.step} ${renew.step}`, renew.command ?? ''].filter(
        (part) => part !== '',
      );
      more.push(`${words.renew}${how.length === 0 ? '' : ` (${how.join('; ')})`}: ${renew.say[language]}`);
    }
    if (about !== null && row.level !== 'ok') more.push(about[language]);
    if (row.source !== null && row.level !== 'ok') more.push(row.source);
    return [head, ...more.map((line) => paintTone(`    ${line}`, 'dim', color))];
  });
  if (lines.length === 0) lines.push(words.none);
  lines.push('', `${words.tables} ${calendar.asOf}.`);
  if (read.silent.length > 0) lines.push(`${words.silent}: ${read.silent.join(', ')}`);
  if (read.unread.length > 0) lines.push(`${words.unread}: ${read.unread.join(', ')}`);
  return plainSigns(`${lines.join('\n')}\n`, style.ascii);
}

/** The last day of a version, or the day on which a thing ends. */
function dayOf({ endsAt, kind }: ExpiryRow): string {
  return endsAt === null ? '' : instant(kind === 'support' ? endsAt - 1 : endsAt).slice(0, 10);
}

/** @param mask hides secrets */
export function expiryJson(report: ExpiryReport, mask: (text: string) => string): string {
  const { read, calendar } = report;
  return jsonDocument(
    'expiry',
    {
      tool: { name: 'threebody-tui', version: report.version },
      lab: { name: report.lab },
      at: instant(report.at),
      exit: report.exit,
      tablesAsOf: calendar.asOf,
      entries: read.rows.map((row) => ({ ...row, endsAt: instantOrNull(row.endsAt) })),
      silent: read.silent,
      unread: read.unread,
    },
    mask,
  );
}
