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

const TIME_COLUMNS = 8;

/** Time of the run under way, or of the last one; the longest over the hosts. */
function timeOf(view: View, step: Step): string {
  const runs = stepRuns(view.state, step.id);
  const running = runs.filter((run) => isRunning(run));
  const some = running.length > 0 ? running : runs;
  if (some.length === 0) return '';
  const ms = Math.max(...some.map((run) => (run.endedAt ?? view.state.now) - run.startedAt));
  return running.length > 0 ? stopwatch(ms) : briefly(langOf(view), ms);
}

function stepLine(view: View, step: Step, focused: boolean, columns: number): Line {
  const { state } = view;
  const chosen = state.ui.step === step.id;
  const counts = gateCounts(state, step.id);
  const all = Object.values(counts).reduce((sum, n) => sum + n, 0);
  const unmet = unmetNeeds(state, step);
  const sum = stepRollup(state, step);
  const info =
    unmet.length > 0 && (sum === 'never' || sum === 'blocked')
      ? inLang(view, home.waitsFor({ steps: unmet.join(', ') }))
      : all === 0
        ? ''
        : inLang(view, home.gatesDone({ done: counts.pass + counts.waived, all }));
  const fixed = 2 + 12 + 4 + TIME_COLUMNS + 2;
  const infoColumns = columns >= 90 ? 20 : columns >= 62 ? 16 : 0;
  // Not wider than titles are: time and count should stand near to what they belong to.
  const titleColumns = Math.min(48, Math.max(8, columns - fixed - infoColumns - 1));
  const tone = chosen ? 'pick' : 'plain';
  return [
    chosenMark(view, chosen, focused),
    span(' '),
    ...standingCell(view, sum),
    span(' '),
    cell(step.id, 4, tone),
    cell(inLang(view, step.title), titleColumns, tone),
    cell(timeOf(view, step), TIME_COLUMNS, 'dim', 'right'),
    span('  '),
    ...(infoColumns === 0 ? [] : [cell(info, infoColumns, 'dim')]),
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
  return block([title, ...shown.map((step) => stepLine(view, step, focused, columns)), ...about], rows);
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
