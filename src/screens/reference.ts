/** What one looks things up in: glossary, keys, journal. */
import { clockTime, duration, isoDate } from '../i18n/format.js';
import { misc } from '../i18n/texts/misc.js';
import { standingWord } from '../i18n/texts/words.js';
import { KEY_TABLE } from '../input/keys.js';
import { shownKey } from '../input/names.js';
import type { KeyBinding } from '../input/binding.js';
import type { JobEnd, JournalEntry } from '../services/ports.js';
import type { Rollup } from '../state/standing.js';
import { position, visibleTerms, windowStart } from '../state/lists.js';
import type { ScreenName } from '../state/types.js';
import { fit, width } from './ui/cells.js';
import { inputSpans } from './ui/field.js';
import { beside, block, cell, line, prose, span, spread, BLANK, type Line } from './ui/line.js';
import { scrolled } from './ui/scroll.js';
import { standingCell, STANDING_TONE } from './ui/standing.js';
import { glyphsOf, inLang, langOf, type View } from './view.js';

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
  const keys = row.keys.map((key) => shownKey(key, state.terminal.ascii)).join(' ');
  const why = now ? row.disabled(state) : null;
  const [first = '', ...rest] = prose(inLang(view, row.describe), columns - KEY_COLUMNS - 2).map(
    (one) => one[0]?.text ?? '',
  );
  return [
    [
      span('  '),
      cell(keys, KEY_COLUMNS, why === null ? 'accent' : 'dim'),
      span(first, why === null ? 'plain' : 'dim'),
      ...(row.dangerous && width(first) + 20 < columns - KEY_COLUMNS
        ? [span(`  ${glyphsOf(view).standing.warn} ${inLang(view, misc.danger)}`, 'warn')]
        : []),
    ],
    ...rest.map((one): Line => [
      span(' '.repeat(KEY_COLUMNS + 2)),
      span(one, why === null ? 'plain' : 'dim'),
    ]),
    ...(why === null
      ? []
      : prose(`${inLang(view, misc.notNow)}: ${inLang(view, why)}`, columns, 'warn', KEY_COLUMNS + 4)),
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

export function helpText(view: View, columns: number): Line[] {
  const { state } = view;
  const screen: ScreenName = state.ui.stack.at(-2) ?? 'home';
  const here = KEY_TABLE.filter((row) => row.places.includes(screen) && !row.id.startsWith('move.'));
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
    ...group(inLang(view, misc.helpHere({ screen: inLang(view, misc.screens[screen]) })), here, true),
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

// ---------------------------------------------------------------- journal

function endWord(view: View, end: JobEnd): { readonly text: string; readonly standing: Rollup } {
  const word = (standing: Rollup): string => inLang(view, standingWord[standing]);
  switch (end.kind) {
    case 'exited':
      return end.exit === 0 ? { text: '0', standing: 'pass' } : { text: `${end.exit}`, standing: 'fail' };
    case 'flooded':
      return { text: end.kind, standing: 'fail' };
    case 'timed-out':
    case 'cancelled':
      return { text: end.kind, standing: 'warn' };
    case 'lost':
      return { text: `${word('unknown')} (${end.reason})`, standing: 'unknown' };
  }
}

function entryLine(view: View, entry: JournalEntry, columns: number): Line {
  const when = `${isoDate(entry.at)} ${clockTime(entry.at)}`;
  const row = (host: string, standing: Rollup, text: string, more: string): Line => [
    span(' '),
    cell(when, 19, 'dim'),
    span('  '),
    // What was green then may not be now: the past has no green.
    span(glyphsOf(view).standing[standing], standing === 'pass' ? 'plain' : STANDING_TONE[standing]),
    span(' '),
    cell(host, 11),
    cell(text, Math.max(20, columns - 19 - 11 - 28)),
    span(fit(more, 22, 'right'), 'dim'),
  ];
  switch (entry.kind) {
    case 'job': {
      const end = endWord(view, entry.end);
      const { step, action } = entry;
      const what = inLang(view, misc.ranJob({ step, action, undo: entry.purpose === 'undo' }));
      return row(
        entry.host,
        end.standing,
        what,
        `${end.text}  ${duration(langOf(view), entry.endedAt - entry.startedAt)}`,
      );
    }
    case 'satisfied':
      return row(entry.host, 'pass', inLang(view, misc.satisfied(entry)), '');
    case 'gate': {
      const { gate, subject, verdict } = entry.result;
      return row(subject, verdict, inLang(view, misc.judged({ gate })), inLang(view, standingWord[verdict]));
    }
    case 'waiver': {
      const { key, until, by } = entry.waiver;
      const text = entry.withdrawn ? misc.unwaived({ gate: key }) : misc.waived({ gate: key, until });
      return row('', 'waived', inLang(view, text), by);
    }
  }
}

/** Newest first. */
export function journalText(view: View, columns: number): Line[] {
  const { journal } = view.state.ui;
  if (journal === null) return [line(`  ${inLang(view, misc.journalReading)}`, 'dim')];
  if (journal.entries.length === 0) return [line(`  ${inLang(view, misc.journalEmpty)}`, 'dim')];
  return journal.entries.toReversed().map((entry) => entryLine(view, entry, columns));
}

export function journalScreen(view: View, columns: number, rows: number): Line[] {
  const damaged = view.state.ui.journal?.damaged ?? 0;
  return [
    spread(
      [span(` ${inLang(view, misc.journal)}`, 'title')],
      damaged === 0 ? [] : [span(`${inLang(view, misc.journalDamaged({ count: damaged }))} `, 'warn')],
      columns,
    ),
    BLANK,
    ...scrolled(
      view,
      journalText(view, columns - 2),
      position(view.state, 'journal.scroll'),
      columns - 1,
      rows - LIST_TITLE_ROWS,
    ),
  ];
}
