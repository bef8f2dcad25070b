import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GateKey, Verdict } from '../../src/gates/types.js';
import { DOCKER_FAULTS } from '../../src/practice/docker/faults.js';
import { startPracticeLab, type PracticeLab } from '../../src/practice/lab.js';
import { Rehearsal } from './runbook.js';
import { until } from './ssh.js';

/** Fault → gates that it turns. */
const GATES: Readonly<Record<string, readonly GateKey[]>> = {
  'docker-stopped': ['B1.docker-active@vm-docker', 'B3.containers@vm-docker', 'B7.all-up@vm-docker'],
  'daemon-json-broken': ['B2.daemon-json@vm-docker', 'B1.docker-active@vm-docker'],
  'registry-not-insecure': ['B2.insecure-registry@vm-docker', 'B2.daemon-json@vm-docker'],
  'harbor-core-down': ['B3.containers@vm-docker', 'B3.registry-v2@vm-docker', 'B3.from-operator@operator'],
  'harbor-database-sick': ['B3.health@vm-docker', 'B3.containers@vm-docker'],
  'edge-stopped': ['B4.nginx-test@vm-docker', 'B4.edge-answers@vm-docker', 'B4.from-operator@operator'],
  'edge-config-broken': ['B4.nginx-test@vm-docker'],
  'certificate-expired': ['B4.certificate@vm-docker', 'B4.edge-answers@vm-docker'],
  'certificate-without-san': ['B4.certificate@vm-docker'],
  'ufw-rules-lost': ['B1.ufw@vm-docker'],
  'harbor-port-taken': ['B3.registry-v2@vm-docker', 'B3.containers@vm-docker', 'B3.from-operator@operator'],
};

let lab: PracticeLab;
let rehearsal: Rehearsal;
beforeAll(async () => {
  lab = await startPracticeLab({ seed: 8, timeScale: 0 });
  rehearsal = await Rehearsal.open(lab);
  await rehearsal.performAB();
}, 60_000);
afterAll(async () => {
  rehearsal.close();
  await lab.close();
});

describe('faults of vm-docker', () => {
  it('each has a test', () => {
    expect(Object.keys(GATES).toSorted()).toEqual(DOCKER_FAULTS.map(({ id }) => id).toSorted());
  });

  it.each(Object.entries(GATES))('%s turns its gates red, and healing turns them back', async (id, keys) => {
    const ask = () => rehearsal.verdicts((gate) => keys.includes(gate.key));
    const all = (found: ReadonlyMap<string, Verdict>) => keys.map((key) => [key, found.get(key)]);
    expect(all(await ask())).toEqual(keys.map((key) => [key, 'pass']));
    await lab.inject(id);
    for (const [key, verdict] of await ask())
      expect(['fail', 'warn'], `${key} with ${id}`).toContain(verdict);
    await lab.heal(id);
    await until(async () => [...(await ask()).values()].every((verdict) => verdict === 'pass'));
    expect(lab.faults).toEqual([]);
  });

  it('a new login is dropped while ufw has lost its rules; the old one goes on', async () => {
    const before = await rehearsal.shell('vm-docker', 'echo here\n');
    expect(before.stdout).toBe('here\n');
    await lab.inject('ufw-rules-lost');
    const another = await Rehearsal.open(lab);
    let entered = false;
    const attempt = another.shell('vm-docker', 'true\n').then(
      () => {
        entered = true;
      },
      () => undefined,
    );
    expect((await rehearsal.root('vm-docker', 'ufw allow OpenSSH')).stdout).toContain('Rule added');
    expect(entered).toBe(false);
    const third = await Rehearsal.open(lab);
    expect((await third.shell('vm-docker', 'echo in\n')).stdout).toBe('in\n');
    third.close();
    another.close();
    await lab.heal('ufw-rules-lost');
    void attempt;
  });
});
