/** Files of ours to look at: as they were left, edited by hand, gone, holding secrets. */
import type { OurFile } from '../../src/drift/files.js';
import type { LiveTarget } from '../../src/state/live/targets.js';
import type { AppState } from '../../src/state/types.js';
import { after } from './fixture.js';
import { ourFile } from './live-data.js';

const THEIRS = `file ${'b'.repeat(64)}`;
export const EDITED = ourFile({ state: 'edited', print: THEIRS });
export const CLOSED = ourFile({
  path: '/etc/edge/hit.key',
  step: 'B5',
  state: 'mode',
  mode: '644',
  leftMode: '600',
  hidden: true,
});
export const GONE = ourFile({
  path: '/etc/sysctl.d/99-threebody.conf',
  state: 'missing',
  print: 'absent',
  mode: '',
  owner: '',
  bytes: null,
  changedAt: null,
  there: false,
});
export const KEPT = ourFile({ path: '/etc/hosts', step: 'A3', state: 'kept', print: THEIRS });
export const DIFF: readonly string[] = [
  '--- /etc/docker/daemon.json (B2.insecure-registry)',
  '+++ /etc/docker/daemon.json',
  '@@ -1,4 +1,5 @@',
  ' {',
  '-  "insecure-registries": ["192.168.56.42:8080"]',
  '+  "insecure-registries": ["192.168.56.42:8080", "registry.example.test:5000"],',
  `+  "debug": true, "comment": "${'long '.repeat(30)}"`,
  ' }',
];

/** Looked into from the list of files of vm-docker. */
export function lookedInto(state: AppState, file: OurFile, lines: readonly string[]): AppState {
  const target: LiveTarget = { kind: 'file', host: 'vm-docker', path: file.path };
  return after(state, { type: 'live.describe', target }, { type: 'live.detail', target, lines, file });
}
