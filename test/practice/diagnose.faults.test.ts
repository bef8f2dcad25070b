/**
 * From a breakage to its mending, as a person has it: a whole practice lab is broken, the program finds the symptom by
 * itself, proves the cause on the right machine, mends it, and sees that everything is green again. Here the lab that is
 * well, machines that are out of reach, and several breaks at once; each fault by itself is in the files beside this one.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { walkDown } from '../../src/services/engine/diagnose.js';
import { deepestProof } from '../../src/symptoms/diagnosis.js';
import { DiagnosedLab, told } from './diagnose-lab.js';

let lab: DiagnosedLab;
beforeAll(async () => {
  lab = await DiagnosedLab.open();
}, 60_000);
afterAll(() => lab.close());

describe('a lab that is well', () => {
  it('has no symptom before the cluster is made', async () => {
    await lab.perform('A', 'B');
    expect(told((await lab.find()).findings)).toEqual([]);
  }, 600_000);
  it('has none before the application is there', async () => {
    await lab.perform('C', 'D');
    expect(told((await lab.find()).findings)).toEqual([]);
  }, 600_000);
  it('has none when everything is', async () => {
    await lab.perform('E', 'R');
    expect(told((await lab.find()).findings)).toEqual([]);
  }, 600_000);
});

/** Two faults at once, the deeper one first, and its symptom. */
const PAIRS: readonly (readonly [deeper: string, higher: string, symptom: string])[] = [
  ['docker-stopped', 'app-image-missing', 'S16'],
  ['daemon-json-broken', 'replicas-zero', 'S16'],
  ['docker-stopped', 'registry-config-missing', 'S16'],
  ['registry-not-insecure', 'service-selector', 'S17'],
  ['harbor-core-down', 'replicas-zero', 'S21'],
  ['harbor-core-down', 'edge-stopped', 'S21'],
  ['harbor-core-down', 'certificate-expired', 'S21'],
  ['registry-config-missing', 'replicas-zero', 'S50'],
  ['registry-config-missing', 'certificate-without-san', 'S50'],
  ['replicas-zero', 'edge-config-broken', 'S60'],
];

describe('of two faults at once', () => {
  it.for(PAIRS)(
    '%s and %s the deeper one is named first: %s',
    { timeout: 400_000 },
    async ([deeper, higher, symptom]) => {
      await lab.lab.inject(higher);
      await lab.lab.inject(deeper);
      const { finding } = await lab.findFirst(symptom);
      expect(finding.symptom.id).toBe(symptom);
      await lab.lab.heal();
      expect(await lab.green()).toEqual([]);
    },
  );
});

describe('a machine that cannot be logged in to', () => {
  it('is named, and nothing else is', { timeout: 400_000 }, async () => {
    await lab.lab.inject('sshd-stopped');
    await lab.session.links
      .link('vm-worker')
      .renew()
      .catch(() => undefined);
    const { finding } = await lab.findFirst('S01');
    const walks = await walkDown(lab.session, lab.catalogue, finding);
    expect(deepestProof(walks)?.end.cause.id).toBe('sshd-down');
    await lab.lab.heal('sshd-stopped');
  });
});
