/** Gates in rows: the sidebar of home, the list, and the tab of a step share the same columns. */
import { age } from '../i18n/format.js';
import { gates as text } from '../i18n/texts/gates.js';
import { home } from '../i18n/texts/home.js';
import type { Standing } from '../gates/types.js';
import type { RenderedGate } from '../runbook/types.js';
import { contentOf } from '../state/content.js';
import { chosenGate, gateCursor, groupOf, visibleGates, windowStart } from '../state/lists.js';
import { gateCounts, gateStanding } from '../state/standing.js';
import { chosenMark, heading, rule } from './frame.js';
import { inputSpans } from './ui/field.js';
import { inLang, langOf, type View } from './view.js';
import { block, cell, line, prose, span, spread, type Line, type Span } from './ui/line.js';
import { standingCell, standingSign, subjectWord, SUBJECT_COLUMNS } from './ui/standing.js';

const AGE_COLUMNS = 9;

export function ageOf(view: View, gate: RenderedGate): string {
  const result = view.state.gates[gate.key]?.result ?? null;
  return result === null ? '' : age(langOf(view), view.state.now - result.judgedAt);
}

/** From this width on a gate's row has room for what the gate says. */
function saysInRow(columns: number): boolean {
  return columns >= 100;
}

/** Rows below a list of gates for what the chosen one says; none where each row says it itself. */
export function sayingRows(columns: number): number {
  return saysInRow(columns) ? 0 : 3;
}

/** What the chosen gate says, below a list whose rows have no room for it: always {@link sayingRows} rows. */
export function sayingLines(view: View, gate: RenderedGate | null, columns: number): Line[] {
  const rows = sayingRows(columns);
  if (gate === null || rows === 0) return block([], rows);
  const result = view.state.gates[gate.key]?.result ?? null;
  const told = result === null || gateStanding(view.state, gate) === 'pass' ? gate.title : result.say;
  return block([rule(view, columns), ...prose(inLang(view, told), columns - 1, 'plain', 2)], rows);
}

/** One gate in one row: sign, word, id, subject, what it says, age at the right edge. */
export function gateRow(
  view: View,
  gate: RenderedGate,
  chosen: boolean,
  focused: boolean,
  columns: number,
): Line {
  const { state } = view;
  const standing = gateStanding(state, gate);
  const result = state.gates[gate.key]?.result ?? null;
  const tone = chosen ? 'pick' : 'plain';
  const says = standing === 'pass' || result === null ? inLang(view, gate.title) : inLang(view, result.say);
  const fixed = 2 + 12 + 1 + AGE_COLUMNS + 1;
  const wide = columns >= 58;
  const subjectColumns = wide ? SUBJECT_COLUMNS + 1 : 0;
  // A sentence of which only the first words fit says nothing; there it stands below the list.
  const idColumns = saysInRow(columns) ? 28 : Math.min(40, columns - fixed - subjectColumns - 1);
  const sayColumns = saysInRow(columns) ? columns - fixed - idColumns - subjectColumns - 2 : 0;
  return [
    chosenMark(view, chosen, focused),
    span(' '),
    ...standingCell(view, standing),
    span(' '),
    cell(gate.gate, idColumns, tone),
    span(' '),
    ...(wide ? [cell(subjectWord(view, gate.subject), SUBJECT_COLUMNS, 'dim'), span(' ')] : []),
    ...(sayColumns >= 8 ? [cell(says, sayColumns, 'plain'), span(' ')] : []),
    cell(ageOf(view, gate), AGE_COLUMNS, 'dim', 'right'),
  ];
}

/** Narrow form for the sidebar. */
function sideRow(view: View, gate: RenderedGate, chosen: boolean, focused: boolean, columns: number): Line {
  const standing = gateStanding(view.state, gate);
  const room = columns - 2 - 12 - AGE_COLUMNS - 3;
  const hostColumns = Math.min(SUBJECT_COLUMNS, Math.max(9, room - 22));
  return [
    chosenMark(view, chosen, focused),
    span(' '),
    ...standingCell(view, standing),
    span(' '),
    cell(gate.gate, room - hostColumns, chosen ? 'pick' : 'plain'),
    span(' '),
    cell(subjectWord(view, gate.subject), hostColumns, 'dim'),
    span(' '),
    cell(ageOf(view, gate), AGE_COLUMNS, 'dim', 'right'),
  ];
}

const COUNTED: readonly Standing[] = [
  'pass',
  'fail',
  'warn',
  'unknown',
  'blocked',
  'stale',
  'never',
  'waived',
  'running',
];

/** ` 38 ✓  1 ✗  2 ⊘  20 ·`: only what there is; right-aligned as a whole. */
export function countSpans(view: View): Span[] {
  const counts = gateCounts(view.state);
  return COUNTED.filter((standing) => counts[standing] > 0).flatMap((standing): Span[] => [
    span(`  ${String(counts[standing])} `),
    standingSign(view, standing),
  ]);
}

/** The sidebar of home: counts in the title, red first. */
export function gateSidebar(view: View, columns: number, rows: number): Line[] {
  const { state } = view;
  const focused = state.ui.focus === 'gates';
  const gates = visibleGates(state);
  const title = heading(view, inLang(view, home.gates), focused, countSpans(view), columns);
  if (gates.length === 0) return block([title, line(`  ${inLang(view, home.noGates)}`, 'dim')], rows);
  const room = rows - 1;
  const start = windowStart(focused ? gateCursor(state, gates) : 0, room, gates.length);
  const chosen = focused ? chosenGate(state) : null;
  const shown = gates.slice(start, start + room);
  return block(
    [title, ...shown.map((gate) => sideRow(view, gate, gate.key === chosen, focused, columns))],
    rows,
  );
}

/** Rows of the full list that hold gates: the rest is title, filter line. */
export const LIST_CHROME_ROWS = 2;

/** The gate list: filter, groups, red first. */
export function gatesScreen(view: View, columns: number, rows: number): Line[] {
  const { state } = view;
  const gates = visibleGates(state);
  const needle = (state.ui.inputs['gates.filter'] ?? '').trim();
  const filter: Line = [
    span(` ${inLang(view, text.filter)} / `, 'dim'),
    ...inputSpans(view, 'gates.filter', Math.max(10, columns - 20)),
  ];
  const top = [
    spread([span(' '), span(inLang(view, text.title), 'title')], countSpans(view), columns),
    filter,
  ];
  if (contentOf(state).gates.length === 0)
    return block([...top, ...prose(inLang(view, text.none), columns - 4, 'dim', 2)], rows);
  if (gates.length === 0) {
    return block([...top, ...prose(inLang(view, text.noMatch({ needle })), columns - 4, 'dim', 2)], rows);
  }
  const chosen = chosenGate(state);
  const lines: { readonly line: Line; readonly chosen: boolean }[] = [];
  gates.forEach((gate, i) => {
    const group = groupOf(state, gate);
    const before = gates[i - 1];
    if (before === undefined || groupOf(state, before) !== group) {
      const count = gates.filter((other) => groupOf(state, other) === group).length;
      lines.push({
        line: [
          span(` ${inLang(view, text.group[group])}`, group === 'attention' ? 'bad' : 'title'),
          span(`  ${count}`, 'dim'),
        ],
        chosen: false,
      });
    }
    lines.push({
      line: gateRow(view, gate, gate.key === chosen, true, columns),
      chosen: gate.key === chosen,
    });
  });
  const room = rows - LIST_CHROME_ROWS - sayingRows(columns);
  const at = Math.max(
    0,
    lines.findIndex((one) => one.chosen),
  );
  const start = windowStart(at, room, lines.length);
  const shown = lines.slice(start, start + room).map((one) => one.line);
  const saying = sayingLines(view, gates.find((gate) => gate.key === chosen) ?? null, columns);
  return [...top, ...block(shown, room), ...saying];
}
