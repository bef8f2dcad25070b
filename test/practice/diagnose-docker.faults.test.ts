/** Breakages of vm-docker (Docker, Harbor, the edge), each found, proved and mended. */
import { rehearseFaults } from './rehearse-faults.js';

rehearseFaults(
  ['A', 'B', 'C', 'D', 'E'],
  [
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
  ],
);
