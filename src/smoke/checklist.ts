/** The checklist for one lab: which gates, in which order, and which of them this lab has come to. Pure. */
import type { GateKey } from '../gates/types.js';
import type { Diagnostic, HostName, SourcePlace } from '../lab/types.js';
import { unknown } from '../runbook/mistakes.js';
import type { RenderedGate, Runbook } from '../runbook/types.js';
import type { Checklist, Part, Stage } from './schema.js';

/** One gate of the checklist. */
export interface SmokeCheck {
  readonly key: GateKey;
  readonly gate: RenderedGate;
  readonly stage: Stage;
  /** Comes up by itself after a boot; the others do not get better by waiting. */
  readonly rising: boolean;
  /** Milliseconds between two askings at least. */
  readonly paceMs: number;
}
export interface PlannedStage {
  readonly stage: Stage;
  readonly checks: readonly SmokeCheck[];
}

/**
 * The checks in boot order. Gates that others stand on and that the checklist does not name come right before them.
 * @param parts ids of the parts that the lab has
 * @returns stages that hold anything
 */
export function planChecks(
  checklist: Checklist,
  gates: readonly RenderedGate[],
  parts: ReadonlySet<string>,
): readonly PlannedStage[] {
  const byKey = new Map(gates.map((gate) => [gate.key, gate]));
  const stages = checklist.stages.map((stage) => ({ stage, named: namedChecks(stage, gates, parts) }));
  const named = new Map<GateKey, SmokeCheck>();
  for (const one of stages)
    for (const check of one.named) if (!named.has(check.key)) named.set(check.key, check);
  const placed = new Set<GateKey>();
  return stages
    .map(({ stage, named: own }): PlannedStage => {
      const checks: SmokeCheck[] = [];
      const place = (check: SmokeCheck): void => {
        if (placed.has(check.key)) return;
        placed.add(check.key);
        for (const need of check.gate.needs) {
          const gate = byKey.get(need);
          if (gate !== undefined)
            place(named.get(need) ?? { key: need, gate, stage, rising: true, paceMs: 0 });
        }
        checks.push(check);
      };
      for (const check of own) place(check);
      return { stage, checks };
    })
    .filter(({ checks }) => checks.length > 0);
}

function namedChecks(
  stage: Stage,
  gates: readonly RenderedGate[],
  parts: ReadonlySet<string>,
): readonly SmokeCheck[] {
  return stage.checks.flatMap((group) => {
    const wanted = group.part === undefined ? group.with : [group.part, ...group.with];
    if (!wanted.every((part) => parts.has(part))) return [];
    // In the order in which they are written; what does not change comes before what has to come up.
    return [...group.steady, ...group.rising].flatMap((id) =>
      gates
        .filter((gate) => gate.gate === id && isIn(stage, gate))
        .map((gate) => ({
          key: gate.key,
          gate,
          stage,
          rising: group.rising.includes(id),
          paceMs: (group.pace ?? 0) * 1000,
        })),
    );
  });
}

function isIn(stage: Stage, { subject }: RenderedGate): boolean {
  return subject === 'lab' || subject === 'operator' || stage.hosts.includes(subject);
}

/** Hosts that a check looks at: those it is asked on, or those of its stage when it is asked from this computer. */
export function hostsOf(check: SmokeCheck): readonly HostName[] {
  const asked = Object.values(check.gate.probes).flatMap(({ on }) => (on === 'operator' ? [] : [on]));
  return asked.length > 0 ? asked : check.stage.hosts;
}

/** What proves that a lab has a part; each may be unknown. */
export interface PartEvidence {
  /** Steps that were carried out from this computer and not undone since. */
  readonly steps: ReadonlySet<string>;
  /** Parts at the last green smoke test. */
  readonly before: ReadonlySet<string>;
  /** Part → what its host says; absent when it could not be asked. */
  readonly seen: ReadonlyMap<string, boolean>;
}

/** Parts that the lab has. */
export function partsOf(checklist: Checklist, evidence: PartEvidence): ReadonlySet<string> {
  const has = ({ id, steps }: Part): boolean =>
    evidence.seen.get(id) === true ||
    evidence.before.has(id) ||
    steps.some((step) => evidence.steps.has(step));
  return new Set(checklist.parts.filter(has).map(({ id }) => id));
}

/** Names of gates, steps and parts in the checklist that there are not. */
export function checkChecklist(
  checklist: Checklist,
  runbook: Runbook,
  placeOf: (path: readonly PropertyKey[]) => SourcePlace,
): readonly Diagnostic[] {
  const steps = runbook.phases.flatMap((phase) => phase.steps);
  const gates = steps.flatMap((step) => step.gates.map((gate) => gate.fullId));
  const parts = checklist.parts.map(({ id }) => id);
  const wrong: Diagnostic[] = [];
  const name = (kind: 'gate' | 'step' | 'part', id: string, path: readonly PropertyKey[]): void => {
    const known = kind === 'gate' ? gates : kind === 'part' ? parts : steps.map((step) => step.id);
    const word = { gate: 'gate', step: 'langkah', part: 'bagian' }[kind];
    if (!known.includes(id)) wrong.push(unknown({ id: word, en: kind }, id, known, placeOf(path)));
  };
  checklist.parts.forEach((part, index) => {
    part.steps.forEach((step, at) => name('step', step, ['parts', index, 'steps', at]));
  });
  checklist.stages.forEach((stage, index) => {
    stage.checks.forEach((group, at) => {
      const here = ['stages', index, 'checks', at] as const;
      if (group.part !== undefined) name('part', group.part, [...here, 'part']);
      group.with.forEach((part, nth) => name('part', part, [...here, 'with', nth]));
      for (const list of ['steady', 'rising'] as const)
        group[list].forEach((gate, nth) => name('gate', gate, [...here, list, nth]));
    });
  });
  return wrong;
}
