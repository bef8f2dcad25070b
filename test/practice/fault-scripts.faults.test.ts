/**
 * What breaks real hosts, on the practice hosts: each fault's scripts are run over SSH, the symptom is found by itself, the cause
 * is proved, the scripts are taken back, and everything is green again.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOST_NAMES } from '../../src/lab/types.js';
import { scriptHand } from '../../src/services/engine/fault-hands.js';
import { createFaultWork, type FaultWork } from '../../src/services/engine/faults.js';
import { walkDown } from '../../src/services/engine/diagnose.js';
import { createFaultsFile } from '../../src/services/files/faults-file.js';
import { deepestProof } from '../../src/symptoms/diagnosis.js';
import type { Fault } from '../../src/symptoms/fault-schema.js';
import { ASSETS } from '../unit/project/support.js';
import { ourRunbook } from '../unit/content/content.js';
import { loadFaults, loadSymptoms } from '../../src/symptoms/load.js';
import { DiagnosedLab, told } from './diagnose-lab.js';

/** What the hosts of the simulation refuse: they mount nothing, make no rules of iptables, and have no `openssl ca`. */
const NOT_HERE = ['mysql-disk-full', 'node-ports-dropped', 'node-ports-rejected', 'certificate-expired'];

const runbook = await ourRunbook();
const { catalogue } = await loadSymptoms([ASSETS], runbook);
const { faults } = catalogue === null ? { faults: null } : await loadFaults([ASSETS], runbook, catalogue);
const scripted: readonly Fault[] = (faults ?? []).filter(({ hosts }) => hosts !== undefined);

describe('a fault by its scripts', () => {
  let lab: DiagnosedLab;
  let work: FaultWork;
  beforeAll(async () => {
    lab = await DiagnosedLab.open();
    await lab.perform('A', 'B', 'C', 'D', 'E');
    work = createFaultWork(
      lab.session,
      { faults: faults ?? [], catalogue: lab.catalogue },
      scriptHand(lab.session),
      createFaultsFile(lab.session.lab.stateDir),
    );
  }, 900_000);
  afterAll(() => lab.close());

  const shownLogs = (): string =>
    HOST_NAMES.flatMap((host) => lab.session.logs.tail(host, 20).map((one) => `${host} ${one.text}`)).join(
      '\n',
    );

  it.for(scripted.filter(({ id }) => !NOT_HERE.includes(id)).map((one) => [one.id, one] as const))(
    '%s is found, proved, and taken back',
    { timeout: 400_000 },
    async ([id, fault]) => {
      const given = await work.give(id, { hidden: false });
      const broken = (await work.broken()).find((one) => one.fault === id);
      if (broken === undefined) throw new Error(`nothing is remembered of ${JSON.stringify(given)}`);
      try {
        expect(given, shownLogs()).toEqual({ done: true, trouble: null });
        const { finding } = await lab.findFirst(fault.hosts?.symptom ?? '');
        const walks = await walkDown(lab.session, lab.catalogue, finding);
        expect(deepestProof(walks)?.end.cause.id).toBe(fault.hosts?.cause);
      } finally {
        expect(await work.takeBack(broken)).toMatchObject({ done: true, truth: { id } });
      }
      await expect
        .poll(async () => told((await lab.find()).findings), { timeout: 120_000, interval: 500 })
        .toEqual([]);
    },
  );
});
