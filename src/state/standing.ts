/** How a gate stands, and how the standings of many add up. The rule of the house: nothing but a fresh pass is green. */
import { waiverHolds } from '../gates/schedule.js';
import type { GateKey, Standing } from '../gates/types.js';
import type { RenderedGate, Step, StepId } from '../runbook/types.js';
import { contentOf } from './content.js';
import type { AppState, GateView, StepRun, StepRunKey } from './types.js';
import { HOST_NAMES, type HostName } from '../lab/types.js';

/** The standing of a step or phase: as of a gate, or `partial` when some of it is green and the rest not looked at yet. */
export type Rollup = Standing | 'partial';

/**
 * @param view null when the gate is not known (no lab open)
 * @param freshMs how long a verdict counts, milliseconds
 * @param now epoch ms
 */
export function standing(view: GateView | null | undefined, freshMs: number, now: number): Standing {
  if (view === null || view === undefined) return 'never';
  if (view.running) return 'running';
  const verdict = view.result?.verdict ?? null;
  const fresh = view.result !== null && now - view.result.judgedAt <= freshMs;
  // A gate that is green by itself needs no excuse; anything else is covered by a waiver while that lasts.
  if (verdict === 'pass' && fresh) return 'pass';
  if (view.waiver !== null && waiverHolds(view.waiver, now)) return 'waived';
  if (verdict === null) return 'never';
  return fresh ? verdict : 'stale';
}

export function gateStanding(state: AppState, gate: RenderedGate): Standing {
  return standing(state.gates[gate.key], gate.freshMs, state.now);
}
export function keyStanding(state: AppState, key: GateKey): Standing {
  const gate = contentOf(state).byKey.get(key);
  return gate === undefined ? 'never' : gateStanding(state, gate);
}

/** Worst first: what the eye has to find first. */
const WEIGHT: readonly Standing[] = ['running', 'fail', 'unknown', 'blocked', 'warn', 'stale'];

/** Adds standings up. No standing at all is `never`: zero results never mean pass. */
export function rollUp(standings: readonly Rollup[]): Rollup {
  if (standings.length === 0) return 'never';
  const worst = WEIGHT.find((one) => standings.includes(one));
  if (worst !== undefined) return worst;
  if (standings.every((one) => one === 'never')) return 'never';
  if (standings.some((one) => one === 'never' || one === 'partial')) return 'partial';
  return standings.includes('waived') ? 'waived' : 'pass';
}

export function stepGates(state: AppState, step: StepId): readonly RenderedGate[] {
  return contentOf(state).byStep.get(step) ?? [];
}

export function stepRollup(state: AppState, step: Step): Rollup {
  if (stepRuns(state, step.id).some((run) => isRunning(run))) return 'running';
  return rollUp(stepGates(state, step.id).map((gate) => gateStanding(state, gate)));
}

export function phaseRollup(state: AppState, phaseId: string): Rollup {
  const phase = state.runbook.phases.find((one) => one.id === phaseId);
  const steps = (phase?.steps ?? []).map((step) => stepRollup(state, step));
  // What is red stays red while something else of the phase runs: the header is where the eye looks for it.
  return steps.includes('fail') ? 'fail' : rollUp(steps);
}

export function isRunning(run: StepRun): boolean {
  return run.phase === 'running' || run.phase === 'gating';
}
export function runKey(step: StepId, host: HostName): StepRunKey {
  return `${step}@${host}`;
}
/** The last run of a step on each host where there is one, in host order. */
export function stepRuns(state: AppState, step: StepId): readonly StepRun[] {
  return HOST_NAMES.flatMap((host) => state.runs[runKey(step, host)] ?? []);
}
/** Everything under way, in host order, then by start. */
export function runningRuns(state: AppState): readonly StepRun[] {
  return Object.values(state.runs)
    .filter((run): run is StepRun => run !== undefined && isRunning(run))
    .sort((a, b) => HOST_NAMES.indexOf(a.host) - HOST_NAMES.indexOf(b.host) || a.startedAt - b.startedAt);
}
/** What is under way on one host, or null. */
export function runOn(state: AppState, host: HostName): StepRun | null {
  return runningRuns(state).find((run) => run.host === host) ?? null;
}

/** Steps that should be green first and are not. */
export function unmetNeeds(state: AppState, step: Step): readonly StepId[] {
  return step.needs.filter((id) => {
    const needed = contentOf(state).steps.get(id);
    if (needed === undefined) return false;
    const sum = stepRollup(state, needed);
    return sum !== 'pass' && sum !== 'waived' && sum !== 'warn';
  });
}

/** How many gates stand how, in all or in one step. */
export function gateCounts(state: AppState, step?: StepId): Readonly<Record<Standing, number>> {
  const counts: Record<Standing, number> = {
    pass: 0,
    warn: 0,
    fail: 0,
    blocked: 0,
    unknown: 0,
    waived: 0,
    stale: 0,
    never: 0,
    running: 0,
  };
  const gates = step === undefined ? contentOf(state).gates : stepGates(state, step);
  for (const gate of gates) counts[gateStanding(state, gate)] += 1;
  return counts;
}
