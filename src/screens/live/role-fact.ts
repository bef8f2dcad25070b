/** One fact of a host's role: how it stands, in few words, and how it is drawn. */
import { age, clockTime } from '../../i18n/format.js';
import { live as text } from '../../i18n/texts/live.js';
import type { Health, SourceName, SourceStatus } from '../../state/live/rows.js';
import { inLang, langOf, type View } from '../view.js';
import { cell, span, type Line, type Span } from '../ui/line.js';
import { healthSign, healthTone, sourceNote } from './health.js';

export interface RoleFact {
  readonly label: string;
  readonly health: Health;
  /** Whether it is so now. */
  readonly fresh: boolean;
  /** Few words: `7/9`. */
  readonly brief: string;
  /** What else there is to say, the most important first. */
  readonly more: readonly Span[];
}

const LABEL_COLUMNS = 7;

/** A fact of a source that has nothing to tell, or the fact that `make` gives while there are rows. */
export function from(view: View, label: string, source: SourceName, make: () => Told | null): RoleFact {
  const status = view.live.status(source);
  const told = make();
  if (status.kind === 'lost') return lost(view, label, status, told);
  if (told !== null && status.kind !== 'absent') return { label, fresh: status.kind === 'live', ...told };
  const note = sourceNote(view, status);
  const brief = note.length === 0 ? inLang(view, text.notAsked) : note.map((one) => one.text).join('');
  return { label, health: status.kind === 'connecting' ? 'busy' : 'off', fresh: true, brief, more: [] };
}

interface Told {
  readonly health: Health;
  readonly brief: string;
  readonly more: readonly Span[];
}

function lost(
  view: View,
  label: string,
  status: Extract<SourceStatus, { kind: 'lost' }>,
  told: Told | null,
): RoleFact {
  const since = inLang(view, text.lostSince({ time: clockTime(status.since) }));
  // The age comes first: where there is no room for it there is none for the old words either.
  const seen =
    status.lastSeen === null
      ? [inLang(view, text.neverSeen)]
      : [
          `${inLang(view, text.old)}: ${age(langOf(view), view.state.now - status.lastSeen)}`,
          told?.brief ?? '',
        ];
  const more = seen.filter((one) => one !== '').map((one) => span(one, 'dim'));
  return { label, health: 'warn', fresh: true, brief: since, more };
}

export const worst = (...all: readonly Health[]): Health =>
  (['bad', 'warn', 'busy'] as const).find((one) => all.includes(one)) ?? 'good';
export const names = (all: readonly string[]): string => all.join(' ');

function spaced(spans: readonly Span[]): Span[] {
  return spans.flatMap((one) => [span('  '), one]);
}

/** `harbor   ✗ 7/9 sehat  core, jobservice`. */
export function roleLine(view: View, fact: RoleFact): Line {
  return [
    cell(fact.label, LABEL_COLUMNS, 'dim'),
    span(' '),
    healthSign(view, fact.health, fact.fresh),
    span(
      ` ${fact.brief}`,
      fact.fresh ? (fact.health === 'good' ? 'plain' : healthTone(fact.health, true)) : 'dim',
    ),
    ...spaced(fact.fresh ? fact.more : fact.more.map((one) => span(one.text, 'dim'))),
  ];
}

/** `harbor ✗ 7/9 sehat`, for one fact among others on a line. */
export function roleCell(view: View, fact: RoleFact): Line {
  return [
    span(`${fact.label} `, 'dim'),
    healthSign(view, fact.health, fact.fresh),
    span(
      ` ${fact.brief}`,
      fact.fresh ? (fact.health === 'good' ? 'plain' : healthTone(fact.health, true)) : 'dim',
    ),
  ];
}
