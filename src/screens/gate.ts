/** One gate: what it found, on what evidence, what may be done. */
import { age, briefly, clockTime, duration } from '../i18n/format.js';
import { gates as text } from '../i18n/texts/gates.js';
import { standingWord } from '../i18n/texts/words.js';
import type { Evidence, RenderedProbe } from '../gates/types.js';
import type { RenderedGate } from '../runbook/types.js';
import { contentOf } from '../state/content.js';
import { chosenGate, position } from '../state/lists.js';
import { waiverHolds } from '../gates/schedule.js';
import { gateStanding, keyStanding } from '../state/standing.js';
import { code } from './step-commands.js';
import { inLang, langOf, type View } from './view.js';
import { block, cell, line, prose, span, spread, BLANK, type Line } from './ui/line.js';
import { scrolled } from './ui/scroll.js';
import { standingCell, standingSign, STANDING_TONE, subjectWord } from './ui/standing.js';

export const GATE_CHROME_ROWS = 2;
const LABEL_COLUMNS = 9;

export function gateOnScreen(view: View): RenderedGate | null {
  const key = chosenGate(view.state);
  return key === null ? null : (contentOf(view.state).byKey.get(key) ?? null);
}

function labelled(label: string, lines: readonly Line[]): Line[] {
  return lines.map((one, i) => [span('  '), cell(i === 0 ? label : '', LABEL_COLUMNS, 'dim'), ...one]);
}

export function evidenceLines(view: View, one: Evidence, columns: number): Line[] {
  const inner = columns - 2 - LABEL_COLUMNS;
  const { lang, now } = view.state;
  const exit = one.exit === null ? inLang(view, text.noExit) : String(one.exit);
  return [
    ...labelled(inLang(view, text.place), [[span(subjectWord(view, one.place), 'title')]]),
    ...labelled(inLang(view, text.asked), code(view, one.asked, inner)),
    ...labelled(inLang(view, text.exit), [[span(exit)]]),
    ...labelled(
      inLang(view, text.seen),
      one.excerpt.trim() === '' ? [line(inLang(view, text.empty), 'dim')] : code(view, one.excerpt, inner),
    ),
    ...labelled(inLang(view, text.when), [
      [
        span(
          `${clockTime(one.startedAt)}, ${age(lang, now - one.startedAt)}; ${inLang(view, text.took)} `,
          'dim',
        ),
        span(
          one.durationMs < 1000 ? `${Math.round(one.durationMs)} ms` : duration(lang, one.durationMs),
          'dim',
        ),
      ],
    ]),
    BLANK,
  ];
}

function probeText(probe: RenderedProbe): string {
  switch (probe.kind) {
    case 'command':
      return probe.script;
    case 'routes':
    case 'clock':
    case 'hosts-file':
      return probe.kind;
    case 'http':
      return `${probe.method} ${probe.url}`;
    case 'tcp':
      return `tcp ${probe.host}:${probe.port}`;
    case 'dns':
      return `dns ${probe.name}`;
  }
}

/** What will be asked, for a gate without evidence. */
function probeLines(view: View, gate: RenderedGate, columns: number): Line[] {
  return Object.values(gate.probes).flatMap((probe) => [
    ...labelled(inLang(view, text.place), [[span(subjectWord(view, probe.on), 'title')]]),
    ...labelled(inLang(view, text.asked), code(view, probeText(probe), columns - 2 - LABEL_COLUMNS)),
  ]);
}

/** Why the sign is what it is, when it is not simply the verdict's own sentence. */
function standingLines(view: View, gate: RenderedGate, columns: number): Line[] {
  const { state } = view;
  const result = state.gates[gate.key]?.result ?? null;
  const waiver = state.gates[gate.key]?.waiver ?? null;
  const standing = gateStanding(state, gate);
  const lines: Line[] = [];
  if (result === null) lines.push(...prose(inLang(view, text.never), columns, 'dim'));
  else {
    lines.push(...prose(inLang(view, result.say), columns, result.verdict === 'fail' ? 'bad' : 'plain'));
    const when = age(langOf(view), state.now - result.judgedAt);
    const verdict = inLang(view, standingWord[result.verdict]);
    lines.push([
      span(
        `${inLang(view, text.was({ verdict, age: when }))}; ${inLang(view, text.counts({ time: briefly(langOf(view), gate.freshMs) }))}`,
        'dim',
      ),
    ]);
  }
  if (standing === 'stale') lines.push(...prose(inLang(view, text.stale), columns, 'warn'));
  if (standing === 'running') lines.push(line(inLang(view, text.running), 'info'));
  if (waiver !== null) {
    lines.push(
      ...(waiverHolds(waiver, state.now)
        ? prose(inLang(view, text.waivedUntil(waiver)), columns, 'warn')
        : prose(inLang(view, text.waiverOver({ until: waiver.until })), columns, 'warn')),
    );
  }
  return lines;
}

export function gateText(view: View, gate: RenderedGate, columns: number): Line[] {
  const { state } = view;
  const result = state.gates[gate.key]?.result ?? null;
  const lines = [...standingLines(view, gate, columns), BLANK];
  const needed = result !== null && result.blockedBy.length > 0 ? result.blockedBy : [];
  if (needed.length > 0) {
    lines.push(line(inLang(view, text.blockedBy), 'title'));
    lines.push(
      ...needed.map((key): Line => {
        const standing = keyStanding(state, key);
        return [span('  '), standingSign(view, standing), span(` ${key}`, STANDING_TONE[standing])];
      }),
      BLANK,
    );
  }
  const hints = result?.hints ?? [];
  if (hints.length > 0) {
    const shown = Math.min(hints.length, position(state, `hints.${gate.key}`));
    lines.push(line(inLang(view, text.hints), 'title'));
    hints.slice(0, shown).forEach((hint, i) => {
      const [first = [], ...rest] = prose(inLang(view, hint), columns, 'plain', 5);
      lines.push(
        [span(`  ${i + 1}. `, 'accent'), ...first.map((part) => span(part.text.trimStart(), part.tone))],
        ...rest,
      );
    });
    if (shown < hints.length)
      lines.push(line(`  ${inLang(view, text.moreHints({ left: hints.length - shown }))}`, 'dim'));
    lines.push(BLANK);
  }
  if (result !== null && result.evidence.length > 0) {
    lines.push(
      line(inLang(view, text.evidence), 'title'),
      ...result.evidence.flatMap((one) => evidenceLines(view, one, columns)),
    );
  } else {
    lines.push(line(inLang(view, text.willAsk), 'title'), ...probeLines(view, gate, columns));
  }
  return lines;
}

export function gateScreen(view: View, columns: number, rows: number): Line[] {
  const gate = gateOnScreen(view);
  if (gate === null) return block([line(` ${inLang(view, text.none)}`, 'dim')], rows);
  const top: Line[] = [
    spread(
      [span(` ${gate.gate}`, 'accent'), span(`  ${inLang(view, gate.title)}`, 'title')],
      standingCell(view, gateStanding(view.state, gate)),
      columns - 1,
    ),
    [span(` ${subjectWord(view, gate.subject)}`, 'dim')],
  ];
  const lines = gateText(view, gate, columns - 4).map((one): Line => [span(' '), ...one]);
  return [
    ...top,
    ...scrolled(view, lines, position(view.state, 'gate.scroll'), columns - 1, rows - GATE_CHROME_ROWS),
  ];
}

/** Evidence as text, for copying. */
export function gateCopy(view: View): string | null {
  const gate = gateOnScreen(view);
  if (gate === null) return null;
  const result = view.state.gates[gate.key]?.result ?? null;
  const head = `${gate.key}: ${inLang(view, standingWord[gateStanding(view.state, gate)])}`;
  if (result === null) return [head, ...Object.values(gate.probes).map(probeText)].join('\n');
  const evidence = result.evidence.map(
    (one) => `[${one.place}] $ ${one.asked}\nexit ${one.exit ?? '-'}\n${one.excerpt}`,
  );
  return [head, inLang(view, result.say), ...evidence].join('\n\n');
}
