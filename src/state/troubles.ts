/** Slice: from a symptom to its cause, and to a fix. What is asked of the lab goes out as effects. */
import { form, say } from '../i18n/text.js';
import type { GateKey } from '../gates/types.js';
import type { Finding, SymptomId } from '../symptoms/types.js';
import { stepOf } from './content.js';
import { openDialog, withUi } from './dialogs.js';
import type { Message, Transition } from './messages.js';
import type {
  FixOutcome,
  TroublesServiceMessage,
  TroublesState,
  TroublesUiMessage,
} from './troubles-types.js';
import { askAbout, otherFix, planUndo, undone, undoPlanned } from './troubles-undo.js';
import {
  chosenFinding,
  inWalk,
  isOvercome,
  nextFix,
  stagesOf,
  TROUBLES_FILTER,
  TROUBLES_LIST,
  TROUBLES_PASTE,
  walkKey,
} from './troubles-view.js';
import type { AppState } from './types.js';

export type TroublesMessage = TroublesServiceMessage | TroublesUiMessage;

/** A look that is younger than this is not taken again by opening the screen, ms. */
const FRESH_LOOK_MS = 60_000;
/** Beyond the end of any transcript: the newest lines stay in sight. */
const END = 1_000_000;

const told = {
  helped: form<{ what: string }>(
    (p) => `${p.what}: menolong, gate yang merah sudah hijau`,
    (p) => `${p.what}: it helped, the gates that were red are green`,
  ),
  'no-help': form<{ what: string }>(
    (p) => `${p.what}: dijalankan, tetapi gate-nya belum hijau`,
    (p) => `${p.what}: carried out, but the gates are not green`,
  ),
  'carried-out': form<{ what: string }>(
    (p) => `${p.what}: dijalankan; tidak ada gate yang bisa menilainya, telusuri lagi dengan w`,
    (p) => `${p.what}: carried out; no gate can tell whether it helped, walk again with w`,
  ),
  failed: form<{ what: string }>(
    (p) => `${p.what}: perbaikan itu sendiri gagal`,
    (p) => `${p.what}: the fix itself failed`,
  ),
  'not-run': form<{ what: string }>(
    (p) => `${p.what}: tidak dijalankan`,
    (p) => `${p.what}: not run`,
  ),
};
const TONE = {
  helped: 'good',
  'no-help': 'bad',
  'carried-out': 'plain',
  failed: 'bad',
  'not-run': 'plain',
} as const satisfies Record<FixOutcome['result'], string>;
const unnamed = say(
  'Gate itu tidak menunjuk satu gejala; inilah yang ditemukan di lab.',
  'That gate points to no single symptom; this is what is found in the lab.',
);

function change(state: AppState, part: Partial<TroublesState>): AppState {
  return { ...state, troubles: { ...state.troubles, ...part } };
}
/** The newest of the transcript in sight, where it is being looked at. */
function atEnd(state: AppState, root: SymptomId): AppState {
  if (chosenFinding(state)?.symptom.id !== root) return state;
  return withUi(state, { positions: { ...state.ui.positions, 'troubles.scroll': END } });
}
function keep(state: AppState, finding: Finding): AppState {
  const others = state.troubles.kept.filter((one) => one.symptom.id !== finding.symptom.id);
  return change(state, { kept: [...others, finding] });
}

export function troubles(state: AppState, message: TroublesMessage): Transition {
  switch (message.type) {
    case 'troubles.catalogue':
      if (message.catalogue === state.troubles.catalogue) return [state, []];
      // What was chosen before it was known what it is.
      return [
        keepNamed(change(state, { catalogue: message.catalogue }), state.ui.picks[TROUBLES_LIST] ?? ''),
        [],
      ];
    case 'troubles.progress':
      return [change(state, { gathering: { done: message.done, all: message.all } }), []];
    case 'troubles.looked':
      return [change(state, { look: message.look, gathering: null }), []];
    case 'troubles.live': {
      const { look } = state.troubles;
      if (look === null) return [state, []];
      const { findings, expected } = message;
      return [change(state, { look: { ...look, findings, expected } }), []];
    }
    case 'troubles.unlooked':
      return [change(state, { gathering: null }), []];
    case 'troubles.asking': {
      const { root, symptom, check } = message;
      return [atEnd(change(state, { doing: { kind: 'asking', root, symptom, check } }), root), []];
    }
    case 'troubles.answer':
      return [answered(state, message), []];
    case 'troubles.idle':
      return [change(state, { doing: null }), []];
    case 'troubles.recognised':
      return [recognised(state, message.text, message.findings), []];
    case 'troubles.planned': {
      const dialog = { kind: 'confirm-fix', root: message.root, plan: message.plan } as const;
      return [askAbout(state, dialog) ?? openDialog(state, dialog), []];
    }
    case 'troubles.other-fix':
      return otherFix(state);
    case 'troubles.undo-fix':
      return planUndo(state);
    case 'troubles.undo-planned': {
      const next = undoPlanned(state, message);
      return ['kind' in next ? openDialog(state, next) : next, []];
    }
    case 'troubles.undone':
      return lookedAnew(undone(state, message), message.result !== 'not-run');
    case 'troubles.fixing': {
      const { doing } = state.troubles;
      if (doing?.kind !== 'fixing') return [state, []];
      return [change(state, { doing: { ...doing, run: message.run, gating: message.gating } }), []];
    }
    case 'troubles.fixed':
      return fixed(state, message.root, message.outcome);
    case 'troubles.open':
      return open(state, message.gate);
    case 'troubles.gather':
      return gather(state);
    case 'troubles.ask':
      return ask(state, message.how);
    case 'troubles.stop':
      return [state, [{ type: 'troubles.stop' }]];
    case 'troubles.fix':
      return planFix(state);
    case 'troubles.paste':
      return paste(state, message.text);
    case 'troubles.step':
      return [openStep(state, message.step), []];
    case 'troubles.focus':
      return [focus(state, message.walk), []];
    case 'troubles.back': {
      if (inWalk(state)) return [focus(state, false), []];
      return [withUi(state, { inputs: { ...state.ui.inputs, [TROUBLES_FILTER]: '' } }), []];
    }
  }
}

function answered(
  state: AppState,
  { root, symptom, answer }: Extract<TroublesMessage, { type: 'troubles.answer' }>,
): AppState {
  const key = walkKey(root, symptom);
  const { answers, doing } = state.troubles;
  const others = (answers[key] ?? []).filter((one) => one.check !== answer.check);
  return atEnd(
    change(state, {
      answers: { ...answers, [key]: [...others, answer] },
      doing: doing?.kind === 'asking' ? { ...doing, check: null } : doing,
    }),
    root,
  );
}

function recognised(state: AppState, text: string, findings: readonly Finding[]): AppState {
  const next = change(state, { pasted: { text, known: findings.length > 0 } });
  const [first] = findings;
  const kept = findings.toReversed().reduce(keep, next);
  return pick(kept, first?.symptom.id ?? 'pasted');
}

/** The cursor on a row; the walk of it from its beginning. */
function pick(state: AppState, key: string): AppState {
  return withUi(state, {
    picks: { ...state.ui.picks, [TROUBLES_LIST]: key },
    positions: { ...state.ui.positions, 'troubles.scroll': 0 },
  });
}

function focus(state: AppState, walk: boolean): AppState {
  const positions = { ...state.ui.positions, 'troubles.walk': walk ? 1 : 0 };
  return withUi(state, { positions });
}

function open(
  state: AppState,
  gate: Extract<TroublesMessage, { type: 'troubles.open' }>['gate'],
): Transition {
  if (state.lab === null) return [state, []];
  const { stack } = state.ui;
  const known = stack.indexOf('troubles');
  const symptom = gate === null ? null : (state.gates[gate]?.result?.symptom ?? null);
  const named = symptom !== null && state.gates[gate ?? 'x@lab']?.result?.verdict !== 'pass';
  const shown = withUi(state, {
    stack: known >= 0 ? stack.slice(0, known + 1) : [...stack, 'troubles'],
    typing: null,
    notice: gate !== null && !named ? { tone: 'plain', text: unnamed, at: state.now } : null,
    inputs: { ...state.ui.inputs, [TROUBLES_FILTER]: '' },
    positions: { ...state.ui.positions, 'troubles.scroll': 0, 'troubles.why': 0, 'troubles.walk': 0 },
  });
  const at = named ? focus(pick(keepNamed(shown, symptom), symptom), true) : shown;
  const { look, gathering } = at.troubles;
  const fresh =
    look !== null &&
    at.now - look.at < FRESH_LOOK_MS &&
    !look.findings.some((finding) => isOvercome(at, finding));
  const [next, effects] = fresh || gathering !== null ? [at, []] : gather(at);
  return [next, [{ type: 'troubles.watch' }, ...effects]];
}

/**
 * Opens the way from a symptom to its cause, whatever the look at the lab finds.
 * @param gate that named it, or null
 */
export function openSymptom(state: AppState, symptom: SymptomId, gate: GateKey | null): Transition {
  const [opened, effects] = open(state, gate);
  const picks = { ...opened.ui.picks, [TROUBLES_LIST]: symptom };
  const named = keepNamed(withUi(opened, { picks, notice: null }), symptom);
  return [focus(named, true), effects];
}

/** What a gate named stays in the list, found by the look or not. */
export function keepNamed(state: AppState, id: SymptomId): AppState {
  const symptom = state.troubles.catalogue?.byId.get(id);
  const there = state.troubles.kept.some((one) => one.symptom.id === id);
  return symptom === undefined || there ? state : keep(state, { symptom, evidence: [], folded: [] });
}

function gather(state: AppState): Transition {
  if (state.lab === null || state.troubles.gathering !== null) return [state, []];
  return [change(state, { gathering: { done: 0, all: 0 } }), [{ type: 'troubles.gather' }]];
}

function ask(state: AppState, how: Extract<TroublesMessage, { type: 'troubles.ask' }>['how']): Transition {
  const root = chosenFinding(state);
  if (root === null || state.troubles.doing !== null || state.lab === null) return [state, []];
  const stages = stagesOf(state, root);
  const { id } = root.symptom;
  // A walk that has come to its end is walked anew; so is one of which everything is to be asked.
  const ended = (stages.at(-1)?.walk.end ?? null) !== null;
  const anew = how === 'all' || ended;
  const answers = anew
    ? Object.fromEntries(Object.entries(state.troubles.answers).filter(([key]) => !key.startsWith(`${id}/`)))
    : state.troubles.answers;
  const doing = { kind: 'asking', root: id, symptom: id, check: null } as const;
  const next = atEnd(focus(change(keep(state, root), { answers, doing }), true), id);
  const known = anew ? {} : Object.fromEntries(stages.map((one) => [one.walk.symptom.id, one.answers]));
  return [next, [{ type: 'troubles.ask', how, root, answers: known }]];
}

function planFix(state: AppState): Transition {
  const root = chosenFinding(state);
  const next = root === null ? null : nextFix(state, root);
  if (root === null || next === null || state.troubles.doing !== null) return [state, []];
  return [state, [{ type: 'troubles.plan', root, symptom: next.symptom.id, fix: next.fix.id }]];
}

function paste(state: AppState, text: string): Transition {
  const closed = withUi(state, {
    typing: null,
    inputs: { ...state.ui.inputs, [TROUBLES_PASTE]: '', [TROUBLES_FILTER]: '' },
  });
  return text.trim() === '' ? [closed, []] : [closed, [{ type: 'troubles.paste', text }]];
}

function openStep(state: AppState, id: string): AppState {
  const step = stepOf(state, id);
  if (step === null) return state;
  const { stack, positions } = state.ui;
  const known = stack.indexOf('step');
  return withUi(state, {
    stack: known >= 0 ? stack.slice(0, known + 1) : [...stack, 'step'],
    step: id,
    phase: step.phase,
    positions: { ...positions, 'step.scroll': 0, 'step.action': 0, 'step.tab': 0 },
    typing: null,
    notice: null,
  });
}

function fixed(state: AppState, root: SymptomId, outcome: FixOutcome): Transition {
  const before = state.troubles.outcomes[root] ?? [];
  const outcomes = { ...state.troubles.outcomes, [root]: [...before, outcome] };
  const next = atEnd(change(state, { outcomes, doing: null }), root);
  const text = told[outcome.result]({ what: `${outcome.symptom}/${outcome.fix}` });
  const tone = TONE[outcome.result];
  const shown = withUi(next, { notice: { tone, text, at: state.now } });
  return lookedAnew(shown, outcome.result !== 'not-run');
}

/** What hung on something may have changed: the list is made anew, while somebody looks at it. */
function lookedAnew(state: AppState, changed: boolean): Transition {
  return changed && state.ui.stack.includes('troubles') ? gather(state) : [state, []];
}

/** What any message brings with it here: leaving the screen gives up what is being asked. */
export function settleTroubles(before: AppState, message: Message, [state, effects]: Transition): Transition {
  const was = before.ui.stack.includes('troubles');
  const is = state.ui.stack.includes('troubles');
  let next = state;
  const more = [...effects];
  if (message.type === 'ui.submit' && before.ui.typing === TROUBLES_PASTE) {
    const [pasted, asked] = paste(next, before.ui.inputs[TROUBLES_PASTE] ?? '');
    next = pasted;
    more.push(...asked);
  }
  if (message.type === 'ui.pick' && message.name === TROUBLES_LIST)
    next = withUi(next, { positions: { ...next.ui.positions, 'troubles.scroll': 0 } });
  if (was && !is && state.lab !== null) {
    const { doing } = next.troubles;
    // A fix is carried to its end: a host that is half mended is worse than one that waits.
    next = change(next, { gathering: null, doing: doing?.kind === 'asking' ? null : doing });
    more.push({ type: 'troubles.leave' });
  }
  return [next, more];
}
