/** What arrows do on each screen: pure, from the state at the moment of the key press. */
import { HOST_NAMES, type HostName } from '../lab/types.js';
import { newestEntries } from '../state/entries.js';
import { chosenGate, currentPhase, logSearch, position, visibleGates, visibleTerms } from '../state/lists.js';
import { cursorIn, hostGate, hostGates, hostTab, isZoomed, listKey, listNow } from '../state/live/listing.js';
import { smokeCursor, smokeList, smokeRows } from '../state/smoke-view.js';
import { STREAM_LINE, streamScrolled } from '../state/live/stream-window.js';
import { EVENTS_HELD, eventCursor, heldFrom, timeline } from '../state/live/timeline.js';
import type { Message } from '../state/messages.js';
import { stepGates } from '../state/standing.js';
import { stepTab } from '../state/tabs.js';
import { inWalk, troubleCursor, troubleRows, TROUBLES_LIST } from '../state/troubles-view.js';
import { connectFields } from '../state/typing.js';
import type { AppState } from '../state/types.js';
import type { KeyContext } from './binding.js';
import { welcomeChoices } from './choices.js';

export type Move = 'up' | 'down' | 'pageup' | 'pagedown' | 'home' | 'end';

function offset(move: Move, page: number, length: number): number {
  const step = { up: -1, down: 1, pageup: -page, pagedown: page, home: -length, end: length };
  return step[move];
}
function clamp(value: number, max: number): number {
  return Math.min(Math.max(0, value), Math.max(0, max));
}

function inList<T>(items: readonly T[], at: number, move: Move, page: number): T | null {
  return items[clamp(at + offset(move, page, items.length), items.length - 1)] ?? null;
}

function scroll(state: AppState, name: string, move: Move, context: KeyContext): Message {
  const { max, page } = context.extent(state);
  const from = clamp(position(state, name), max);
  return { type: 'ui.position', name, value: clamp(from + offset(move, Math.max(1, page - 1), max), max) };
}

function cursor(state: AppState, name: string, length: number, move: Move, page: number): Message {
  const from = clamp(position(state, name), length - 1);
  return { type: 'ui.position', name, value: clamp(from + offset(move, page, length), length - 1) };
}

/** The host's log: position 0 follows the newest line, n > 0 pins the view's end to the n-th line ever written. */
export function moveLog(state: AppState, host: HostName, move: Move, context: KeyContext): Message {
  const { page } = context.extent(state);
  const search = logSearch(state);
  if (search !== '') {
    // In a search the position counts hits from the newest one.
    const hits = context.logs.search(host, search).length;
    const name = `log.find.${host}`;
    const from = position(state, name);
    return { type: 'ui.position', name, value: clamp(from - offset(move, page, hits), hits - page) };
  }
  const dropped = context.logs.dropped(host);
  const total = dropped + context.logs.count(host);
  const name = `log.${host}`;
  const pinned = position(state, name);
  const from = pinned === 0 ? total : pinned;
  const lowest = Math.min(total, dropped + page);
  const wanted = Math.max(lowest, from + offset(move, Math.max(1, page - 1), total));
  return { type: 'ui.position', name, value: wanted >= total ? 0 : wanted };
}

function moveGate(state: AppState, keys: readonly ReturnType<typeof chosenGate>[], move: Move, page: number) {
  const next = inList(keys, Math.max(0, keys.indexOf(chosenGate(state))), move, page);
  return next === null ? null : ({ type: 'ui.gate', key: next } satisfies Message);
}

function moveHome(state: AppState, move: Move, context: KeyContext): Message | null {
  switch (state.ui.focus) {
    case 'panes': {
      const host = inList(HOST_NAMES, HOST_NAMES.indexOf(state.ui.focusedHost), move, HOST_NAMES.length);
      return host === null ? null : { type: 'ui.host', host };
    }
    case 'wizard': {
      const steps = (currentPhase(state)?.steps ?? []).map((step) => step.id);
      const step = inList(steps, state.ui.step === null ? 0 : steps.indexOf(state.ui.step), move, 8);
      return step === null ? null : { type: 'ui.step', step };
    }
    case 'gates':
      return moveGate(
        state,
        visibleGates(state).map((gate) => gate.key),
        move,
        context.extent(state).page,
      );
  }
}

/** From item to item of the list in sight; the cursor keeps to the item. */
function moveItem(state: AppState, move: Move, context: KeyContext): Message | null {
  const list = listNow(state, context.live);
  if (list === null || list.items.length === 0) return null;
  const name = listKey(state.ui.focusedHost, list.name);
  const { page } = context.extent(state);
  const from = cursorIn(state, name, list.items);
  const at = clamp(from + offset(move, page, list.items.length), list.items.length - 1);
  const item = list.items[at];
  return item === undefined ? null : { type: 'ui.pick', name, key: item.key, at };
}

function moveOnHost(state: AppState, move: Move, context: KeyContext): Message | null {
  const host = state.ui.focusedHost;
  switch (hostTab(state)) {
    case 'overview':
    case 'system':
      return scroll(state, 'host.scroll', move, context);
    case 'journal':
      return moveStream(state, move, context);
    case 'log':
      return moveLog(state, host, move, context);
    case 'gates': {
      const keys = hostGates(state, host).map((gate) => gate.key);
      const chosen = hostGate(state)?.key;
      const [first] = keys;
      if (chosen === undefined) return first === undefined ? null : { type: 'ui.gate', key: first };
      const next = inList(keys, keys.indexOf(chosen), move, context.extent(state).page);
      return next === null ? null : { type: 'ui.gate', key: next };
    }
    case 'services':
    case 'workloads':
    case 'files':
      return moveItem(state, move, context);
  }
}

/** The followed log: moving up holds it, moving down to its end follows again. */
function moveStream(state: AppState, move: Move, { stream, extent }: KeyContext): Message {
  const { page } = extent(state);
  const by = offset(move, Math.max(1, page - 1), stream.total());
  return {
    type: 'ui.position',
    name: STREAM_LINE,
    value: streamScrolled(state, stream, page, by, move === 'up'),
  };
}

/** The timeline: moving up holds it, moving down from the newest follows again. */
function moveEvents(state: AppState, move: Move, context: KeyContext): Message | null {
  const rows = timeline(state, context.live);
  const from = eventCursor(state, rows);
  const wanted = from + offset(move, context.extent(state).page, rows.length);
  const at = clamp(wanted, rows.length - 1);
  const row = rows[at];
  return row === undefined
    ? null
    : {
        type: 'ui.pick',
        name: EVENTS_HELD,
        key: row.key,
        at: wanted > rows.length - 1 || move === 'end' ? 0 : heldFrom(state, context.live),
      };
}

/** From row to row of the symptoms; the cursor keeps to the symptom. */
function moveTroubles(state: AppState, move: Move, page: number): Message | null {
  const rows = troubleRows(state);
  const at = clamp(troubleCursor(state, rows) + offset(move, page, rows.length), rows.length - 1);
  const row = rows[at];
  return row === undefined ? null : { type: 'ui.pick', name: TROUBLES_LIST, key: row.key, at };
}

/** From row to row of the tab that is looked at; the cursor keeps to the row. */
function moveSmoke(state: AppState, move: Move, page: number): Message | null {
  const rows = smokeRows(state);
  const at = clamp(smokeCursor(state, rows) + offset(move, page, rows.length), rows.length - 1);
  const row = rows[at];
  return row === undefined ? null : { type: 'ui.pick', name: smokeList(state), key: row.key, at };
}

export function moveMessage(state: AppState, move: Move, context: KeyContext): Message | null {
  const { page } = context.extent(state);
  if (state.ui.dialog !== null) return { type: 'dialog.move', by: offset(move, 4, 4) };
  switch (state.ui.stack.at(-1) ?? 'welcome') {
    case 'welcome':
      return cursor(state, 'welcome.cursor', welcomeChoices(state).length, move, 4);
    case 'connect':
      return cursor(state, 'connect.field', connectFields(state.connect.draft).length, move, 4);
    case 'vagrant':
      return scroll(state, 'vagrant.scroll', move, context);
    case 'home':
      return isZoomed(state) ? moveItem(state, move, context) : moveHome(state, move, context);
    case 'step':
      if (stepTab(state) === 'gates' && state.ui.step !== null) {
        const keys = stepGates(state, state.ui.step).map((gate) => gate.key);
        return moveGate(state, keys, move, page);
      }
      if (stepTab(state) === 'output') return moveLog(state, state.ui.focusedHost, move, context);
      return scroll(state, 'step.scroll', move, context);
    case 'gates':
      return moveGate(
        state,
        visibleGates(state).map((gate) => gate.key),
        move,
        page,
      );
    case 'gate':
      return scroll(state, 'gate.scroll', move, context);
    case 'host':
      return moveOnHost(state, move, context);
    case 'describe':
      return scroll(state, 'describe.scroll', move, context);
    case 'stream':
      return moveStream(state, move, context);
    case 'events':
      return moveEvents(state, move, context);
    case 'path':
      return scroll(state, 'path.scroll', move, context);
    case 'troubles':
      return inWalk(state)
        ? scroll(state, 'troubles.scroll', move, context)
        : moveTroubles(state, move, page);
    case 'smoke':
      return moveSmoke(state, move, page);
    case 'glossary':
      return cursor(state, 'glossary.cursor', visibleTerms(state).length, move, page);
    case 'help':
      return scroll(state, 'help.scroll', move, context);
    case 'journal':
      return cursor(state, 'journal.cursor', newestEntries(state).length, move, page);
    case 'entry':
      return scroll(state, 'entry.scroll', move, context);
  }
}
