/** `completion` as a process: the files that a lab's journal knows of are in it, and nothing of that lab can spoil a shell's start. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stateDirName } from '../../../src/lab/state-dir.js';
import { createJournal } from '../../../src/services/journal/journal.js';
import { createDesk, type Desk } from './program.js';

const LAB = `name: kelas
user: cikal
password: rahasia
hosts:
  - { name: vm-docker, address: 192.0.2.11 }
  - { name: vm-k8s, address: 192.0.2.12 }
  - { name: vm-worker, address: 192.0.2.13 }
`;
let desk: Desk;
let file: string;
beforeAll(async () => {
  desk = await createDesk();
  file = join(desk.home, 'kelas.yaml');
  await writeFile(file, LAB, { mode: 0o600 });
  const states = join(desk.home, '.local', 'state', 'threebody-tui');
  const journal = createJournal(join(states, stateDirName('kelas', file)), { mask: (text) => text });
  await journal.append({
    kind: 'job',
    at: 2,
    by: 'me@here',
    host: 'vm-worker',
    step: 'C1',
    action: 'sysctl',
    variant: 'ours',
    purpose: 'run',
    job: 'j1',
    scriptHash: 'x',
    startedAt: 1,
    endedAt: 2,
    end: { kind: 'exited', exit: 0 },
    outputTail:
      'kept the original of /etc/sysctl.d/k8s.conf (absent)\nwrote /etc/sysctl.d/k8s.conf\nhunter2\n',
  });
});
afterAll(() => desk.clear());

it(
  'offers to drift what the journal of the lab knows, and takes no other word from it',
  { timeout: 120_000 },
  async () => {
    const { code, stdout, stderr } = await desk.run(['completion', 'fish', '--lab', file]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('vm-worker:/etc/sysctl.d/k8s.conf');
    for (const secret of ['hunter2', 'rahasia']) expect(stdout).not.toContain(secret);
  },
);

it(
  'does without the files of a lab that cannot be read, unless that lab was asked for',
  { timeout: 120_000 },
  async () => {
    await writeFile(join(desk.home, 'threebody.yaml'), 'name: [', { mode: 0o600 });
    const found = await desk.run(['completion', 'bash']);
    expect([found.code, found.stderr]).toEqual([0, '']);
    expect(found.stdout).toContain('_threebody_tui');
    const named = await desk.run(['completion', 'bash', '--lab', 'threebody.yaml']);
    expect([named.code, named.stdout]).toEqual([2, '']);
    expect(named.stderr).toContain('threebody.yaml:1');
  },
);
