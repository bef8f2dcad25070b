/** The one key table: dispatch, footer, help screen and docs/keys.md are all made from it. */
import { reasons } from '../i18n/texts/reasons.js';
import type { Text } from '../lab/types.js';
import type { LiveFacts } from '../state/live/book.js';
import { isZoomed } from '../state/live/listing.js';
import type { Message } from '../state/messages.js';
import { isTyping } from '../state/typing.js';
import type { AppState } from '../state/types.js';
import type { KeyBinding, KeyContext, KeyPlace, LocalAct } from './binding.js';
import { ANYWHERE_KEYS, HOST_KEYS, MOVE_KEYS, THROUGH_ALL } from './keys-anywhere.js';
import { DIALOG_KEYS } from './keys-dialog.js';
import { JOURNAL_KEYS } from './keys-journal.js';
import { DRIFT_KEYS } from './keys-drift.js';
import { FAULT_KEYS } from './keys-faults.js';
import { LIVE_KEYS } from './keys-live.js';
import { OPEN_KEYS, TEXT_KEYS } from './keys-places.js';
import { SETUP_KEYS } from './keys-setup.js';
import { DESCRIBE_KEYS, EVENT_KEYS, STREAM_KEYS } from './keys-text.js';
import { TYPING_KEYS } from './keys-typing.js';
import { GATE_KEYS, STEP_KEYS } from './keys-work.js';
import { shownKey, type KeyName } from './names.js';
import { PATH_KEYS } from './keys-path.js';
import { SMOKE_KEYS } from './keys-smoke.js';
import { FIX_KEYS } from './keys-troubles-fix.js';
import { TROUBLE_KEYS } from './keys-troubles.js';

export const KEY_TABLE: readonly KeyBinding[] = [
  ...TYPING_KEYS,
  ...FAULT_KEYS,
  ...DIALOG_KEYS,
  ...SETUP_KEYS,
  ...OPEN_KEYS,
  ...JOURNAL_KEYS,
  ...LIVE_KEYS,
  ...DRIFT_KEYS,
  ...DESCRIBE_KEYS,
  ...STREAM_KEYS,
  ...EVENT_KEYS,
  ...PATH_KEYS,
  ...FIX_KEYS,
  ...TROUBLE_KEYS,
  ...SMOKE_KEYS,
  ...STEP_KEYS,
  ...GATE_KEYS,
  ...TEXT_KEYS,
  ...HOST_KEYS,
  ...MOVE_KEYS,
  ...ANYWHERE_KEYS,
];

/** Where the keys go now. */
function placesNow(state: AppState): readonly KeyPlace[] {
  if (isTyping(state)) return ['typing'];
  if (state.ui.dialog !== null) return ['dialog'];
  return [state.ui.stack.at(-1) ?? 'welcome', 'anywhere'];
}

/** Rows in force now, in the order of the table: the first that has a key takes it. */
export function bindingsNow(state: AppState): readonly KeyBinding[] {
  const places = placesNow(state);
  const free = places.includes('anywhere');
  return KEY_TABLE.filter((row) => {
    const here = row.places.some((place) => places.includes(place));
    const through = !free && row.places.includes('anywhere') && row.keys.some((key) => THROUGH_ALL.has(key));
    return (here || through) && (row.when?.(state) ?? true);
  });
}

export type KeyOutcome = Message | LocalAct | null;

/** That a key works only somewhere else on this screen; null when it means nothing there either. */
function elsewhere(state: AppState, key: KeyName): Message | null {
  // The panes that a row of home speaks of are out of sight behind the enlarged one.
  if (isZoomed(state)) return null;
  const screen = state.ui.stack.at(-1) ?? 'welcome';
  const where = KEY_TABLE.filter((row) => row.places.includes(screen) && row.keys.includes(key)).flatMap(
    (row) => row.where ?? [],
  )[0];
  return where === undefined ? null : { type: 'ui.refuse', why: reasons.elsewhere({ where }) };
}

/**
 * What a key press means now. A key that cannot be used gives `ui.refuse` with the reason; a key that means nothing
 * gives null. In a text field every printable text is typed.
 */
export function keyOutcome(state: AppState, key: KeyName, context: KeyContext): KeyOutcome {
  const typing = isTyping(state);
  const free = !typing && state.ui.dialog === null;
  const printable = key === 'space' || [...key].length === 1;
  if (typing && printable) {
    return { type: 'ui.edit', edit: { kind: 'insert', text: key === 'space' ? ' ' : key } };
  }
  const row = bindingsNow(state).find(
    (one) => one.keys.includes(key) && (free || !one.places.includes('anywhere') || THROUGH_ALL.has(key)),
  );
  if (row === undefined) return free ? elsewhere(state, key) : null;
  const why: Text | null = row.disabled(state, context.live);
  return why === null ? row.act(state, context, key) : { type: 'ui.refuse', why };
}

/** Rows for the footer: usable now, best first. */
export function footerRows(state: AppState, live: LiveFacts): readonly KeyBinding[] {
  const doubled = state.ui.dialog !== null && !isTyping(state) ? 'app.language' : '';
  return bindingsNow(state)
    .filter((row) => row.id !== doubled)
    .filter((row) => row.footer !== null && row.disabled(state, live) === null)
    .sort((a, b) => (a.footer ?? 0) - (b.footer ?? 0));
}

/** The key to name in the footer: the first one, or where letters are typed the first that still works there. */
function footerKey(state: AppState, row: KeyBinding): KeyName {
  const free = placesNow(state).includes('anywhere') || !row.places.includes('anywhere');
  return (free ? undefined : row.keys.find((key) => THROUGH_ALL.has(key))) ?? row.keys[0] ?? '';
}

/** The same as people read it. */
export function footerKeyText(state: AppState, row: KeyBinding): string {
  return row.shown?.(state) ?? shownKey(footerKey(state, row), state.terminal.ascii);
}

/** All keys of a row as help writes them. */
export function keysText(state: AppState, row: KeyBinding): string {
  return row.shown?.(state) ?? row.keys.map((key) => shownKey(key, state.terminal.ascii)).join(' ');
}

/**
 * Rows of a screen for its help: those in force, and those that are in force elsewhere on it, unless their keys mean
 * something else at the moment.
 */
export function helpRows(state: AppState): readonly KeyBinding[] {
  const screen = state.ui.stack.at(-1) ?? 'welcome';
  const here = KEY_TABLE.filter((row) => row.places.includes(screen) && !row.id.startsWith('move.'));
  const inForce = here.filter((row) => row.when?.(state) ?? true);
  const taken = new Set(inForce.flatMap((row) => row.keys));
  return here.filter(
    (row) => inForce.includes(row) || (row.where !== undefined && !row.keys.some((key) => taken.has(key))),
  );
}
