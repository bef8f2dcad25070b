/** One host in few rows: is it there, how is it, what runs on it, what did it say last. */
import { age, briefly, clockTime, percent, decimal, stopwatch, uptime, usage } from '../i18n/format.js';
import { home } from '../i18n/texts/home.js';
import { unitWord } from '../i18n/texts/words.js';
import { HOST_NAMES, type HostName } from '../lab/types.js';
import type { Sample, UnitState } from '../services/ports.js';
import { isCancelling } from '../state/cancelling.js';
import { runOn } from '../state/standing.js';
import type { Tone } from '../term/theme.js';
import { chosenMark } from './frame.js';
import { glyphsOf, inLang, type View } from './view.js';
import {
  block,
  cell,
  cutLine,
  fullLine,
  line,
  lineWidth,
  prose,
  span,
  spread,
  BLANK,
  type Line,
  type Span,
} from './ui/line.js';

const UNIT_TONE: Readonly<Record<UnitState, Tone>> = {
  active: 'ok',
  inactive: 'dim',
  failed: 'bad',
  activating: 'info',
  absent: 'dim',
};
const UNIT_SIGN: Readonly<Record<UnitState, 'pass' | 'never' | 'fail' | 'running' | 'blocked'>> = {
  active: 'pass',
  inactive: 'blocked',
  failed: 'fail',
  activating: 'running',
  absent: 'never',
};
/** Data older than this is said to be old, milliseconds. */
const OLD_MS = 20_000;

function isOld(view: View, sample: Sample): boolean {
  return view.state.now - sample.at > OLD_MS;
}
/** Old data have no colour: what was green then may not be now. */
function unitTone(view: View, sample: Sample, unit: UnitState): Tone {
  return isOld(view, sample) ? 'dim' : UNIT_TONE[unit];
}

/** Whether it answers, in words of fixed place; never colour alone. */
export function linkWord(view: View, host: HostName): Span {
  const { link, sample } = view.state.hosts[host];
  switch (link.kind) {
    case 'idle':
      return span(inLang(view, home.idle), 'dim');
    case 'connecting':
      return span(inLang(view, home.connecting({ attempt: link.attempt })), 'info');
    case 'up':
      if (sample === null) return span(inLang(view, home.up), 'plain');
      return span(inLang(view, home.upFor({ time: uptime(view.state.lang, sample.uptimeSeconds) })), 'plain');
    case 'down':
      return span(inLang(view, home.down), 'bad');
  }
}

/** Why a host cannot be reached and what happens next; empty when it can. */
export function linkTrouble(view: View, host: HostName, columns: number): Line[] {
  const { state } = view;
  const { link } = state.hosts[host];
  if (link.kind !== 'down') return [];
  const seen = link.lastSeen === null ? home.neverSeen : home.lastSeen({ time: clockTime(link.lastSeen) });
  const next =
    link.retryAt === null
      ? home.retryByHand
      : home.retryIn({ time: briefly(state.lang, Math.max(0, link.retryAt - state.now)) });
  return [
    ...prose(inLang(view, link.reason), columns, 'bad'),
    ...prose(inLang(view, link.remedy), columns),
    line(`${inLang(view, seen)}; ${inLang(view, next)}`, 'dim'),
  ];
}

export function numbers(view: View, sample: Sample): Line {
  const { lang } = view.state;
  const used = sample.memTotalBytes - sample.memAvailableBytes;
  const full = sample.diskTotalBytes > 0 && sample.diskUsedBytes / sample.diskTotalBytes > 0.9;
  return [
    span(`${inLang(view, home.load)} `, 'dim'),
    cell(decimal(lang, sample.load1, 2), 5, 'plain', 'right'),
    span(`  ${inLang(view, home.mem)} `, 'dim'),
    cell(usage(lang, used, sample.memTotalBytes), 9, 'plain', 'right'),
    span(`  ${inLang(view, home.disk)} `, 'dim'),
    cell(percent(sample.diskUsedBytes, sample.diskTotalBytes), 4, full ? 'bad' : 'plain', 'right'),
  ];
}

/** `systemd-` says nothing on a pane; the full name stands on the host's own screen. */
function shortName(unit: string): string {
  return unit.replace(/\.service$/, '').replace(/^systemd-/, '');
}

/** Blank columns between units that stand side by side. */
const UNIT_GAP = 2;

/** Units in columns of fixed width: `docker ✓ jalan`. */
export function unitLines(view: View, sample: Sample, columns: number): Line[] {
  const units = Object.entries(sample.units);
  const each = 32;
  const across = Math.max(1, Math.floor((columns + UNIT_GAP) / each));
  const cells = units.map(([name, unit]): Span[] => [
    cell(name.replace(/\.service$/, ''), each - 12 - UNIT_GAP),
    span(` ${glyphsOf(view).standing[UNIT_SIGN[unit]]} `, unitTone(view, sample, unit)),
    cell(inLang(view, unitWord[unit]), 9, unitTone(view, sample, unit)),
    span(' '.repeat(UNIT_GAP)),
  ]);
  return Array.from({ length: Math.ceil(cells.length / across) }, (_, row) =>
    cells.slice(row * across, (row + 1) * across).flat(),
  );
}

/** Units that the host has, one after the other, as many as go on a line of `columns`. */
function unitFlow(view: View, sample: Sample, columns: number): Line[] {
  const lines: Span[][] = [[]];
  let used = 0;
  for (const [name, unit] of Object.entries(sample.units)) {
    if (unit === 'absent') continue;
    const sign = glyphsOf(view).standing[UNIT_SIGN[unit]];
    const parts = [
      span(`${shortName(name)} `, 'dim'),
      span(`${sign} ${inLang(view, unitWord[unit])}`, unitTone(view, sample, unit)),
    ];
    const needed = lineWidth(parts);
    if (used > 0 && used + UNIT_GAP + needed > columns) {
      lines.push([]);
      used = 0;
    }
    if (used > 0) parts.unshift(span(' '.repeat(UNIT_GAP)));
    lines.at(-1)?.push(...parts);
    used += (used > 0 ? UNIT_GAP : 0) + needed;
  }
  return lines;
}

export function runLine(view: View, host: HostName): Line {
  const run = runOn(view.state, host);
  if (run === null) return BLANK;
  const action = run.actions.find((one) => one.phase === 'running' || one.phase === 'cancelling');
  const what = `${run.step}${action === undefined ? '' : `/${action.action}`}`;
  const sign = `${glyphsOf(view).standing.running} `;
  if (run.phase === 'gating') return [span(sign + inLang(view, home.gating({ what })), 'info')];
  const time = stopwatch(view.state.now - run.startedAt);
  const cancelling = isCancelling(view.state, run);
  return [
    span(
      sign + inLang(view, (cancelling ? home.cancelling : home.running)({ what, time })),
      cancelling ? 'warn' : 'info',
    ),
    span(run.reattached ? ` ${inLang(view, home.reattached)}` : '', 'dim'),
  ];
}

function oldData(view: View, sample: Sample): Span {
  const ms = view.state.now - sample.at;
  if (!isOld(view, sample)) return span('');
  return span(`  ${inLang(view, home.staleData({ age: age(view.state.lang, ms) }))}`, 'warn');
}

/** The digit that chooses a host. */
export function digitOf(host: HostName): string {
  return String(HOST_NAMES.indexOf(host) + 1);
}

/** The pane of the full layout: title, numbers, units, run, last output. Always `rows` rows. */
export function hostPane(view: View, host: HostName, columns: number, rows: number): Line[] {
  const { state } = view;
  const { sample, link } = state.hosts[host];
  const title = spread(
    [
      chosenMark(view, state.ui.focusedHost === host, state.ui.focus === 'panes'),
      span(`${digitOf(host)} `, 'dim'),
      span(host, 'title'),
      span(` ${state.lab?.addresses[host] ?? ''}`, 'dim'),
    ],
    [linkWord(view, host), span(' ')],
    columns,
  );
  const inner = columns - 2;
  const facts =
    link.kind === 'down'
      ? linkTrouble(view, host, inner)
      : sample === null
        ? [line(link.kind === 'up' ? inLang(view, home.waitingSample) : '', 'dim')]
        : [numbers(view, sample), factLine(view, sample), ...unitsOrNone(view, sample, inner)];
  const tail = view.logs.tail(host, Math.max(0, rows - 1 - FACT_ROWS - 1));
  const lines = [
    ...block(facts, FACT_ROWS),
    runLine(view, host),
    ...tail.map((one) => line(one.text, 'dim')),
  ];
  return [title, ...block(lines, rows - 1).map((one) => [span(' '), ...cutLine(one, inner)])];
}

/** Rows of facts in a pane, whatever there is to say: nothing under them may move. */
const FACT_ROWS = 4;

function factLine(view: View, sample: Sample): Line {
  const reboot = sample.rebootPending ? `  ${inLang(view, home.rebootPending)}` : '';
  return [span(sample.os, 'dim'), oldData(view, sample), span(reboot, 'warn')];
}
function unitsOrNone(view: View, sample: Sample, columns: number): Line[] {
  if (Object.keys(sample.units).length === 0) return [line(inLang(view, home.noUnits), 'dim')];
  return unitFlow(view, sample, columns);
}

/** Columns that one unit with its word may need. */
const UNIT_COLUMNS = 16;
/** Columns of a host's row before its units. */
const ROW_COLUMNS = 1 + 2 + 10 + 5 + 12 + 5 + 10 + 5 + 2;

/** One host in one row, for small screens: `▸vm-docker .42  up 3h12  0,42  1,9/3,8G  31%  docker ✓`. */
export function hostRow(view: View, host: HostName, columns: number): Line {
  const { state } = view;
  const { sample, link } = state.hosts[host];
  const last = (state.lab?.addresses[host] ?? '').split('.').at(-1) ?? '';
  const head: Line = [
    chosenMark(view, state.ui.focusedHost === host, state.ui.focus === 'panes'),
    span(`${digitOf(host)} `, 'dim'),
    cell(host, 10, 'title'),
    cell(last === '' ? '' : `.${last}`, 5, 'dim'),
  ];
  if (link.kind === 'down') {
    return [...head, span(`${inLang(view, home.down)}: ${inLang(view, link.reason)}`, 'bad')];
  }
  if (link.kind !== 'up' || sample === null) return [...head, linkWord(view, host)];
  const { lang } = state;
  const used = sample.memTotalBytes - sample.memAvailableBytes;
  const run = runLine(view, host);
  const left = columns - ROW_COLUMNS;
  return fullLine(
    [
      ...head,
      cell(inLang(view, home.upFor({ time: uptime(lang, sample.uptimeSeconds) })), 12),
      cell(decimal(lang, sample.load1, 2), 5, 'plain', 'right'),
      cell(usage(lang, used, sample.memTotalBytes), 10, 'plain', 'right'),
      cell(percent(sample.diskUsedBytes, sample.diskTotalBytes), 5, 'plain', 'right'),
      span('  '),
      ...(run.length > 0 ? run : left < UNIT_COLUMNS ? [] : (unitFlow(view, sample, left)[0] ?? [])),
    ],
    columns,
  );
}

/** The focused host opened, two rows under the three of the small layout. */
export function hostDetailRows(view: View, host: HostName, columns: number): Line[] {
  const { sample, link } = view.state.hosts[host];
  const indent = span('   ');
  if (link.kind === 'down') {
    const [, ...rest] = linkTrouble(view, host, columns - 3);
    return block(rest, 2).map((one) => [indent, ...one]);
  }
  if (sample === null) return [BLANK, BLANK];
  return [
    [indent, ...numbers(view, sample), span('  '), ...factLine(view, sample)],
    [indent, ...(unitsOrNone(view, sample, columns - 3)[0] ?? [])],
  ];
}
