/** The step wizard: the phase, its steps, how each stands, how long it took. */
import { briefly, stopwatch } from '../i18n/format.js';
import { home } from '../i18n/texts/home.js';
import { words } from '../i18n/texts/words.js';
import type { Phase, Step } from '../runbook/types.js';
import { currentPhase, windowStart } from '../state/lists.js';
import { gateCounts, isRunning, phaseRollup, stepRollup, stepRuns, unmetNeeds } from '../state/standing.js';
import { chosenMark, heading } from './frame.js';
import { inLang, langOf, type View } from './view.js';
import { block, cell, line, prose, span, BLANK, type Line } from './ui/line.js';
import { standingCell } from './ui/standing.js';

/** Columns of what is said of a step beside its title; on narrow screens the title counts more. */
function infoColumns(columns: number): number {
  return columns < 66 ? 13 : 17;
}
/** Columns of how long it took, where there is room for it. */
const TOOK_COLUMNS = 13;

/** Milliseconds of the runs that pass the test, the longest over the hosts; null when there is none. */
function longest(view: View, step: Step, running: boolean): number | null {
  const runs = stepRuns(view.state, step.id).filter((run) => isRunning(run) === running);
  if (runs.length === 0) return null;
  return Math.max(...runs.map((run) => (run.endedAt ?? view.state.now) - run.startedAt));
}

/** The one thing to know of a step besides its standing: how long it runs, what it waits for, how far it is. */
function infoOf(view: View, step: Step, columns: number): string {
  const { state } = view;
  const running = longest(view, step, true);
  if (running !== null) return inLang(view, home.runsFor({ time: stopwatch(running) }));
  const unmet = unmetNeeds(state, step);
  const sum = stepRollup(state, step);
  if (unmet.length > 0 && (sum === 'never' || sum === 'blocked')) {
    return inLang(view, home.waitsFor({ steps: unmet.join(', ') }));
  }
  const counts = gateCounts(state, step.id);
  const all = Object.values(counts).reduce((total, n) => total + n, 0);
  if (all === 0) return '';
  const text = columns < 17 ? home.gatesShort : home.gatesDone;
  return inLang(view, text({ done: counts.pass + counts.waived, all }));
}

function tookOf(view: View, step: Step): string {
  const ms = longest(view, step, false);
  return ms === null ? '' : inLang(view, home.took({ time: briefly(langOf(view), ms) }));
}

function stepLine(view: View, step: Step, focused: boolean, columns: number, idColumns: number): Line {
  const { state } = view;
  const chosen = state.ui.step === step.id;
  const fixed = 2 + 12 + idColumns;
  const took = columns >= 78;
  const info = infoColumns(columns);
  const right = 1 + info + (took ? 1 + TOOK_COLUMNS : 0);
  // Not wider than titles are: what is said of a step should stand near to it.
  const titleColumns = Math.min(44, Math.max(8, columns - fixed - right));
  const tone = chosen ? 'pick' : 'plain';
  return [
    chosenMark(view, chosen, focused),
    span(' '),
    ...standingCell(view, stepRollup(state, step)),
    span(' '),
    cell(step.id, idColumns, tone),
    cell(inLang(view, step.title), titleColumns, tone),
    span(' '),
    cell(infoOf(view, step, info), info, 'dim'),
    ...(took ? [span(' '), cell(tookOf(view, step), TOOK_COLUMNS, 'dim')] : []),
  ];
}

function phaseTitle(view: View, phase: Phase): string {
  return `${inLang(view, home.phase)} ${phase.id}  ${inLang(view, phase.title)}`;
}

export function wizardPane(view: View, columns: number, rows: number): Line[] {
  const { state } = view;
  const phase = currentPhase(state);
  const focused = state.ui.focus === 'wizard';
  if (phase === null) return block([], rows);
  const hosts = phase.hosts.length === 3 ? inLang(view, words.allHosts) : phase.hosts.join(', ');
  const sum = phase.steps.length === 0 ? [] : [...standingCell(view, phaseRollup(state, phase.id))];
  const title = heading(
    view,
    phaseTitle(view, phase),
    focused,
    [span(columns >= 70 ? `${hosts}  ` : '', 'dim'), ...sum],
    columns,
  );
  if (phase.steps.length === 0) {
    return block(
      [
        title,
        ...prose(inLang(view, phase.about), columns - 4, 'plain', 2),
        BLANK,
        ...prose(inLang(view, home.noSteps), columns - 4, 'dim', 2),
      ],
      rows,
    );
  }
  const room = rows - 1;
  const cursor = Math.max(
    0,
    phase.steps.findIndex((step) => step.id === state.ui.step),
  );
  const start = windowStart(cursor, room, phase.steps.length);
  const shown = phase.steps.slice(start, start + room);
  const about =
    room > phase.steps.length + 2 ? [BLANK, ...prose(inLang(view, phase.about), columns - 4, 'dim', 2)] : [];
  const idColumns = 1 + Math.max(...phase.steps.map((step) => step.id.length));
  const lines = shown.map((step) => stepLine(view, step, focused, columns, idColumns));
  return block([title, ...lines, ...about], rows);
}

export function logPane(view: View, columns: number, rows: number): Line[] {
  const host = view.state.ui.focusedHost;
  const tail = view.logs.tail(host, rows - 1);
  const title: Line = [span(' '), span(inLang(view, home.log), 'title'), span(`  ${host}`, 'dim')];
  if (tail.length === 0) return block([title, line(`  ${inLang(view, home.noLog)}`, 'dim')], rows);
  const wide = columns >= 100;
  return block(
    [
      title,
      ...tail.map((one): Line => [
        span('  '),
        ...(wide ? [cell(one.source, 22, 'dim'), span('  ')] : []),
        span(one.text),
      ]),
    ],
    rows,
  );
}
