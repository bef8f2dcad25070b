/** A step: what it is for, what it runs, what came out, how its gates stand. */
import { age, decimal, stopwatch } from '../i18n/format.js';
import { step as text } from '../i18n/texts/step.js';
import { ACTION_COLUMNS, actionWord } from '../i18n/texts/words.js';
import { HOST_NAMES } from '../lab/types.js';
import { STEP_TABS, stepTab } from '../state/tabs.js';
import type { Step } from '../runbook/types.js';
import { allRan, isCancelling } from '../state/cancelling.js';
import { stepOf } from '../state/content.js';
import { chosenGate, position, windowStart } from '../state/lists.js';
import { isRunning, runKey, stepGates, stepRollup } from '../state/standing.js';
import type { ActionPhase, ActionRun, StepRun } from '../state/types.js';
import type { Tone } from '../term/theme.js';
import { gateRow, sayingLines, sayingRows } from './gate-list.js';
import { digitOf } from './host-pane.js';
import { logLines, logSearching, logSearchSpans, logStatus, logWindow } from './log.js';
import { commandLines } from './step-commands.js';
import { glyphsOf, inLang, langOf, type View } from './view.js';
import { block, cell, line, prose, span, spread, BLANK, type Line } from './ui/line.js';
import { scrolled } from './ui/scroll.js';
import { standingCell } from './ui/standing.js';

/** Title, tabs, empty row. */
export const STEP_CHROME_ROWS = 3;

function section(view: View, title: { id: string; en: string }, body: readonly Line[]): Line[] {
  return [line(inLang(view, title), 'title'), ...body, BLANK];
}

/** Sign and number before a pitfall. */
const PITFALL_COLUMNS = 8;

function explainLines(view: View, step: Step, columns: number): Line[] {
  const para = (of: { id: string; en: string }): Line[] => prose(inLang(view, of), columns - 1, 'plain', 2);
  const lines = [
    ...section(view, text.why, para(step.why)),
    ...section(view, text.effect, para(step.effect)),
    ...section(view, text.success, para(step.success)),
  ];
  if (step.pitfalls.length > 0) {
    lines.push(
      ...section(
        view,
        step.pitfalls.some((one) => one.trap !== undefined) ? text.pitfallsNumbered : text.pitfalls,
        step.pitfalls.flatMap((one) => {
          const [first = [], ...rest] = prose(one[langOf(view)], columns - 1, 'plain', PITFALL_COLUMNS);
          return [
            [
              span(`  ${glyphsOf(view).standing.warn} `, 'warn'),
              cell(one.trap ?? '', PITFALL_COLUMNS - 4, 'dim'),
              ...first.map((part) => span(part.text.trimStart(), part.tone)),
            ],
            ...rest,
          ];
        }),
      ),
    );
  }
  const facts: Line[] = [[span(`${inLang(view, text.hosts)}: `, 'dim'), span(step.hosts.join(', '))]];
  if (step.needs.length > 0)
    facts.push([span(`${inLang(view, text.needs)}: `, 'dim'), span(step.needs.join(', '))]);
  if (step.terms.length > 0)
    facts.push(...prose(`${inLang(view, text.terms)}: ${step.terms.join(', ')}`, columns, 'dim'));
  if (step.minutes !== undefined) {
    const digits = Number.isInteger(step.minutes) ? 0 : 1;
    facts.push(
      line(inLang(view, text.minutes({ minutes: decimal(langOf(view), step.minutes, digits) })), 'dim'),
    );
  }
  return [...lines, ...facts];
}

/** A finished run is not green: that it worked is for the gates to say. */
const PHASE_TONE: Readonly<Record<StepRun['phase'], Tone>> = {
  running: 'info',
  gating: 'info',
  done: 'plain',
  failed: 'bad',
  cancelled: 'warn',
};
const PHASE_SIGN = {
  running: 'running',
  gating: 'running',
  done: 'pass',
  failed: 'fail',
  cancelled: 'warn',
} as const;
const ACTION_TONE: Readonly<Record<ActionPhase, Tone>> = {
  waiting: 'dim',
  checking: 'info',
  satisfied: 'plain',
  running: 'info',
  ok: 'plain',
  failed: 'bad',
  cancelling: 'warn',
  cancelled: 'warn',
  'timed-out': 'bad',
  lost: 'bad',
  unreachable: 'bad',
};

function elapsed(view: View, from: number | null, to: number | null): string {
  return from === null ? '' : stopwatch((to ?? view.state.now) - from);
}

function runSummary(view: View, step: Step, columns: number): Line[] {
  const { state } = view;
  return HOST_NAMES.filter((host) => step.hosts.includes(host)).map((host): Line => {
    const run = state.runs[runKey(step.id, host)];
    const head = [
      span(state.ui.focusedHost === host ? glyphsOf(view).focus : ' ', 'accent'),
      span(`${digitOf(host)} `, 'dim'),
      cell(host, 11, state.ui.focusedHost === host ? 'pick' : 'plain'),
    ];
    if (run === undefined) return [...head, span(inLang(view, text.neverRun), 'dim')];
    // A cancel that came too late stopped nothing: what is shown is what happened.
    const phase = run.phase === 'cancelled' && allRan(run) ? 'done' : run.phase;
    const tone = PHASE_TONE[phase];
    const done = run.actions.filter((one) => one.endedAt !== null || one.phase === 'satisfied').length;
    return [
      ...head,
      span(`${glyphsOf(view).standing[PHASE_SIGN[phase]]} `, tone),
      cell(inLang(view, isCancelling(state, run) ? text.cancelling : text.runPhase[phase]), 15, tone),
      cell(`${done}/${run.actions.length}`, 6, 'plain', 'right'),
      span(`  ${inLang(view, text.took)} `, 'dim'),
      cell(elapsed(view, run.startedAt, run.endedAt), 7),
      span(
        isRunning(run) || run.endedAt === null || columns < 70
          ? ''
          : `  ${inLang(view, text.ended({ age: age(langOf(view), state.now - run.endedAt) }))}`,
        'dim',
      ),
      span(run.purpose === 'undo' ? `  ${inLang(view, text.undoing)}` : '', 'warn'),
    ];
  });
}

function actionLines(view: View, one: ActionRun, columns: number): Line[] {
  const tone = ACTION_TONE[one.phase];
  const exit = one.end?.kind === 'exited' ? inLang(view, text.exit({ code: one.end.exit })) : '';
  const row: Line = [
    span('   '),
    cell(one.action, 24),
    cell(inLang(view, actionWord[one.phase]), ACTION_COLUMNS, tone),
    span(one.startedAt === null ? '' : `${inLang(view, text.took)} `, 'dim'),
    cell(elapsed(view, one.startedAt, one.endedAt), 7),
    span(exit === '' ? '' : `  ${exit}`, 'dim'),
  ];
  if (one.trouble === null) return [row];
  return [
    row,
    ...prose(inLang(view, one.trouble.what), columns - 6, 'bad', 5),
    ...prose(inLang(view, one.trouble.remedy), columns - 6, 'plain', 5),
  ];
}

/** What stands above the log on the output tab. */
function outputTop(view: View, step: Step, columns: number, rows: number): Line[] {
  const run = view.state.runs[runKey(step.id, view.state.ui.focusedHost)];
  const actions = (run?.actions ?? []).flatMap((one) => actionLines(view, one, columns));
  const top = [...runSummary(view, step, columns), ...actions];
  // Half of the room stays for the log whatever the length of the plan.
  return top.slice(0, Math.max(3, Math.floor(rows / 2)));
}

/** Rows of log in sight on the output tab. */
export function outputLogRows(view: View, step: Step, columns: number, rows: number): number {
  return Math.max(1, rows - outputTop(view, step, columns, rows).length - 1);
}

function outputLines(view: View, step: Step, columns: number, rows: number): Line[] {
  const host = view.state.ui.focusedHost;
  const top = outputTop(view, step, columns, rows);
  const logRows = outputLogRows(view, step, columns, rows);
  const status = logStatus(view, logWindow(view, host, logRows));
  const ruler: Line = spread(
    logSearching(view)
      ? logSearchSpans(view, columns)
      : [span(glyphsOf(view).rule.repeat(3), 'dim'), span(` ${host} `, 'title')],
    status,
    columns - 1,
  );
  return [...top, ruler, ...logLines(view, host, columns, logRows)];
}

function gateLines(view: View, step: Step, columns: number, rows: number): Line[] {
  const gates = stepGates(view.state, step.id);
  const chosen = chosenGate(view.state);
  const mine = gates.some((gate) => gate.key === chosen) ? chosen : (gates[0]?.key ?? null);
  const at = Math.max(
    0,
    gates.findIndex((gate) => gate.key === mine),
  );
  const room = rows - sayingRows(columns);
  const start = windowStart(at, room, gates.length);
  const shown = gates
    .slice(start, start + room)
    .map((gate) => gateRow(view, gate, gate.key === mine, true, columns));
  return [...block(shown, room), ...sayingLines(view, gates[at] ?? null, columns)];
}

function tabLine(view: View): Line {
  const current = stepTab(view.state);
  return STEP_TABS.flatMap((tab) => [
    span(tab === current ? ` ${glyphsOf(view).focus}` : '  ', 'accent'),
    span(`${inLang(view, text.tabs[tab])} `, tab === current ? 'title' : 'dim'),
  ]);
}

/** Everything below the tabs, as long as it is; the output and gates tabs window themselves. */
export function stepText(view: View, columns: number): Line[] {
  const step = stepOf(view.state, view.state.ui.step);
  if (step === null) return [];
  const tab = stepTab(view.state);
  if (tab === 'explain') return explainLines(view, step, columns);
  return tab === 'commands' ? commandLines(view, step, columns) : [];
}

export function stepScreen(view: View, columns: number, rows: number): Line[] {
  const { state } = view;
  const step = stepOf(state, state.ui.step);
  if (step === null) return block([line(` ${inLang(view, text.none)}`, 'dim')], rows);
  const room = rows - STEP_CHROME_ROWS;
  const inner = columns - 3;
  const top: Line[] = [
    spread(
      [span(` ${step.id}  `, 'accent'), span(inLang(view, step.title), 'title')],
      standingCell(view, stepRollup(state, step)),
      columns - 1,
    ),
    tabLine(view),
    BLANK,
  ];
  const tab = stepTab(state);
  const indent = (lines: readonly Line[]): Line[] => lines.map((one) => [span(' '), ...one]);
  switch (tab) {
    case 'explain':
    case 'commands':
      return [
        ...top,
        ...scrolled(view, indent(stepText(view, inner)), position(state, 'step.scroll'), columns - 1, room),
      ];
    case 'output':
      return [...top, ...block(outputLines(view, step, columns, room), room)];
    case 'gates':
      return [...top, ...block(gateLines(view, step, columns, room), room)];
  }
}
