/**
 * The screens as plain lines, one after another, for screen readers and for terminals that cannot be painted on:
 * a new screen is read out whole, on the same screen only what changed, and news as one sentence each.
 */
import { actionWord, standingWord, words } from '../i18n/texts/words.js';
import { step as stepText } from '../i18n/texts/step.js';
import { HOST_NAMES } from '../lab/types.js';
import { isZoomed } from '../state/live/listing.js';
import type { AppState, ScreenName } from '../state/types.js';
import { dialogBox } from './dialog.js';
import { footerLine } from './frame.js';
import { linkWord } from './host-pane.js';
import { bandsOf, buildRegion } from './layout.js';
import { plain } from './ui/line.js';
import { smokeNews } from './smoke.js';
import { troublesNews } from './troubles.js';
import { inLang, type View } from './view.js';

/** Read out at a width that wraps rarely; the height only bounds long lists. */
const COLUMNS = 100;
const ROWS = 44;

/** The screen on top as text without decoration; the question instead, when one is open. */
export function screenText(view: View): string[] {
  const terminal = { ...view.state.terminal, columns: COLUMNS, rows: ROWS };
  const sized: View = { ...view, state: { ...view.state, terminal } };
  const box = dialogBox(sized, COLUMNS, ROWS);
  const { practice = false } = view.state.lab ?? {};
  const head = practice ? [inLang(view, words.practice)] : [];
  const body =
    box === null
      ? bandsOf(view.state.ui.stack.at(-1) ?? 'welcome', terminal, isZoomed(view.state)).flatMap((band) =>
          band.regions.flatMap((region) => plain(buildRegion(sized, region, band.rows))),
        )
      : plain(box.lines.slice(0, -1)).map((one) => one.replaceAll(/^[│|┌+]|[│|┐+]$/g, ''));
  const keys = plain([footerLine(sized, 300)]);
  return [...head, ...body, ...keys]
    .map((one) =>
      one
        .replaceAll(/[─-]{4,}/g, '')
        .replaceAll(/ {2,}/g, '  ')
        .trim(),
    )
    .filter((one) => one !== '');
}

/** News between two states, one sentence each, in the order of hosts and gates. */
export function newsBetween(before: AppState, view: View): string[] {
  const { state } = view;
  const news: string[] = [];
  for (const host of HOST_NAMES) {
    if (before.hosts[host].link.kind !== state.hosts[host].link.kind) {
      news.push(`${host}: ${linkWord(view, host).text}`);
    }
  }
  for (const gate of Object.values(state.gates)) {
    if (gate === undefined || gate.result === null || gate.running) continue;
    const old = before.gates[gate.key];
    if (old?.result === gate.result) continue;
    news.push(
      `${gate.key}: ${inLang(view, standingWord[gate.result.verdict])}. ${inLang(view, gate.result.say)}`,
    );
  }
  for (const run of Object.values(state.runs)) {
    if (run === undefined) continue;
    const old = before.runs[`${run.step}@${run.host}`];
    run.actions.forEach((action, i) => {
      if (old?.actions[i]?.phase === action.phase) return;
      news.push(`${run.step}/${action.action} ${run.host}: ${inLang(view, actionWord[action.phase])}`);
    });
    if (old?.phase !== run.phase)
      news.push(`${run.step} ${run.host}: ${inLang(view, stepText.runPhase[run.phase])}`);
  }
  news.push(...troublesNews(before, view), ...smokeNews(before, view));
  const { notice } = state.ui;
  if (notice !== null && notice !== before.ui.notice) news.push(inLang(view, notice.text));
  return news;
}

/** What identifies the screen: when this changes it is read out whole. */
export function screenKey(state: AppState): string {
  const { stack, dialog } = state.ui;
  const place = stack.at(-1) ?? 'welcome';
  return `${place} ${visitOf(state, place)} ${dialog?.kind ?? ''} ${state.lang}`;
}

/** What on a screen makes it another one to a person who hears it. */
function visitOf(state: AppState, place: ScreenName): string {
  const { positions, step, gate, focusedHost } = state.ui;
  if (place === 'step') return `${step ?? ''} ${positions['step.tab'] ?? 0}`;
  if (place === 'gate') return gate ?? '';
  if (place === 'host') return `${focusedHost} ${positions['host.tab'] ?? 0} ${positions['host.kind'] ?? 0}`;
  if (place === 'smoke') return String(positions['smoke.tab'] ?? 0);
  return place === 'home' ? String(positions['home.zoom'] ?? 0) : '';
}

/** Lines of `now` that were not there before. */
export function changedLines(before: readonly string[], now: readonly string[]): string[] {
  const known = new Set(before);
  return now.filter((one) => !known.has(one));
}
