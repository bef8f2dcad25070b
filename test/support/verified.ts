/** What a test has shown about steps of the runbook, for docs/verified.md: kept in the report of the test run. */
import type { TestContext } from 'vitest';

/** `red` before it ran, `green` after, `again` = run twice and nothing changed, `undo` put back, `reboot` survived. */
export const FACTS = ['red', 'green', 'again', 'undo', 'reboot'] as const;
export type Fact = (typeof FACTS)[number];
/** `practice` = simulated hosts, `real` = hosts given by a lab file. */
export type Where = 'practice' | 'real';

export interface Shown {
  readonly where: Where;
  readonly steps: readonly string[];
  readonly facts: readonly Fact[];
}

declare module 'vitest' {
  interface TaskMeta {
    shown?: Shown;
  }
}

/** To be called in a test that, when it passes, shows these facts about these steps. */
export function shows(
  task: TestContext['task'],
  where: Where,
  steps: readonly string[],
  ...facts: readonly Fact[]
): void {
  task.meta.shown = { where, steps, facts };
}
