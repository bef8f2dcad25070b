/** How live things are drawn: a sign beside the source's own word, and old facts never as if they were fresh. */
import { age, briefly, clockTime } from '../../i18n/format.js';
import { live as text } from '../../i18n/texts/live.js';
import type { Health, LabEvent, SourceName, SourceStatus } from '../../state/live/rows.js';
import type { Tone } from '../../term/theme.js';
import { glyphsOf, inLang, langOf, type View } from '../view.js';
import { line, prose, span, type Line, type Span } from '../ui/line.js';

const TONE: Readonly<Record<Health, Tone>> = {
  good: 'ok',
  busy: 'info',
  warn: 'warn',
  bad: 'bad',
  off: 'dim',
};
const SIGN: Readonly<Record<Health, 'pass' | 'running' | 'warn' | 'fail' | 'never'>> = {
  good: 'pass',
  busy: 'running',
  warn: 'warn',
  bad: 'fail',
  off: 'never',
};

/** Whether the rows of a source are facts now. */
export function isFresh(view: View, source: SourceName): boolean {
  return view.live.status(source).kind === 'live';
}
/** Old facts have no colour: what was green then may not be now. */
export function healthTone(health: Health, fresh: boolean): Tone {
  return fresh ? TONE[health] : 'dim';
}
/** The sign of how something is; of old facts that were good, the sign for what is old. */
export function healthSign(view: View, health: Health, fresh: boolean): Span {
  const { standing } = glyphsOf(view);
  return span(
    fresh || health !== 'good' ? standing[SIGN[health]] : standing.stale,
    healthTone(health, fresh),
  );
}
/** What has to be said of a source that is not live, in few words; empty while it is, and before anybody asked. */
export function sourceNote(view: View, status: SourceStatus): Span[] {
  const { now } = view.state;
  switch (status.kind) {
    case 'idle':
    case 'live':
      return [];
    case 'absent':
      return [span(inLang(view, status.why), 'dim')];
    case 'connecting':
      return [span(inLang(view, text.connecting), 'info')];
    case 'lost': {
      const since = inLang(view, text.lostSince({ time: clockTime(status.since) }));
      const seen =
        status.lastSeen === null
          ? inLang(view, text.neverSeen)
          : inLang(view, text.factsOld({ age: age(langOf(view), now - status.lastSeen) }));
      return [span(since, 'warn'), span(`  ${seen}`, 'dim')];
    }
  }
}

/** Why a source does not tell anything, what to do, and when it is asked again; for where there is room. */
export function sourceTrouble(view: View, status: SourceStatus, columns: number): Line[] {
  if (status.kind !== 'lost') {
    const note = sourceNote(view, status);
    return note.length === 0 ? [] : [note];
  }
  const next =
    status.retryAt === null
      ? ''
      : inLang(
          view,
          text.retryIn({ time: briefly(langOf(view), Math.max(0, status.retryAt - view.state.now)) }),
        );
  return [
    [...sourceNote(view, status), span(next === '' ? '' : `  ${next}`, 'dim')],
    ...prose(inLang(view, status.why), columns, 'warn'),
    ...prose(inLang(view, status.remedy), columns),
  ];
}

/** One line where a list would be, when it is empty. */
export function whyEmpty(view: View, status: SourceStatus, columns: number): Line[] {
  if (status.kind === 'live') return [line(inLang(view, text.emptyList), 'dim')];
  if (status.kind === 'idle') return [line(inLang(view, text.waiting), 'dim')];
  return sourceTrouble(view, status, columns);
}

/** How long a change stays marked, milliseconds. */
const MARK_MS = 30_000;

interface Marked {
  readonly now: number;
  readonly abouts: ReadonlySet<string>;
}
const marked = new WeakMap<readonly LabEvent[], Marked>();

/** What events of the last half minute are about. */
function recentAbouts(view: View): ReadonlySet<string> {
  const events = view.live.events();
  const { now } = view.state;
  const known = marked.get(events);
  if (known?.now === now) return known.abouts;
  const abouts = new Set<string>();
  for (let i = events.length - 1; i >= 0; i -= 1) {
    const event = events[i];
    if (event === undefined || now - event.at > MARK_MS) break;
    abouts.add(event.about);
  }
  marked.set(events, { now, abouts });
  return abouts;
}

/** One column: whether something happened to it just now. Only of fresh facts. */
export function changeMark(
  view: View,
  fresh: boolean,
  abouts: readonly string[],
  times: readonly (number | null)[],
): Span {
  const recent = recentAbouts(view);
  const changed =
    fresh &&
    (abouts.some((about) => recent.has(about)) ||
      times.some((at) => at !== null && Math.abs(view.state.now - at) < MARK_MS));
  return span(changed ? glyphsOf(view).mask : ' ', 'accent');
}
