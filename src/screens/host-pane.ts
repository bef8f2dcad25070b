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
import { driftHint } from './live/drift-hint.js';
import { listGlance } from './live/list.js';
import { roleLine } from './live/role-fact.js';
import { isAsked, roleFacts } from './live/role.js';
import { glyphsOf, inLang, type View } from './view.js';
import {
  block,
  cell,
  cutLine,
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
export const UNIT_GAP = 2;

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
export function unitFlow(view: View, sample: Sample, columns: number): Line[] {
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
  const { link } = state.hosts[host];
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
  const lines =
    link.kind === 'down' && !isAsked(view, host)
      ? linkTrouble(view, host, inner)
      : [...machineLines(view, host, inner), ...liveLines(view, host, inner, rows - 1 - MACHINE_ROWS)];
  return [title, ...block(lines, rows - 1).map((one) => [span(' '), ...cutLine(one, inner)])];
}

/** Rows of a pane for the machine itself, whatever there is to say: nothing under them may move. */
const MACHINE_ROWS = 2;
const ROLE_ROWS = 4;

/** How the machine is, and what is being run on it or else worth a word. */
function machineLines(view: View, host: HostName, columns: number): Line[] {
  const { sample, link } = view.state.hosts[host];
  if (link.kind === 'down') return block(linkTrouble(view, host, columns), MACHINE_ROWS);
  if (sample === null) {
    return block([line(link.kind === 'up' ? inLang(view, home.waitingSample) : '', 'dim')], MACHINE_ROWS);
  }
  const run = runLine(view, host);
  return [numbers(view, sample), run.length > 0 ? run : factLine(view, host, sample, columns)];
}

/** What matters for the role of the host, then its containers or pods; its units and its log as long as it has none. */
function liveLines(view: View, host: HostName, columns: number, rows: number): Line[] {
  const roles = isAsked(view, host)
    ? block(
        roleFacts(view, host).map((fact) => roleLine(view, fact)),
        ROLE_ROWS,
      )
    : [];
  const room = Math.max(0, rows - roles.length);
  const list = listGlance(view, host, host === 'vm-docker' ? 'containers' : 'Pod', columns, room);
  if (list.length > 0) return [...roles, ...list];
  const { sample } = view.state.hosts[host];
  const units = sample === null ? [] : unitsOrNone(view, sample, columns);
  const tail = view.logs.tail(host, Math.max(0, room - units.length - 1));
  return [...roles, ...units, BLANK, ...tail.map((one) => line(one.text, 'dim'))];
}

/** What is worth a word of the machine beside its numbers; its system too, where there is room for both. */
export function factLine(view: View, host: HostName, sample: Sample, columns: number): Line {
  const hint = driftHint(view, host);
  const worth: Line = [
    oldData(view, sample),
    span(sample.rebootPending ? `  ${inLang(view, home.rebootPending)}` : '', 'warn'),
    ...(hint === null ? [] : [span('  '), hint]),
  ];
  const all = [span(sample.os, 'dim'), ...worth];
  if (hint === null || lineWidth(all) <= columns) return all;
  return worth
    .filter(({ text }) => text.trim() !== '')
    .flatMap((one, i) => [span(i === 0 ? '' : '  '), { ...one, text: one.text.trim() }]);
}
export function unitsOrNone(view: View, sample: Sample, columns: number): Line[] {
  if (Object.keys(sample.units).length === 0) return [line(inLang(view, home.noUnits), 'dim')];
  return unitFlow(view, sample, columns);
}
