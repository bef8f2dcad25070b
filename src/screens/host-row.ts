/** One host in one row, and the chosen one opened below, for small screens. */
import { decimal, percent, uptime, usage } from '../i18n/format.js';
import { home } from '../i18n/texts/home.js';
import type { HostName } from '../lab/types.js';
import type { Sample } from '../services/ports.js';
import { chosenMark } from './frame.js';
import {
  digitOf,
  factLine,
  linkTrouble,
  linkWord,
  numbers,
  runLine,
  unitFlow,
  UNIT_GAP,
  unitsOrNone,
} from './host-pane.js';
import { driftHint } from './live/drift-hint.js';
import { roleCell } from './live/role-fact.js';
import { isAsked, roleFacts, tellingFact, worstFirst } from './live/role.js';
import { block, cell, fullLine, lineWidth, span, BLANK, type Line, type Span } from './ui/line.js';
import { inLang, type View } from './view.js';

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
      ...(run.length > 0 ? run : left < UNIT_COLUMNS ? [] : tellingSpans(view, host, sample, left)),
    ],
    columns,
  );
}

/** The most telling fact of a host: what is worst for its role, where all is well there files that were changed, else its units. */
function tellingSpans(view: View, host: HostName, sample: Sample, columns: number): Line {
  const fact = isAsked(view, host) ? tellingFact(view, host) : null;
  const hint = driftHint(view, host);
  if (hint !== null && (fact === null || fact.health === 'good')) return [hint];
  return fact === null ? (unitFlow(view, sample, columns)[0] ?? []) : roleCell(view, fact);
}

/** Facts of a host's role side by side, as many as go on a line. */
function roleFlow(view: View, host: HostName, columns: number): Line {
  const out: Span[] = [];
  let room = columns;
  for (const fact of worstFirst(roleFacts(view, host))) {
    const cells = roleCell(view, fact);
    const needed = lineWidth(cells) + UNIT_GAP;
    if (needed > room + UNIT_GAP) break;
    out.push(...cells, span(' '.repeat(UNIT_GAP)));
    room -= needed;
  }
  return out;
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
  const machine: Line = [indent, ...numbers(view, sample), span('  ')];
  return [
    [...machine, ...factLine(view, host, sample, columns - lineWidth(machine))],
    [
      indent,
      ...(isAsked(view, host)
        ? roleFlow(view, host, columns - 3)
        : (unitsOrNone(view, sample, columns - 3)[0] ?? [])),
    ],
  ];
}
