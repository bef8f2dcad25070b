/** The log of a host: following, held, or searched. Only the rows in sight are read from the buffer. */
import { clockTime } from '../i18n/format.js';
import { home } from '../i18n/texts/home.js';
import { step as text } from '../i18n/texts/step.js';
import type { HostName } from '../lab/types.js';
import type { LogLine } from '../state/logs.js';
import { logSearch, position } from '../state/lists.js';
import { inLang, type View } from './view.js';
import { inputSpans } from './ui/field.js';
import { block, cell, line, span, type Line } from './ui/line.js';

export interface LogWindow {
  readonly lines: readonly LogLine[];
  /** Newer lines that are not in sight. */
  readonly below: number;
  readonly dropped: number;
  readonly following: boolean;
  /** Count of matches while searching, else null. */
  readonly hits: number | null;
}

export function logWindow(view: View, host: HostName, rows: number): LogWindow {
  const { state, logs } = view;
  const dropped = logs.dropped(host);
  const search = logSearch(state);
  if (search !== '') {
    const all = logs.search(host, search);
    const below = Math.min(position(state, `log.find.${host}`), Math.max(0, all.length - rows));
    const end = all.length - below;
    return {
      lines: all.slice(Math.max(0, end - rows), end),
      below,
      dropped,
      following: below === 0,
      hits: all.length,
    };
  }
  const count = logs.count(host);
  const pinned = position(state, `log.${host}`);
  const below = pinned === 0 ? 0 : Math.min(Math.max(0, dropped + count - pinned), Math.max(0, count - rows));
  return { lines: logs.tail(host, rows, below), below, dropped, following: pinned === 0, hits: null };
}

/** Whether the log is searched, or about to be. */
export function logSearching({ state: { ui } }: View): boolean {
  return ui.typing === 'log.search' || (ui.inputs['log.search'] ?? '') !== '';
}
export function logSearchSpans(view: View, columns: number): Line {
  return [
    span(` ${inLang(view, text.search)} / `, 'dim'),
    ...inputSpans(view, 'log.search', Math.max(10, Math.floor(columns / 3))),
  ];
}

export function logStatus(view: View, window: LogWindow): Line {
  const parts: Line = [
    window.following
      ? span(inLang(view, text.following), 'dim')
      : span(inLang(view, text.paused({ below: window.below })), 'warn'),
    ...(window.hits === null ? [] : [span(`  ${inLang(view, text.hits({ count: window.hits }))}`, 'info')]),
    ...(window.dropped === 0
      ? []
      : [span(`  ${inLang(view, text.dropped({ count: window.dropped }))}`, 'dim')]),
  ];
  return parts;
}

export function logLines(view: View, host: HostName, columns: number, rows: number): Line[] {
  const { lines } = logWindow(view, host, rows);
  if (lines.length === 0) return block([line(` ${inLang(view, home.noLog)}`, 'dim')], rows);
  const sourceColumns = columns >= 120 ? 26 : columns >= 100 ? 20 : 0;
  return block(
    lines.map((one): Line => [
      span(' '),
      cell(clockTime(one.at), 8, 'dim'),
      span('  '),
      ...(sourceColumns === 0 ? [] : [cell(one.source, sourceColumns, 'dim'), span('  ')]),
      span(one.text),
    ]),
    rows,
  );
}
