/** Breakages of what comes after the application: its data and the monitoring, each found, proved and mended. */
import { rehearseFaults } from './rehearse-faults.js';

// F1 is optional; its gates count only once it has been run.
rehearseFaults(
  ['A', 'B', 'C', 'D', 'E', 'F1', 'M1'],
  [
    ['seeded-twice', 'S63', 'seeded-twice', 'program'],
    ['monitoring-port', 'S78', 'not-exposed', 'program'],
  ],
);
