import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPracticeLab, type PracticeLab } from '../../src/practice/lab.js';
import { shows } from '../support/verified.js';
import { HOSTS, Rehearsal, STEPS as PHASE_A, STEPS_B as STEPS } from './runbook.js';
import { until } from './ssh.js';

const HOST = 'vm-docker';
/** What phase B cannot settle by itself: nothing is behind the edge yet. The practice GitLab is told of the SSH key. */
const EXPECTED = ['B4.behind@vm-docker warn'];

let lab: PracticeLab;
let rehearsal: Rehearsal;
beforeAll(async () => {
  lab = await startPracticeLab({ seed: 5, timeScale: 0 });
  rehearsal = await Rehearsal.open(lab);
  rehearsal.secrets.set('harbor_admin_password', 'PracticeAdmin2026');
  rehearsal.secrets.set('harbor_db_password', 'PracticeDatabase2026');
  rehearsal.secrets.set('gitlab_runner_token', 'glrt-practiceRunner01');
  for (const step of PHASE_A) for (const host of HOSTS) await rehearsal.perform(step, host);
});
afterAll(async () => {
  rehearsal.close();
  await lab.close();
});

const wrong = (verdicts: ReadonlyMap<string, string>) =>
  [...verdicts].filter(([, verdict]) => verdict !== 'pass').map(([key, verdict]) => `${key} ${verdict}`);
const verdicts = () => rehearsal.verdicts((gate) => (STEPS as readonly string[]).includes(gate.step));

describe('phase B on a practice host', () => {
  it('every step has a red gate before it ran', async ({ task }) => {
    shows(task, 'practice', STEPS, 'red');
    const found = await verdicts();
    for (const step of STEPS) {
      const red = [...found].filter(([key, verdict]) => key.startsWith(`${step}.`) && verdict === 'fail');
      expect(red.length, step).toBeGreaterThan(0);
    }
  });

  for (const step of STEPS) {
    it(`${step} runs unchanged and its gates turn green`, async ({ task }) => {
      shows(task, 'practice', [step], 'green');
      await rehearsal.perform(step, HOST);
      const found = await rehearsal.verdicts((gate) => gate.step === step);
      expect(wrong(found).filter((one) => !EXPECTED.includes(one))).toEqual([]);
    });
  }

  it('all of it runs a second time and stays green', async () => {
    for (const step of STEPS) await rehearsal.perform(step, HOST);
    expect(wrong(await verdicts()).filter((one) => !EXPECTED.includes(one))).toEqual([]);
  });

  it('a reboot brings everything back, in the order that the units give', async ({ task }) => {
    shows(task, 'practice', STEPS, 'reboot');
    rehearsal.close();
    await lab.hosts[HOST].reboot();
    await until(async () => {
      const answer = await rehearsal.shell(HOST, 'systemctl is-system-running\n');
      return answer.stdout.trim() === 'running';
    });
    expect(wrong(await verdicts()).filter((one) => !EXPECTED.includes(one))).toEqual([]);
  });

  it('undo takes it away again', async ({ task }) => {
    shows(task, 'practice', STEPS, 'undo');
    for (const step of STEPS.toReversed()) {
      for (const action of rehearsal.actions(step, HOST).toReversed()) {
        if (action.undo === null) continue;
        const answer = await rehearsal.act(HOST, action, action.undo);
        expect(answer, `undo ${step}/${action.action}`).toMatchObject({ code: 0 });
      }
    }
    const left = await rehearsal.root(
      HOST,
      'command -v docker dockerd gitlab-runner jq; ls -d /opt/harbor ~cikal/three-body-problem /etc/docker/daemon.json; ufw status; ls /etc/apt/sources.list.d',
    );
    expect(left.stdout).toBe('Status: inactive\nubuntu.sources\n');
  });
});
