/** Steps that are done again on other hosts: their actions and gates copied under names of the step that repeats them. */
import type { Action, Gate, Phase, Step } from './types.js';

/**
 * Writes out `repeats`: the actions and gates of the named steps come first, as `<step>-<id>` (C2's `systemd-cgroup` in D1
 * is `c2-systemd-cgroup`), on all hosts of the repeating step; its own come after them. What names hosts of which the
 * repeating step has none is left out, and so are gates that compare hosts: they have one verdict for the whole lab.
 * @param phases checked content: every repeated step exists and repeats nothing itself
 */
export function expandRepeats(phases: readonly Phase[]): readonly Phase[] {
  const byId = new Map(phases.flatMap((phase) => phase.steps).map((step) => [step.id, step]));
  const expand = (step: Step): Step => {
    if (step.repeats.length === 0) return step;
    const sources = step.repeats.flatMap((id) => byId.get(id) ?? []);
    return {
      ...step,
      actions: [...sources.flatMap((source) => actionsAgain(step, source)), ...step.actions],
      gates: [...sources.flatMap((source) => gatesAgain(step, source)), ...step.gates],
    };
  };
  return phases.map((phase) => ({ ...phase, steps: phase.steps.map(expand) }));
}

/** What an action or gate of a repeated step is called in the step that repeats it. */
export function repeatedId(step: string, id: string): string {
  return `${step.toLowerCase()}-${id}`;
}

function concerns(step: Step, hosts: Action['hosts']): boolean {
  return hosts === undefined || hosts.some((host) => step.hosts.includes(host));
}

function actionsAgain(step: Step, source: Step): readonly Action[] {
  return source.actions
    .filter((action) => concerns(step, action.hosts))
    .map((action) => ({ ...action, id: repeatedId(source.id, action.id), hosts: undefined }));
}

function gatesAgain(step: Step, source: Step): readonly Gate[] {
  const here = (need: string): string => {
    const [of, id] = need.includes('.') ? need.split('.', 2) : [source.id, need];
    return of !== undefined && id !== undefined && step.repeats.includes(of) ? repeatedId(of, id) : need;
  };
  return source.gates
    .filter((gate) => !('compare' in gate.probe) && concerns(step, gate.hosts))
    .map((gate) => ({
      ...gate,
      id: repeatedId(source.id, gate.id),
      fullId: `${step.id}.${repeatedId(source.id, gate.id)}`,
      step: step.id,
      hosts: undefined,
      needs: gate.needs.map(here),
    }));
}
