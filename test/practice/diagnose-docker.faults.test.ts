/** Breakages of vm-docker (Docker, Harbor, the edge), each found, proved and mended. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Healer } from '../support/fault-shown.js';
import { DiagnosedLab } from './diagnose-lab.js';

let lab: DiagnosedLab;
beforeAll(async () => {
  lab = await DiagnosedLab.open();
  await lab.perform('A', 'B', 'C', 'D', 'E');
}, 900_000);
afterAll(() => lab.close());

type Case = readonly [fault: string, symptom: string, cause: string, healed: Healer];
/** The symptom that is told first, the cause that is proved, and who mends it. */
const CASES: readonly Case[] = [
  ['docker-stopped', 'S16', 'stopped', 'program'],
  ['daemon-json-broken', 'S16', 'bad-config', 'program'],
  ['registry-not-insecure', 'S17', 'not-listed', 'program'],
  ['harbor-core-down', 'S21', 'stopped', 'program'],
  ['harbor-port-taken', 'S21', 'port-taken', 'person'],
  ['edge-stopped', 'S26', 'stopped', 'program'],
  ['edge-config-broken', 'S26', 'bad-config', 'program'],
  ['certificate-expired', 'S25', 'expired', 'program'],
  ['certificate-without-san', 'S25', 'wrong-name', 'program'],
  ['edge-removed', 'S26', 'no-container', 'program'],
  ['edge-crash-loop', 'S26', 'bad-config', 'program'],
  ['harbor-database-sick', 'S21', 'crash', 'program'],
];

describe('a fault of vm-docker', () => {
  it.for(CASES)(
    '%s is found as %s, proved to be %s, and mended by the %s',
    { timeout: 400_000 },
    async ([fault, symptom, cause, healed], { task }) => {
      expect(await lab.rehearse(task, fault, symptom)).toEqual({ cause, healed, red: [] });
    },
  );
});
