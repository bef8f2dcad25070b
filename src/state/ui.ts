/** Slice: where one is, what has the focus, what is typed, which language. */
import { otherLanguage } from '../i18n/text.js';
import { contentOf } from './content.js';
import {
  acceptDialog,
  closeDialog,
  askQuit,
  moveInDialog,
  openDialog,
  rejectDialog,
  saveEffect,
  withUi,
} from './dialogs.js';
import { caretAtEnd, focusField, leaveField } from './draft.js';
import { hopChoices, type HopChoice } from './hop-choices.js';
import { chosenHop } from './hops.js';
import { chosenGate } from './lists.js';
import { chosenContainer } from './live/containers.js';
import { live } from './live.js';
import { HOST_TABS } from './live/listing.js';
import { askPath, lookAtBreak, pathTick } from './path.js';
import type { Message, Transition } from './messages.js';
import { openSymptom } from './troubles.js';
import { characters, editText, typingTarget } from './typing.js';
import type { AppState, Effect, ScreenName, UiState } from './types.js';

export type UiSliceMessage =
  | Exclude<Extract<Message, { type: `ui.${string}` | `dialog.${string}` }>, never>
  | Extract<
      Message,
      {
        type:
          | 'clock'
          | 'terminal'
          | 'notice'
          | 'trouble'
          | 'journal'
          | 'copy'
          | 'ask.quit'
          | 'ask.report'
          | 'path.gate'
          | 'path.symptom'
          | 'path.choose';
      }
    >;

/** How long a notice stays, milliseconds. */
const NOTICE_MS = 8000;
/** Newest journal entries that are shown. */
const JOURNAL_LIMIT = 500;
const FOCI: readonly UiState['focus'][] = ['panes', 'wizard', 'gates'];
/** Positions that belong to one visit of a screen and start anew with the next. */
const FRESH: Partial<Record<ScreenName, readonly string[]>> = {
  step: ['step.scroll', 'step.action', 'step.tab'],
  gate: ['gate.scroll'],
  path: ['path.scroll'],
  help: ['help.scroll'],
  vagrant: ['vagrant.scroll'],
  journal: ['journal.cursor'],
  entry: ['entry.scroll'],
};

export function ui(state: AppState, message: UiSliceMessage): Transition {
  switch (message.type) {
    case 'clock':
      return pathTick(tick(state, message.now));
    case 'terminal':
      return [{ ...state, terminal: message.terminal }, []];
    case 'notice':
      return [withUi(state, { notice: message.notice }), []];
    case 'trouble':
      // A cancel that could not be carried out is no longer under way.
      return [openDialog({ ...state, cancelling: {} }, { kind: 'trouble', trouble: message.trouble }), []];
    case 'journal': {
      const { entries, damaged } = message;
      return [withUi(state, { journal: { entries, damaged } }), []];
    }
    case 'copy':
      return [state, [{ type: 'copy', text: message.text }]];
    case 'ask.quit':
      return askQuit(state);
    case 'ask.report':
      return [openDialog(state, { kind: 'choose-report', cursor: 0 }), []];
    case 'dialog.accept': {
      const { dialog } = state.ui;
      const choice = dialog?.kind === 'choose-hop' ? dialog.choices[dialog.cursor] : undefined;
      if (choice !== undefined) return openHopChoice(closeDialog(state), choice);
      const chosen = dialog?.kind === 'choose-container' ? chosenContainer(dialog) : null;
      return chosen === null ? acceptDialog(state) : live(closeDialog(state), chosen);
    }
    case 'dialog.reject':
      return rejectDialog(state);
    case 'dialog.move':
      return [moveInDialog(state, message.by), []];
    case 'path.gate':
      return openHopChoice(state, { kind: 'gate', key: message.key });
    case 'path.symptom':
      return openHopChoice(state, { kind: 'symptom', id: message.symptom });
    case 'path.choose':
      return chooseOfHop(state);
    case 'ui.open':
      return open(state, message.screen);
    case 'ui.back':
      return [back(state), []];
    case 'dialog.elsewhere':
      return [elsewhere(state), []];
    case 'ui.language': {
      const language = otherLanguage(state.lang);
      return [{ ...state, lang: language }, [{ type: 'language.remember', language }]];
    }
    case 'ui.refuse':
      return [
        withUi(state, { notice: { tone: 'plain', text: message.why, at: state.now, refusal: true } }),
        [],
      ];
    case 'ui.focus': {
      const at = (FOCI.indexOf(state.ui.focus) + message.by + FOCI.length) % FOCI.length;
      return [withUi(state, { focus: FOCI[at] ?? 'wizard' }), []];
    }
    case 'ui.host':
      return [withUi(state, { focusedHost: message.host }), []];
    case 'ui.files': {
      const positions = { ...state.ui.positions, 'host.tab': HOST_TABS.indexOf('files') };
      return open(withUi(state, { focusedHost: message.host, positions }), 'host');
    }
    case 'ui.phase':
      return [turnPhase(state, message.by), []];
    case 'ui.step':
      return [chooseStep(state, message.step), []];
    case 'ui.gate':
      return [
        withUi(state, { gate: message.key, positions: { ...state.ui.positions, 'gate.scroll': 0 } }),
        [],
      ];
    case 'ui.entry': {
      const positions = {
        ...state.ui.positions,
        'journal.cursor': Math.max(0, message.at),
        'entry.scroll': 0,
      };
      return [withUi(state, { positions }), []];
    }
    case 'ui.position': {
      if (message.name === 'connect.field') return leaveField(state, message.value);
      const positions = { ...state.ui.positions, [message.name]: Math.max(0, message.value) };
      return [withUi(state, { positions }), []];
    }
    case 'ui.pick': {
      const { name, key, at } = message;
      const picks = { ...state.ui.picks, [name]: key };
      return [withUi(state, { picks, positions: { ...state.ui.positions, [name]: Math.max(0, at) } }), []];
    }
    case 'ui.type':
      return [typeInto(state, message.name), []];
    case 'ui.edit': {
      const target = typingTarget(state);
      if (target === null) return [state, []];
      const { text, caret } = editText(target.text, state.ui.caret, message.edit);
      return [followSearch(target.put(text, caret)), []];
    }
    case 'ui.submit':
      return [withUi(state, { typing: null }), []];
    case 'ui.abandon':
      return [abandon(state), []];
  }
}

/** Coarse time: ages move on, notices go. Never backwards, or fresh verdicts would look future. */
function tick(state: AppState, at: number): AppState {
  const now = Math.max(state.now, at);
  const { notice } = state.ui;
  const next = now === state.now ? state : { ...state, now };
  return notice !== null && now - notice.at > NOTICE_MS ? withUi(next, { notice: null }) : next;
}

function open(state: AppState, screen: ScreenName): Transition {
  const { stack } = state.ui;
  if (stack.at(-1) === screen) return [state, []];
  const positions = { ...state.ui.positions };
  for (const name of FRESH[screen] ?? []) delete positions[name];
  // Going to a screen that is already further down goes back to it: the way back never gets longer than the house is deep.
  const known = stack.indexOf(screen);
  const nextStack = known >= 0 ? stack.slice(0, known + 1) : [...stack, screen];
  let next = withUi(state, { stack: nextStack, positions, typing: null, notice: null });
  const effects: Effect[] = [];
  // The list begins with what is red, unless a gate of the sidebar was being looked at.
  if (screen === 'gates' && known < 0 && state.ui.focus !== 'gates') next = withUi(next, { gate: null });
  if (screen === 'gate' && next.ui.gate === null) next = withUi(next, { gate: chosenGate(next) });
  if (screen === 'connect') next = caretAtEnd(next);
  if (screen === 'vagrant') effects.push({ type: 'vagrant.key' });
  if (screen === 'step') effects.push(saveEffect(next));
  if (screen === 'path') {
    const [asked, more] = askPath(known < 0 ? lookAtBreak(next) : next);
    next = asked;
    effects.push(...more);
  }
  if (screen === 'journal') effects.push({ type: 'journal.read', limit: JOURNAL_LIMIT });
  return [next, effects];
}

/** The file that is there already stays: the place of the new one is to be typed. */
function elsewhere(state: AppState): AppState {
  const { dialog } = state.ui;
  if (dialog?.kind !== 'confirm-replace') return state;
  const closed = closeDialog(state);
  if (dialog.file === 'lab') return focusField(closed, 'path');
  return typeInto(closed, 'vagrant.path');
}

/** From now on keys are text for this input. */
function typeInto(state: AppState, name: string): AppState {
  return withUi(state, { typing: name, caret: characters(state.ui.inputs[name] ?? '').length });
}

function back(state: AppState): AppState {
  const { stack } = state.ui;
  if (stack.length <= 1) return state;
  const next = withUi(state, { stack: stack.slice(0, -1), typing: null, notice: null });
  return next.ui.stack.at(-1) === 'connect' ? caretAtEnd(next) : next;
}

function turnPhase(state: AppState, by: 1 | -1): AppState {
  const { phases } = state.runbook;
  const at = phases.findIndex((phase) => phase.id === state.ui.phase) + by;
  const phase = phases[Math.min(Math.max(0, at), phases.length - 1)];
  if (phase === undefined || phase.id === state.ui.phase) return state;
  return withUi(state, { phase: phase.id, step: phase.steps[0]?.id ?? null });
}

function chooseStep(state: AppState, id: string): AppState {
  const step = contentOf(state).steps.get(id);
  if (step === undefined) return state;
  const positions = { ...state.ui.positions, 'step.scroll': 0, 'step.action': 0 };
  return withUi(state, { step: id, phase: step.phase, positions });
}

/** What a change of a named input brings with it. */
function followSearch(state: AppState): AppState {
  const { typing } = state.ui;
  // Another directory has nothing written in it yet.
  if (typing === 'vagrant.path' && state.vagrant.written !== null) {
    return { ...state, vagrant: { ...state.vagrant, written: null } };
  }
  if (typing === 'glossary.search') {
    return withUi(state, { positions: { ...state.ui.positions, 'glossary.cursor': 0 } });
  }
  return state;
}

/** Esc while typing a search clears it; elsewhere what was typed stays. */
function abandon(state: AppState): AppState {
  const { typing, inputs } = state.ui;
  if (typing === null || typing === 'vagrant.path') return withUi(state, { typing: null });
  return withUi(state, { typing: null, inputs: { ...inputs, [typing]: '' }, caret: 0 });
}

function openHopChoice(state: AppState, choice: HopChoice): Transition {
  switch (choice.kind) {
    case 'gate':
      return open(withUi(state, { gate: choice.key }), 'gate');
    case 'symptom':
      return openSymptom(state, choice.id, null);
  }
}

/** Asks which gate or symptom of the hop is meant; where there is one only, that is it. */
function chooseOfHop(state: AppState): Transition {
  const chosen = chosenHop(state);
  const choices = hopChoices(state);
  const [first] = choices;
  if (chosen === null || first === undefined) return [state, []];
  if (choices.length === 1) return openHopChoice(state, first);
  const { flow, hop } = chosen;
  return [openDialog(state, { kind: 'choose-hop', flow: flow.id, hop: hop.id, choices, cursor: 0 }), []];
}
