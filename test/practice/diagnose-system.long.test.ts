/** Breakages of the machines, each found, proved and mended: the part of the rehearsals that every CI run has time for. */
import { rehearseFaults } from './rehearse-faults.js';

rehearseFaults(
  ['A'],
  [
    ['hosts-wrong', 'S11', 'wrong-address', 'program'],
    ['clock-skew', 'S07', 'sync-off', 'program'],
  ],
);
