/** A live list on the screen: filter, headings, the rows in sight. Nothing out of sight is drawn. */
import { live as text } from '../../i18n/texts/live.js';
import type { HostName } from '../../lab/types.js';
import { windowStart } from '../../state/lists.js';
import { allItems, cursorIn, itemNow, listKey, type Listing } from '../../state/live/listing.js';
import { inputSpans } from '../ui/field.js';
import { block, cutLine, line, lineWidth, prose, span, spread, type Line } from '../ui/line.js';
import { glyphsOf, inLang, type View } from '../view.js';
import { isFresh, sourceNote, whyEmpty } from './health.js';
import { headRow, itemRow } from './rows.js';

/** Filter and headings. */
const LIST_HEAD_ROWS = 2;

/** Rows of items in a list of that height. */
export function listRoom(rows: number): number {
  return Math.max(1, rows - LIST_HEAD_ROWS);
}

/** What stands at the right of the filter: how many, how many broken, how old. */
function statusSpans(view: View, list: Listing): Line {
  const bad = list.items.filter((item) => item.health === 'bad').length;
  const fresh = isFresh(view, list.source);
  return [
    ...sourceNote(view, view.live.status(list.source)),
    ...(bad === 0 ? [] : [span(`  ${inLang(view, text.broken({ count: bad }))}`, fresh ? 'bad' : 'dim')]),
    span(`  ${inLang(view, text.counts({ shown: list.items.length, all: list.all }))} `, 'dim'),
  ];
}

/** The whole list with its filter, exactly `rows` high. */
export function listLines(view: View, host: HostName, list: Listing, columns: number, rows: number): Line[] {
  const key = listKey(host, list.name);
  const needle = (view.state.ui.inputs[key] ?? '').trim();
  const label = ` ${inLang(view, text.filter)} / `;
  const status = statusSpans(view, list);
  // What the filter holds may be cut; how many rows there are and how old they are may not.
  const input = Math.max(8, Math.min(40, columns - label.length - lineWidth(status) - 2));
  const filter = spread([span(label, 'dim'), ...inputSpans(view, key, input)], status, columns);
  const room = listRoom(rows);
  if (list.items.length === 0) {
    const why =
      list.all > 0
        ? prose(inLang(view, text.noMatch({ needle })), columns - 4, 'dim')
        : whyEmpty(view, view.live.status(list.source), columns - 4);
    return block([filter, [], ...why.map((one): Line => [span('  '), ...one])], rows);
  }
  const cursor = cursorIn(view.state, key, list.items);
  const start = windowStart(cursor, room, list.items.length);
  const fresh = isFresh(view, list.source);
  const shown = list.items.slice(start, start + room).map((item, i) => {
    const chosen = start + i === cursor;
    const mark = chosen ? span(glyphsOf(view).focus, 'accent') : span(' ');
    return itemRow(view, host, item, { mark, chosen, fresh, columns: columns - 1 });
  });
  return block([filter, cutLine(headRow(view, list.name, columns - 1), columns), ...shown], rows);
}

/** The first rows of a list, for a pane: no cursor, no filter, and how many are missing. */
export function listGlance(
  view: View,
  host: HostName,
  name: 'containers' | 'Pod',
  columns: number,
  rows: number,
): Line[] {
  const items = allItems(view.state, view.live, host, name);
  const fresh = isFresh(view, name === 'containers' ? `docker@${host}` : 'kubernetes');
  const room = items.length > rows ? rows - 1 : rows;
  const shown = items
    .slice(0, Math.max(0, room))
    .map((item) => itemRow(view, host, item, { mark: null, chosen: false, fresh, columns }));
  const left = items.length - shown.length;
  return left > 0 && rows > 0
    ? [...shown, line(`    ${inLang(view, text.moreRows({ count: left }))}`, 'dim')]
    : shown;
}

/** The chosen item's name as commands want it. */
export function itemCopy(view: View): string | null {
  const item = itemNow(view.state, view.live);
  if (item === null) return null;
  switch (item.kind) {
    case 'container':
    case 'unit':
    case 'object':
      return item.row.name;
    case 'file':
      return item.row.path;
  }
}
