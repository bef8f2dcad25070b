/** What is asked before a step is run or undone: what it would do, in one sentence an action. */
import { dialogs as text } from '../i18n/texts/dialogs.js';
import { riskWord } from '../i18n/texts/words.js';
import type { HostName, Text } from '../lab/types.js';
import type { RenderedAction, StepId } from '../runbook/types.js';
import { actionsOn, stepOf } from '../state/content.js';
import { unmetNeeds } from '../state/standing.js';
import type { Dialog } from '../state/types.js';
import type { Tone } from '../term/theme.js';
import { line, prose, span, BLANK, type Line } from './ui/line.js';
import { inLang, type View } from './view.js';

/** What stands in the box of a question. */
export interface DialogContent {
  readonly title: Text;
  readonly tone: Tone;
  readonly lines: readonly Line[];
}

/** The plan: one sentence an action, with the hosts it is for and its risk. */
function planLines(view: View, step: StepId, hosts: readonly HostName[], columns: number): Line[] {
  const found = stepOf(view.state, step);
  if (found === null) return [];
  const byAction = new Map<string, { readonly on: RenderedAction; readonly hosts: HostName[] }>();
  for (const host of hosts) {
    for (const on of actionsOn(view.state, found, host)) {
      const known = byAction.get(on.action);
      if (known === undefined) byAction.set(on.action, { on, hosts: [host] });
      else known.hosts.push(host);
    }
  }
  if (byAction.size === 0) return prose(inLang(view, text.run.nothing), columns, 'dim');
  return [...byAction.values()].flatMap(({ on, hosts: where }, i) => {
    const [first = [], ...rest] = prose(inLang(view, on.say), columns, 'plain', 4);
    const partly = where.length === hosts.length ? '' : `  ${where.join(', ')}`;
    const variant = on.variant === 'runbook' ? `  ${inLang(view, text.run.variant)}` : '';
    return [
      [
        span(`${String(i + 1).padStart(2)}. `, 'dim'),
        ...first.map((one) => span(one.text.trimStart(), one.tone)),
      ],
      ...rest,
      [
        span('    '),
        span(inLang(view, riskWord[on.risk]), on.risk === 'destroys' ? 'bad' : 'dim'),
        span(partly, 'dim'),
        span(variant, 'warn'),
      ],
    ];
  });
}

/** As many lines of a plan as there is room for, and how many are missing. */
function bounded(view: View, lines: readonly Line[], rows: number): Line[] {
  if (lines.length <= rows) return [...lines];
  const shown = lines.slice(0, Math.max(1, rows - 1));
  const left = lines.slice(shown.length).filter((one) => /^ *\d+\. $/.test(one[0]?.text ?? '')).length;
  return [...shown, line(`    ${inLang(view, text.run.more({ count: Math.max(1, left) }))}`, 'dim')];
}

/** @param rows the box may take; a longer plan says how much is missing */
export function runContent(
  view: View,
  dialog: Extract<Dialog, { kind: 'confirm-run' }>,
  columns: number,
  rows: number,
): DialogContent {
  const step = stepOf(view.state, dialog.step);
  const unmet = step === null ? [] : unmetNeeds(view.state, step);
  const away = dialog.hosts.filter((host) => view.state.hosts[host].link.kind !== 'up');
  const head: Line[] = [
    [
      span(step === null ? '' : inLang(view, step.title), 'title'),
      span(`  ${dialog.hosts.join(', ')}`, 'dim'),
    ],
    ...(unmet.length === 0
      ? []
      : prose(inLang(view, text.run.unmet({ steps: unmet.join(', ') })), columns, 'warn')),
    ...(away.length === 0
      ? []
      : prose(inLang(view, text.run.away({ hosts: away.join(', ') })), columns, 'warn')),
    BLANK,
  ];
  const foot: Line[] = [
    BLANK,
    ...prose(inLang(view, dialog.force ? text.run.force : text.run.skips), columns, 'dim'),
    ...prose(inLang(view, text.run.gates), columns, 'dim'),
  ];
  const plan = planLines(view, dialog.step, dialog.hosts, columns);
  return {
    title: text.run.title({ step: dialog.step }),
    tone: 'title',
    lines: [...head, ...bounded(view, plan, rows - head.length - foot.length), ...foot],
  };
}

/** @param rows the box may take; a longer plan says how much is missing */
export function undoContent(
  view: View,
  dialog: Extract<Dialog, { kind: 'confirm-undo' }>,
  columns: number,
  rows: number,
): DialogContent {
  const step = stepOf(view.state, dialog.step);
  const actions = (step?.actions ?? [])
    .filter((action) => dialog.hosts.some((host) => (action.hosts ?? step?.hosts ?? []).includes(host)))
    .toReversed();
  // What only looked left nothing behind; it is counted, not listed.
  const looked = actions.filter((action) => action.undo === undefined && action.risk === 'safe').length;
  const lines = actions
    .filter((action) => action.undo !== undefined || action.risk !== 'safe')
    .flatMap((action, i) => {
      const back = action.undo !== undefined;
      const sentence = back ? (action.restores ?? text.undo.of({ say: action.say })) : action.say;
      const [first = [], ...rest] = prose(inLang(view, sentence), columns, back ? 'plain' : 'dim', 4);
      return [
        [
          span(`${String(i + 1).padStart(2)}. `, 'dim'),
          ...first.map((one) => span(one.text.trimStart(), one.tone)),
        ],
        ...rest,
        ...(back ? [] : [line(`    ${inLang(view, text.undo.cannot)}`, 'warn')]),
      ];
    });
  const head = [line(dialog.hosts.join(', '), 'dim'), ...prose(inLang(view, text.undo.text), columns), BLANK];
  const foot = [
    BLANK,
    ...prose(inLang(view, text.undo.untouched), columns, 'dim'),
    ...(looked === 0 ? [] : prose(inLang(view, text.undo.looked({ count: looked })), columns, 'dim')),
  ];
  return {
    title: text.undo.title({ step: dialog.step }),
    tone: 'title',
    lines: [...head, ...bounded(view, lines, rows - head.length - foot.length), ...foot],
  };
}
