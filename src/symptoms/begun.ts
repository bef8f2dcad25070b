/** Which red gates mean that something broke, and which only that it was never made. Pure. */
import type { GateKey, GateResult } from '../gates/types.js';
import type { Runbook, Step, StepId } from '../runbook/types.js';

/** What is known of the past; see `historyOf`. */
export interface History {
  /** Steps whose actions were run, and not undone since. */
  readonly run: ReadonlySet<StepId>;
  /** Gates that passed at some time since then, each where it did: one that is green on vm-k8s says nothing about vm-docker. */
  readonly passed: ReadonlySet<GateKey>;
}

/** One entry of the past, oldest first: a step done or undone, a gate that passed. */
export type Past =
  | { readonly kind: 'run' | 'undo'; readonly step: StepId }
  | { readonly kind: 'pass'; readonly gate: GateKey };

export function historyOf(entries: readonly Past[]): History {
  const run = new Set<StepId>();
  const passed = new Set<GateKey>();
  for (const entry of entries) {
    if (entry.kind === 'pass') passed.add(entry.gate);
    else if (entry.kind === 'run') run.add(entry.step);
    else {
      run.delete(entry.step);
      for (const gate of passed) if (gate.startsWith(`${entry.step}.`)) passed.delete(gate);
    }
  }
  return { run, passed };
}

/** Share of a step's answered gates that are green when nothing is known of its past, and it still counts as made. */
const MADE = 2 / 3;

/**
 * Results that speak of a break: of steps that were run, and of gates that have been green. Where nothing is known of a
 * lab's past (this computer never built it) a step counts as made when what it stands on is, and most of its answered
 * gates are green: a gate that is green on a bare VM as well (no firewall, no swap) makes no step.
 */
export function meaningful(
  runbook: Runbook,
  results: readonly GateResult[],
  history: History,
): readonly GateResult[] {
  const steps = runbook.phases.flatMap((phase) => phase.steps);
  const known = history.run.size > 0 || history.passed.size > 0;
  const begun = withNeeds(steps, known ? history.run : guessed(steps, results));
  return results.filter(
    ({ gate, subject }) => begun.has(gate.split('.', 1)[0] ?? '') || history.passed.has(`${gate}@${subject}`),
  );
}

/** So many steps that look made are no chance: then one of them that is broken does not hide those above it. */
const BUILT_LAB = 6;

function guessed(steps: readonly Step[], results: readonly GateResult[]): ReadonlySet<StepId> {
  const answered = (id: StepId): readonly GateResult[] =>
    results.filter(
      ({ gate, verdict }) => gate.startsWith(`${id}.`) && verdict !== 'blocked' && verdict !== 'unknown',
    );
  const looksMade = new Set(
    steps.flatMap(({ id, optional }) => {
      const own = answered(id);
      const green = own.filter(({ verdict }) => verdict === 'pass');
      return !optional && own.length > 0 && green.length / own.length >= MADE ? [id] : [];
    }),
  );
  if (looksMade.size >= BUILT_LAB) return looksMade;
  const made = new Set<StepId>();
  // In the order of the runbook, in which every step comes after those that it needs.
  for (const { id, needs } of steps) {
    if (looksMade.has(id) && needs.every((need) => made.has(need) || answered(need).length === 0))
      made.add(id);
  }
  return made;
}

function withNeeds(steps: readonly Step[], ids: ReadonlySet<StepId>): ReadonlySet<StepId> {
  const all = new Set<StepId>();
  const add = (id: StepId): void => {
    if (all.has(id)) return;
    all.add(id);
    for (const need of steps.find((step) => step.id === id)?.needs ?? []) add(need);
  };
  for (const id of ids) add(id);
  return all;
}
