/** Breakages of the machines, each found, proved and mended: the part of the rehearsals that every CI run has time for. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Healer } from '../support/fault-shown.js';
import { DiagnosedLab } from './diagnose-lab.js';

let lab: DiagnosedLab;
beforeAll(async () => {
  lab = await DiagnosedLab.open();
  await lab.perform('A');
}, 600_000);
afterAll(() => lab.close());

type Case = readonly [fault: string, symptom: string, cause: string, healed: Healer];
/** The symptom that is told first, the cause that is proved, and who mends it. */
const CASES: readonly Case[] = [
  ['hosts-wrong', 'S11', 'wrong-address', 'program'],
  ['clock-skew', 'S07', 'sync-off', 'program'],
];

describe('a fault of a machine', () => {
  it.for(CASES)(
    '%s is found as %s, proved to be %s, and mended by the %s',
    { timeout: 400_000 },
    async ([fault, symptom, cause, healed], { task }) => {
      expect(await lab.rehearse(task, fault, symptom)).toEqual({ cause, healed, red: [] });
    },
  );
});
