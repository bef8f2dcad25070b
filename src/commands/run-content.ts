/** A step's run on a host, as it stands in JSON documents. */
import type { StepRun } from '../state/types.js';
import { instant, instantOrNull } from './output/document.js';

export function runContent(run: StepRun): Readonly<Record<string, unknown>> {
  return {
    step: run.step,
    host: run.host,
    purpose: run.purpose,
    phase: run.phase,
    startedAt: instant(run.startedAt),
    endedAt: instantOrNull(run.endedAt),
    actions: run.actions.map((action) => ({
      action: action.action,
      phase: action.phase,
      variant: action.variant,
      job: action.job,
      startedAt: instantOrNull(action.startedAt),
      endedAt: instantOrNull(action.endedAt),
      end: action.end,
      trouble: action.trouble,
    })),
  };
}
