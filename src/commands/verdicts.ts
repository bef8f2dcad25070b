/** What a check found, and what that means for the exit status. Pure. */
import type { GateResult, Standing, Waiver } from '../gates/types.js';
import type { Lab } from '../lab/types.js';
import type { RenderedGate } from '../runbook/types.js';
import type { Session } from '../services/engine/session.js';
import { standing } from '../state/standing.js';
import type { ExitCode } from './context.js';

/** One gate with what was found. */
export interface CheckedGate {
  readonly gate: RenderedGate;
  readonly result: GateResult;
  readonly standing: Standing;
  readonly waiver: Waiver | null;
}

export interface CheckReport {
  readonly version: string;
  readonly lab: Pick<Lab, 'name' | 'file' | 'practice'>;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly finishedAt: number;
  /** How often the gates were asked. */
  readonly attempts: number;
  readonly gates: readonly CheckedGate[];
  readonly exit: ExitCode;
}

/** Results with their gates, waivers counted, in the order of the runbook. */
export function checkedGates(session: Session, results: readonly GateResult[]): readonly CheckedGate[] {
  const byKey = new Map(results.map((result) => [`${result.gate}@${result.subject}`, result]));
  const now = session.now();
  return session.gates.flatMap((gate) => {
    const result = byKey.get(gate.key);
    if (result === undefined) return [];
    const waiver = session.memory.waivers.get(gate.key) ?? null;
    // What was asked in this very run is fresh, however short the gate's own time is.
    const found = standing({ key: gate.key, result, waiver, running: false }, Number.POSITIVE_INFINITY, now);
    return [{ gate, result, standing: found, waiver: found === 'waived' ? waiver : null }];
  });
}

/** pass, warn and waived are green; nothing asked at all is not. */
export function exitOf(gates: readonly CheckedGate[]): ExitCode {
  if (gates.some((one) => one.standing === 'fail')) return 1;
  const green: readonly Standing[] = ['pass', 'warn', 'waived'];
  return gates.length > 0 && gates.every((one) => green.includes(one.standing)) ? 0 : 3;
}

export const SHOWN_STANDINGS = ['pass', 'warn', 'fail', 'blocked', 'unknown', 'waived'] as const;

/** How many gates have which verdict; every verdict is there, if only with 0. */
export function summaryOf(
  gates: readonly CheckedGate[],
): Readonly<Record<(typeof SHOWN_STANDINGS)[number], number>> {
  const summary = { pass: 0, warn: 0, fail: 0, blocked: 0, unknown: 0, waived: 0 };
  for (const name of SHOWN_STANDINGS) summary[name] = gates.filter((gate) => gate.standing === name).length;
  return summary;
}

/** How long a gate's slowest probe took, milliseconds. */
export function durationOf(checked: CheckedGate): number {
  return Math.max(0, ...checked.result.evidence.map((one) => one.durationMs));
}
