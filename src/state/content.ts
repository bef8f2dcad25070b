/** The runbook rendered for the open lab, computed once per lab and looked up by id. */
import type { GateKey } from '../gates/types.js';
import type { HostName } from '../lab/types.js';
import { renderActions, renderGates } from '../runbook/render.js';
import type { RenderContext, RenderedAction, RenderedGate, Runbook, Step, StepId } from '../runbook/types.js';
import type { AppState, LabView } from './types.js';

export interface Content {
  readonly gates: readonly RenderedGate[];
  readonly byKey: ReadonlyMap<GateKey, RenderedGate>;
  readonly byStep: ReadonlyMap<StepId, readonly RenderedGate[]>;
  readonly steps: ReadonlyMap<StepId, Step>;
}

const cache = new WeakMap<Runbook, { readonly lab: LabView | null; readonly content: Content }>();

export function contextOf(lab: LabView): Omit<RenderContext, 'host'> {
  return { addresses: lab.addresses, user: lab.user, parameters: lab.parameters };
}

/** Gates and steps for the open lab; without a lab there are steps but no gates. */
export function contentFor(runbook: Runbook, lab: LabView | null): Content {
  const known = cache.get(runbook);
  if (known !== undefined && known.lab === lab) return known.content;
  const gates = lab === null ? [] : renderGates(runbook, contextOf(lab));
  const byStep = new Map<StepId, RenderedGate[]>();
  for (const gate of gates) byStep.set(gate.step, [...(byStep.get(gate.step) ?? []), gate]);
  const content: Content = {
    gates,
    byKey: new Map(gates.map((gate) => [gate.key, gate])),
    byStep,
    steps: new Map(runbook.phases.flatMap((phase) => phase.steps).map((step) => [step.id, step])),
  };
  cache.set(runbook, { lab, content });
  return content;
}
export function contentOf(state: AppState): Content {
  return contentFor(state.runbook, state.lab);
}
export function stepOf(state: AppState, id: StepId | null): Step | null {
  return id === null ? null : (contentOf(state).steps.get(id) ?? null);
}

/** The actions of a step on one host as they would run now; empty without a lab. */
export function actionsOn(state: AppState, step: Step, host: HostName): readonly RenderedAction[] {
  if (state.lab === null) return [];
  return renderActions(state.runbook, contextOf(state.lab), step, host, state.variants);
}
