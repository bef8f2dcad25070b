/** What one looks things up in: glossary and keys. */
import { misc } from '../i18n/texts/misc.js';
import { helpRows, keysText, KEY_TABLE } from '../input/keys.js';
import type { KeyBinding } from '../input/binding.js';
import type { Rollup } from '../state/standing.js';
import { position, visibleTerms, windowStart } from '../state/lists.js';
import type { ScreenName } from '../state/types.js';
import { width } from './ui/cells.js';
import { inputSpans } from './ui/field.js';
import { beside, block, cell, line, lineWidth, prose, span, spread, BLANK, type Line } from './ui/line.js';
import { scrolled } from './ui/scroll.js';
import { standingCell } from './ui/standing.js';
import { glyphsOf, inLang, type View } from './view.js';

export const LIST_TITLE_ROWS = 2;

// ---------------------------------------------------------------- glossary

export function glossaryScreen(view: View, columns: number, rows: number): Line[] {
  const { state } = view;
  const terms = visibleTerms(state);
  const needle = state.ui.inputs['glossary.search'] ?? '';
  const top: Line[] = [
    spread([span(` ${inLang(view, misc.glossary)}`, 'title')], [span(`${terms.length} `, 'dim')], columns),
    [
      span(` ${inLang(view, misc.search)} / `, 'dim'),
      ...inputSpans(view, 'glossary.search', Math.max(10, columns - 12)),
    ],
  ];
  if (terms.length === 0) {
    const why = state.runbook.glossary.length === 0 ? misc.noTerms : misc.noTermFound({ needle });
    return block([...top, ...prose(inLang(view, why), columns - 4, 'dim', 2)], rows);
  }
  const room = rows - LIST_TITLE_ROWS;
  const cursor = Math.min(position(state, 'glossary.cursor'), terms.length - 1);
  const start = windowStart(cursor, room, terms.length);
  const listColumns = Math.min(32, Math.floor(columns * 0.36));
  const list = terms.slice(start, start + room).map((term, i): Line => {
    const chosen = start + i === cursor;
    return [
      span(chosen ? glyphsOf(view).focus : ' ', 'accent'),
      cell(` ${term.term}`, listColumns - 1, chosen ? 'title' : 'plain'),
    ];
  });
  const term = terms[cursor];
  const textColumns = Math.min(100, columns - listColumns - 4);
  const told: Line[] =
    term === undefined
      ? []
      : [
          line(term.term, 'title'),
          ...(term.also.length === 0
            ? []
            : prose(`${inLang(view, misc.also)}: ${term.also.join(', ')}`, textColumns, 'dim')),
          BLANK,
          ...prose(inLang(view, term.text), textColumns),
          ...(term.see.length === 0
            ? []
            : [BLANK, ...prose(`${inLang(view, misc.see)}: ${term.see.join(', ')}`, textColumns, 'dim')]),
        ];
  return block([...top, ...beside(list, listColumns, told.slice(0, room), textColumns, 2)], rows);
}

export function glossaryCopy(view: View): string | null {
  const term = visibleTerms(view.state)[position(view.state, 'glossary.cursor')];
  return term === undefined ? null : `${term.term}: ${inLang(view, term.text)}`;
}

// ---------------------------------------------------------------- help

const KEY_COLUMNS = 16;

function keyLines(view: View, row: KeyBinding, columns: number, now: boolean): Line[] {
  const { state } = view;
  const keys = keysText(state, row);
  const off = now && !(row.when?.(state) ?? true);
  const why = off ? (row.where ?? null) : now ? row.disabled(state, view.live) : null;
  const reason = why === null ? '' : inLang(view, why);
  const danger = `${glyphsOf(view).standing.warn} ${inLang(view, misc.danger)}`;
  const body = prose(inLang(view, row.describe), columns - KEY_COLUMNS - 2, why === null ? 'plain' : 'dim');
  const last = body.at(-1) ?? BLANK;
  if (row.dangerous) {
    if (lineWidth(last) + 2 + width(danger) > columns - KEY_COLUMNS - 2) body.push([span(danger, 'warn')]);
    else body.splice(-1, 1, [...last, span(`  ${danger}`, 'warn')]);
  }
  return [
    ...body.map((one, i): Line => [
      span('  '),
      cell(i === 0 ? keys : '', KEY_COLUMNS, why === null ? 'accent' : 'dim'),
      ...one,
    ]),
    ...(why === null
      ? []
      : prose(off ? reason : `${inLang(view, misc.notNow)}: ${reason}`, columns, 'warn', KEY_COLUMNS + 4)),
  ];
}

const SIGNS: readonly Rollup[] = [
  'pass',
  'fail',
  'warn',
  'blocked',
  'unknown',
  'waived',
  'stale',
  'never',
  'running',
  'partial',
];

/** What the numbers of the runbook's pitfalls are. */
function trapLines(view: View, columns: number): Line[] {
  return [
    line(inLang(view, misc.helpTraps), 'title'),
    ...prose(inLang(view, misc.helpTrapsText), columns, 'plain', 2),
  ];
}

export function helpText(view: View, columns: number): Line[] {
  const { state } = view;
  const screen: ScreenName = state.ui.stack.at(-2) ?? 'home';
  const moves = KEY_TABLE.filter((row) => row.id.startsWith('move.'));
  const everywhere = KEY_TABLE.filter((row) => row.places.includes('anywhere'));
  // Reasons are about the screen one came from, so rows are asked as if it were still on top.
  const from: View = {
    ...view,
    state: { ...state, ui: { ...state.ui, stack: state.ui.stack.slice(0, -1) } },
  };
  const group = (title: string, rows: readonly KeyBinding[], now: boolean): Line[] =>
    rows.length === 0
      ? []
      : [line(title, 'title'), ...rows.flatMap((row) => keyLines(from, row, columns, now)), BLANK];
  return [
    ...group(
      inLang(view, misc.helpHere({ screen: inLang(view, misc.screens[screen]) })),
      helpRows(from.state),
      true,
    ),
    ...(screen === 'step' || screen === 'home' ? [...trapLines(view, columns), BLANK] : []),
    ...group(inLang(view, misc.helpMove), moves, false),
    ...group(inLang(view, misc.helpAnywhere), everywhere, false),
    line(inLang(view, misc.helpSigns), 'title'),
    ...SIGNS.map((one): Line => [span('  '), ...standingCell(view, one)]),
  ];
}

export function helpScreen(view: View, columns: number, rows: number): Line[] {
  const text = helpText(view, columns - 4).map((one): Line => [span(' '), ...one]);
  return [
    line(` ${inLang(view, misc.help)}`, 'title'),
    BLANK,
    ...scrolled(view, text, position(view.state, 'help.scroll'), columns - 1, rows - LIST_TITLE_ROWS),
  ];
}
