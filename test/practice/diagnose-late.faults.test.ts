/** Breakages of what comes after the application: its data and the monitoring, each found, proved and mended. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Healer } from '../support/fault-shown.js';
import { DiagnosedLab } from './diagnose-lab.js';

let lab: DiagnosedLab;
beforeAll(async () => {
  lab = await DiagnosedLab.open();
  // F1 is optional; its gates count only once it has been run.
  await lab.perform('A', 'B', 'C', 'D', 'E', 'F1', 'M1');
}, 900_000);
afterAll(() => lab.close());

type Case = readonly [fault: string, symptom: string, cause: string, healed: Healer];
/** The symptom that is told first, the cause that is proved, and who mends it. */
const CASES: readonly Case[] = [
  ['seeded-twice', 'S63', 'seeded-twice', 'program'],
  ['monitoring-port', 'S78', 'not-exposed', 'program'],
];

describe('a fault of the data or of the monitoring', () => {
  it.for(CASES)(
    '%s is found as %s, proved to be %s, and mended by the %s',
    { timeout: 400_000 },
    async ([fault, symptom, cause, healed], { task }) => {
      expect(await lab.rehearse(task, fault, symptom)).toEqual({ cause, healed, red: [] });
    },
  );
});
