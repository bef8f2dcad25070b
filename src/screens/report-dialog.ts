/** The question in which form a report is to be written. */
import { report as text } from '../i18n/texts/report.js';
import { REPORT_FORMS, type ReportDialog } from '../state/report-types.js';
import { BLANK, cell, prose, span, type Line } from './ui/line.js';
import { glyphsOf, inLang, type View } from './view.js';

/** Columns of the forms' names. */
const NAME_COLUMNS = 10;

export function reportLines(view: View, dialog: ReportDialog, columns: number): Line[] {
  return [
    ...REPORT_FORMS.map((form, i): Line => {
      const chosen = i === dialog.cursor;
      return [
        span(chosen ? glyphsOf(view).focus : ' ', 'accent'),
        span(` ${i + 1}  `, 'dim'),
        cell(inLang(view, text.forms[form]), NAME_COLUMNS, chosen ? 'title' : 'plain'),
        span(inLang(view, text.about[form]), chosen ? 'plain' : 'dim'),
      ];
    }),
    BLANK,
    ...prose(inLang(view, text.note), columns, 'dim'),
  ];
}
