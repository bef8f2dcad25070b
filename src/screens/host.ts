/** One host in full, in tabs: overview, its lists, its log, what it listens and mounts, its gates. */
import { decimal } from '../i18n/format.js';
import { live as liveText } from '../i18n/texts/live.js';
import { misc } from '../i18n/texts/misc.js';
import type { HostName } from '../lab/types.js';
import type { Sample } from '../services/ports.js';
import { position, windowStart } from '../state/lists.js';
import { HOST_TABS, hostGate, hostGates, hostTab, listing, listName } from '../state/live/listing.js';
import { gateRow, sayingLines, sayingRows } from './gate-list.js';
import { digitOf, linkTrouble, linkWord, numbers, runLine, unitLines } from './host-pane.js';
import { kindLine, kindRows } from './live/kinds.js';
import { itemCopy, listLines, listRoom } from './live/list.js';
import { overviewLines, systemLines } from './live/overview.js';
import { logLines, logSearching, logSearchSpans, logStatus, logWindow } from './log.js';
import { JOURNAL_TAB_ROWS, journalTab, streamCopy } from './stream.js';
import { block, line, plain, span, spread, BLANK, type Line } from './ui/line.js';
import { scrolled } from './ui/scroll.js';
import { glyphsOf, inLang, type View } from './view.js';

/** Title and tabs. */
export const HOST_CHROME_ROWS = 2;
/** A clock further off than this is worth a word, seconds. */
const SKEW_SECONDS = 2;

function factLines(view: View, sample: Sample, columns: number): Line[] {
  const { lang } = view.state;
  const skew = sample.hostClock - sample.at / 1000;
  const clock =
    Math.abs(skew) < SKEW_SECONDS
      ? []
      : [span(`  ${inLang(view, misc.clockOff({ seconds: decimal(lang, skew, 1) }))}`, 'warn')];
  return [
    [
      span(`${inLang(view, misc.hostname)} `, 'dim'),
      span(sample.hostname),
      span(`  ${inLang(view, misc.os)} `, 'dim'),
      span(sample.os),
      ...(columns >= 110 ? [span(`  ${inLang(view, misc.kernel)} `, 'dim'), span(sample.kernel)] : []),
    ],
    [
      ...numbers(view, sample),
      span(`  ${inLang(view, misc.cpus)} `, 'dim'),
      span(String(sample.cpus)),
      ...clock,
    ],
    ...unitLines(view, sample, columns),
  ];
}

function tabTitle(view: View, host: HostName, tab: (typeof HOST_TABS)[number]): string {
  if (tab !== 'workloads' || host === 'vm-worker') return inLang(view, liveText.tabs[tab]);
  return inLang(view, host === 'vm-docker' ? liveText.containersTab : liveText.kindsTab);
}

function tabLine(view: View, host: HostName): Line {
  const current = hostTab(view.state);
  return HOST_TABS.flatMap((tab) => [
    span(tab === current ? ` ${glyphsOf(view).focus}` : '  ', 'accent'),
    span(tabTitle(view, host, tab), tab === current ? 'title' : 'dim'),
  ]);
}

/** Text of the tabs that scroll, as long as it is; the others window themselves. */
export function hostText(view: View, columns: number): Line[] {
  const host = view.state.ui.focusedHost;
  const { link, sample } = view.state.hosts[host];
  const inner = columns - 2;
  const indent = (lines: readonly Line[]): Line[] => lines.map((one) => [span(' '), ...one]);
  switch (hostTab(view.state)) {
    case 'overview': {
      const facts =
        link.kind === 'down'
          ? linkTrouble(view, host, inner)
          : sample === null
            ? []
            : factLines(view, sample, inner);
      const run = runLine(view, host);
      return indent([
        ...facts,
        ...(run.length === 0 ? [] : [run]),
        BLANK,
        ...overviewLines(view, host, inner),
      ]);
    }
    case 'system':
      return indent(systemLines(view, host, inner));
    case 'services':
    case 'workloads':
    case 'journal':
    case 'log':
    case 'files':
    case 'gates':
      return [];
  }
}

/** Rows of the host screen that hold log, list or gates; the rest is title, tabs, headings. */
export function hostPage(view: View, columns: number, rows: number): number {
  const room = rows - HOST_CHROME_ROWS;
  switch (hostTab(view.state)) {
    case 'overview':
    case 'system':
      return room;
    case 'journal':
      return Math.max(1, room - JOURNAL_TAB_ROWS);
    case 'log':
      return Math.max(1, room - 1);
    case 'gates':
      return Math.max(1, room - sayingRows(columns));
    case 'services':
    case 'files':
      return listRoom(room);
    case 'workloads':
      return listRoom(room - kindRows(view.state.ui.focusedHost));
  }
}

function logTab(view: View, host: HostName, columns: number, rows: number): Line[] {
  const status = logStatus(view, logWindow(view, host, rows - 1));
  const left: Line = logSearching(view)
    ? logSearchSpans(view, columns)
    : [span(` ${inLang(view, liveText.ofSteps)} `, 'dim')];
  return [spread(left, [...status, span(' ')], columns), ...logLines(view, host, columns, rows - 1)];
}

function gatesTab(view: View, host: HostName, columns: number, rows: number): Line[] {
  const gates = hostGates(view.state, host);
  if (gates.length === 0) return [line(` ${inLang(view, liveText.emptyList)}`, 'dim')];
  const at = gates.findIndex((gate) => gate.key === view.state.ui.gate);
  const room = rows - sayingRows(columns);
  const start = windowStart(Math.max(0, at), room, gates.length);
  const shown = gates
    .slice(start, start + room)
    .map((gate, i) => gateRow(view, gate, start + i === at, true, columns));
  return [...block(shown, room), ...sayingLines(view, gates[at] ?? null, columns)];
}

function body(view: View, host: HostName, columns: number, rows: number): Line[] {
  const tab = hostTab(view.state);
  const name = listName(view.state, host, tab, view.live);
  if (name !== null) {
    const list = listing(view.state, view.live, host, name);
    const kinds =
      tab === 'workloads' && kindRows(view.state.ui.focusedHost) > 0 ? [kindLine(view, host, columns)] : [];
    return [...kinds, ...listLines(view, host, list, columns, rows - kinds.length)];
  }
  if (tab === 'journal') return journalTab(view, columns, rows);
  if (tab === 'log') return logTab(view, host, columns, rows);
  if (tab === 'gates') return gatesTab(view, host, columns, rows);
  return scrolled(view, hostText(view, columns - 1), position(view.state, 'host.scroll'), columns - 1, rows);
}

export function hostScreen(view: View, columns: number, rows: number): Line[] {
  const { state } = view;
  const host = state.ui.focusedHost;
  const title = spread(
    [
      span(` ${digitOf(host)} `, 'dim'),
      span(host, 'title'),
      span(`  ${state.lab?.addresses[host] ?? ''}`, 'dim'),
    ],
    [linkWord(view, host), span(' ')],
    columns,
  );
  return [
    title,
    tabLine(view, host),
    ...block(body(view, host, columns, rows - HOST_CHROME_ROWS), rows - HOST_CHROME_ROWS),
  ];
}

/** What `y` copies: the rows of log in sight, the chosen item's name, or the text of the tab. */
export function hostCopy(view: View, page: number): string | null {
  const { state } = view;
  switch (hostTab(state)) {
    case 'journal':
      return streamCopy(view, page);
    case 'log': {
      const { lines } = logWindow(view, state.ui.focusedHost, page);
      return lines.length === 0 ? null : lines.map((one) => one.text).join('\n');
    }
    case 'overview':
    case 'system':
      return plain(hostText(view, state.terminal.columns)).join('\n');
    case 'gates':
      return hostGate(state)?.key ?? null;
    case 'services':
    case 'workloads':
    case 'files':
      return itemCopy(view);
  }
}
