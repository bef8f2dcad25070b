/** The smoke test: asks the checklist again and again until everything is green or nothing is on its way any more. */
import { setTimeout as pause } from 'node:timers/promises';
import { waiverHolds } from '../../gates/schedule.js';
import type { GateKey, GateResult } from '../../gates/types.js';
import { HOST_NAMES, type HostName } from '../../lab/types.js';
import { hostsOf, partsOf, planChecks, type PlannedStage } from '../../smoke/checklist.js';
import type { DiaryBoot, DiaryEntry } from '../../smoke/diary.js';
import {
  allGreen,
  anyBroken,
  isSettled,
  judgeStages,
  seenNext,
  toAsk,
  type Arrival,
  type JudgedStage,
  type Seen,
  type SmokeProgress,
} from '../../smoke/progress.js';
import type { Checklist } from '../../smoke/schema.js';
import { isPassing } from '../ssh/wait.js';
import { checkGates, type CheckOptions } from './gates.js';
import type { Session } from './session.js';
import { askHosts, stepsDone } from './smoke-hosts.js';

export interface SmokeOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds that it waits at most. */
  readonly waitMs: number;
  /** The last green state, if there was one. */
  readonly before: DiaryEntry | null;
  /** What will be asked is known: told once, before anything of it is asked. */
  readonly onPlanned?: (progress: SmokeProgress) => void;
  readonly onProgress?: (progress: SmokeProgress) => void;
  readonly onRunning?: CheckOptions['onRunning'];
  readonly onResult?: CheckOptions['onResult'];
  readonly onUnwritten?: (error: unknown) => void;
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 5000;
/** How long a round waits for a host that was away in the one before, milliseconds. */
const DIAL_MS = 2000;

/**
 * Asks the checklist until it is settled, the time is over, or the signal fires. What is green is not asked again, unless its
 * host was booted meanwhile or it grew stale. Links to hosts that are away are tried again in every round.
 * @returns how it stood in the end
 */
export async function runSmoke(
  session: Session,
  checklist: Checklist,
  options: SmokeOptions,
): Promise<SmokeProgress> {
  const { signal, before } = options;
  const startedAt = session.now();
  const deadline = startedAt + options.waitMs;
  const steps = await stepsDone(session);
  const earlier = new Set(before?.parts);
  const seenParts = new Map<string, boolean>();
  const seen = new Map<GateKey, Seen>();
  const arrivals = new Map<HostName, Arrival>();
  const parts = (): ReadonlySet<string> => partsOf(checklist, { steps, before: earlier, seen: seenParts });
  const look = async (): Promise<void> => {
    const answers = await askHosts(session, checklist, signal);
    for (const [part, there] of answers.parts) seenParts.set(part, there);
    for (const [host, arrival] of answers.boots) arrive(host, arrival);
  };
  const arrive = (host: HostName, arrival: Arrival): void => {
    const known = arrivals.get(host);
    if (known?.kind === 'up' && (arrival.kind === 'away' || arrival.bootId !== known.bootId)) forget(host);
    // Still away: since when stays as it was.
    const away = known?.kind === 'away' && arrival.kind === 'away';
    arrivals.set(host, away ? { ...arrival, since: known.since } : arrival);
  };
  /** What was seen before a boot says nothing about what is after it. */
  const forget = (host: HostName): void => {
    for (const stage of planned())
      for (const check of stage.checks) if (hostsOf(check).includes(host)) seen.delete(check.key);
  };
  const planned = (): readonly PlannedStage[] => planChecks(checklist, session.gates, parts());
  const judge = (): readonly JudgedStage[] =>
    judgeStages(checklist, planned(), { seen, arrivals, waived: waivedGates(session), now: session.now() });

  const standing = (attempts: number): SmokeProgress => {
    const stages = judge();
    return {
      stages,
      arrivals: new Map(arrivals),
      parts: parts(),
      attempts,
      startedAt,
      now: session.now(),
      deadline,
    };
  };

  // What the lab had when it was green last is known before any host answers.
  if (before !== null) options.onPlanned?.(standing(0));
  let brokenSince: number | null = null;
  for (let attempts = 1; ; attempts += 1) {
    await dial(session, attempts === 1 ? null : DIAL_MS, signal, arrive);
    // Without a past nobody knows what this lab has: the hosts are asked for that first.
    if (attempts === 1 && before === null) {
      await look();
      options.onPlanned?.(standing(0));
    }
    const keys = toAsk(judge(), session.now());
    const [results] = await Promise.all([
      checkGates(session, keys, {
        ...(signal === undefined ? {} : { signal }),
        ...(options.onUnwritten === undefined ? {} : { onUnwritten: options.onUnwritten }),
        ...(options.onRunning === undefined ? {} : { onRunning: options.onRunning }),
        ...(options.onResult === undefined ? {} : { onResult: options.onResult }),
        known: greenOf(seen, keys),
        ahead: attempts === 1,
      }),
      attempts === 1 && before === null ? null : look(),
    ]);
    for (const result of results) {
      const key: GateKey = `${result.gate}@${result.subject}`;
      seen.set(key, seenNext(seen.get(key), result));
    }
    // A link that came back after its host was asked for its boot: nothing is green of a boot that nobody knows.
    if (allGreen(judge()) && HOST_NAMES.some((host) => arrivals.get(host)?.kind === 'away')) await look();
    const progress = standing(attempts);
    const { stages, now } = progress;
    options.onProgress?.(progress);
    brokenSince = anyBroken(stages) ? (brokenSince ?? now) : null;
    const lingered = brokenSince !== null && now - brokenSince >= checklist.lingers * 1000;
    if (lingered || isSettled(stages) || now >= deadline || signal?.aborted === true) return progress;
    const rest = Math.min(FIRST_PAUSE_MS * attempts, LONGEST_PAUSE_MS, deadline - now);
    await pause(rest, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  }
}

/** Green results of this run, on which others may stand, without those that are to be asked anew. */
function greenOf(
  seen: ReadonlyMap<GateKey, Seen>,
  asked: readonly GateKey[],
): ReadonlyMap<GateKey, GateResult> {
  const again = new Set(asked);
  return new Map(
    [...seen].flatMap(([key, { result, count }]) =>
      count === 0 && !again.has(key) ? [[key, result] as const] : [],
    ),
  );
}

function waivedGates({ memory, now }: Session): ReadonlySet<GateKey> {
  const at = now();
  return new Set([...memory.waivers].flatMap(([key, waiver]) => (waiverHolds(waiver, at) ? [key] : [])));
}

/** Tries to log in to every host that is not there. @param patienceMs how long to wait for them; null: as long as it takes */
async function dial(
  session: Session,
  patienceMs: number | null,
  signal: AbortSignal | undefined,
  tell: (host: HostName, arrival: Arrival) => void,
): Promise<void> {
  const dialling = HOST_NAMES.map(async (host) => {
    const link = session.links.link(host);
    if (link.status().kind === 'up') return;
    try {
      await link.open({ keep: true, ...(signal === undefined ? {} : { signal }) });
    } catch (error) {
      if (signal?.aborted !== true)
        tell(host, { kind: 'away', since: session.now(), final: !isPassing(error) });
    }
  });
  const all = Promise.all(dialling);
  if (patienceMs === null) await all;
  else await Promise.race([all, pause(patienceMs, undefined, { ref: false })]);
}

/** The boots of the hosts that are there. */
export function bootsOf(arrivals: ReadonlyMap<HostName, Arrival>): readonly DiaryBoot[] {
  return HOST_NAMES.flatMap((host) => {
    const arrival = arrivals.get(host);
    return arrival?.kind === 'up' ? [{ host, bootId: arrival.bootId, bootedAt: arrival.bootedAt }] : [];
  });
}
