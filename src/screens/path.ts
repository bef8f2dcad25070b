/** The two flows of the lab, hop by hop: what is whole, where it is broken first, and what was seen at the chosen hop. */
import { age } from '../i18n/format.js';
import { hopWord, path as text } from '../i18n/texts/path.js';
import type { HopResult } from '../runbook/path.js';
import type { FlowSource, HopSource } from '../runbook/path-schema.js';
import { contentOf } from '../state/content.js';
import { hopSymptom, hopSymptoms } from '../state/hop-choices.js';
import { brokenHop, chosenHop, hopGates, hopStanding, type HopStanding } from '../state/hops.js';
import { keyStanding } from '../state/standing.js';
import type { Tone } from '../term/theme.js';
import { symptomTitle } from './hop-dialog.js';
import { code } from './step-commands.js';
import { glyphsOf, inLang, type View } from './view.js';
import { block, cell, cutLine, line, lineWidth, prose, span, spread, BLANK, type Line } from './ui/line.js';
import { width, wrap } from './ui/cells.js';
import { scrolled } from './ui/scroll.js';
import { standingSign, subjectWord } from './ui/standing.js';

const TONE: Readonly<Record<HopStanding, Tone>> = {
  pass: 'ok',
  warn: 'warn',
  fail: 'bad',
  unknown: 'warn',
  never: 'dim',
  old: 'dim',
  after: 'dim',
};
const SIGN = {
  pass: 'pass',
  warn: 'warn',
  fail: 'fail',
  unknown: 'unknown',
  never: 'never',
  old: 'stale',
  after: 'blocked',
} as const satisfies Record<HopStanding, string>;

/** Title, places, two rows of names, state, the break, a blank one. */
const FLOW_ROWS = 7;
const LABEL_COLUMNS = 11;

function resultOf(view: View, flow: FlowSource, hop: HopSource): HopResult | undefined {
  return view.state.path.results[`${flow.id}.${hop.id}`];
}
function isRunning(view: View, flow: FlowSource, hop: HopSource): boolean {
  return view.state.path.running.includes(`${flow.id}.${hop.id}`);
}
function sign(view: View, flow: FlowSource, hop: HopSource): { readonly glyph: string; readonly tone: Tone } {
  const standing = hopStanding(view.state, flow.id, hop);
  if (standing === 'never' && isRunning(view, flow, hop))
    return { glyph: glyphsOf(view).standing.running, tone: 'info' };
  return { glyph: glyphsOf(view).standing[SIGN[standing]], tone: TONE[standing] };
}

/** In words, at the right end: whole, broken where, or how much is not known. */
function summary(view: View, flow: FlowSource): Line {
  const { state } = view;
  const broken = brokenHop(state, flow.id);
  if (broken !== null) {
    const hop = flow.hops.find((one) => `${flow.id}.${one.id}` === broken);
    return [
      span(inLang(view, text.broken({ hop: hop === undefined ? '' : inLang(view, hop.title) })), 'bad'),
      ...asked(view),
    ];
  }
  // What is still being asked may say otherwise in a moment: nothing is called whole before all have answered.
  if (flow.hops.some((hop) => isRunning(view, flow, hop))) return [span(inLang(view, text.asking), 'info')];
  const standings = flow.hops.map((hop) => hopStanding(state, flow.id, hop));
  if (standings.every((one) => one === 'never'))
    return [span(inLang(view, state.path.running.length > 0 ? text.asking : text.notAsked), 'dim')];
  if (standings.some((one) => one !== 'pass' && one !== 'warn'))
    return [span(inLang(view, text.partly), 'warn'), ...asked(view)];
  return [span(inLang(view, text.whole), standings.includes('warn') ? 'warn' : 'ok'), ...asked(view)];
}

/** How long ago: whether what is told here is of now matters most when something is broken. */
function asked(view: View): Line {
  const { lang, now, path } = view.state;
  if (path.askedAt === null) return [];
  const words = inLang(view, text.asked({ age: age(lang, Math.max(0, now - path.askedAt)) }));
  return [span(`  ${words}`, 'dim')];
}

/** A hop's name on two rows of `columns`; what does not fit is cut. */
function nameRows(view: View, hop: HopSource, columns: number): readonly [string, string] {
  const [first = '', second = '', ...rest] = wrap(inLang(view, hop.title), columns);
  return [first, [second, ...rest].join(' ')];
}

function flowLines(view: View, flow: FlowSource, columns: number): Line[] {
  const inner = columns - 1;
  const each = Math.floor(inner / flow.hops.length);
  const chosen = chosenHop(view.state);
  const glyph = glyphsOf(view);
  const cells = (make: (hop: HopSource, last: boolean) => Line): Line => [
    span(' '),
    ...flow.hops.flatMap((hop, i): Line => {
      const content = cutLine(make(hop, i === flow.hops.length - 1), each);
      return [...content, span(' '.repeat(Math.max(0, each - lineWidth(content))))];
    }),
  ];
  const places = placeLine(view, flow, each);
  const name =
    (row: 0 | 1) =>
    (hop: HopSource, last: boolean): Line => {
      const is = chosen?.hop === hop && chosen.flow === flow;
      const words = nameRows(view, hop, each - 1)[row];
      const mark = row === 0 && is ? glyph.focus : ' ';
      // Where a name takes all of its column there is no room for an arrow, and the order is plain without.
      const arrow = row === 0 && !last && width(words) + 3 < each ? [span(' →', 'dim')] : [];
      return [span(mark, 'accent'), span(words, is ? 'title' : 'plain'), ...arrow];
    };
  const states = cells((hop) => {
    const { glyph: shown, tone } = sign(view, flow, hop);
    const result = resultOf(view, flow, hop);
    const standing = hopStanding(view.state, flow.id, hop);
    const fresh = standing === 'pass' || standing === 'warn';
    const latency =
      fresh && result?.latencyMs !== null && result?.latencyMs !== undefined
        ? `${Math.round(result.latencyMs)} ms`
        : inLang(view, hopWord[standing]);
    return [span(` ${shown} `, tone), span(latency, fresh ? 'plain' : tone)];
  });
  return [
    spread(
      [span(` ${inLang(view, flow.title)}`, 'title'), span(`  ${inLang(view, flow.about)}`, 'dim')],
      [...summary(view, flow), span(' ')],
      columns,
    ),
    places,
    cells(name(0)),
    cells(name(1)),
    states,
    breakLine(view, flow, each, columns),
    BLANK,
  ];
}

/** The name of a place over the first of its hops, as wide as its hops are. */
function placeLine(view: View, flow: FlowSource, each: number): Line {
  const runs: { readonly at: HopSource['at']; hops: number }[] = [];
  for (const { at } of flow.hops) {
    const last = runs.at(-1);
    if (last?.at === at) last.hops += 1;
    else runs.push({ at, hops: 1 });
  }
  return [span(' '), ...runs.map(({ at, hops }) => cell(` ${subjectWord(view, at)}`, hops * each, 'dim'))];
}

/** `└ broken here: …` under the hop it is about, or as far left as its words need. */
function breakLine(view: View, flow: FlowSource, each: number, columns: number): Line {
  const broken = brokenHop(view.state, flow.id);
  const at = flow.hops.findIndex((hop) => `${flow.id}.${hop.id}` === broken);
  const hop = flow.hops[at];
  if (hop === undefined) return BLANK;
  const result = resultOf(view, flow, hop);
  const words = `${glyphsOf(view).corner.bl} ${inLang(view, text.here)}: ${result === undefined ? '' : inLang(view, result.say)}`;
  const wanted = 2 + at * each;
  const indent = Math.max(1, Math.min(wanted, columns - lineWidth(line(words)) - 1));
  return cutLine([span(' '.repeat(indent)), span(words, 'bad')], columns);
}

function labelled(label: Line, lines: readonly Line[]): Line[] {
  return lines.map((one, i) => [
    span('  '),
    ...(i === 0
      ? [cell(label.map((part) => part.text).join(''), LABEL_COLUMNS, 'dim')]
      : [span(' '.repeat(LABEL_COLUMNS))]),
    ...one,
  ]);
}

/** What is known of the chosen hop. */
export function hopText(view: View, columns: number): Line[] {
  const { state } = view;
  const chosen = chosenHop(state);
  if (chosen === null) return [];
  const { flow, hop } = chosen;
  const inner = columns - 2 - LABEL_COLUMNS;
  const result = resultOf(view, flow, hop);
  const standing = hopStanding(state, flow.id, hop);
  const { glyph, tone } = sign(view, flow, hop);
  const label = (of: { readonly id: string; readonly en: string }): Line => [span(inLang(view, of))];
  const place = subjectWord(view, hop.at);
  const gates = hopGates(state, hop);
  const seen = hopSymptom(state, flow.id, hop);
  const evidence = result?.evidence ?? null;
  return [
    [
      span(` ${glyph} `, tone),
      span(inLang(view, hop.title), 'title'),
      span(`  ${inLang(view, hopWord[standing])}`, tone),
    ],
    ...labelled(label(text.at), [
      line(
        hop.from === undefined
          ? place
          : inLang(view, text.askedFrom({ place, from: subjectWord(view, hop.from) })),
      ),
    ]),
    ...(result === undefined
      ? []
      : labelled(
          label(text.found),
          prose(inLang(view, result.say), inner, standing === 'fail' ? 'bad' : 'plain'),
        )),
    ...(standing === 'after' ? labelled([span('')], prose(inLang(view, text.after), inner, 'dim')) : []),
    ...labelled(
      label(text.gates),
      gates.length === 0
        ? [line(inLang(view, text.noHopGates), 'dim')]
        : gates.map((key): Line => {
            const title = contentOf(state).byKey.get(key)?.title;
            return [
              standingSign(view, keyStanding(state, key)),
              span(` ${key.split('@')[0] ?? key}`),
              span(title === undefined ? '' : `  ${inLang(view, title)}`, 'dim'),
            ];
          }),
    ),
    ...labelled(
      label(seen === null ? text.ifBroken : text.symptom),
      hopSymptoms(state, flow.id, hop).map((id): Line => {
        const now = id === seen;
        const told = now ? `  ${inLang(view, text.seenNow)}` : '';
        return [
          span(id, now ? 'bad' : 'plain'),
          span(told, 'bad'),
          span(`  ${symptomTitle(view, id)}`, 'dim'),
        ];
      }),
    ),
    ...(evidence === null
      ? []
      : [
          ...labelled(
            label(text.seen),
            evidence.excerpt.trim() === '' ? [line('-', 'dim')] : code(view, evidence.excerpt, inner),
          ),
          ...labelled(label(text.command), code(view, evidence.asked, inner)),
        ]),
  ];
}

/** Rows of the flows above the text of the chosen hop. */
export function flowRows(view: View): number {
  return view.state.runbook.path.length * FLOW_ROWS;
}

export function pathScreen(view: View, columns: number, rows: number): Line[] {
  const { state } = view;
  if (state.runbook.path.length === 0) return block([line(` ${inLang(view, text.none)}`, 'dim')], rows);
  const flows = state.runbook.path.flatMap((flow) => flowLines(view, flow, columns));
  const room = Math.max(0, rows - flows.length);
  return [
    ...block(flows, Math.min(flows.length, rows)),
    ...scrolled(view, hopText(view, columns), state.ui.positions['path.scroll'] ?? 0, columns, room),
  ];
}

/** The chosen hop with all that was seen there, as text for copying. */
export function pathCopy(view: View): string | null {
  const lines = hopText(view, 10_000);
  return lines.length === 0
    ? null
    : lines
        .map((one) =>
          one
            .map((part) => part.text)
            .join('')
            .trimEnd(),
        )
        .join('\n');
}
