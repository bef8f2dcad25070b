/** The commands tab: exactly what runs on the chosen host, beside the runbook's own lines where they differ. */
import { step as text } from '../i18n/texts/step.js';
import { riskWord } from '../i18n/texts/words.js';
import type { HostName } from '../lab/types.js';
import type { Action, RenderedAction, Step } from '../runbook/types.js';
import { chosenAction } from '../input/chosen.js';
import { actionsOn } from '../state/content.js';
import type { Tone } from '../term/theme.js';
import { fileLines } from './step-files.js';
import { glyphsOf, inLang, type View } from './view.js';
import { wrap } from './ui/cells.js';
import { beside, line, prose, span, spread, BLANK, type Line } from './ui/line.js';

/** From this width on the two scripts stand side by side. */
const BESIDE_COLUMNS = 110;

/** A script with long lines folded, so that all of it can be read; the fold is marked. */
export function code(view: View, script: string, columns: number, tone: Tone = 'plain'): Line[] {
  const { column, folded } = glyphsOf(view);
  return script
    .replace(/\n$/, '')
    .split('\n')
    .flatMap((one) =>
      wrap(one, columns - 2, '    ').map((part, i): Line => [
        span(`${i === 0 ? column : folded} `, 'dim'),
        span(part, tone),
      ]),
    );
}

/** The action on the focused host, or on the first one that it is for. */
function rendered(
  view: View,
  step: Step,
  action: Action,
): { readonly host: HostName; readonly on: RenderedAction } | null {
  const focused = view.state.ui.focusedHost;
  const hosts = action.hosts ?? step.hosts;
  for (const host of [focused, ...hosts]) {
    const on = actionsOn(view.state, step, host).find((one) => one.action === action.id);
    if (on !== undefined) return { host, on };
  }
  return null;
}

const RISK_TONE: Readonly<Record<Action['risk'], Tone>> = { safe: 'plain', config: 'plain', destroys: 'bad' };

function scripts(view: View, on: RenderedAction, columns: number): Line[] {
  const title = (label: string, used: boolean): Line => [
    span(label, 'title'),
    ...(used ? [span(`  ${glyphsOf(view).focus} ${inLang(view, text.chosen)}`, 'accent')] : []),
  ];
  if (on.runbookScript === null) {
    return [
      [...title(inLang(view, text.ours), false), span(`  ${inLang(view, text.same)}`, 'dim')],
      ...code(view, on.script, columns),
    ];
  }
  const ours = (width: number): Line[] => [
    title(inLang(view, text.ours), on.variant === 'ours'),
    ...code(view, on.script, width),
  ];
  const theirs = (width: number): Line[] => [
    [
      ...title(inLang(view, text.theirs), on.variant === 'runbook'),
      span(`  ${inLang(view, text.swap)}`, 'dim'),
    ],
    ...code(view, on.runbookScript ?? '', width),
  ];
  if (columns < BESIDE_COLUMNS) return [...ours(columns), BLANK, ...theirs(columns)];
  const half = Math.floor((columns - 2) / 2);
  return beside(ours(half), half, theirs(half), half);
}

function explained(view: View, action: Action, columns: number): Line[] {
  if (action.explain.length === 0) return [];
  const { lang } = view.state;
  return [
    BLANK,
    line(inLang(view, text.explained), 'title'),
    ...action.explain.flatMap((one) => [
      ...prose(one.part, columns, 'info', 2),
      ...prose(one[lang], columns, 'plain', 4),
    ]),
  ];
}

/** The pitfalls that this action avoids, in the words of its step. */
function avoided(view: View, step: Step, action: Action, columns: number): Line[] {
  if (action.trap.length === 0) return [];
  const { lang } = view.state;
  const told = action.trap.flatMap((trap) => {
    const said = step.pitfalls.filter((one) => one.trap === trap).map((one) => one[lang]);
    return (said.length === 0 ? [inLang(view, text.otherPitfall)] : said).map((one) => ({ trap, one }));
  });
  return [
    BLANK,
    line(inLang(view, text.avoids), 'title'),
    ...told.flatMap(({ trap, one }) => {
      const [first = [], ...rest] = prose(one, columns, 'plain', 6);
      return [
        [span(`  ${trap} `, 'dim'), ...first.map((part) => span(part.text.trimStart(), part.tone))],
        ...rest,
      ];
    }),
  ];
}

export function commandLines(view: View, step: Step, columns: number): Line[] {
  const { state } = view;
  const action = chosenAction(state);
  if (action === null) return prose(inLang(view, text.noActions), columns);
  const found = rendered(view, step, action);
  const at = step.actions.indexOf(action) + 1;
  const head = spread(
    [
      span(inLang(view, text.action({ at, of: step.actions.length })), 'title'),
      span(`  ${action.id}`, 'accent'),
      span(found === null ? '' : `  ${inLang(view, text.onHost({ host: found.host }))}`, 'dim'),
    ],
    step.actions.length > 1 ? [span('[ ]', 'accent'), span(` ${inLang(view, text.others)}`, 'dim')] : [],
    columns,
  );
  const risk: Line = [
    span(inLang(view, riskWord[action.risk]), RISK_TONE[action.risk]),
    span(`, ${inLang(view, action.as === 'root' ? text.asRoot : text.asUser)}`, 'dim'),
  ];
  const elsewhere =
    found !== null && found.host !== state.ui.focusedHost
      ? prose(inLang(view, text.notHere({ host: state.ui.focusedHost, shown: found.host })), columns, 'warn')
      : [];
  const lines: Line[] = [head, ...prose(inLang(view, action.say), columns), risk, ...elsewhere, BLANK];
  if (found === null) return [...lines, ...code(view, action.script, columns)];
  const { on } = found;
  lines.push(...scripts(view, on, columns));
  if (action.differs !== undefined) {
    lines.push(
      BLANK,
      line(inLang(view, text.differs), 'title'),
      ...prose(inLang(view, action.differs), columns, 'plain', 2),
    );
  }
  lines.push(
    ...fileLines(view, on, columns),
    ...explained(view, action, columns),
    ...avoided(view, step, action, columns),
  );
  if (on.satisfied !== null) {
    lines.push(
      BLANK,
      line(inLang(view, text.satisfied), 'title'),
      ...code(view, on.satisfied, columns, 'dim'),
    );
  }
  lines.push(BLANK, line(inLang(view, text.undo), 'title'));
  if (on.undo === null) lines.push(...prose(inLang(view, text.noUndo), columns, 'dim', 2));
  else lines.push(...code(view, on.undo, columns, 'dim'));
  return lines;
}

/** The script shown, for copying; null when there is none. */
export function commandText(view: View, step: Step): string | null {
  const action = chosenAction(view.state);
  const on = action === null ? undefined : rendered(view, step, action)?.on;
  if (on === undefined) return null;
  return on.variant === 'runbook' && on.runbookScript !== null ? on.runbookScript : on.script;
}
