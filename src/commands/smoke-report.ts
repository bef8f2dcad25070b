/** What a smoke test found, put together for its forms. */
import type { HostName } from '../lab/types.js';
import { firstBroken, type HopId, type HopResult } from '../runbook/path.js';
import type { Runbook } from '../runbook/types.js';
import type { SmokeProgress } from '../services/engine/smoke.js';
import type { Session } from '../services/engine/session.js';
import { hostsOf } from '../smoke/checklist.js';
import type { Comparison } from '../smoke/diary.js';
import { anyBroken, isSettled, type JudgedCheck } from '../smoke/progress.js';
import type { Checklist, Part } from '../smoke/schema.js';
import { observeLogin } from '../symptoms/observe.js';
import { createRecogniser } from '../symptoms/recognise.js';
import { fillFor } from '../symptoms/render.js';
import type { Catalogue, Symptom } from '../symptoms/types.js';
import type { CheckReport } from './verdicts.js';

/** `broken`: something will not come up by itself · `out-of-time`: something was still on its way when the time was over. */
export type SmokeVerdict = 'green' | 'broken' | 'out-of-time';

/** The first broken hop of one of the two flows. */
export interface BrokenHop {
  readonly flow: Runbook['path'][number];
  readonly hop: Runbook['path'][number]['hops'][number];
  readonly result: HopResult;
}

interface SmokeFound {
  readonly check: CheckReport;
  readonly end: SmokeProgress;
  readonly checklist: Checklist;
  /** The first check in boot order that is not green. */
  readonly first: JudgedCheck | null;
  /** The symptom that it shows. */
  readonly symptom: Symptom | null;
  readonly hops: readonly BrokenHop[];
  /** What is different since the last green smoke test; null when there was none. */
  readonly comparison: Comparison | null;
  /** This state is the last green one now. */
  readonly recorded: boolean;
}
export interface SmokeReport extends SmokeFound {
  readonly verdict: SmokeVerdict;
  /** Parts that this lab has not come to. */
  readonly absent: readonly Part[];
  /** Hosts that could not be logged in to. */
  readonly away: readonly HostName[];
}

export function reportOf(found: SmokeFound): SmokeReport {
  const { end, checklist, check } = found;
  return {
    ...found,
    verdict:
      check.exit === 0 ? 'green' : anyBroken(end.stages) || isSettled(end.stages) ? 'broken' : 'out-of-time',
    absent: checklist.parts.filter(({ id }) => !end.parts.has(id)),
    away: [...end.arrivals].flatMap(([host, { kind }]) => (kind === 'away' ? [host] : [])),
  };
}

/** The symptom that a check names itself, or that the failed login to its host shows. */
export function symptomOf(
  session: Session,
  catalogue: Catalogue,
  { check, result }: JudgedCheck,
): Symptom | null {
  const named = result?.symptom ?? null;
  if (named !== null) return catalogue.byId.get(named) ?? null;
  const logins = hostsOf(check).flatMap((host) => {
    const status = session.links.link(host).status();
    return status.kind === 'down' ? [observeLogin(host, status.code, status.reason.en, session.now())] : [];
  });
  const { findings } = createRecogniser(catalogue, fillFor(session.context)).recognise(logins);
  return findings[0]?.symptom ?? null;
}

/** Probes both flows and names the first broken hop of each that has one. */
export async function brokenHops(
  session: Session,
  runbook: Runbook,
  signal: AbortSignal,
): Promise<readonly BrokenHop[]> {
  const { probePath } = await import('../services/engine/path.js');
  const results: Partial<Record<HopId, HopResult>> = {};
  for (const result of await probePath(session, null, { signal })) results[result.hop] = result;
  return runbook.path.flatMap((flow) => {
    const id = firstBroken(runbook, flow.id, results);
    const hop = flow.hops.find((one) => `${flow.id}.${one.id}` === id);
    const result = id === null ? undefined : results[id];
    return hop === undefined || result === undefined ? [] : [{ flow, hop, result }];
  });
}
