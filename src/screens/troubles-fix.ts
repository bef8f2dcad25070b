/** The questions before a fix: what it does, where, how much it takes away, and the very script. */
import { age } from '../i18n/format.js';
import { dialogs as text } from '../i18n/texts/dialogs.js';
import { fixDialog, troubles } from '../i18n/texts/troubles.js';
import { riskWord } from '../i18n/texts/words.js';
import type { RenderedAction } from '../runbook/types.js';
import type { FixDialog, UndoFixDialog } from '../state/troubles-types.js';
import { provedStage, stagesOf } from '../state/troubles-view.js';
import { code } from './step-commands.js';
import { fieldSpans } from './ui/field.js';
import { BLANK, line, prose, span, type Line } from './ui/line.js';
import { inLang, type View } from './view.js';

/** Lines of a script that are shown at least, where there is room for any. */
const LEAST_SCRIPT = 3;

function actionLines(view: View, action: RenderedAction, columns: number): Line[] {
  const name = `${action.step}/${action.action}`;
  return [
    [span(`  ${action.host} `, 'accent'), span(name, 'dim'), span('  '), riskSpan(view, action.risk)],
    ...prose(inLang(view, action.say), columns, 'plain', 4),
  ];
}

function riskSpan(view: View, risk: RenderedAction['risk']): Line[number] {
  return span(
    inLang(view, riskWord[risk]),
    risk === 'destroys' ? 'bad' : risk === 'config' ? 'warn' : 'info',
  );
}

/** As much of the scripts as there is room for. */
function scriptLines(view: View, actions: readonly RenderedAction[], columns: number, rows: number): Line[] {
  const once = [...new Set(actions.map((one) => one.script))];
  const lines = once.flatMap((script) => code(view, script, columns, 'dim'));
  if (rows < LEAST_SCRIPT + 1) return [];
  const shown = lines.slice(0, lines.length <= rows - 1 ? lines.length : rows - 2);
  const left = lines.length - shown.length;
  return [
    line(inLang(view, fixDialog.script), 'title'),
    ...shown,
    ...(left > 0 ? [line(inLang(view, troubles.more({ count: left })), 'dim')] : []),
  ];
}

/** How many fixes there are to choose from; nothing for a single one. */
function severalLines(view: View, { root, plan }: FixDialog, columns: number): Line[] {
  const fixes = provedStage(stagesOf(view.state, root))?.fixes ?? [];
  const at = fixes.findIndex((one) => one.id === plan.fix.id);
  if (at < 0 || fixes.length < 2) return [];
  return prose(inLang(view, fixDialog.several({ at: at + 1, all: fixes.length })), columns, 'accent');
}

/** The question before a fix is taken back. */
export function undoFixLines(view: View, { plan }: UndoFixDialog, columns: number): Line[] {
  const { fix, files, stays, at } = plan;
  const when = age(view.state.lang, Math.max(0, view.state.now - at));
  return [
    ...prose(inLang(view, fix.say), columns, 'title'),
    ...prose(inLang(view, fixDialog.undoWhen({ age: when })), columns, 'dim'),
    ...(fix.restores === undefined ? [] : prose(inLang(view, fix.restores), columns)),
    ...(files.length === 0 ? [] : [BLANK, ...prose(inLang(view, fixDialog.undoFiles), columns)]),
    ...files.map(({ host, path }): Line => [span(`  ${host} `, 'accent'), span(path)]),
    ...(stays.length === 0 ? [] : [BLANK, ...prose(inLang(view, fixDialog.undoStays), columns, 'dim')]),
    ...stays.map((one) => line(`  ${one}`, 'dim')),
    BLANK,
    ...prose(inLang(view, fixDialog.undoRestart), columns, 'dim'),
    line(inLang(view, fixDialog.undoAsk), 'title'),
  ];
}

/** @param rows as many as there is room for */
export function fixDialogLines(view: View, dialog: FixDialog, columns: number, rows: number): Line[] {
  const { plan } = dialog;
  const { fix, actions, byHand, risk } = plan;
  const title = [...severalLines(view, dialog, columns), ...prose(inLang(view, fix.say), columns, 'title')];
  if (byHand !== null)
    return [
      ...title,
      BLANK,
      ...prose(inLang(view, fixDialog.byHand), columns, 'dim'),
      ...prose(inLang(view, byHand), columns, 'plain', 2),
      BLANK,
      ...prose(inLang(view, fixDialog.byHandAfter), columns, 'dim'),
    ];
  if (actions.length === 0) return [...title, ...prose(inLang(view, fixDialog.nothing), columns)];
  const away = [...new Set(actions.map((one) => one.host))].filter(
    (host) => view.state.hosts[host].link.kind !== 'up',
  );
  const head: Line[] = [
    ...title,
    [riskSpan(view, risk)],
    ...(away.length === 0
      ? []
      : prose(inLang(view, fixDialog.away({ hosts: away.join(', ') })), columns, 'warn')),
    ...actions.flatMap((one) => actionLines(view, one, columns)),
  ];
  if (dialog.kind === 'typed-fix') {
    const same = dialog.input.trim() === dialog.expected;
    return [
      ...head,
      BLANK,
      ...prose(inLang(view, text.typed.text({ expected: dialog.expected })), columns),
      [span('  '), ...fieldSpans(view, dialog.input, view.state.ui.caret, Math.min(40, columns - 4))],
      line(`  ${inLang(view, same ? text.typed.same : text.typed.differs)}`, same ? 'accent' : 'dim'),
    ];
  }
  const foot: Line[] = [
    BLANK,
    ...prose(inLang(view, fixDialog.afterwards), columns, 'dim'),
    line(inLang(view, fixDialog.ask), 'title'),
  ];
  return [...head, ...scriptLines(view, actions, columns, rows - head.length - foot.length), ...foot];
}
