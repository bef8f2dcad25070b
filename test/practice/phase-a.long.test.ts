import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPracticeLab, type PracticeLab } from '../../src/practice/lab.js';
import { shows } from '../support/verified.js';
import { HOSTS, Rehearsal, STEPS } from './runbook.js';

let lab: PracticeLab;
let rehearsal: Rehearsal;
beforeAll(async () => {
  lab = await startPracticeLab({ seed: 3, timeScale: 0 });
  rehearsal = await Rehearsal.open(lab);
});
afterAll(async () => {
  rehearsal.close();
  await lab.close();
});

const wrong = (verdicts: ReadonlyMap<string, string>) =>
  [...verdicts].filter(([, verdict]) => verdict !== 'pass').map(([key, verdict]) => `${key} ${verdict}`);
const FILES = ['/etc/hosts', '/etc/hostname', '/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'];
const snapshot = async () => {
  const answers = await Promise.all(
    HOSTS.map((host) =>
      rehearsal.shell(
        host,
        `cat ${FILES.join(' ')}; readlink /etc/resolv.conf; hostname; systemctl is-enabled apt-daily.timer unattended-upgrades; ls /etc/needrestart/conf.d /etc/cloud/cloud.cfg.d /etc/systemd/resolved.conf.d\n`,
      ),
    ),
  );
  return answers.map((answer) => answer.stdout);
};

describe('phase A on fresh practice hosts', () => {
  let before: readonly string[];

  it('pre-flight is green but for what later steps settle', async ({ task }) => {
    shows(task, 'practice', ['A0'], 'green');
    expect(wrong(await rehearsal.verdicts((gate) => gate.step === 'A0'))).toEqual([
      'A0.hostnames@lab warn',
      'A0.default-route@vm-k8s warn',
      'A0.default-route@vm-worker warn',
    ]);
  });

  it('every step has a red gate on every host before it ran', async ({ task }) => {
    shows(task, 'practice', STEPS, 'red');
    before = await snapshot();
    for (const step of STEPS) {
      const verdicts = await rehearsal.verdicts((gate) => gate.step === step);
      for (const host of HOSTS) {
        const red = [...verdicts].filter(([key, verdict]) => key.endsWith(`@${host}`) && verdict === 'fail');
        expect(red.length, `${step} on ${host}`).toBeGreaterThan(0);
      }
    }
  });

  it('its scripts run unchanged, and every gate turns green', async ({ task }) => {
    shows(task, 'practice', STEPS, 'green');
    for (const step of STEPS) {
      for (const host of HOSTS) {
        for (const action of rehearsal.actions(step, host)) {
          const answer = await rehearsal.act(host, action, action.script);
          expect(answer, `${step}/${action.action} on ${host}`).toMatchObject({ code: 0 });
        }
      }
    }
    expect(
      wrong(await rehearsal.verdicts((gate) => (STEPS as readonly string[]).includes(gate.step))),
    ).toEqual([]);
  });

  it('all is satisfied then, and running again changes nothing', async ({ task }) => {
    shows(task, 'practice', STEPS, 'again');
    const done = await snapshot();
    for (const step of STEPS) {
      for (const host of HOSTS) {
        for (const action of rehearsal.actions(step, host)) {
          if (action.satisfied === null) continue;
          // Two only look before something is changed, so they are never settled for good.
          if (['check-public-dns'].includes(action.action)) continue;
          const answer = await rehearsal.act(host, action, action.satisfied);
          expect(answer.code, `${step}/${action.action} on ${host}: ${answer.stderr}`).toBe(0);
          expect((await rehearsal.act(host, action, action.script)).code).toBe(0);
        }
      }
    }
    expect(await snapshot()).toEqual(done);
  });

  it('a reboot keeps it green', async ({ task }) => {
    shows(task, 'practice', STEPS, 'reboot');
    rehearsal.close();
    await Promise.all(HOSTS.map((host) => lab.hosts[host].reboot()));
    expect(
      wrong(await rehearsal.verdicts((gate) => (STEPS as readonly string[]).includes(gate.step))),
    ).toEqual([]);
  });

  it('undo puts everything back', async ({ task }) => {
    shows(task, 'practice', STEPS, 'undo');
    for (const step of STEPS.toReversed()) {
      for (const host of HOSTS) {
        for (const action of rehearsal.actions(step, host).toReversed()) {
          if (action.undo === null) continue;
          const answer = await rehearsal.act(host, action, action.undo);
          expect(answer, `undo ${step}/${action.action} on ${host}`).toMatchObject({ code: 0 });
        }
      }
    }
    expect(await snapshot()).toEqual(before);
  });

  it("the runbook's own lines run too", async () => {
    for (const step of STEPS) {
      for (const action of rehearsal.actions(step, 'vm-worker', 'runbook')) {
        if (action.runbookScript === null) continue;
        const answer = await rehearsal.act('vm-worker', action, `set +eu\n${action.runbookScript}`, false);
        expect(answer.stderr, `${step}/${action.action}`).not.toMatch(/practice lab|not found/);
      }
    }
    const names = await rehearsal.shell(
      'vm-worker',
      'hostname; getent hosts hit.local; systemctl is-active unattended-upgrades\n',
    );
    expect(names.stdout).toBe('vm-worker\n192.168.56.42   hit.local\ninactive\n');
  });
});
