/** Which containers are on screen: only those are measured. */
import type { AppState } from '../types.js';
import type { LiveFacts } from './book.js';
import { cursorIn, hostTab, isZoomed, listing, listKey } from './listing.js';

/** The one host of the lab with Docker. */
const HOST = 'vm-docker';
/** More than that is not in sight, nor worth the streams. */
const MOST = 24;
const NOBODY: readonly string[] = [];

/** Ids of running containers that are in sight, or would be after a key press or two. */
export function containersInSight(state: AppState, live: LiveFacts): readonly string[] {
  const top = state.ui.stack.at(-1);
  const detail = top === 'host' && state.ui.focusedHost === HOST && hostTab(state) === 'workloads';
  const overview = top === 'host' && state.ui.focusedHost === HOST && hostTab(state) === 'overview';
  if (state.lab === null || !(top === 'home' || detail || overview)) return NOBODY;
  const { items } = listing(state, live, HOST, 'containers');
  const scrolled = detail || (isZoomed(state) && state.ui.focusedHost === HOST);
  const cursor = scrolled ? cursorIn(state, listKey(HOST, 'containers'), items) : 0;
  const from = Math.max(0, Math.min(cursor - MOST / 2, items.length - MOST));
  return items
    .slice(from, from + MOST)
    .flatMap((item) => (item.kind === 'container' && item.row.state === 'running' ? [item.row.id] : []));
}
