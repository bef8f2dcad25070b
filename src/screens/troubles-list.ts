/** The left half of troubleshooting: what was found, deepest first, with what it explains folded below. */
import { layerWord, troubles as text } from '../i18n/texts/troubles.js';
import { windowStart } from '../state/lists.js';
import {
  filterOf,
  inWalk,
  isBrowsing,
  isUnfolded,
  outcomesOf,
  troubleCursor,
  troubleRows,
  type TroubleRow,
} from '../state/troubles-view.js';
import type { Tone } from '../term/theme.js';
import { chosenMark } from './frame.js';
import { block, cell, line, prose, span, type Line, type Span } from './ui/line.js';
import { subjectWord } from './ui/standing.js';
import { glyphsOf, inLang, type View } from './view.js';

const ID_COLUMNS = 4;
const LAYER_COLUMNS = 13;
/** From this width on a row has room for its layer. */
const WITH_LAYER = 64;

type Section = keyof typeof text.section;

function sectionOf(row: TroubleRow): Section {
  return row.kind === 'symptom' ? row.section : row.kind;
}

/** How a row stands: its sign and tone. */
function signOf(view: View, row: TroubleRow): Span {
  const { standing } = glyphsOf(view);
  switch (row.kind) {
    case 'symptom': {
      const { id } = row.finding.symptom;
      if (row.section === 'found') return span(standing.fail, row.below ? 'dim' : 'bad');
      const helped = outcomesOf(view.state, id).at(-1)?.result === 'helped';
      if (helped) return span(standing.pass, 'ok');
      return row.finding.evidence.length > 0 ? span(standing.warn, 'warn') : span(standing.never, 'dim');
    }
    case 'red':
      return span(standing.fail, 'bad');
    case 'pasted':
      return span(standing.unknown, 'warn');
    case 'expected':
      return span(standing.pass, 'dim');
  }
}

function rowLine(view: View, row: TroubleRow, chosen: boolean, columns: number): Line {
  const focused = !inWalk(view.state);
  const tone: Tone = chosen ? 'pick' : row.kind === 'expected' ? 'dim' : 'plain';
  const head = [chosenMark(view, chosen, focused), span(' '), signOf(view, row), span(' ')];
  switch (row.kind) {
    case 'symptom': {
      const { symptom, folded } = row.finding;
      const indent = row.below ? 2 : 0;
      const count = row.below || folded.length === 0 ? '' : foldMark(view, symptom.id, folded.length);
      const layer = columns >= WITH_LAYER ? LAYER_COLUMNS : 0;
      const room = columns - 4 - indent - ID_COLUMNS - 1 - layer - 5;
      return [
        ...head,
        span(' '.repeat(indent)),
        cell(symptom.id, ID_COLUMNS, chosen ? 'pick' : 'accent'),
        cell(inLang(view, symptom.title), room, tone),
        span(' '),
        ...(layer === 0 ? [] : [cell(inLang(view, layerWord[symptom.layer]), layer, 'dim')]),
        cell(count, 4, 'dim', 'right'),
      ];
    }
    case 'red':
      return [
        ...head,
        span(`${row.result.gate} `, 'accent'),
        span(`${subjectWord(view, row.result.subject)} `, 'dim'),
        span(inLang(view, row.result.say), tone),
      ];
    case 'pasted':
      return [...head, span(row.text.replaceAll(/\s+/g, ' '), tone)];
    case 'expected':
      return [...head, span(inLang(view, row.expected.say), tone)];
  }
}

function foldMark(view: View, id: string, count: number): string {
  return `${isUnfolded(view.state, id) ? '-' : '+'}${count}`;
}

/** What stands where there is no row. */
function emptyLines(view: View, columns: number): Line[] {
  const { state } = view;
  const { look, gathering, catalogue } = state.troubles;
  const tell = (of: { readonly id: string; readonly en: string }, tone: Tone = 'dim'): Line[] =>
    prose(inLang(view, of), columns - 2, tone, 2);
  if (isBrowsing(state))
    return tell(catalogue === null ? text.reading : text.noMatch({ needle: filterOf(state) }));
  if (look === null) return gathering === null ? tell(text.nothingYet) : [];
  // While it is being looked again, what was not found the last time is no news.
  if (gathering !== null) return [];
  return [...tell(text.nothing, 'ok'), ...tell(text.nothingYet)];
}

/** The list, exactly `rows` high, with the cursor in sight. */
export function troubleList(view: View, columns: number, rows: number): Line[] {
  const items = troubleRows(view.state);
  if (items.length === 0) return block(emptyLines(view, columns), rows);
  const cursor = troubleCursor(view.state, items);
  const lines: Line[] = [];
  let at = 0;
  items.forEach((row, i) => {
    const before = items[i - 1];
    if (before === undefined || sectionOf(before) !== sectionOf(row)) {
      const tone = sectionOf(row) === 'expected' ? 'dim' : 'title';
      lines.push(line(` ${inLang(view, text.section[sectionOf(row)])}`, tone));
    }
    if (i === cursor) at = lines.length;
    lines.push(rowLine(view, row, i === cursor, columns));
  });
  const start = windowStart(at, rows, lines.length);
  return block(lines.slice(start, start + rows), rows);
}
