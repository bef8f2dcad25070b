/** The question on top of a screen: a framed box, as tall as it needs to be and never taller than there is room. */
import { live as liveText } from '../i18n/texts/live.js';
import { dialogs as text } from '../i18n/texts/dialogs.js';
import { path as pathText } from '../i18n/texts/path.js';
import { report as reportText } from '../i18n/texts/report.js';
import { secrets as secretText } from '../i18n/texts/secrets.js';
import { fixDialog } from '../i18n/texts/troubles.js';
import type { Dialog } from '../state/types.js';
import { actLines, chooseActLines } from './act-dialog.js';
import { reportLines } from './report-dialog.js';
import { containerLines } from './container-dialog.js';
import { hopChoiceLines } from './hop-dialog.js';
import { faultDialogLines, faultDialogTitle } from './fault-dialog.js';
import { secretLines } from './secret-dialog.js';
import { runContent, undoContent, type DialogContent } from './step-dialog.js';
import { fixDialogLines, undoFixLines } from './troubles-fix.js';
import { fieldSpans } from './ui/field.js';
import { cell, fullLine, line, prose, span, BLANK, type Line } from './ui/line.js';
import { glyphsOf, inLang, type View } from './view.js';

function hostKeyLines(view: View, dialog: Extract<Dialog, { kind: 'host-key' }>, columns: number): Line[] {
  return [
    ...prose(inLang(view, text.hostKey.text(dialog.key)), columns),
    BLANK,
    line(`  ${dialog.key.type}`),
    ...prose(dialog.key.fingerprint, columns, 'accent', 2),
    BLANK,
    ...prose(inLang(view, text.hostKey.how), columns, 'dim'),
    ...prose(inLang(view, text.hostKey.ask), columns),
  ];
}

function content(view: View, dialog: Dialog, columns: number, rows: number): DialogContent {
  const { caret } = view.state.ui;
  switch (dialog.kind) {
    case 'host-key':
      return { title: text.hostKey.title, tone: 'warn', lines: hostKeyLines(view, dialog, columns) };
    case 'confirm-run':
      return runContent(view, dialog, columns, rows);
    case 'confirm-undo':
      return undoContent(view, dialog, columns, rows);
    case 'typed-confirm': {
      const same = dialog.input.trim() === dialog.expected;
      return {
        title: text.typed.title,
        tone: 'bad',
        lines: [
          [span(dialog.step, 'title'), span(`  ${dialog.hosts.join(', ')}`, 'dim')],
          ...prose(inLang(view, text.typed.text({ expected: dialog.expected })), columns),
          [span('  '), ...fieldSpans(view, dialog.input, caret, Math.min(40, columns - 4))],
          line(`  ${inLang(view, same ? text.typed.same : text.typed.differs)}`, same ? 'accent' : 'dim'),
        ],
      };
    }
    case 'secret':
      return {
        title: secretText.title({ name: dialog.name }),
        tone: 'title',
        lines: secretLines(view, dialog, columns),
      };
    case 'waive': {
      const field = (name: 'reason' | 'until'): Line => [
        span(dialog.field === name ? glyphsOf(view).focus : ' ', 'accent'),
        cell(` ${inLang(view, text.waive[name])}`, 10, 'dim'),
        ...fieldSpans(view, dialog[name], dialog.field === name ? caret : null, columns - 12),
      ];
      return {
        title: text.waive.title,
        tone: 'title',
        lines: [
          line(dialog.key, 'accent'),
          ...prose(inLang(view, text.waive.text), columns, 'dim'),
          BLANK,
          field('reason'),
          field('until'),
          dialog.problem === null ? BLANK : line(`  ${inLang(view, dialog.problem)}`, 'bad'),
        ],
      };
    }
    case 'choose-host':
      return {
        title: text.choose[dialog.purpose],
        tone: 'title',
        lines: [inLang(view, text.choose.all({ count: dialog.hosts.length })), ...dialog.hosts].map(
          (name, i): Line => [
            span(i === dialog.cursor ? glyphsOf(view).focus : ' ', 'accent'),
            span(` ${i}  `, 'dim'),
            span(name, i === dialog.cursor ? 'title' : 'plain'),
          ],
        ),
      };
    case 'choose-act':
      return { title: liveText.chooseAct, tone: 'title', lines: chooseActLines(view, dialog, columns) };
    case 'choose-container':
      return {
        title: liveText.chooseContainer[dialog.purpose],
        tone: 'title',
        lines: containerLines(view, dialog),
      };
    case 'choose-hop':
      return { title: pathText.choose, tone: 'title', lines: hopChoiceLines(view, dialog) };
    case 'choose-report':
      return { title: reportText.title, tone: 'title', lines: reportLines(view, dialog, columns) };
    case 'confirm-act':
    case 'typed-act':
      return {
        title: liveText.confirmAct,
        tone: dialog.kind === 'typed-act' ? 'bad' : 'title',
        lines: actLines(view, dialog, columns),
      };
    case 'confirm-fix':
    case 'typed-fix':
      return {
        title: fixDialog.title({ what: `${dialog.plan.symptom}/${dialog.plan.fix.id}` }),
        tone: dialog.plan.risk === 'destroys' ? 'bad' : 'title',
        lines: fixDialogLines(view, dialog, columns, rows),
      };
    case 'confirm-undo-fix': {
      const { symptom, fix } = dialog.plan;
      return {
        title: fixDialog.undoTitle({ what: `${symptom}/${fix.id}` }),
        tone: 'warn',
        lines: undoFixLines(view, dialog, columns),
      };
    }
    case 'choose-fault':
    case 'confirm-fault':
    case 'typed-fault':
    case 'confirm-heal':
      return {
        title: faultDialogTitle(dialog),
        tone: dialog.kind === 'typed-fault' ? 'bad' : 'title',
        lines: faultDialogLines(view, dialog, columns, rows),
      };
    case 'confirm-replace':
      return {
        title: text.replace.title,
        tone: 'warn',
        lines: [
          ...prose(inLang(view, text.replace.text(dialog)), columns),
          ...prose(inLang(view, text.replace.lost[dialog.file]), columns, 'dim'),
        ],
      };
    case 'confirm-quit':
      return {
        title: text.quit.title,
        tone: 'title',
        lines: [
          ...prose(inLang(view, view.state.lab?.file === null ? text.quit.passing : text.quit.text), columns),
          BLANK,
          ...dialog.running.map((key) =>
            line(`  ${glyphsOf(view).standing.running} ${key.replace('@', '  ')}`, 'info'),
          ),
        ],
      };
    case 'trouble': {
      const { trouble } = dialog;
      return {
        title: text.trouble.title,
        tone: 'bad',
        lines: [
          ...prose(inLang(view, trouble.what), columns, 'bad'),
          ...(trouble.where === null
            ? []
            : prose(`${inLang(view, text.trouble.where)}: ${trouble.where}`, columns, 'dim')),
          BLANK,
          line(inLang(view, text.trouble.remedy), 'title'),
          ...prose(inLang(view, trouble.remedy), columns),
        ],
      };
    }
  }
}

export interface DialogBox {
  readonly left: number;
  readonly top: number;
  readonly columns: number;
  readonly lines: readonly Line[];
}

/** The box of the open question, placed inside a body of that size; null when nothing is asked. */
export function dialogBox(view: View, columns: number, rows: number): DialogBox | null {
  const { dialog, waiting } = view.state.ui;
  if (dialog === null) return null;
  // On a narrow screen the box takes the whole width: scraps of the screen beside it would only confuse.
  const outer = columns <= 104 ? columns : 100;
  const inner = outer - 4;
  const room = rows - 2;
  const { title, tone, lines } = content(view, dialog, inner, room);
  const glyph = glyphsOf(view);
  const bar = span(glyph.column, 'dim');
  const more =
    waiting.length === 0 ? '' : ` ${inLang(view, text.trouble.waiting({ count: waiting.length }))} `;
  const head = ` ${inLang(view, title)} `;
  const edge = (left: string, right: string, label: Line, used: number): Line => [
    span(left, 'dim'),
    ...label,
    span(glyph.rule.repeat(Math.max(0, outer - 2 - used)) + right, 'dim'),
  ];
  const shown = lines.slice(0, room);
  const boxed: Line[] = [
    edge(glyph.corner.tl, glyph.corner.tr, [span(head, tone)], head.length),
    ...shown.map((one): Line => [bar, span(' '), ...fullLine(one, inner), span(' '), bar]),
    edge(glyph.corner.bl, glyph.corner.br, [span(more, 'dim')], more.length),
  ];
  return {
    left: Math.max(0, Math.floor((columns - outer) / 2)),
    top: Math.max(0, Math.min(3, Math.floor((rows - boxed.length) / 2))),
    columns: outer,
    lines: boxed,
  };
}
