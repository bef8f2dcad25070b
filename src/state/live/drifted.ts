/** How many files of ours were changed on a host, as its facts tell; what hints on home and the key behind them share. */
import { isDrifted } from '../../drift/files.js';
import { HOST_NAMES, type HostName } from '../../lab/types.js';
import type { LiveFacts } from './book.js';

/** Files that were changed, and of which nobody has said yet that they may be; 0 as well while nothing is known of a host. */
export function driftedOn(live: Pick<LiveFacts, 'facts'>, host: HostName): number {
  return live.facts(host)?.files.filter(({ state }) => isDrifted(state)).length ?? 0;
}

/** The host to look at for changed files: the chosen one if it has any, else the first that has; null where none has. */
export function hostWithDrift(live: Pick<LiveFacts, 'facts'>, chosen: HostName): HostName | null {
  return [chosen, ...HOST_NAMES].find((host) => driftedOn(live, host) > 0) ?? null;
}
