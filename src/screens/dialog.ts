/** The question on top of a screen: a framed box, as tall as it needs to be and never taller than there is room. */
import { live as liveText } from '../i18n/texts/live.js';
import { dialogs as text } from '../i18n/texts/dialogs.js';
import { secrets as secretText } from '../i18n/texts/secrets.js';
import { fixDialog } from '../i18n/texts/troubles.js';
import { riskWord } from '../i18n/texts/words.js';
import type { HostName, Text } from '../lab/types.js';
import type { RenderedAction, StepId } from '../runbook/types.js';
import { actionsOn, stepOf } from '../state/content.js';
import { unmetNeeds } from '../state/standing.js';
import type { Dialog } from '../state/types.js';
import type { Tone } from '../term/theme.js';
import { actLines, chooseActLines } from './act-dialog.js';
import { secretLines } from './secret-dialog.js';
import { fixDialogLines } from './troubles-fix.js';
import { fieldSpans } from './ui/field.js';
import { cell, fullLine, line, prose, span, BLANK, type Line } from './ui/line.js';
import { glyphsOf, inLang, type View } from './view.js';

interface Content {
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

function runContent(
  view: View,
  dialog: Extract<Dialog, { kind: 'confirm-run' }>,
  columns: number,
  rows: number,
): Content {
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

function undoContent(
  view: View,
  dialog: Extract<Dialog, { kind: 'confirm-undo' }>,
  columns: number,
  rows: number,
): Content {
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

function hostKeyLines(view: View, dialog: Extract<Dialog, { kind: 'host-key' }>, columns: number): Line[] {
  return [
    ...prose(inLang(view, text.hostKey.text(dialog.key)), columns),
    BLANK,
    line(`  ${dialog.key.type}`),
    ...prose(dialog.key.fingerprint, columns, 'accent', 2),
    BLANK,
    ...prose(inLang(view, text.hostKey.how), columns, 'dim'),
    ...prose(inLang(view, text.hostKey.ask), columns),
  ];
}

function content(view: View, dialog: Dialog, columns: number, rows: number): Content {
  const { caret } = view.state.ui;
  switch (dialog.kind) {
    case 'host-key':
      return { title: text.hostKey.title, tone: 'warn', lines: hostKeyLines(view, dialog, columns) };
    case 'confirm-run':
      return runContent(view, dialog, columns, rows);
    case 'confirm-undo':
      return undoContent(view, dialog, columns, rows);
    case 'typed-confirm': {
      const same = dialog.input.trim() === dialog.expected;
      return {
        title: text.typed.title,
        tone: 'bad',
        lines: [
          [span(dialog.step, 'title'), span(`  ${dialog.hosts.join(', ')}`, 'dim')],
          ...prose(inLang(view, text.typed.text({ expected: dialog.expected })), columns),
          [span('  '), ...fieldSpans(view, dialog.input, caret, Math.min(40, columns - 4))],
          line(`  ${inLang(view, same ? text.typed.same : text.typed.differs)}`, same ? 'accent' : 'dim'),
        ],
      };
    }
    case 'secret':
      return {
        title: secretText.title({ name: dialog.name }),
        tone: 'title',
        lines: secretLines(view, dialog, columns),
      };
    case 'waive': {
      const field = (name: 'reason' | 'until'): Line => [
        span(dialog.field === name ? glyphsOf(view).focus : ' ', 'accent'),
        cell(` ${inLang(view, text.waive[name])}`, 10, 'dim'),
        ...fieldSpans(view, dialog[name], dialog.field === name ? caret : null, columns - 12),
      ];
      return {
        title: text.waive.title,
        tone: 'title',
        lines: [
          line(dialog.key, 'accent'),
          ...prose(inLang(view, text.waive.text), columns, 'dim'),
          BLANK,
          field('reason'),
          field('until'),
          dialog.problem === null ? BLANK : line(`  ${inLang(view, dialog.problem)}`, 'bad'),
        ],
      };
    }
    case 'choose-host':
      return {
        title: text.choose[dialog.purpose],
        tone: 'title',
        lines: [inLang(view, text.choose.all({ count: dialog.hosts.length })), ...dialog.hosts].map(
          (name, i): Line => [
            span(i === dialog.cursor ? glyphsOf(view).focus : ' ', 'accent'),
            span(` ${i}  `, 'dim'),
            span(name, i === dialog.cursor ? 'title' : 'plain'),
          ],
        ),
      };
    case 'choose-act':
      return { title: liveText.chooseAct, tone: 'title', lines: chooseActLines(view, dialog) };
    case 'confirm-act':
    case 'typed-act':
      return {
        title: liveText.confirmAct,
        tone: dialog.kind === 'typed-act' ? 'bad' : 'title',
        lines: actLines(view, dialog, columns),
      };
    case 'confirm-fix':
    case 'typed-fix':
      return {
        title: fixDialog.title({ what: `${dialog.plan.symptom}/${dialog.plan.fix.id}` }),
        tone: dialog.plan.risk === 'destroys' ? 'bad' : 'title',
        lines: fixDialogLines(view, dialog, columns, rows),
      };
    case 'confirm-replace':
      return {
        title: text.replace.title,
        tone: 'warn',
        lines: [
          ...prose(inLang(view, text.replace.text(dialog)), columns),
          ...prose(inLang(view, text.replace.lost[dialog.file]), columns, 'dim'),
        ],
      };
    case 'confirm-quit':
      return {
        title: text.quit.title,
        tone: 'title',
        lines: [
          ...prose(inLang(view, view.state.lab?.file === null ? text.quit.passing : text.quit.text), columns),
          BLANK,
          ...dialog.running.map((key) =>
            line(`  ${glyphsOf(view).standing.running} ${key.replace('@', '  ')}`, 'info'),
          ),
        ],
      };
    case 'trouble': {
      const { trouble } = dialog;
      return {
        title: text.trouble.title,
        tone: 'bad',
        lines: [
          ...prose(inLang(view, trouble.what), columns, 'bad'),
          ...(trouble.where === null
            ? []
            : prose(`${inLang(view, text.trouble.where)}: ${trouble.where}`, columns, 'dim')),
          BLANK,
          line(inLang(view, text.trouble.remedy), 'title'),
          ...prose(inLang(view, trouble.remedy), columns),
        ],
      };
    }
  }
}

export interface DialogBox {
  readonly left: number;
  readonly top: number;
  readonly columns: number;
  readonly lines: readonly Line[];
}

/** The box of the open question, placed inside a body of that size; null when nothing is asked. */
export function dialogBox(view: View, columns: number, rows: number): DialogBox | null {
  const { dialog, waiting } = view.state.ui;
  if (dialog === null) return null;
  // On a narrow screen the box takes the whole width: scraps of the screen beside it would only confuse.
  const outer = columns <= 104 ? columns : 100;
  const inner = outer - 4;
  const room = rows - 2;
  const { title, tone, lines } = content(view, dialog, inner, room);
  const glyph = glyphsOf(view);
  const bar = span(glyph.column, 'dim');
  const more =
    waiting.length === 0 ? '' : ` ${inLang(view, text.trouble.waiting({ count: waiting.length }))} `;
  const head = ` ${inLang(view, title)} `;
  const edge = (left: string, right: string, label: Line, used: number): Line => [
    span(left, 'dim'),
    ...label,
    span(glyph.rule.repeat(Math.max(0, outer - 2 - used)) + right, 'dim'),
  ];
  const shown = lines.slice(0, room);
  const boxed: Line[] = [
    edge(glyph.corner.tl, glyph.corner.tr, [span(head, tone)], head.length),
    ...shown.map((one): Line => [bar, span(' '), ...fullLine(one, inner), span(' '), bar]),
    edge(glyph.corner.bl, glyph.corner.br, [span(more, 'dim')], more.length),
  ];
  return {
    left: Math.max(0, Math.floor((columns - outer) / 2)),
    top: Math.max(0, Math.min(3, Math.floor((rows - boxed.length) / 2))),
    columns: outer,
    lines: boxed,
  };
}
