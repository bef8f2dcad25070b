/** Live lists as tables: one item as one row. Columns stand still whatever the data. */
import { column as text } from '../../i18n/texts/live.js';
import type { HostName } from '../../lab/types.js';
import type { ListItem } from '../../state/live/items.js';
import type { ListName } from '../../state/live/listing.js';
import { inLang, type View } from '../view.js';
import { cell, span, type Line, type Span } from '../ui/line.js';
import { CONTAINERS, FILES, kubeColumns, UNITS, type Column } from './columns.js';
import { changeMark, healthSign, healthTone } from './health.js';

/** Sign, mark of a change, and a blank. */
const LEAD_COLUMNS = 4;
const NAME_AT_LEAST = 14;
/** In a pane the word of a state is cut: the sign before it says how it is. */
const PANE_COLUMNS = 50;
const PANE_WORD_COLUMNS = 10;
const PANE_COUNT_COLUMNS = 4;

interface Laid<Row> {
  readonly column: Column<Row>;
  readonly columns: number;
}
function columnsOf<Row>(column: Column<Row>, width: number): Column<Row>['columns'] {
  if (width >= PANE_COLUMNS) {
    const { wide } = column;
    return wide !== undefined && width >= wide.from ? wide.columns : column.columns;
  }
  if (column.word === true) return PANE_WORD_COLUMNS;
  return column.title === text.restarts ? PANE_COUNT_COLUMNS : column.columns;
}

/** The columns that there is room for, each with its width; the name takes what is left. */
function laid<Row>(all: readonly Column<Row>[], width: number): readonly Laid<Row>[] {
  const fitting = all
    .filter((one) => width >= (one.from ?? 0))
    .map((one) => ({ ...one, columns: columnsOf(one, width) }));
  const fixed = (shown: readonly Column<Row>[]): number =>
    shown.reduce((sum, one) => sum + (one.columns === 'rest' ? 0 : one.columns) + 1, LEAD_COLUMNS);
  // In a pane even what is usual does not fit: the last columns go first.
  const kept = [...fitting];
  while (kept.length > 2 && width - fixed(kept) < NAME_AT_LEAST) {
    const last = kept.findLastIndex((one) => one.columns !== 'rest' && one.word !== true);
    if (last < 0) break;
    kept.splice(last, 1);
  }
  const rest = Math.max(4, width - fixed(kept));
  return kept.map((one) => ({ column: one, columns: one.columns === 'rest' ? rest : one.columns }));
}

function draw<Row>(
  view: View,
  host: HostName,
  item: ListItem,
  row: Row,
  all: readonly Column<Row>[],
  look: RowLook,
): Line {
  const { fresh, columns, chosen } = look;
  const tone = fresh ? (chosen ? 'pick' : 'plain') : 'dim';
  const cells = laid(all, look.mark === null ? columns + 1 : columns).flatMap(
    ({ column, columns: wide }): Span[] => [
      cell(
        column.of(row, view, host),
        wide,
        column.word === true ? healthTone(item.health, fresh) : column.columns === 'rest' ? tone : 'dim',
        column.right === true ? 'right' : 'left',
      ),
      span(' '),
    ],
  );
  return [
    ...(look.mark === null ? [] : [look.mark]),
    markOf(view, item, fresh),
    healthSign(view, item.health, fresh),
    span(' '),
    ...cells,
  ];
}

function markOf(view: View, item: ListItem, fresh: boolean): Span {
  switch (item.kind) {
    case 'container':
      return changeMark(view, fresh, [item.row.name], [item.row.startedAt, item.row.finishedAt]);
    case 'unit':
      return changeMark(view, fresh, [item.row.name], []);
    case 'file':
      return changeMark(view, fresh, [], [item.row.changedAt]);
    case 'object': {
      const { kind, namespace, name, createdAt } = item.row;
      const about = `${kind.toLowerCase()} ${namespace === '' ? '' : `${namespace}/`}${name}`;
      const times = item.row.kind === 'Pod' ? [createdAt, item.row.lastRestartAt] : [createdAt];
      return changeMark(view, fresh, [about], times);
    }
  }
}

interface RowLook {
  /** The cursor's column; null where there is no cursor. */
  readonly mark: Span | null;
  readonly chosen: boolean;
  /** Whether its source is live. */
  readonly fresh: boolean;
  readonly columns: number;
}

/** An item as one row. */
export function itemRow(view: View, host: HostName, item: ListItem, look: RowLook): Line {
  switch (item.kind) {
    case 'container':
      return draw(view, host, item, item.row, CONTAINERS, look);
    case 'unit':
      return draw(view, host, item, item.row, UNITS, look);
    case 'file':
      return draw(view, host, item, item.row, FILES, look);
    case 'object':
      return draw(view, host, item, item.row, kubeColumns(item.row.kind), look);
  }
}

/** Names of the columns, above a list. */
export function headRow(view: View, name: ListName, columns: number): Line {
  const titles = <Row>(all: readonly Column<Row>[]): Line =>
    laid(all, columns).flatMap(({ column, columns: wide }): Span[] => [
      cell(inLang(view, column.title), wide, 'dim', column.right === true ? 'right' : 'left'),
      span(' '),
    ]);
  const lead = span(' '.repeat(LEAD_COLUMNS));
  switch (name) {
    case 'containers':
      return [lead, ...titles(CONTAINERS)];
    case 'services':
      return [lead, ...titles(UNITS)];
    case 'files':
      return [lead, ...titles(FILES)];
    case 'Node':
    case 'Namespace':
    case 'Pod':
    case 'Deployment':
    case 'StatefulSet':
    case 'DaemonSet':
    case 'Job':
    case 'Service':
    case 'Endpoints':
    case 'PersistentVolume':
    case 'PersistentVolumeClaim':
      return [lead, ...titles(kubeColumns(name))];
  }
}
