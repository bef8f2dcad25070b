import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GateKey } from '../../src/gates/types.js';
import { KUBERNETES_FAULTS } from '../../src/practice/kubernetes/faults.js';
import { startPracticeLab, type PracticeLab } from '../../src/practice/lab.js';
import { HOSTS, Rehearsal, STEPS } from './runbook.js';

/** Gates that a fault turns, each of them green before and after. */
const BY_GATE: Readonly<Record<string, readonly GateKey[]>> = {
  'swap-back': ['D1.c1-swap-off@vm-worker', 'D1.c1-swap-stays-off@vm-worker', 'D2.node-ready@vm-k8s'],
  'containerd-cgroup': ['D1.c2-systemd-cgroup@vm-worker'],
  'containerd-broken': ['D1.c2-config-valid@vm-worker', 'D1.c2-active@vm-worker', 'D2.node-ready@vm-k8s'],
  'kubelet-stopped': ['D2.kubelet@vm-worker', 'D2.node-ready@vm-k8s'],
  'kubelet-lost-api': ['D2.node-ready@vm-k8s'],
  'api-server-down': ['C5.control-plane@vm-k8s', 'C5.api-from-operator@operator'],
  'cni-missing': ['D2.node-ready@vm-k8s'],
  'node-runtime-down': ['D1.c2-active@vm-worker', 'D2.node-ready@vm-k8s'],
  'registry-config-missing': ['D1.c3-hosts-toml@vm-worker', 'D1.registry-same@lab'],
};
const BEFORE_JOIN: readonly GateKey[] = ['C5.join-token@vm-k8s'];

let lab: PracticeLab;
let rehearsal: Rehearsal;
async function perform(steps: readonly string[]): Promise<void> {
  for (const step of steps)
    for (const host of HOSTS)
      for (const action of rehearsal.actions(step, host)) {
        const answer = await rehearsal.act(host, action, action.script);
        expect(answer.code, `${step}/${action.action} on ${host}: ${answer.stdout}${answer.stderr}`).toBe(0);
      }
}
const verdicts = (keys: readonly GateKey[]) => rehearsal.verdicts((gate) => keys.includes(gate.key));
beforeAll(async () => {
  lab = await startPracticeLab({ seed: 9, timeScale: 0 });
  rehearsal = await Rehearsal.open(lab);
  await perform([...STEPS, 'C1', 'C2', 'C3', 'C4', 'C5', 'D1']);
}, 120_000);
afterAll(async () => {
  rehearsal.close();
  await lab.close();
});

describe('faults of the cluster', () => {
  it('each has a test', () => {
    expect(KUBERNETES_FAULTS.map((fault) => fault.id).toSorted()).toEqual(
      [...Object.keys(BY_GATE), 'join-tokens-expired'].toSorted(),
    );
  });

  it('tokens that are past their time are found before the worker joins', async () => {
    expect([...(await verdicts(BEFORE_JOIN)).values()]).toEqual(['pass']);
    await lab.inject('join-tokens-expired');
    expect([...(await verdicts(BEFORE_JOIN)).values()]).toEqual(['warn']);
    await lab.heal('join-tokens-expired');
    expect([...(await verdicts(BEFORE_JOIN)).values()]).toEqual(['pass']);
    await perform(['D2', 'D3', 'D4']);
  }, 60_000);

  it.each(Object.entries(BY_GATE))('%s turns its gates, and healing turns them back', async (id, keys) => {
    const all = async (wanted: RegExp) =>
      await expect
        .poll(async () => [...(await verdicts(keys))].filter(([, verdict]) => !wanted.test(verdict)), {
          timeout: 20_000,
          interval: 50,
        })
        .toEqual([]);
    expect([...(await verdicts(keys)).keys()].toSorted()).toEqual([...keys].toSorted());
    await all(/^pass$/);
    await lab.inject(id);
    await all(/^(fail|warn)$/);
    await lab.heal(id);
    await all(/^pass$/);
  });
});
