/** What a test has shown about one fault, for the table of faults in docs/verified.md: kept in the report of the run. */
import type { TestContext } from 'vitest';

/** `practice` = the simulated lab, `hosts` = real hosts given by a lab file. */
export const FAULT_PLACES = ['practice', 'hosts'] as const;
export type FaultPlace = (typeof FAULT_PLACES)[number];
/** `program`: one of its fixes helped; `person`: it names what is left to a person, and that was done. */
export const HEALERS = ['program', 'person'] as const;
export type Healer = (typeof HEALERS)[number];

export interface FaultShown {
  readonly fault: string;
  readonly place: FaultPlace;
  /** Symptom that was told first. */
  readonly found: string;
  /** Cause that the walk proved. */
  readonly cause: string;
  readonly healed: Healer;
}

declare module 'vitest' {
  interface TaskMeta {
    fault?: FaultShown;
  }
}

/** To be called at the beginning of a test that, when it passes, has shown this about a fault. */
export function showsFault(task: TestContext['task'], shown: FaultShown): void {
  task.meta.fault = shown;
}
