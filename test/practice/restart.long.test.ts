/** The checklist after a restart (R), on a lab whose phases B to D are done: what is green, and what each breakage turns. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { HOST_NAMES, type HostName } from '../../src/lab/types.js';
import { startPracticeLab, type PracticeLab } from '../../src/practice/lab.js';
import { shows } from '../support/verified.js';
import { ask, attempt, expectHelp, shown } from './attempt.js';
import { Rehearsal } from './runbook.js';

const CHECKLIST = ['R1', 'R2', 'R3', 'R4', 'R5'] as const;
/** No application was deployed; that is the pipeline's work. */
const AMBER = { 'R5.app@vm-k8s': 'warn', 'R5.site@lab': 'blocked' };
const now = Date.now.bind(Date);
let ahead = 0;
let lab: PracticeLab;
let rehearsal: Rehearsal;

beforeAll(async () => {
  // A kubelet that has run for less than ten seconds may be one that dies and restarts. Nobody waits for that here.
  vi.spyOn(Date, 'now').mockImplementation(() => now() + ahead);
  lab = await startPracticeLab({ seed: 47, timeScale: 0 });
  rehearsal = await Rehearsal.open(lab);
  await rehearsal.performAB();
  for (const step of ['C1', 'C2', 'C3', 'C4', 'C5']) await rehearsal.perform(step, 'vm-k8s');
  for (const step of ['D1', 'D2', 'D3', 'D4'])
    for (const host of ['vm-k8s', 'vm-worker'] as const) await rehearsal.perform(step, host);
}, 120_000);
afterAll(async () => {
  vi.restoreAllMocks();
  rehearsal.close();
  await lab.close();
});

const root = (host: HostName, script: string) => rehearsal.root(host, script);
async function reboot(...hosts: readonly HostName[]): Promise<void> {
  rehearsal.close();
  await Promise.all(hosts.map((host) => lab.hosts[host].reboot()));
}
/** Gates that are not green, in the order of the checklist. */
async function notGreen(): Promise<Readonly<Record<string, string>>> {
  const found = await shown(rehearsal, ...CHECKLIST);
  return Object.fromEntries([...found].filter(([, verdict]) => verdict !== 'pass'));
}
/** The same some seconds later, by the hosts' clocks. */
function after(seconds: number): ReturnType<typeof notGreen> {
  ahead += seconds * 1000;
  return notGreen();
}
/** Waits until exactly these are not green, beside what is amber without an application. */
async function expectShown(wanted: Readonly<Record<string, string>>): Promise<void> {
  await expect
    .poll(async () => Object.entries(await after(5)), { timeout: 20_000, interval: 300 })
    .toEqual(Object.entries({ ...wanted, ...AMBER, ...wanted }));
}
const ALL_OF_R5 = {
  'R5.system-pods@vm-k8s': 'blocked',
  'R5.app@vm-k8s': 'blocked',
  'R5.site@lab': 'blocked',
};

describe('after all three hosts restarted', () => {
  it('everything comes back without a hand; only the application, which there is not, is amber', async ({
    task,
  }) => {
    shows(task, 'practice', CHECKLIST, 'green', 'reboot');
    await reboot(...HOST_NAMES);
    await expectShown({});
    for (const host of HOST_NAMES)
      expect((await ask(rehearsal, `R1.booted@${host}`)).say.en).toMatch(/^state running · up since /);
  });

  it('says what is there: nine containers, a registry that wants a login, an edge that answers 502', async () => {
    const said = async (key: Parameters<typeof ask>[1]) => (await ask(rehearsal, key)).say.en;
    expect(await said('R2.harbor-containers@vm-docker')).toBe('9 containers, 0 not well');
    expect(await said('R2.registry@vm-docker')).toBe('http 401');
    expect(await said('R2.edge@vm-docker')).toContain('http 502; the edge is alive');
    expect(await said('R5.system-pods@vm-k8s')).toMatch(/^\d+ pods, 0 not ready$/);
    expect(await ask(rehearsal, 'R5.app@vm-k8s')).toMatchObject({
      verdict: 'warn',
      symptom: 'S60',
      say: {
        id: expect.stringContaining('belum pernah dipasang'),
        en: expect.stringContaining('never deployed'),
      },
    });
    expect((await ask(rehearsal, 'R5.site@lab')).say.en).toMatch(/not deployed yet.*\/ 502/);
  });

  it('Harbor came up before the edge, and R1 finds nothing to do', async () => {
    const order = await root(
      'vm-docker',
      'journalctl -b --no-pager -o cat | grep -nE "(Finished|Started) (harbor|edge)"',
    );
    expect(order.stdout).toMatch(/Finished harbor-compose[^]*Finished edge-compose/);
    for (const host of HOST_NAMES)
      for (const action of rehearsal.actions('R1', host))
        expect((await rehearsal.act(host, action, action.satisfied ?? 'false')).code, host).toBe(0);
  });
});

describe('a unit that does not start at boot', () => {
  it.each([
    [
      'harbor-compose',
      'R2.harbor-unit@vm-docker',
      {
        'R2.harbor-containers@vm-docker': 'blocked',
        'R2.registry@vm-docker': 'blocked',
        'R5.app@vm-k8s': 'blocked',
      },
    ],
    ['edge-compose', 'R2.edge-unit@vm-docker', { 'R2.edge@vm-docker': 'blocked' }],
  ] as const)(
    '%s is told before the reboot, and is the first broken hop after it',
    async (unit, hop, beyond) => {
      const atBoot = { 'R1.at-boot@vm-docker': 'fail' };
      await root('vm-docker', `systemctl disable ${unit}`);
      await expectShown(atBoot);
      expectHelp(
        await ask(rehearsal, 'R1.at-boot@vm-docker'),
        'S32',
        new RegExp(`not come back after a reboot: .*${unit} disabled`),
      );
      await reboot('vm-docker');
      await expectShown({ ...atBoot, [hop]: 'fail', ...beyond });
      expectHelp(await ask(rehearsal, hop), 'S32', new RegExp(`${unit} does not run \\(inactive\\)`));
      expect((await attempt(rehearsal, 'R1', 'vm-docker')).action).toBeNull();
      await root('vm-docker', `systemctl start ${unit}`);
      await expectShown({});
    },
  );

  it('kubelet on vm-worker: its node stops reporting, and R1 with a start mends it', async ({ task }) => {
    shows(task, 'practice', ['R1', 'R4', 'R5'], 'red');
    await root('vm-worker', 'systemctl disable kubelet');
    await expectShown({ 'R1.at-boot@vm-worker': 'fail' });
    await reboot('vm-worker');
    await expectShown({
      'R1.at-boot@vm-worker': 'fail',
      'R4.kubelet@vm-worker': 'fail',
      'R5.nodes@vm-k8s': 'blocked',
      ...ALL_OF_R5,
    });
    expectHelp(
      await ask(rehearsal, 'R4.kubelet@vm-worker'),
      'S33',
      /kubelet does not run: ActiveState=inactive/,
    );
    await expect.poll(async () => (await ask(rehearsal, 'R5.nodes@vm-k8s')).symptom).toBe('S38');
    expect((await attempt(rehearsal, 'R1', 'vm-worker')).action).toBeNull();
    await root('vm-worker', 'systemctl start kubelet');
    await expectShown({});
  });
});

describe('swap that is back after the boot', () => {
  it('on vm-worker keeps its kubelet down, and C1 (here D1) mends it for good', async () => {
    await root('vm-worker', "sed -i '/swap/s/^#//' /etc/fstab");
    await reboot('vm-worker');
    await expectShown({
      'R4.swap@vm-worker': 'fail',
      'R4.kubelet@vm-worker': 'blocked',
      'R5.nodes@vm-k8s': 'blocked',
      ...ALL_OF_R5,
    });
    expectHelp(await ask(rehearsal, 'R4.swap@vm-worker'), 'S12', /on again after the boot: \/swap\.img/);
    expectHelp(await ask(rehearsal, 'R4.kubelet@vm-worker'), 'S33', /does not run: ActiveState=activating/);
    expect((await attempt(rehearsal, 'D1', 'vm-worker')).action).toBeNull();
    await reboot('vm-worker');
    await expectShown({});
  });

  it('on vm-k8s takes the whole control plane along; the first red is still the swap', async ({ task }) => {
    shows(task, 'practice', ['R3'], 'red');
    await root('vm-k8s', "sed -i '/swap/s/^#//' /etc/fstab");
    await reboot('vm-k8s');
    await expectShown({
      'R3.swap@vm-k8s': 'fail',
      'R3.kubelet@vm-k8s': 'blocked',
      'R3.api@vm-k8s': 'blocked',
      'R5.nodes@vm-k8s': 'blocked',
      ...ALL_OF_R5,
    });
    expectHelp(await ask(rehearsal, 'R3.api@vm-k8s'), 'S45', /does not answer/);
    expect((await attempt(rehearsal, 'C1', 'vm-k8s')).action).toBeNull();
    // Nobody has to touch the kubelet: it tries again by itself.
    await expect
      .poll(async () => (await ask(rehearsal, 'R3.api@vm-k8s')).verdict, { timeout: 15_000 })
      .toBe('pass');
    await expectShown({});
  });
});

describe('what breaks while the hosts are up', () => {
  it.each([
    [
      'docker-stopped',
      'R2.docker@vm-docker',
      'S16',
      {
        'R2.harbor-unit@vm-docker': 'blocked',
        'R2.harbor-containers@vm-docker': 'blocked',
        'R2.registry@vm-docker': 'blocked',
        'R2.edge-unit@vm-docker': 'blocked',
        'R2.edge@vm-docker': 'blocked',
        'R5.app@vm-k8s': 'blocked',
      },
    ],
    [
      'harbor-core-down',
      'R2.harbor-containers@vm-docker',
      'S21',
      { 'R2.registry@vm-docker': 'blocked', 'R5.app@vm-k8s': 'blocked' },
    ],
    ['edge-stopped', 'R2.edge@vm-docker', 'S26', {}],
    ['api-server-down', 'R3.api@vm-k8s', 'S45', { 'R5.nodes@vm-k8s': 'blocked', ...ALL_OF_R5 }],
    [
      'node-runtime-down',
      'R4.containerd@vm-worker',
      'S34',
      { 'R4.kubelet@vm-worker': 'blocked', 'R5.nodes@vm-k8s': 'blocked', ...ALL_OF_R5 },
    ],
    ['cni-missing', 'R5.nodes@vm-k8s', 'S37', ALL_OF_R5],
  ] as const)('%s: one red, and what stands on it is blocked', async (fault, hop, symptom, beyond) => {
    await lab.inject(fault);
    await expectShown({ [hop]: 'fail', ...beyond });
    expect((await ask(rehearsal, hop)).symptom).toBe(symptom);
    await lab.heal(fault);
    await expectShown({});
  });
});
