/** How many days are left of what runs out. Pure. */
import type { HostName, Text } from '../lab/types.js';
import type { Calendar, Dated, Renewal, Supported } from './expiry-schema.js';
import type { Pair } from './lines.js';

const DAY_MS = 86_400_000;

/**
 * `over`: its end has passed · `soon`: within its days of warning · `ok` · `never`: has no end, or none is announced ·
 * `unknown`: our table does not have this version, or the host said no date.
 */
export type ExpiryLevel = 'over' | 'soon' | 'ok' | 'never' | 'unknown';
export interface ExpiryRow {
  readonly id: string;
  readonly title: Text;
  /** An own date of a thing here, or the end of a version's support. */
  readonly kind: 'date' | 'support';
  readonly name: string;
  /** Installed version; null for dates. */
  readonly version: string | null;
  readonly hosts: readonly HostName[];
  /** Epoch ms; null when there is none. */
  readonly endsAt: number | null;
  /** Whole days, rounded down; negative once it is over. */
  readonly daysLeft: number | null;
  readonly level: ExpiryLevel;
  /** Why its end hurts nothing. */
  readonly harmless: Text | null;
  readonly about: Text | null;
  readonly renew: Renewal;
  readonly source: string | null;
}

/** What one look at all hosts came to. */
export interface ExpiryRead {
  /** The soonest end first. */
  readonly rows: readonly ExpiryRow[];
  /** Hosts that answered nothing. */
  readonly silent: readonly HostName[];
  /** `entry@host` of what could not be read on a host that did answer. */
  readonly unread: readonly string[];
}

/** What a host said for one entry. */
export interface ExpiryAnswer {
  readonly entry: string;
  readonly host: HostName;
  readonly pairs: readonly Pair[];
}

/** Rows, the soonest end first; the same thing on several hosts is one row. @param now epoch ms */
export function expiryRows(
  calendar: Calendar,
  answers: readonly ExpiryAnswer[],
  now: number,
): readonly ExpiryRow[] {
  const of = (id: string): readonly ExpiryAnswer[] => answers.filter(({ entry }) => entry === id);
  const rows = [
    ...calendar.dates.flatMap((entry) => of(entry.id).flatMap((answer) => dateRows(entry, answer, now))),
    ...calendar.ends.flatMap((entry) => of(entry.id).flatMap((answer) => supportRows(entry, answer, now))),
  ];
  const merged = new Map<string, ExpiryRow>();
  for (const row of rows) {
    const key = [row.id, row.name, row.version, row.endsAt].join('\n');
    const known = merged.get(key);
    merged.set(key, known === undefined ? row : { ...known, hosts: [...known.hosts, ...row.hosts] });
  }
  return [...merged.values()].toSorted(
    (a, b) => (a.endsAt ?? Number.POSITIVE_INFINITY) - (b.endsAt ?? Number.POSITIVE_INFINITY),
  );
}

function dateRows(entry: Dated, { host, pairs }: ExpiryAnswer, now: number): readonly ExpiryRow[] {
  return pairs.map(({ name, value }) => {
    const endsAt = /^\d{1,12}$/.test(value) ? Number(value) * 1000 : null;
    const left = levelOf(endsAt, entry.warn, now);
    return {
      ...common(entry),
      kind: 'date',
      name,
      version: null,
      hosts: [host],
      endsAt,
      ...left,
      level: endsAt === null && value !== 'never' ? 'unknown' : left.level,
      harmless: entry.harmless ?? null,
      source: null,
    };
  });
}

function supportRows(entry: Supported, { host, pairs }: ExpiryAnswer, now: number): readonly ExpiryRow[] {
  return pairs.map(({ name, value }) => {
    const last = lastDayOf(entry.last, value);
    // The last day counts to its end.
    const endsAt = typeof last === 'string' ? Date.parse(`${last}T00:00:00Z`) + DAY_MS : null;
    const left = levelOf(endsAt, entry.warn, now);
    return {
      ...common(entry),
      kind: 'support',
      name,
      version: value,
      hosts: [host],
      endsAt,
      ...left,
      level: last === undefined ? 'unknown' : left.level,
      harmless: null,
      source: entry.source,
    };
  });
}

function common({
  id,
  title,
  about,
  renew,
}: Dated | Supported): Pick<ExpiryRow, 'id' | 'title' | 'about' | 'renew'> {
  return { id, title, about: about ?? null, renew };
}

function levelOf(
  endsAt: number | null,
  warnDays: number,
  now: number,
): Pick<ExpiryRow, 'daysLeft' | 'level'> {
  if (endsAt === null) return { daysLeft: null, level: 'never' };
  const level = endsAt <= now ? 'over' : endsAt - now <= warnDays * DAY_MS ? 'soon' : 'ok';
  return { daysLeft: Math.floor((endsAt - now) / DAY_MS), level };
}

/** `1.30.14-1.1` belongs to `1.30`, not to `1.3`. Undefined when the table does not have it. */
export function lastDayOf(
  table: Readonly<Record<string, string | null>>,
  version: string,
): string | null | undefined {
  const plain = version.replace(/^\d+:/, '');
  const keys = Object.keys(table).filter(
    (key) => plain === key || (/^[.+~-]/.test(plain.slice(key.length)) && plain.startsWith(key)),
  );
  const key = keys.toSorted((a, b) => b.length - a.length)[0];
  return key === undefined ? undefined : table[key];
}

/** Something that matters is over: a certificate, a key, a token. The end of a version's support alone breaks nothing. */
export function isOverdue(row: ExpiryRow): boolean {
  return row.level === 'over' && row.kind === 'date' && row.harmless === null;
}
