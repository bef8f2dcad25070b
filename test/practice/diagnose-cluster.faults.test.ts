/** Breakages of the nodes and of the application, each found, proved and mended. */
import { rehearseFaults } from './rehearse-faults.js';

rehearseFaults(
  ['A', 'B', 'C', 'D', 'E'],
  [
    ['app-image-missing', 'S49', 'tag-missing', 'program'],
    ['pull-secret-wrong', 'S49', 'wrong-credentials', 'program'],
    ['replicas-zero', 'S60', 'cut-off', 'program'],
    ['service-selector', 'S64', 'selector', 'program'],
    ['memory-request-huge', 'S51', 'no-memory', 'person'],
    ['image-name-bad', 'S49', 'tag-missing', 'program'],
    ['app-secret-missing', 'S58', 'no-secret', 'program'],
    ['registry-config-missing', 'S50', 'no-hosts-toml', 'program'],
    ['registry-config-unread', 'S50', 'not-restarted', 'program'],
    ['kubelet-stopped', 'S33', 'stopped', 'program'],
    ['cri-disabled', 'S35', 'disabled', 'program'],
    ['containerd-broken', 'S34', 'bad-config', 'program'],
    ['app-env-missing', 'S64', 'settings', 'program'],
    ['config-map-missing', 'S59', 'config', 'program'],
    ['service-node-port', 'S64', 'node-port', 'program'],
    ['node-selector-wrong', 'S51', 'selector', 'program'],
    ['volume-released', 'S52', 'released', 'program'],
  ],
);
