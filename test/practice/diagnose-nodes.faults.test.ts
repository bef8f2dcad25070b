/** Breakages of the cluster and its nodes: one that the join of vm-worker meets, then those of a lab that is whole. */
import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import type { HostName } from '../../src/lab/types.js';
import { DiagnosedLab } from './diagnose-lab.js';
import { rehearseEach } from './rehearse-faults.js';
import { connect, run } from './ssh.js';

let lab: DiagnosedLab;
beforeAll(async () => {
  lab = await DiagnosedLab.open();
  await lab.perform('A', 'B', 'C', 'D1');
}, 900_000);
afterAll(() => lab.close());

/** The join command that a person has kept since yesterday. */
let kept = '';

/** A person's own terminal: what the program never sees unless it is pasted. */
async function terminal(host: HostName, command: string): Promise<string> {
  const client = await connect(lab.lab, host);
  const { stdout, stderr } = await run(client, `sudo ${command}`);
  client.end();
  return stdout + stderr;
}

describe('while vm-worker is to join', () => {
  beforeAll(async () => {
    kept = (await terminal('vm-k8s', 'kubeadm token create --print-join-command')).trim();
  });
  rehearseEach(
    () => lab,
    [['join-tokens-expired', 'S42', 'expired', 'program', { attempt: () => terminal('vm-worker', kept) }]],
  );
});

describe('a fault of a node or of the control plane', () => {
  beforeAll(() => lab.perform('D', 'E'), 900_000);
  // What the fault before has left is over first: a Pod that still starts, a kubelet that has just been restarted.
  beforeEach(() => lab.settle(), 350_000);
  rehearseEach(
    () => lab,
    [
      ['swap-back', 'S12', 'fstab', 'program'],
      ['containerd-cgroup', 'S36', 'runtime-cgroupfs', 'program'],
      ['kubelet-lost-api', 'S38', 'wrong-server', 'program'],
      ['api-server-down', 'S45', 'no-manifest', 'program'],
      ['cni-missing', 'S37', 'no-config', 'program'],
      ['node-runtime-down', 'S34', 'stopped', 'program'],
      ['node-cordoned', 'S51', 'cordoned', 'program'],
      ['registry-config-https', 'S50', 'wrong-hosts-toml', 'program'],
      ['control-plane-kubelet-stopped', 'S33', 'stopped', 'program'],
      ['coredns-loop', 'S40', 'loop', 'program'],
      ['node-ip-nat', 'S48', 'wrong-card', 'program'],
    ],
  );
});
