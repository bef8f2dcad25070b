/** What a script finds below $TB_FILES, on the commands tab: templates as they will be, of all others where they come from. */
import { secrets as text } from '../i18n/texts/secrets.js';
import { shownFile } from '../runbook/render.js';
import type { RenderedAction } from '../runbook/types.js';
import { glyphsOf, inLang, type View } from './view.js';
import { wrap } from './ui/cells.js';
import { BLANK, line, prose, span, type Line } from './ui/line.js';

export function fileLines(view: View, { files }: RenderedAction, columns: number): readonly Line[] {
  if (files.length === 0) return [];
  const { column, mask } = glyphsOf(view);
  return [
    BLANK,
    line(inLang(view, text.files), 'title'),
    ...files.flatMap((file): Line[] => [
      line(`  ${file.name}`, 'info'),
      ...(file.source.kind === 'template' ? shownFile(file) : shownFile(file).replaceAll('•', mask))
        .trimEnd()
        .split('\n')
        .flatMap((one) => wrap(one, columns - 4, '    '))
        .map((one): Line => [span(`  ${column} `, 'dim'), span(one, 'dim')]),
      ...(file.source.kind === 'secret'
        ? prose(inLang(view, text.show({ name: file.source.parameter })), columns, 'plain', 4)
        : []),
    ]),
  ];
}
