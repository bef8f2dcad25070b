/** One lab for a list of faults, each of them rehearsed from injected to mended. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Healer } from '../support/fault-shown.js';
import { DiagnosedLab } from './diagnose-lab.js';
import type { LabSettings, Rehearsal } from './diagnose-settings.js';

/** The symptom that is told first, the cause that is proved, and who mends it. */
export type FaultCase = readonly [
  fault: string,
  symptom: string,
  cause: string,
  healed: Healer,
  how?: Rehearsal,
];

/**
 * Declares a test for each case.
 *
 * @param phases phases, and names of optional steps, that the lab has been through before the first fault
 */
export function rehearseFaults(
  phases: readonly string[],
  cases: readonly FaultCase[],
  settings: LabSettings = {},
): void {
  describe('a fault of the practice lab', () => {
    let lab: DiagnosedLab;
    beforeAll(async () => {
      lab = await DiagnosedLab.open(settings);
      await lab.perform(...phases);
    }, 900_000);
    afterAll(() => lab.close());

    rehearseEach(() => lab, cases);
  });
}

/** Declares a test for each case, on a lab that is there by the time they run. */
export function rehearseEach(lab: () => DiagnosedLab, cases: readonly FaultCase[]): void {
  it.for(cases)(
    '%s is found as %s, proved to be %s, and mended by the %s',
    { timeout: 700_000 },
    async ([fault, symptom, cause, healed, how], { task }) => {
      expect(await lab().rehearse(task, fault, symptom, how)).toEqual({ cause, healed, red: [] });
    },
  );
}
