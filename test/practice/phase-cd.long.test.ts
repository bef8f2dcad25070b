import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostName } from '../../src/lab/types.js';
import { startPracticeLab, type PracticeLab } from '../../src/practice/lab.js';
import { shows } from '../support/verified.js';
import { HOSTS, Rehearsal, STEPS } from './runbook.js';

const CLUSTER = ['C1', 'C2', 'C3', 'C4', 'C5', 'D1', 'D2', 'D3', 'D4'] as const;
/** What these steps leave on a host, as undo must put it back. */
const FILES = [
  '/etc/fstab',
  '/etc/modules-load.d/k8s.conf',
  '/etc/sysctl.d/k8s.conf',
  '/etc/containerd/config.toml',
  '/etc/containerd/certs.d/harbor.local:8080/hosts.toml',
  '/etc/apt/sources.list.d/kubernetes.list',
  '/etc/default/kubelet',
];

let lab: PracticeLab;
let rehearsal: Rehearsal;
beforeAll(async () => {
  lab = await startPracticeLab({ seed: 8, timeScale: 0 });
  rehearsal = await Rehearsal.open(lab);
  for (const step of STEPS)
    for (const host of HOSTS)
      for (const action of rehearsal.actions(step, host)) await rehearsal.act(host, action, action.script);
}, 60_000);
afterAll(async () => {
  rehearsal.close();
  await lab.close();
});

const hostsOf = (step: string): readonly HostName[] => {
  const found = rehearsal.runbook.phases.flatMap((phase) => phase.steps).find((entry) => entry.id === step);
  return found?.hosts ?? [];
};
async function run(steps: readonly string[]): Promise<void> {
  for (const step of steps)
    for (const host of hostsOf(step))
      for (const action of rehearsal.actions(step, host)) {
        const answer = await rehearsal.act(host, action, action.script);
        expect(answer, `${step}/${action.action} on ${host}\n${answer.stdout}${answer.stderr}`).toMatchObject(
          { code: 0 },
        );
      }
}
async function notGreen(steps: readonly string[]): Promise<readonly string[]> {
  const verdicts = await rehearsal.verdicts((gate) => steps.includes(gate.step));
  return [...verdicts]
    .filter(([, verdict]) => verdict !== 'pass')
    .map(([key, verdict]) => `${key} ${verdict}`);
}
const snapshot = async (): Promise<readonly string[]> => {
  const answers = await Promise.all(
    (['vm-k8s', 'vm-worker'] as const).map((host) =>
      rehearsal.root(
        host,
        `cat ${FILES.join(' ')} 2>&1; swapon --show; systemctl is-enabled containerd kubelet 2>&1; dpkg-query -W containerd kubelet kubeadm kubectl 2>&1; apt-mark showhold`,
      ),
    ),
  );
  return answers.map((answer) => answer.stdout);
};
/** Green for reasons of this lab: no Harbor stands here, and the runbook's minor is past its end. */
const EXPECTED = [/^[CD]\d\.(c3-)?registry-answers@/, /^(C4|D1)\.(c4-)?supported@/];
const unexpected = (list: readonly string[]) =>
  list.filter((line) => !EXPECTED.some((pattern) => pattern.test(line)));

describe('phases C and D on practice hosts', () => {
  let before: readonly string[];

  it('every step has a red gate before it ran', async ({ task }) => {
    shows(task, 'practice', ['C1', 'C2', 'C3', 'C4', 'C5', 'D1', 'D2'], 'red');
    before = await snapshot();
    for (const step of ['C1', 'C2', 'C3', 'C4', 'C5', 'D1', 'D2'] as const) {
      const verdicts = await rehearsal.verdicts((gate) => gate.step === step);
      expect([...verdicts].filter(([, verdict]) => verdict === 'fail').length, step).toBeGreaterThan(0);
    }
  });

  it('the scripts run unchanged, from bare hosts to two Ready nodes', async ({ task }) => {
    shows(task, 'practice', CLUSTER, 'green');
    for (const step of CLUSTER) {
      await run([step]);
      expect(unexpected(await notGreen([step])), step).toEqual([]);
    }
    const nodes = await rehearsal.shell(
      'vm-k8s',
      "kubectl get nodes -o wide --no-headers | awk '{ print $1, $2, $6 }'\n",
    );
    expect(nodes.stdout).toBe('vm-k8s Ready 192.168.56.43\nvm-worker Ready 192.168.56.44\n');
  }, 120_000);

  it('all is satisfied then, and running again changes nothing', async ({ task }) => {
    shows(task, 'practice', CLUSTER, 'again');
    const done = await snapshot();
    for (const step of CLUSTER)
      for (const host of hostsOf(step))
        for (const action of rehearsal.actions(step, host)) {
          if (action.satisfied === null) continue;
          const answer = await rehearsal.act(host, action, action.satisfied);
          expect(answer.code, `${step}/${action.action} on ${host}: ${answer.stdout}${answer.stderr}`).toBe(
            0,
          );
        }
    await run(CLUSTER);
    expect(await snapshot()).toEqual(done);
    expect(unexpected(await notGreen(CLUSTER))).toEqual([]);
  }, 120_000);

  it('a reboot of all hosts keeps it green, without a hand', async ({ task }) => {
    shows(task, 'practice', CLUSTER, 'reboot');
    rehearsal.close();
    await Promise.all(HOSTS.map((host) => lab.hosts[host].reboot()));
    await expect
      .poll(async () => unexpected(await notGreen(CLUSTER)), { timeout: 20_000, interval: 200 })
      .toEqual([]);
  }, 60_000);

  it('undo puts everything back', async ({ task }) => {
    shows(task, 'practice', CLUSTER, 'undo');
    for (const step of CLUSTER.toReversed())
      for (const host of hostsOf(step))
        for (const action of rehearsal.actions(step, host).toReversed()) {
          if (action.undo === null) continue;
          const answer = await rehearsal.act(host, action, action.undo);
          expect(
            answer,
            `undo ${step}/${action.action} on ${host}\n${answer.stdout}${answer.stderr}`,
          ).toMatchObject({ code: 0 });
        }
    expect(await snapshot()).toEqual(before);
  }, 120_000);

  it('and it can be made again', async () => {
    await run(CLUSTER);
    expect(unexpected(await notGreen(CLUSTER))).toEqual([]);
  }, 120_000);
});
