/** The question for a secret: dots for what is typed, and whether it is kept. */
import { secrets as text } from '../i18n/texts/secrets.js';
import { secretVariable } from '../lab/parameters.js';
import type { Dialog } from '../state/types.js';
import { fieldSpans } from './ui/field.js';
import { BLANK, cell, line, prose, span, type Line } from './ui/line.js';
import { glyphsOf, inLang, type View } from './view.js';

export function secretLines(
  view: View,
  dialog: Extract<Dialog, { kind: 'secret' }>,
  columns: number,
): readonly Line[] {
  const { caret } = view.state.ui;
  const variable = secretVariable(dialog.name);
  const kept = dialog.keep ? text.file({ path: dialog.file }) : text.memory;
  const [first = [], ...rest] = prose(inLang(view, kept), columns, 'plain', 12);
  return [
    ...prose(inLang(view, dialog.about), columns, 'title'),
    ...prose(inLang(view, text.text), columns, 'dim'),
    ...(dialog.optional ? prose(inLang(view, text.optional), columns) : []),
    BLANK,
    [
      span(glyphsOf(view).focus, 'accent'),
      cell(` ${inLang(view, text.field)}`, 11, 'dim'),
      ...fieldSpans(view, dialog.input, caret, Math.min(60, columns - 13), true),
    ],
    [
      cell(`  ${inLang(view, text.keep)}`, 12, 'dim'),
      ...first.map((one) => span(one.text.trimStart(), one.tone)),
    ],
    ...rest,
    dialog.problem === null ? BLANK : line(`  ${inLang(view, dialog.problem)}`, 'bad'),
    ...prose(inLang(view, text.other({ variable })), columns, 'dim'),
  ];
}
