/** Breakages of the database and of what the applications are told, each found, proved and mended. */
import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import { DiagnosedLab } from './diagnose-lab.js';
import { rehearseEach } from './rehearse-faults.js';

let lab: DiagnosedLab;
beforeAll(async () => {
  lab = await DiagnosedLab.open();
  await lab.perform('A', 'B', 'C', 'D', 'E');
}, 900_000);
afterAll(() => lab.close());

describe('a fault of the practice lab', () => {
  // What the fault before has left is over first: a Pod that still starts has the same look as one that is stuck.
  beforeEach(() => lab.settle(), 350_000);
  rehearseEach(
    () => lab,
    [
      ['mysql-password-drift', 'S55', 'changed-secret', 'program'],
      ['laravel-nginx-broken', 'S57', 'nginx-config', 'program'],
      ['readiness-wrong-path', 'S64', 'probe', 'program'],
      ['app-key-missing', 'S58', 'no-key', 'program'],
      ['mysql-data-owner', 'S53', 'wrong-owner', 'program'],
      ['mysql-scaled-down', 'S56', 'scaled', 'program'],
      ['database-name-wrong', 'S55', 'own-values', 'program'],
      ['memory-limit-low', 'S65', 'limit', 'program'],
    ],
  );
});
