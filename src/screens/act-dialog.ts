/** The questions before something is done to a service, a container, an object of the cluster or a file of ours. */
import { dialogs as text } from '../i18n/texts/dialogs.js';
import { actRiskWord, live as liveText, undoOf } from '../i18n/texts/live.js';
import { actAbout, actExpected, actHost, actSentence } from '../state/live/acts.js';
import { actVerb } from '../state/live/act-verbs.js';
import { fileActUndo } from '../state/live/file-acts.js';
import type { ActDialog } from '../state/live/state.js';
import type { LiveAct } from '../state/live/targets.js';
import type { Tone } from '../term/theme.js';
import { fieldSpans } from './ui/field.js';
import { width } from './ui/cells.js';
import { BLANK, cell, line, prose, span, type Line } from './ui/line.js';
import { glyphsOf, inLang, type View } from './view.js';

type Risk = keyof typeof actRiskWord;
const RISK_TONE: Readonly<Record<Risk, Tone>> = { safe: 'info', changes: 'warn', destroys: 'bad' };

/** How much an act takes away. */
function riskOf(act: LiveAct): Risk {
  // Only what wants its name typed cannot come back.
  if (actExpected(act) !== null) return 'destroys';
  const safe = act.act === 'start-container' || act.act === 'keep-file' || act.act === 'adopt-file';
  return safe ? 'safe' : 'changes';
}

function riskSpan(view: View, act: LiveAct): Line {
  const risk = riskOf(act);
  return [span(inLang(view, actRiskWord[risk]), RISK_TONE[risk])];
}

/** What can be done to one thing: its name once, then each act with what it takes away. */
export function chooseActLines(
  view: View,
  dialog: Extract<ActDialog, { kind: 'choose-act' }>,
  columns: number,
): Line[] {
  const [first] = dialog.acts;
  if (first === undefined) return [];
  const host = actHost(first);
  const name = `${actAbout(first)}${host === null ? '' : `  ${host}`}`;
  const verbs = dialog.acts.map((act) => inLang(view, actVerb(act)));
  const room = Math.max(...verbs.map(width)) + 2;
  return [
    ...prose(name, columns, 'dim'),
    BLANK,
    ...dialog.acts.map((act, i): Line => {
      const chosen = i === dialog.cursor;
      return [
        span(chosen ? glyphsOf(view).focus : ' ', 'accent'),
        span(` ${i + 1}  `, 'dim'),
        cell(verbs[i] ?? '', room, chosen ? 'title' : 'plain'),
        ...riskSpan(view, act),
      ];
    }),
  ];
}

/** What would be done, how much it takes away, what that costs, how it comes back. */
export function actLines(
  view: View,
  dialog: Extract<ActDialog, { kind: 'confirm-act' | 'typed-act' }>,
  columns: number,
): Line[] {
  const { act } = dialog;
  const undo = 'file' in act ? fileActUndo(act) : undoOf(act);
  const noted = act.act === 'keep-file' || act.act === 'adopt-file';
  const head: Line[] = [
    ...prose(inLang(view, actSentence(act)), columns, 'title'),
    riskSpan(view, act),
    BLANK,
    ...prose(inLang(view, dialog.risk), columns),
    ...(undo === null ? [] : prose(inLang(view, undo), columns, 'dim')),
    ...prose(inLang(view, noted ? liveText.recordedOnly : liveText.recorded), columns, 'dim'),
  ];
  if (dialog.kind === 'confirm-act') return head;
  const same = dialog.input.trim() === dialog.expected;
  return [
    ...head,
    BLANK,
    ...prose(inLang(view, liveText.typeName({ expected: dialog.expected })), columns),
    [span('  '), ...fieldSpans(view, dialog.input, view.state.ui.caret, Math.min(60, columns - 4))],
    line(`  ${inLang(view, same ? text.typed.same : text.typed.differs)}`, same ? 'accent' : 'dim'),
  ];
}
