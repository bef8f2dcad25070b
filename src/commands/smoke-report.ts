/** What a smoke test found, put together for its forms. */
import type { HostName } from '../lab/types.js';
import type { LabSession } from '../services/engine/assemble.js';
import type { SmokeEnd } from '../services/engine/smoke-end.js';
import type { SmokeProgress } from '../smoke/progress.js';
import type { Checklist, Part } from '../smoke/schema.js';
import { checkedGates, type CheckReport } from './verdicts.js';

export interface SmokeReport extends SmokeEnd {
  readonly check: CheckReport;
  /** Parts that this lab has not come to. */
  readonly absent: readonly Part[];
  /** Hosts that could not be logged in to. */
  readonly away: readonly HostName[];
}

export function reportOf(check: CheckReport, checklist: Checklist, found: SmokeEnd): SmokeReport {
  const { end } = found;
  return {
    ...found,
    check,
    absent: checklist.parts.filter(({ id }) => !end.parts.has(id)),
    away: [...end.arrivals].flatMap(([host, { kind }]) => (kind === 'away' ? [host] : [])),
  };
}

/** Every gate that was asked, in boot order. */
export function gatesInOrder(
  session: LabSession,
  { stages }: SmokeProgress,
): ReturnType<typeof checkedGates> {
  const results = stages.flatMap(({ checks }) => checks.flatMap(({ result }) => result ?? []));
  const checked = new Map(checkedGates(session, results).map((one) => [one.gate.key, one]));
  return stages.flatMap(({ checks }) => checks.flatMap(({ check }) => checked.get(check.key) ?? []));
}
