/** Asking gates: in rounds by what they stand on, each round one batch a host; judged, remembered, journalled. */
import { blockedResult, judgeGate, placesOf } from '../../gates/judge.js';
import { blockers, rounds, waiverHolds, withNeeds } from '../../gates/schedule.js';
import type { GateKey, GateResult, ProbeRequest, Recording } from '../../gates/types.js';
import { HOST_NAMES, type HostName, type Place } from '../../lab/types.js';
import type { RenderedGate, StepId } from '../../runbook/types.js';
import { askedAt, type Session } from './session.js';

export interface CheckOptions {
  readonly signal?: AbortSignal;
  readonly onRunning?: (keys: readonly GateKey[]) => void;
  readonly onResult?: (result: GateResult) => void;
  /** A verdict could not be written into the journal; told once a check. The verdict stands all the same. */
  readonly onUnwritten?: (error: unknown) => void;
  /** Results that still count: these gates are not asked again, and others may stand on them. */
  readonly known?: ReadonlyMap<GateKey, GateResult>;
  /**
   * Asks in one round what would take many, not waiting for what gates stand on: one round trip a host when all is green.
   * What stands on a red one is blocked all the same; results are told once the round is over.
   */
  readonly ahead?: boolean;
}

/** A probe with a longer limit than this waits for what it stands on also when others are asked ahead, milliseconds. */
const LONGEST_AHEAD_MS = 30_000;

/** Keys of a step's gates that concern the given hosts (those about the lab or the operator always do). */
export function keysOfStep(
  session: Session,
  step: StepId,
  hosts: readonly HostName[] = HOST_NAMES,
): readonly GateKey[] {
  return session.gates
    .filter(
      (gate) =>
        gate.step === step && !HOST_NAMES.some((host) => host === gate.subject && !hosts.includes(host)),
    )
    .map((gate) => gate.key);
}

/**
 * Asks the wanted gates and those they stand on. Gates whose needs are not green come back `blocked`, unasked.
 * @returns the results of all gates asked, in the order of the runbook; fewer when the signal fired
 */
export async function checkGates(
  session: Session,
  wanted: readonly GateKey[],
  options: CheckOptions = {},
): Promise<readonly GateResult[]> {
  const gates = withNeeds(new Set(wanted), session.gates).filter(
    (gate) => options.known?.has(gate.key) !== true,
  );
  const journalling: Promise<void>[] = [];
  const fresh = new Map<GateKey, GateResult>(options.known);
  const early =
    options.ahead === true ? await askAhead(session, gates, options) : new Map<GateKey, GateResult>();
  for (const round of rounds(gates)) {
    if (options.signal?.aborted === true) break;
    const askable: RenderedGate[] = [];
    for (const gate of round) {
      const blocked = blockers(gate, fresh, session.memory.waivers, session.now());
      const answered = early.get(gate.key);
      if (blocked.length > 0) settle(blockedResult(gate, blocked, session.now()));
      else if (answered === undefined) askable.push(gate);
      else settle(answered);
    }
    await askRound(session, askable, options, settle);
  }
  const unwritten = (await Promise.allSettled(journalling)).find((one) => one.status === 'rejected');
  if (unwritten !== undefined) options.onUnwritten?.(unwritten.reason);
  return gates.flatMap((gate) => fresh.get(gate.key) ?? []);

  function settle(result: GateResult): void {
    const key: GateKey = `${result.gate}@${result.subject}`;
    const before = session.memory.results.get(key);
    fresh.set(key, result);
    // Of two checks at once the one that asked later knows better, also when it was answered first.
    if (before !== undefined && askedAt(before) > askedAt(result)) return;
    session.memory.remember(result);
    options.onResult?.(result);
    // The journal keeps turns, not repetitions: a gate that stays as it was is not written again.
    if (before?.verdict !== result.verdict) {
      journalling.push(session.journal.append({ kind: 'gate', at: result.judgedAt, result }));
    }
  }
}

/** All gates in one round, but for those that may take long; nothing is remembered yet. */
async function askAhead(
  session: Session,
  gates: readonly RenderedGate[],
  options: CheckOptions,
): Promise<ReadonlyMap<GateKey, GateResult>> {
  const early = new Map<GateKey, GateResult>();
  const quick = gates.filter((gate) =>
    Object.values(gate.probes).every(({ timeoutMs }) => timeoutMs <= LONGEST_AHEAD_MS),
  );
  await askRound(session, quick, options, (result) => early.set(`${result.gate}@${result.subject}`, result));
  return early;
}

async function askRound(
  session: Session,
  gates: readonly RenderedGate[],
  options: CheckOptions,
  settle: (result: GateResult) => void,
): Promise<void> {
  if (gates.length === 0) return;
  options.onRunning?.(gates.map((gate) => gate.key));
  const requests: ProbeRequest[] = [];
  const owners = new Map<string, { readonly gate: RenderedGate; readonly place: Place }>();
  for (const gate of gates) {
    for (const probe of Object.values(gate.probes)) {
      const id = `${gate.key}/${probe.on}`;
      requests.push({ id, probe });
      owners.set(id, { gate, place: probe.on });
    }
  }
  const seen = new Map<GateKey, Map<Place, Recording>>(gates.map((gate) => [gate.key, new Map()]));
  const judged = new Set<GateKey>();
  const judge = (gate: RenderedGate): void => {
    judged.add(gate.key);
    settle(judgeGate(gate, inOrder(gate, seen.get(gate.key) ?? new Map()), session.now()));
  };
  await session.probes.run(requests, {
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    onRecording(id, recording) {
      const owner = owners.get(id);
      // What was still open when the person stopped comes back as cancelled: that is no answer of a host.
      if (owner === undefined || options.signal?.aborted === true) return;
      const recordings = seen.get(owner.gate.key);
      recordings?.set(owner.place, recording);
      if (recordings?.size === placesOf(owner.gate).length) judge(owner.gate);
    },
  });
  // An aborted round leaves gates without an answer: they keep their old result instead of getting a false one.
  if (options.signal?.aborted === true) return;
  for (const gate of gates) if (!judged.has(gate.key)) judge(gate);
}

/** Recordings in the order of the gate's places, so that evidence reads the same every time. */
function inOrder(
  gate: RenderedGate,
  recordings: ReadonlyMap<Place, Recording>,
): ReadonlyMap<Place, Recording> {
  const ordered = new Map<Place, Recording>();
  for (const place of placesOf(gate)) {
    const recording = recordings.get(place);
    if (recording !== undefined) ordered.set(place, recording);
  }
  return ordered;
}

/** Whether a gate opens the way: a pass or warn that is not too old, or a waiver that still holds. */
export function isGreen(session: Session, key: GateKey): boolean {
  const waiver = session.memory.waivers.get(key);
  if (waiver !== undefined && waiverHolds(waiver, session.now())) return true;
  const result = session.memory.results.get(key);
  const gate = session.gates.find((one) => one.key === key);
  if (result === undefined || gate === undefined || session.now() - result.judgedAt > gate.freshMs)
    return false;
  return result.verdict === 'pass' || result.verdict === 'warn';
}
