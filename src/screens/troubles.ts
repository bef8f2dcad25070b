/** Troubleshooting: the symptoms found beside the walk of the chosen one; on small terminals one after the other. */
import { age } from '../i18n/format.js';
import { layerWord, troubles as text } from '../i18n/texts/troubles.js';
import { position } from '../state/lists.js';
import type { AppState } from '../state/types.js';
import { inWalk, isBrowsing, TROUBLES_FILTER, TROUBLES_PASTE } from '../state/troubles-view.js';
import { firstBroken } from '../symptoms/diagnosis.js';
import { troubleList } from './troubles-list.js';
import { faultBanner } from './fault-dialog.js';
import { placesWord } from './troubles-parts.js';
import { troubleText } from './troubles-walk.js';
import { inputSpans } from './ui/field.js';
import { block, fullLine, line, plain, span, spread, BLANK, type Line } from './ui/line.js';
import { scrolled } from './ui/scroll.js';
import { glyphsOf, inLang, type View } from './view.js';

/** Title, and the line below it. */
const CHROME_ROWS = 2;
/** From this width on list and walk stand side by side. */
const BESIDE_COLUMNS = 116;

/** Columns of the list where the walk stands beside it; null where they take turns. */
function listColumns(columns: number): number | null {
  return columns < BESIDE_COLUMNS ? null : Math.min(68, Math.max(46, Math.floor(columns * 0.38)));
}

/** Columns of the walk's text on a terminal of that width. */
function walkColumns(columns: number): number {
  const list = listColumns(columns);
  return list === null ? columns - 3 : columns - list - 4;
}

function summary(view: View): Line {
  const { state } = view;
  const { look, gathering } = state.troubles;
  if (gathering !== null) {
    const words =
      gathering.all > 0 && gathering.done < gathering.all ? text.looking(gathering) : text.lookingHosts;
    return [span(`${glyphsOf(view).standing.running} ${inLang(view, words)}`, 'info')];
  }
  if (look === null) return [span(inLang(view, text.notLooked), 'dim')];
  const count = look.findings.length;
  const when = age(state.lang, Math.max(0, state.now - look.at));
  return [span(inLang(view, text.looked({ count, age: when })), count === 0 ? 'dim' : 'warn')];
}

/** Below the title: what is being typed, else where the lab is broken first and who did not answer. */
function secondLine(view: View, columns: number): Line {
  const { state } = view;
  const field = (label: string, name: string): Line => [
    span(` ${label}: `, 'dim'),
    ...inputSpans(view, name, Math.max(10, columns - label.length - 5)),
  ];
  if (state.ui.typing === TROUBLES_PASTE) return field(inLang(view, text.paste), TROUBLES_PASTE);
  if (isBrowsing(state)) return field(inLang(view, text.search), TROUBLES_FILTER);
  const { look } = state.troubles;
  if (look === null) return BLANK;
  const first = firstBroken(look.findings);
  const [finding] = look.findings;
  const parts = [
    ...(first === null || finding === undefined
      ? []
      : [
          inLang(
            view,
            text.first({
              layer: inLang(view, layerWord[first.layer]),
              places: placesWord(view, finding.evidence),
            }),
          ),
        ]),
    ...(look.silent.length === 0 ? [] : [inLang(view, text.silent({ hosts: look.silent.join(', ') }))]),
  ];
  return line(` ${parts.join(' · ')}`, first === null ? 'dim' : 'bad');
}

export function troublesScreen(view: View, columns: number, rows: number): Line[] {
  const { state } = view;
  const top: Line[] = [
    spread([span(` ${inLang(view, text.title)}`, 'title')], [...summary(view), span(' ')], columns),
    secondLine(view, columns),
    ...faultBanner(view, columns),
  ];
  const room = rows - top.length;
  const beside = listColumns(columns);
  const walk = (width: number): Line[] =>
    scrolled(
      view,
      troubleText(view, walkColumns(columns)).map((one): Line => [span(' '), ...one]),
      position(state, 'troubles.scroll'),
      width,
      room,
    );
  if (beside === null)
    return [...top, ...block(inWalk(state) ? walk(columns) : troubleList(view, columns, room), room)];
  const left = troubleList(view, beside, room);
  const right = walk(columns - beside - 2);
  const bar = span(glyphsOf(view).column, inWalk(state) ? 'accent' : 'dim');
  return [...top, ...left.map((one, i): Line => [...fullLine(one, beside), bar, ...(right[i] ?? BLANK)])];
}

/** How many lines the walk has, and how many are in sight. */
export function troublesExtent(view: View, columns: number, rows: number): { lines: number; rows: number } {
  return {
    lines: troubleText(view, walkColumns(columns)).length,
    rows: rows - CHROME_ROWS - faultBanner(view, columns).length,
  };
}

/** The whole walk as text, for copying. */
export function troublesCopy(view: View): string | null {
  const lines = plain(troubleText(view, 100));
  return lines.length === 0 ? null : lines.join('\n');
}

/** What came in between: how many symptoms were found, and what each check answered; one sentence each. */
export function troublesNews(before: AppState, view: View): string[] {
  const { troubles } = view.state;
  if (troubles === before.troubles) return [];
  const news: string[] = [];
  if (troubles.look !== null && troubles.look.at !== before.troubles.look?.at)
    news.push(...plain([summary(view)]), ...plain(troubleList(view, 100, 40)).filter((one) => one !== ''));
  for (const [key, answers] of Object.entries(troubles.answers)) {
    const known = new Set(Object.entries(before.troubles.answers).find(([one]) => one === key)?.[1]);
    const symptom = troubles.catalogue?.byId.get(key.split('/')[1] ?? '');
    for (const answer of answers) {
      if (known.has(answer)) continue;
      const check = symptom?.checks.find((one) => one.id === answer.check);
      news.push(
        `${check === undefined ? answer.check : inLang(view, check.say)} ${inLang(view, answer.say)}`,
      );
    }
  }
  return news;
}
