/** Which regions a screen is made of, for a terminal size. Sizes depend on the terminal alone: data never move a column. */
import type { HostName } from '../lab/types.js';
import { HOST_NAMES } from '../lab/types.js';
import type { ScreenName, TerminalView } from '../state/types.js';
import { listing, listName } from '../state/live/listing.js';
import { connectScreen } from './connect.js';
import { describeScreen } from './describe.js';
import { eventsScreen } from './events.js';
import { entryScreen, journalScreen } from './journal.js';
import { rule } from './frame.js';
import { gateScreen } from './gate.js';
import { gatesScreen, gateSidebar } from './gate-list.js';
import { hostScreen } from './host.js';
import { hostPane } from './host-pane.js';
import { hostDetailRows, hostRow } from './host-row.js';
import { kindLine, kindRows } from './live/kinds.js';
import { listLines } from './live/list.js';
import { pathScreen } from './path.js';
import { glossaryScreen, helpScreen } from './reference.js';
import { vagrantScreen, welcomeScreen } from './setup.js';
import { smokeScreen } from './smoke.js';
import { stepScreen } from './step.js';
import { streamScreen } from './stream.js';
import { troublesScreen } from './troubles.js';
import type { Line } from './ui/line.js';
import { block } from './ui/line.js';
import { bodyRows, layoutOf, type View } from './view.js';
import { logPane, wizardPane } from './wizard.js';

export type Build = (view: View, columns: number, rows: number) => readonly Line[];
export interface Region {
  readonly key: string;
  readonly columns: number;
  readonly build: Build;
}
/** Regions side by side, all of the same height. */
export interface Band {
  readonly rows: number;
  readonly regions: readonly Region[];
}

const WHOLE: Readonly<Record<Exclude<ScreenName, 'home'>, Build>> = {
  welcome: welcomeScreen,
  connect: connectScreen,
  vagrant: vagrantScreen,
  step: stepScreen,
  gates: gatesScreen,
  gate: gateScreen,
  host: hostScreen,
  glossary: glossaryScreen,
  help: helpScreen,
  journal: journalScreen,
  entry: entryScreen,
  describe: describeScreen,
  stream: streamScreen,
  events: eventsScreen,
  path: pathScreen,
  troubles: troublesScreen,
  smoke: smokeScreen,
};

const one = (rows: number, columns: number, key: string, build: Build): Band => ({
  rows,
  regions: [{ key, columns, build }],
});
const ruleBuild: Build = (view, columns) => [rule(view, columns)];

/** Small terminals: a row a host with the chosen one opened, then steps, gates, output under one another. */
function compactHome(columns: number, rows: number): Band[] {
  const hosts: Build = (view, width) => {
    const chosen = view.state.ui.focusedHost;
    return [...HOST_NAMES.map((host) => hostRow(view, host, width)), ...hostDetailRows(view, chosen, width)];
  };
  // On the smallest screens the chosen host is not opened: steps and gates need the rows more.
  const hostRows = HOST_NAMES.length + (rows >= 16 ? 2 : 0);
  const rest = rows - hostRows - 2;
  const wizard = Math.min(9, Math.max(4, Math.ceil(rest * 0.5)));
  const gates = Math.min(Math.max(2, Math.ceil((rest - wizard) * 0.5)), 12);
  const log = Math.max(0, rest - wizard - gates);
  return [
    one(hostRows, columns, 'hosts', hosts),
    one(1, columns, 'rule1', ruleBuild),
    one(wizard, columns, 'wizard', wizardPane),
    one(1, columns, 'rule2', ruleBuild),
    one(gates, columns, 'gates', gateSidebar),
    ...(log === 0 ? [] : [one(log, columns, 'log', logPane)]),
  ];
}

/** From 116 columns on: three panes across the top, steps and gates side by side, output at the bottom. */
function fullHome(columns: number, rows: number): Band[] {
  const each = Math.floor(columns / 3);
  const pane = (host: HostName, i: number): Region => ({
    key: host,
    columns: i === 2 ? columns - each * 2 : each,
    build: (view, width, height) => hostPane(view, host, width, height),
  });
  const log = rows >= 34 ? 6 : 4;
  const panes = Math.min(Math.max(8, Math.floor((rows - log - 2) * 0.44)), 20);
  const middle = rows - panes - log - 2;
  const side = Math.min(72, Math.max(58, Math.floor(columns * 0.4)));
  return [
    { rows: panes, regions: HOST_NAMES.map(pane) },
    one(1, columns, 'rule1', ruleBuild),
    {
      rows: middle,
      regions: [
        {
          key: 'wizard',
          columns: columns - side - 1,
          build: (view, width, height) => wizardPane(view, width - 1, height),
        },
        { key: 'gates', columns: side + 1, build: gateSidebar },
      ],
    },
    one(1, columns, 'rule2', ruleBuild),
    one(log, columns, 'log', logPane),
  ];
}

/** A row a host, the focused one opened, a rule. */
export const ZOOMED_TOP_ROWS = HOST_NAMES.length + 3;

/** The list of the focused host at full height: the other two keep a row each, so that nothing bad there goes unseen. */
function zoomedHome(columns: number, rows: number): Band[] {
  const hosts: Build = (view, width) => HOST_NAMES.map((host) => hostRow(view, host, width));
  const roles: Build = (view, width) => hostDetailRows(view, view.state.ui.focusedHost, width);
  const list: Build = (view, width, height) => {
    const host = view.state.ui.focusedHost;
    const name = listName(view.state, host, 'workloads', view.live);
    if (name === null) return [];
    const kinds = kindRows(host) > 0 ? [kindLine(view, host, width)] : [];
    const rowsOf = listing(view.state, view.live, host, name);
    return [...kinds, ...listLines(view, host, rowsOf, width, height - kinds.length)];
  };
  const top = HOST_NAMES.length;
  return [
    one(top, columns, 'hosts', hosts),
    one(2, columns, 'roles', roles),
    one(1, columns, 'rule1', ruleBuild),
    one(rows - ZOOMED_TOP_ROWS, columns, 'list', list),
  ];
}

/**
 * The bands of a screen, top to bottom; their rows add up to the body of the terminal.
 * @param zoomed home with the list of the focused host at full height
 */
export function bandsOf(
  screen: ScreenName,
  terminal: Pick<TerminalView, 'columns' | 'rows'>,
  zoomed = false,
): readonly Band[] {
  const rows = bodyRows(terminal);
  const { columns } = terminal;
  if (screen !== 'home') {
    return [one(rows, columns, screen, WHOLE[screen])];
  }
  if (zoomed) return zoomedHome(columns, rows);
  const layout = layoutOf(terminal);
  return layout === 'full' || layout === 'wide' ? fullHome(columns, rows) : compactHome(columns, rows);
}

/** The lines of a region, exactly as many as it has rows. */
export function buildRegion(view: View, region: Region, rows: number): Line[] {
  return block(region.build(view, region.columns, rows), rows);
}
