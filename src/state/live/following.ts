/** Which log is followed: the one of the stream screen, or the journal of the host whose journal tab is open. */
import { withUi } from '../dialogs.js';
import type { Effect } from '../effects.js';
import type { Transition } from '../messages.js';
import type { AppState } from '../types.js';
import { hostTab } from './listing.js';
import { STREAM_LINE } from './stream-window.js';
import { targetKey, type LiveTarget } from './targets.js';

/** Begins to follow from the last lines on. Search and filter stay; where one stood in the log before does not. */
export function beginFollowing(state: AppState, target: LiveTarget, previous: boolean): Transition {
  const { [STREAM_LINE]: _position, ...positions } = state.ui.positions;
  const { [STREAM_LINE]: _pick, ...picks } = state.ui.picks;
  const revision = state.live.stream?.revision ?? 0;
  const stream = { target, previous, revision, ended: false, trouble: null };
  return [
    withUi({ ...state, live: { ...state.live, stream } }, { positions, picks }),
    [{ type: 'live.follow', target, previous }],
  ];
}

/** Whether that very log is being followed already. */
export function isFollowed(state: AppState, target: LiveTarget, previous: boolean): boolean {
  const { stream } = state.live;
  if (stream === null || stream.ended || stream.previous !== previous) return false;
  return targetKey(stream.target) === targetKey(target);
}

/** The journal that the host screen shows, also while another screen lies on top of it. */
function journalWanted(state: AppState): LiveTarget | null {
  const { stack, focusedHost } = state.ui;
  if (state.lab === null || !stack.includes('host') || stack.includes('stream')) return null;
  return hostTab(state) === 'journal' ? { kind: 'host', host: focusedHost } : null;
}

/** Whether the host of a log that broke off has come back, while nobody holds the log to read what is there. */
function cameBack(before: AppState, state: AppState): boolean {
  const { stream } = state.live;
  if (stream === null || stream.trouble === null || !('host' in stream.target)) return false;
  if ((state.ui.positions[STREAM_LINE] ?? 0) > 0) return false;
  const { host } = stream.target;
  return before.hosts[host].link.kind !== 'up' && state.hosts[host].link.kind === 'up';
}

/** What any message brings with it: what is not looked at is let go of, what broke off is taken up again. */
export function settleFollowing(before: AppState, [state, effects]: Transition): Transition {
  const { stream } = state.live;
  const journal = journalWanted(state);
  const more = (begun: Transition): Transition => [begun[0], [...effects, ...begun[1]]];
  if (journal !== null && (stream === null || targetKey(stream.target) !== targetKey(journal)))
    return more(beginFollowing(state, journal, false));
  if (stream === null) return [state, effects];
  if (journal === null && !state.ui.stack.includes('stream')) {
    const unfollow: Effect = { type: 'live.unfollow' };
    return [{ ...state, live: { ...state.live, stream: null } }, [...effects, unfollow]];
  }
  return cameBack(before, state)
    ? more(beginFollowing(state, stream.target, stream.previous))
    : [state, effects];
}
