/** Breakages of the machines, their names and ways, and of what stands on vm-docker, each found, proved and mended. */
import { rehearseFaults } from './rehearse-faults.js';

const reopened = { reopened: true } as const;

rehearseFaults(
  ['A', 'B', 'C', 'D', 'E'],
  [
    ['wrong-address', 'S02', 'moved', 'person'],
    ['link-cut', 'S02', 'vm-off', 'person', reopened],
    ['ufw-rules-lost', 'S02', 'firewall', 'program'],
    ['sshd-stopped', 'S01', 'sshd-down', 'person', reopened],
    ['host-key-changed', 'S04', 'rebuilt', 'person', reopened],
    ['sudo-password', 'S05', 'password', 'person'],
    ['host-off', 'S01', 'vm-off', 'person', reopened],
    ['clone-machine-id', 'S06', 'same-machine-id', 'person'],
    ['same-hostname', 'S06', 'same-name', 'program'],
    ['apt-lock', 'S08', 'updates-running', 'program', { endsDuring: 'wait-lock' }],
    ['dpkg-half-configured', 'S08', 'half-installed', 'program'],
    ['disk-nearly-full', 'S13', 'data', 'person'],
    ['hosts-missing', 'S11', 'no-line', 'program'],
    ['resolv-conf-static', 'S10', 'stub', 'program'],
    ['public-dns-blocked', 'S10', 'blocked-dns', 'person'],
    ['resolved-stopped', 'S10', 'resolver-off', 'program'],
    ['pod-network-overlap', 'S39', 'overlap', 'person'],
    ['docker-group-lost', 'S15', 'no-group', 'program'],
    ['harbor-log-stopped', 'S21', 'log-first', 'program'],
    ['harbor-unit-failed', 'S32', 'wrong-path', 'program'],
    ['edge-path-kept', 'S29', 'edge-conf', 'program'],
    ['edge-port-taken', 'S26', 'port-taken', 'person'],
    ['node-ports-rejected', 'S64', 'rule', 'person'],
    ['node-ports-dropped', 'S66', 'rule', 'person'],
    ['gitlab-runner-stopped', 'S68', 'service-down', 'program'],
  ],
);
