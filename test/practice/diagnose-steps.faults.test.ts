/** Breakages that show while a lab is being built, each met by the step that fails of it, found, proved and mended. */
import { rehearseFaults } from './rehearse-faults.js';

// With dns_mode = keep the lab depends on the DNS that its network hands out.
rehearseFaults(
  ['A', 'C1', 'C2', 'C3', 'C4'],
  [
    ['nat-dns-down', 'S10', 'blocked-dns', 'person'],
    ['power-cut-in-init', 'S41', 'leftovers', 'person', { steps: ['C5'], takenBack: 'C5' }],
  ],
  { parameters: { dns_mode: 'keep' } },
);

rehearseFaults(
  ['A', 'C1', 'C2', 'C3', 'C4'],
  [['small-memory', 'S41', 'too-small', 'person', { steps: ['C5'] }]],
);
