/** Writing a report from the screen: what is asked, and what is to be done. */
import type { Language } from '../lab/types.js';

/** In the order in which they are offered. */
export const REPORT_FORMS = ['html', 'markdown', 'json', 'junit', 'tap'] as const;
export type ReportForm = (typeof REPORT_FORMS)[number];

/** What a file of each form is called by its end. */
export const REPORT_SUFFIX: Readonly<Record<ReportForm, string>> = {
  html: 'html',
  markdown: 'md',
  json: 'json',
  junit: 'xml',
  tap: 'tap',
};

/** The question for a form; the file gets a name of its own. */
export interface ReportDialog {
  readonly kind: 'choose-report';
  /** Into REPORT_FORMS. */
  readonly cursor: number;
}

export interface ReportUiMessage {
  readonly type: 'ask.report';
}

/** Answered by a notice that tells the path. */
export interface ReportEffect {
  readonly type: 'report.write';
  readonly form: ReportForm;
  readonly language: Language;
}
