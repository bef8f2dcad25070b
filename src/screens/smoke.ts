/** The smoke test: the checklist in boot order, what differs since the last green state, and what runs out. */
import { age, briefly, duration, stopwatch } from '../i18n/format.js';
import {
  diary as diaryText,
  expiry as expiryText,
  smoke as text,
  smokeTabs,
  smokeVerdict,
} from '../i18n/texts/smoke.js';
import { words } from '../i18n/texts/words.js';
import type { Text } from '../lab/types.js';
import { HOST_NAMES } from '../lab/types.js';
import { firstNotGreen, type SmokeVerdict } from '../smoke/progress.js';
import { windowStart } from '../state/lists.js';
import type { SmokeOutcome, SmokeTest } from '../state/smoke-types.js';
import {
  absentParts,
  checkStanding,
  greenOf,
  holdsNow,
  SMOKE_TABS,
  smokeCursor,
  smokeRows,
  smokeTab,
} from '../state/smoke-view.js';
import type { AppState } from '../state/types.js';
import type { Tone } from '../term/theme.js';
import { rule } from './frame.js';
import { linkWord } from './host-pane.js';
import { smokeDetail } from './smoke-detail.js';
import { isAskedLast, localMinute, smokeRow } from './smoke-rows.js';
import { block, line, plain, prose, span, spread, BLANK, type Line, type Span } from './ui/line.js';
import { glyphsOf, inLang, langOf, type View } from './view.js';

/** Title with tabs, what it comes to, the hosts, a rule. */
const CHROME_ROWS = 4;
const BAR_COLUMNS = 20;

/** Rows for the text of what is chosen, with the rule above it. */
function detailRows(rows: number): number {
  return rows < 28 ? 6 : 10;
}
/** Rows of the list. */
export function smokeRoom(rows: number): number {
  return Math.max(1, rows - CHROME_ROWS - detailRows(rows));
}

const VERDICT_TONE: Readonly<Record<SmokeVerdict, Tone>> = {
  green: 'ok',
  broken: 'bad',
  'out-of-time': 'warn',
};
const VERDICT_SIGN = { green: 'pass', broken: 'fail', 'out-of-time': 'warn' } as const satisfies Record<
  SmokeVerdict,
  string
>;

/** `[#####.....] 21 of 48 green`, as far as it is known what is asked. */
function progressSpans(view: View, test: SmokeTest | null, columns: number): Span[] {
  const stages = test?.progress?.stages ?? [];
  if (stages.length === 0) return [];
  const { green, all } = greenOf(view.state, stages);
  const filled = all === 0 ? 0 : Math.floor((green / all) * BAR_COLUMNS);
  const bar =
    columns < 100
      ? []
      : [
          span('[', 'dim'),
          span('#'.repeat(filled), 'info'),
          span('.'.repeat(BAR_COLUMNS - filled), 'dim'),
          span('] ', 'dim'),
        ];
  return [...bar, span(inLang(view, text.count({ green, all })))];
}

function titleLine(view: View, columns: number): Line {
  const { state } = view;
  const current = smokeTab(state);
  const tabs = SMOKE_TABS.flatMap((tab) => [
    span(tab === current ? ` ${glyphsOf(view).focus}` : '  ', 'accent'),
    span(inLang(view, smokeTabs[tab]), tab === current ? 'title' : 'dim'),
  ]);
  const right = current === 'test' ? progressSpans(view, state.smoke.test, columns) : readSpans(view);
  return spread(tabs, [...right, span(' ')], columns);
}

/** How old what is read of the hosts is. */
function readSpans(view: View): Span[] {
  const { state } = view;
  const { diary, calendar, reading } = state.smoke;
  const tab = smokeTab(state) === 'diary' ? 'diary' : 'calendar';
  const last = tab === 'diary' ? diary : calendar;
  if (reading.includes(tab))
    return [span(`${glyphsOf(view).standing.running} ${inLang(view, diaryText.reading)}`, 'info')];
  if (last === null) return [];
  const ago = words.ago({ age: age(state.lang, Math.max(0, state.now - last.at)) });
  return [span(inLang(view, diaryText.read({ age: inLang(view, ago) })), 'dim')];
}

/** The gate's id and what it says, of what the whole test waits for or breaks on. */
function firstWords(view: View, first: SmokeOutcome['first']): string {
  if (first === null) return '';
  const said = first.result === null ? inLang(view, first.check.gate.title) : inLang(view, first.result.say);
  return `${first.check.key}: ${said}`;
}

/** What it comes to, in one sentence, with its sign; at the right the clock. */
function sentence(view: View, test: SmokeTest): { readonly left: Line; readonly right: Line } {
  const { state } = view;
  const { standing } = glyphsOf(view);
  const lang = langOf(view);
  const clock = inLang(
    view,
    text.clock({
      time: stopwatch(state.now - test.startedAt),
      limit: stopwatch(test.deadline - test.startedAt),
    }),
  );
  const running = (of: Text, tone: Tone = 'info'): { left: Line; right: Line } => ({
    left: line(` ${standing.running} ${inLang(view, of)}`, tone),
    right: line(clock, 'dim'),
  });
  switch (test.phase) {
    case 'asking': {
      if (test.progress === null) return running(text.finding);
      const first = test.progress.attempts === 0 ? null : firstNotGreen(test.progress.stages);
      if (first === null) return running(text.asking);
      const what = firstWords(view, first);
      return checkStanding(state, first) === 'broken'
        ? {
            left: line(` ${standing.fail} ${inLang(view, text.broken({ what }))}`, 'bad'),
            right: line(clock, 'dim'),
          }
        : running(isAskedLast(view, first) ? text.onceMore({ what }) : text.rising({ what }));
    }
    case 'concluding':
      return running(text.concluding);
    case 'stopped':
      return { left: line(` ${standing.unknown} ${inLang(view, text.stopped)}`, 'warn'), right: [] };
    case 'ended': {
      const { outcome, endedAt } = test;
      if (outcome === null || endedAt === null) return { left: BLANK, right: BLANK };
      const { verdict } = outcome;
      const tone = holdsNow(state) ? VERDICT_TONE[verdict] : 'dim';
      const sign = standing[VERDICT_SIGN[verdict]];
      const partly = verdict === 'green' && absentParts(test).length > 0;
      const took = inLang(view, text.after({ time: duration(lang, endedAt - test.startedAt) }));
      return {
        left: line(` ${sign} ${inLang(view, partly ? text.greenSoFar : smokeVerdict[verdict])}`, tone),
        right: line(`${took}, ${localMinute(endedAt).slice(11)}`, 'dim'),
      };
    }
  }
}

/** Since when each host is up, or how long it cannot be logged in to. */
function hostsLine(view: View, test: SmokeTest): Line {
  const { now } = view.state;
  const lang = langOf(view);
  const parts = HOST_NAMES.flatMap((host): Line => {
    const arrival = test.progress?.arrivals.get(host);
    if (arrival === undefined) {
      const { text: word, tone } = linkWord(view, host);
      return [span(`${host}: ${word}`, tone === 'ok' ? 'dim' : tone)];
    }
    const up = arrival.kind === 'up';
    const time = briefly(lang, now - (up ? arrival.bootedAt : arrival.since));
    return [
      span(inLang(view, up ? text.up({ host, time }) : text.away({ host, time })), up ? 'dim' : 'warn'),
    ];
  });
  return parts.flatMap((one, i): Line => [span(i === 0 ? ' ' : ' · ', 'dim'), one]);
}

/** Below the sentence: where a flow is broken first, that the verdict is old, or else the hosts. */
function belowLine(view: View, test: SmokeTest): Line {
  if (test.phase === 'ended' && !holdsNow(view.state)) return line(` ${inLang(view, text.old)}`, 'warn');
  const [hop] = test.outcome?.hops ?? [];
  if (hop === undefined) return hostsLine(view, test);
  const of = { flow: inLang(view, hop.flow), hop: inLang(view, hop.hop), say: inLang(view, hop.say) };
  return line(` ${inLang(view, text.hop(of))}`, 'bad');
}

/** Two lines below the title: what the tab comes to. */
function headLines(view: View, columns: number): readonly [Line, Line] {
  const { test, diary, calendar } = view.state.smoke;
  switch (smokeTab(view.state)) {
    case 'test': {
      if (test === null) return [line(` ${inLang(view, text.none)}`, 'dim'), BLANK];
      const { left, right } = sentence(view, test);
      return [spread(left, [...right, span(' ')], columns), belowLine(view, test)];
    }
    case 'diary': {
      const comparison = diary?.comparison ?? null;
      if (comparison === null) return [BLANK, BLANK];
      const { since, by, differences, rebooted, unread } = comparison;
      const quiet =
        differences.length > 0 || unread.length > 0
          ? null
          : rebooted.length > 0
            ? diaryText.quiet
            : diaryText.same;
      return [
        line(` ${inLang(view, diaryText.since({ at: localMinute(since), by }))}`, 'dim'),
        quiet === null ? BLANK : line(` ${inLang(view, quiet)}`),
      ];
    }
    case 'calendar':
      return [
        calendar === null
          ? BLANK
          : line(` ${inLang(view, expiryText.tables({ date: calendar.asOf }))}`, 'dim'),
        BLANK,
      ];
  }
}

/** What stands where there is no row. */
function emptyText(state: AppState): Text | null {
  const { diary, calendar, reading } = state.smoke;
  switch (smokeTab(state)) {
    case 'test':
      return null;
    case 'diary':
      if (diary === null) return reading.includes('diary') ? null : diaryText.notRead;
      return diary.comparison === null ? diaryText.never : null;
    case 'calendar':
      if (calendar === null) return reading.includes('calendar') ? null : diaryText.notRead;
      return expiryText.none;
  }
}

export function smokeScreen(view: View, columns: number, rows: number): Line[] {
  const list = smokeRows(view.state);
  const room = smokeRoom(rows);
  const cursor = smokeCursor(view.state, list);
  const start = windowStart(cursor, room, list.length);
  const empty = list.length > 0 ? null : emptyText(view.state);
  const shown =
    empty === null
      ? list.slice(start, start + room).map((row, i) => smokeRow(view, row, start + i === cursor, columns))
      : prose(inLang(view, empty), columns - 2, 'dim', 1);
  const detail = smokeDetail(view, columns - 3).map((one): Line => [span(' '), ...one]);
  return block(
    [
      titleLine(view, columns),
      ...headLines(view, columns),
      rule(view, columns),
      ...block(shown, room),
      rule(view, columns),
      ...detail,
    ],
    rows,
  );
}

/** The chosen row with all that is known of it, as text for copying. */
export function smokeCopy(view: View): string | null {
  const lines = plain(smokeDetail(view, 100));
  return lines.length === 0 ? null : lines.join('\n');
}

/** What came in between, one sentence each: stages that are through, what is waited for, the verdict. */
export function smokeNews(before: AppState, view: View): string[] {
  const { state } = view;
  const { test, diary, calendar } = state.smoke;
  const old = before.smoke.test;
  const news: string[] = [];
  if (test !== null && test !== old) {
    const told = (of: AppState): string => {
      const one = of.smoke.test;
      return one === null ? '' : (plain([sentence({ ...view, state: of }, one).left])[0] ?? '').trim();
    };
    const now = told(state);
    if (now !== told({ ...before, lang: state.lang })) news.push(now);
    if (test.outcome !== null && old?.outcome == null) {
      news.push(firstWords(view, test.outcome.first), ...plain([belowLine(view, test)]));
    }
  }
  const read =
    (diary !== null && diary !== before.smoke.diary && smokeTab(state) === 'diary') ||
    (calendar !== null && calendar !== before.smoke.calendar && smokeTab(state) === 'calendar');
  if (read && state.ui.stack.at(-1) === 'smoke') {
    news.push(
      ...plain([...headLines(view, 200), ...smokeRows(state).map((row) => smokeRow(view, row, false, 160))]),
    );
  }
  return news.map((one) => one.replaceAll(/ {2,}/g, '  ').trim()).filter((one) => one !== '');
}
