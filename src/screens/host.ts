/** One host in full: facts, services, and its log as high as the screen allows. */
import { decimal } from '../i18n/format.js';
import { misc } from '../i18n/texts/misc.js';
import { step as text } from '../i18n/texts/step.js';
import type { Sample } from '../services/ports.js';
import { digitOf, linkTrouble, linkWord, numbers, runLine, unitLines } from './host-pane.js';
import { logLines, logStatus, logWindow } from './log.js';
import { glyphsOf, inLang, type View } from './view.js';
import { inputSpans } from './ui/field.js';
import { block, span, spread, type Line } from './ui/line.js';

/** Title, four rows of facts, run, ruler. */
export const HOST_CHROME_ROWS = 7;
const FACT_ROWS = 4;
/** A clock further off than this is worth a word, seconds. */
const SKEW_SECONDS = 2;

function factLines(view: View, sample: Sample, columns: number): Line[] {
  const { lang } = view.state;
  const skew = sample.hostClock - sample.at / 1000;
  const clock =
    Math.abs(skew) < SKEW_SECONDS
      ? []
      : [span(`  ${inLang(view, misc.clockOff({ seconds: decimal(lang, skew, 1) }))}`, 'warn')];
  return [
    [
      span(`${inLang(view, misc.hostname)} `, 'dim'),
      span(sample.hostname),
      span(`  ${inLang(view, misc.os)} `, 'dim'),
      span(sample.os),
      ...(columns >= 110 ? [span(`  ${inLang(view, misc.kernel)} `, 'dim'), span(sample.kernel)] : []),
    ],
    [
      ...numbers(view, sample),
      span(`  ${inLang(view, misc.cpus)} `, 'dim'),
      span(String(sample.cpus)),
      ...clock,
    ],
    ...unitLines(view, sample, columns),
  ];
}

export function hostScreen(view: View, columns: number, rows: number): Line[] {
  const { state } = view;
  const host = state.ui.focusedHost;
  const { link, sample } = state.hosts[host];
  const inner = columns - 2;
  const title = spread(
    [
      span(` ${digitOf(host)} `, 'dim'),
      span(host, 'title'),
      span(`  ${state.lab?.addresses[host] ?? ''}`, 'dim'),
    ],
    [linkWord(view, host), span(' ')],
    columns,
  );
  const facts =
    link.kind === 'down'
      ? linkTrouble(view, host, inner)
      : sample === null
        ? []
        : factLines(view, sample, inner);
  const logRows = rows - HOST_CHROME_ROWS;
  const searching = state.ui.typing === 'log.search' || (state.ui.inputs['log.search'] ?? '') !== '';
  const status = logStatus(view, logWindow(view, host, logRows));
  const left: Line = searching
    ? [
        span(` ${inLang(view, text.search)} / `, 'dim'),
        ...inputSpans(view, 'log.search', Math.max(10, Math.floor(columns / 3))),
      ]
    : [span(glyphsOf(view).rule.repeat(4), 'dim'), span(' log ', 'title')];
  return [
    title,
    ...block(facts, FACT_ROWS).map((one): Line => [span(' '), ...one]),
    [span(' '), ...runLine(view, host)],
    spread(left, [...status, span(' ')], columns),
    ...logLines(view, host, columns, logRows),
  ];
}

/** The rows of log in sight, as text for copying. */
export function hostCopy(view: View, rows: number): string | null {
  const { lines } = logWindow(view, view.state.ui.focusedHost, rows - HOST_CHROME_ROWS);
  return lines.length === 0 ? null : lines.map((one) => one.text).join('\n');
}
