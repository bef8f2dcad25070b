/** Faults on the screen: the chooser, the questions, and what is said of them above the list of symptoms. */
import { duration } from '../i18n/format.js';
import { dialogs } from '../i18n/texts/dialogs.js';
import { faults as text } from '../i18n/texts/faults.js';
import { layerWord } from '../i18n/texts/troubles.js';
import type { Text } from '../lab/types.js';
import type { FaultDialog, FaultRow } from '../state/faults-types.js';
import { faultChoices, newestBroken, type FaultChoice } from '../state/faults-view.js';
import { windowStart } from '../state/lists.js';
import { fieldSpans } from './ui/field.js';
import { BLANK, cell, line, prose, span, type Line } from './ui/line.js';
import { glyphsOf, inLang, type View } from './view.js';

const LAYER_COLUMNS = 13;
/** Lines of the chooser that are not rows: the search, a blank, a blank, the sentence of the chosen row (two lines). */
const AROUND_ROWS = 5;

function choiceLine(view: View, choice: FaultChoice, chosen: boolean, columns: number): Line {
  const mark = span(`${chosen ? glyphsOf(view).focus : ' '} `, 'accent');
  if (choice.kind === 'drill') {
    const tone = choice.among.length === 0 ? 'dim' : chosen ? 'title' : 'accent';
    return [mark, cell(inLang(view, text.drill), columns - 2, tone)];
  }
  const { layer, title, id } = choice.row;
  const names = Math.min(34, Math.max(0, columns - 2 - LAYER_COLUMNS - 34));
  return [
    mark,
    cell(inLang(view, layerWord[layer]), LAYER_COLUMNS, 'dim'),
    cell(inLang(view, title), columns - 2 - LAYER_COLUMNS - names, chosen ? 'title' : 'plain'),
    ...(names === 0 ? [] : [cell(id, names, 'dim')]),
  ];
}

function chosenText(view: View, choice: FaultChoice | undefined): string {
  if (choice === undefined) return inLang(view, text.noMatch);
  if (choice.kind === 'fault') return inLang(view, choice.row.breaks);
  const { length: count } = choice.among;
  return inLang(view, count === 0 ? text.drillNone : text.drillAmong({ count }));
}

/** @param rows as many as there is room for */
function chooser(
  view: View,
  { input, cursor }: Extract<FaultDialog, { kind: 'choose-fault' }>,
  columns: number,
  rows: number,
): Line[] {
  const choices = faultChoices(view.state, input);
  const room = Math.max(1, rows - AROUND_ROWS);
  const start = windowStart(cursor, room, choices.length);
  const shown = choices.slice(start, start + room);
  const count = inLang(view, text.more({ at: Math.min(cursor + 1, choices.length), all: choices.length }));
  const label = inLang(view, text.filter);
  const field = Math.max(10, columns - label.length - count.length - 6);
  return [
    [
      span(`${label}: `, 'dim'),
      ...fieldSpans(view, input, view.state.ui.caret, field),
      span(`  ${count}`, 'dim'),
    ],
    BLANK,
    ...shown.map((one, i) => choiceLine(view, one, start + i === cursor, columns)),
    BLANK,
    ...prose(chosenText(view, choices[cursor]), columns, 'dim').slice(0, 2),
  ];
}

function actionLines(view: View, { actions }: FaultRow, columns: number): Line[] {
  return actions.flatMap(({ on, say }): Line[] => [
    [span(`  ${on}  `, 'accent')],
    ...prose(inLang(view, say), columns, 'plain', 4),
  ]);
}

function question(
  view: View,
  dialog: Extract<FaultDialog, { kind: 'confirm-fault' | 'typed-fault' }>,
  columns: number,
): Line[] {
  const { row, among } = dialog;
  const { asksName } = view.state.faults;
  const stake = asksName ? (row === null ? text.overSshDrill : text.overSsh) : text.inside;
  const head: Line[] = [
    ...(row === null
      ? prose(inLang(view, text.drillText({ count: among.length })), columns)
      : prose(`${inLang(view, row.title)}: ${inLang(view, row.breaks)}.`, columns, 'title')),
    ...(row === null || row.metBy.length === 0
      ? []
      : prose(inLang(view, text.metBy({ steps: row.metBy.join(', ') })), columns, 'warn')),
    ...(row === null || row.actions.length === 0
      ? []
      : [BLANK, line(inLang(view, text.done), 'title'), ...actionLines(view, row, columns)]),
    BLANK,
    ...prose(inLang(view, stake), columns, asksName ? 'warn' : 'dim'),
    BLANK,
  ];
  if (dialog.kind === 'confirm-fault')
    return [...head, line(inLang(view, row === null ? text.askDrill : text.ask), 'title')];
  const same = dialog.input.trim() === dialog.expected;
  return [
    ...head,
    ...prose(inLang(view, text.typeName({ expected: dialog.expected })), columns),
    [span('  '), ...fieldSpans(view, dialog.input, view.state.ui.caret, Math.min(40, columns - 4))],
    line(`  ${inLang(view, same ? dialogs.typed.same : dialogs.typed.differs)}`, same ? 'accent' : 'dim'),
  ];
}

/** @param rows as many as there is room for */
export function faultDialogLines(view: View, dialog: FaultDialog, columns: number, rows: number): Line[] {
  switch (dialog.kind) {
    case 'choose-fault':
      return chooser(view, dialog, columns, rows);
    case 'confirm-fault':
    case 'typed-fault':
      return question(view, dialog, columns);
    case 'confirm-heal': {
      const { fault, hidden, at } = dialog.broken;
      const lasted = duration(view.state.lang, view.state.now - at);
      return [
        ...prose(
          inLang(
            view,
            hidden ? text.healDrill({ lasted }) : text.healText({ fault: nameOf(view, fault), lasted }),
          ),
          columns,
        ),
        BLANK,
        line(inLang(view, text.healAsk), 'title'),
      ];
    }
  }
}

export function faultDialogTitle(dialog: FaultDialog): Text {
  switch (dialog.kind) {
    case 'choose-fault':
      return text.choose;
    case 'confirm-fault':
    case 'typed-fault':
      return dialog.row === null ? text.confirmDrill : text.confirm({ fault: dialog.row.id });
    case 'confirm-heal':
      return text.healTitle;
  }
}

function titleOf(view: View, id: string): string {
  const row = view.state.faults.known?.find((one) => one.id === id);
  return row === undefined ? id : inLang(view, row.title);
}
/** Its title and id. */
function nameOf(view: View, id: string): string {
  const title = titleOf(view, id);
  return title === id ? id : `${title} (${id})`;
}

/** What is broken on purpose, or what it was; nothing where neither is known. */
export function faultBanner(view: View, columns: number): Line[] {
  const { lang, now, faults } = view.state;
  const { doing, truth } = faults;
  if (doing !== null) {
    const words = inLang(view, doing.kind === 'breaking' ? text.breaking : text.healing);
    return [line(` ${glyphsOf(view).standing.running} ${words}`, 'info')];
  }
  const broken = newestBroken(view.state);
  const lines: Line[] = [];
  if (broken !== null) {
    const what = broken.hidden ? inLang(view, text.unnamed) : titleOf(view, broken.fault);
    const words = text.inForce({
      what,
      lasted: duration(lang, now - broken.at),
      others: faults.broken.length - 1,
    });
    lines.push(...prose(inLang(view, words), columns - 2, 'warn', 1));
  }
  if (truth === null) return lines;
  const lasted = duration(lang, truth.lasted);
  const { id, breaks, found } = truth;
  const was = text.truth({ fault: id, breaks: inLang(view, breaks), lasted });
  const as =
    found === null
      ? text.notFound
      : text.found({
          symptom: found.symptom,
          title: inLang(view, found.title),
          cause: inLang(view, found.cause),
        });
  return [
    ...lines,
    ...prose(inLang(view, was), columns - 2, 'info', 1),
    ...prose(inLang(view, as), columns - 2, 'info', 1),
  ];
}
