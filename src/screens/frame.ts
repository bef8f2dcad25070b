/** The lines that are the same on every screen: header, notice, keys. */
import { home } from '../i18n/texts/home.js';
import { troubles as troubleText } from '../i18n/texts/troubles.js';
import { words } from '../i18n/texts/words.js';
import { footerKeyText, footerRows } from '../input/keys.js';
import { isCancelling } from '../state/cancelling.js';
import { actSentence } from '../state/live/acts.js';
import { phaseRollup, runningRuns } from '../state/standing.js';
import { isOvercome } from '../state/troubles-view.js';
import type { Tone } from '../term/theme.js';
import { stopwatch } from '../i18n/format.js';
import { glyphsOf, inLang, layoutOf, type View } from './view.js';
import { lineWidth, line, span, spread, type Line, type Span } from './ui/line.js';
import { standingSign } from './ui/standing.js';
import { width } from './ui/cells.js';

/** A look is told of in the header for so long, ms. */
const LOOK_NEWS_MS = 10 * 60_000;
/** Columns at the right end of the header that the spinner has for itself. */
export const SPINNER_COLUMNS = 4;

export function rule(view: View, columns: number): Line {
  return line(glyphsOf(view).rule.repeat(columns), 'dim');
}

/** `A✓ B◐ C· …`: where one is in the whole journey; the phase looked at is marked. */
function phaseMarks(view: View): Line {
  const { state } = view;
  return state.runbook.phases.flatMap((phase, i): Span[] => [
    span(i === 0 ? '' : ' '),
    span(phase.id, phase.id === state.ui.phase ? 'title' : 'dim'),
    standingSign(view, phaseRollup(state, phase.id)),
  ]);
}

/** How many symptoms the last look found, for as long as that is news. */
function troubleCount(view: View): Span[] {
  const { troubles, now, terminal, ui } = view.state;
  const { look } = troubles;
  if (look === null || now - look.at > LOOK_NEWS_MS) return [];
  if (ui.stack.at(-1) === 'troubles' || layoutOf(terminal) === 'narrow') return [];
  const count = look.findings.filter((one) => !isOvercome(view.state, one)).length;
  if (count === 0) return [];
  return [span(`${inLang(view, troubleText.count({ count }))} (t)  `, 'warn')];
}

export function headerLines(view: View, columns: number): Line[] {
  const { state } = view;
  const { lab } = state;
  const left: Span[] = [span(' threebody', 'title')];
  if (lab === null) left.push(span(`  ${inLang(view, home.noLab)}`, 'dim'));
  else {
    if (lab.practice) {
      const short = layoutOf(state.terminal) === 'narrow';
      left.push(span('  '), span(inLang(view, short ? words.practiceShort : words.practice), 'warn'));
    }
    left.push(span(`  ${lab.name}`));
  }
  const right: Span[] = [
    ...(lab === null ? [] : [...troubleCount(view), ...phaseMarks(view)]),
    span(`  ${state.lang.toUpperCase()}`, 'dim'),
  ];
  const room = columns - SPINNER_COLUMNS;
  return [spread(left, right, room), rule(view, columns)];
}

const NOTICE_TONE: Readonly<Record<'good' | 'bad' | 'plain', Tone>> = {
  good: 'info',
  bad: 'bad',
  plain: 'info',
};

/** One line above the keys: news, else what is running. */
export function noticeLine(view: View): Line {
  const { state } = view;
  const { notice } = state.ui;
  if (notice !== null) {
    const sign =
      glyphsOf(view).standing[notice.tone === 'good' ? 'pass' : notice.tone === 'bad' ? 'fail' : 'warn'];
    return [span(` ${sign} ${inLang(view, notice.text)}`, NOTICE_TONE[notice.tone])];
  }
  const [act] = state.live.acting;
  if (act !== undefined) {
    return [span(` ${glyphsOf(view).standing.running} ${inLang(view, actSentence(act))} …`, 'info')];
  }
  const [run, ...others] = runningRuns(state);
  if (run === undefined) return [];
  const action = run.actions.find((one) => one.phase === 'running' || one.phase === 'cancelling');
  const what = `${run.step}${action === undefined ? '' : `/${action.action}`} ${run.host}`;
  const text =
    run.phase === 'gating'
      ? home.gating({ what })
      : (isCancelling(state, run) ? home.cancelling : home.running)({
          what,
          time: stopwatch(state.now - run.startedAt),
        });
  const more = others.length === 0 ? '' : `  +${others.length}`;
  return [
    span(` ${glyphsOf(view).standing.running} ${inLang(view, text)}${more}`, 'info'),
    span(run.reattached ? `  ${inLang(view, home.reattached)}` : '', 'dim'),
  ];
}

/** The keys that work now, best first; the last ones (`?`, `q`) always have their place. */
export function footerLine(view: View, columns: number): Line {
  const { state } = view;
  const shown = footerRows(state, view.live).map((row) => {
    const key = footerKeyText(state, row);
    const label = inLang(view, row.label);
    return { rank: row.footer ?? 0, key, label, columns: width(key) + 1 + width(label) + 2 };
  });
  const kept = shown.filter((one) => one.rank >= 85);
  let room = columns - 1 - kept.reduce((sum, one) => sum + one.columns, 0);
  for (const one of shown.filter((other) => other.rank < 85)) {
    if (one.columns > room) continue;
    room -= one.columns;
    kept.push(one);
  }
  const spans = kept
    .sort((a, b) => a.rank - b.rank)
    .flatMap((one): Span[] => [span(one.key, 'accent'), span(` ${one.label}  `, 'dim')]);
  return [span(' '), ...spans];
}

export function footerLines(view: View, columns: number): Line[] {
  return [noticeLine(view), footerLine(view, columns)];
}

/** The mark before a row: full where the focus is, hollow where a row is chosen and the focus elsewhere. */
export function chosenMark(view: View, chosen: boolean, focused: boolean): Span {
  const glyph = glyphsOf(view);
  if (!chosen) return span(' ');
  return focused ? span(glyph.focus, 'accent') : span(glyph.chosen, 'dim');
}

/** A heading with the focus mark where the focus is, so that moving the focus changes two cells. */
export function heading(view: View, title: string, focused: boolean, right: Line, columns: number): Line {
  const mark = focused ? glyphsOf(view).focus : ' ';
  return spread([span(mark, 'accent'), span(title, 'title')], right, Math.max(columns, lineWidth(right) + 2));
}
