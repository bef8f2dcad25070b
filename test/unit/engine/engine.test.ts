import { describe, expect, it } from 'vitest';
import type { GateKey } from '../../../src/gates/types.js';
import { Trouble } from '../../../src/lab/types.js';
import { reattach } from '../../../src/services/engine/pick-up.js';
import { checkGates, keysOfStep } from '../../../src/services/engine/gates.js';
import type { Session } from '../../../src/services/engine/session.js';
import { cancelStep, createActiveSteps, runStep, undoStep } from '../../../src/services/engine/steps.js';
import type { JobRecord } from '../../../src/services/ports.js';
import type { StepRun } from '../../../src/state/types.js';
import { fakeLab, type FakeLab } from './fakes.js';

const GOOD = { exit: 0, stdout: 'good' };
function green(lab: FakeLab): void {
  for (const host of ['vm-docker', 'vm-k8s']) {
    for (const gate of ['first', 'second']) lab.answers.set(`A1.${gate}@${host}/${host}`, GOOD);
    lab.answers.set(`A1.all-alike@lab/${host}`, { exit: 0, stdout: host });
  }
}
const verdicts = async (lab: FakeLab): Promise<Record<string, string>> => {
  const results = await checkGates(lab.session, keysOfStep(lab.session, 'A1'));
  return Object.fromEntries(results.map((result) => [`${result.gate}@${result.subject}`, result.verdict]));
};

describe('checking gates', () => {
  it('does not ask what stands on a red gate, and says what it waits for', async () => {
    const lab = await fakeLab();
    green(lab);
    lab.answers.set('A1.first@vm-k8s/vm-k8s', { exit: 0, stdout: 'bad' });
    expect(await verdicts(lab)).toEqual({
      'A1.first@vm-docker': 'pass',
      'A1.first@vm-k8s': 'fail',
      'A1.second@vm-docker': 'pass',
      'A1.second@vm-k8s': 'blocked',
      'A1.all-alike@lab': 'pass',
    });
    expect(lab.asked).not.toContain('A1.second@vm-k8s/vm-k8s');
    expect(lab.session.memory.results.get('A1.second@vm-k8s')?.blockedBy).toEqual(['A1.first@vm-k8s']);
  });

  it('an old green of a need does not open the way: needs are asked again', async () => {
    const lab = await fakeLab();
    green(lab);
    await verdicts(lab);
    lab.answers.set('A1.first@vm-docker/vm-docker', { exit: 0, stdout: 'bad' });
    const results = await checkGates(lab.session, ['A1.second@vm-docker']);
    expect(results.map((result) => result.verdict)).toEqual(['fail', 'blocked']);
  });

  it('a waiver opens the way', async () => {
    const lab = await fakeLab();
    green(lab);
    lab.answers.delete('A1.first@vm-k8s/vm-k8s');
    lab.session.memory.waive({
      key: 'A1.first@vm-k8s',
      reason: 'known',
      by: 'me',
      until: '2999-01-01',
      madeAt: 0,
    });
    expect((await verdicts(lab))['A1.second@vm-k8s']).toBe('pass');
  });

  it('keeps old results when it is stopped, instead of making up new ones', async () => {
    const lab = await fakeLab();
    green(lab);
    await verdicts(lab);
    const before = lab.session.memory.results.get('A1.first@vm-docker');
    const stop = new AbortController();
    stop.abort();
    expect(await checkGates(lab.session, ['A1.first@vm-docker'], { signal: stop.signal })).toEqual([]);
    expect(lab.session.memory.results.get('A1.first@vm-docker')).toBe(before);
  });

  it('keeps old results also when it is stopped while hosts are being asked', async () => {
    const lab = await fakeLab();
    green(lab);
    await verdicts(lab);
    const before = new Map(lab.session.memory.results);
    const stop = new AbortController();
    // As a host's batch ends when it is stopped: each question that is still open comes back unanswered.
    lab.whileAsking = (id) => {
      stop.abort();
      lab.answers.set(id, { exit: null, error: { id: 'Dibatalkan.', en: 'Cancelled.' } });
    };
    const told: GateKey[] = [];
    const results = await checkGates(lab.session, keysOfStep(lab.session, 'A1'), {
      signal: stop.signal,
      onResult: ({ gate, subject }) => told.push(`${gate}@${subject}`),
    });
    expect(results).toEqual([]);
    expect(told).toEqual([]);
    expect(new Map(lab.session.memory.results)).toEqual(before);
  });

  it('of two checks at once the one that asked later is believed', async () => {
    const lab = await fakeLab();
    green(lab);
    lab.whileAsking = (id) => {
      if (id !== 'A1.first@vm-docker/vm-docker') return;
      // Meanwhile a later check finds it red, and is done first.
      const gate = { gate: 'A1.first', subject: 'vm-docker', verdict: 'fail' } as const;
      const judgedAt = lab.session.now() + 1000;
      lab.session.memory.remember({
        ...gate,
        say: { id: '', en: '' },
        hints: [],
        symptom: null,
        evidence: [],
        blockedBy: [],
        judgedAt,
      });
    };
    await checkGates(lab.session, ['A1.first@vm-docker']);
    expect(lab.session.memory.results.get('A1.first@vm-docker')?.verdict).toBe('fail');
  });

  it('journals turns, not repetitions', async () => {
    const lab = await fakeLab();
    green(lab);
    await verdicts(lab);
    await verdicts(lab);
    expect(lab.entries.filter((entry) => entry.kind === 'gate')).toHaveLength(5);
  });
});

describe('running a step', () => {
  it('runs what is needed, skips what is satisfied, asks the gates, and journals all of it', async () => {
    const lab = await fakeLab();
    green(lab);
    lab.answers.set('A1/one', { exit: 0 });
    const seen: StepRun[] = [];
    const [run] = await runStep(lab.session, createActiveSteps(), 'A1', ['vm-docker'], {
      onRun: (one) => seen.push(one),
    });
    expect(run?.phase).toBe('done');
    expect(run?.actions.map((action) => action.phase)).toEqual(['satisfied', 'ok']);
    expect(lab.started.map((spec) => spec.action)).toEqual(['two']);
    expect(lab.entries.map((entry) => entry.kind)).toEqual(['satisfied', 'job', 'gate', 'gate', 'gate']);
    expect(lab.session.memory.results.get('A1.first@vm-docker')?.verdict).toBe('pass');
    expect(seen.at(-1)?.phase).toBe('done');
  });

  it('tells once when verdicts cannot be written into the journal, and keeps them', async () => {
    const lab = await fakeLab();
    green(lab);
    lab.failJournal = new Error('the disk is full');
    const told: unknown[] = [];
    const results = await checkGates(lab.session, keysOfStep(lab.session, 'A1'), {
      onUnwritten: (error) => told.push(error),
    });
    expect(told).toEqual([lab.failJournal]);
    expect(results.every((one) => one.verdict === 'pass')).toBe(true);
  });

  it('runs satisfied actions again when asked to', async () => {
    const lab = await fakeLab();
    lab.answers.set('A1/one', { exit: 0 });
    await runStep(lab.session, createActiveSteps(), 'A1', ['vm-docker'], { force: true });
    expect(lab.started.map((spec) => spec.action)).toEqual(['one', 'two']);
  });

  it('does not blame the link when only the question got no answer in time', async () => {
    const lab = await fakeLab();
    const error = { id: 'Tidak selesai dalam 30 detik.', en: 'Not finished within 30 seconds.' };
    lab.answers.set('A1/one', { exit: null, error });
    const [run] = await runStep(lab.session, createActiveSteps(), 'A1', ['vm-docker']);
    expect(run?.actions[0]).toMatchObject({ phase: 'failed', trouble: { code: 'satisfied-unanswered' } });
    expect(run?.actions[0]?.trouble?.what.en).toContain(error.en);
    expect(lab.started).toEqual([]);
  });

  it('says of a job that never stopped writing what was done about it', async () => {
    const lab = await fakeLab();
    lab.ends.set('A1/one', { kind: 'flooded' });
    const [run] = await runStep(lab.session, createActiveSteps(), 'A1', ['vm-docker']);
    expect(run?.actions[0]).toMatchObject({ phase: 'failed', trouble: { code: 'job-flooded' } });
  });

  it('stops at the first action that fails; the rest stays undone', async () => {
    const lab = await fakeLab();
    lab.ends.set('A1/one', { kind: 'exited', exit: 3 });
    const [run] = await runStep(lab.session, createActiveSteps(), 'A1', ['vm-k8s']);
    expect(run).toMatchObject({ phase: 'failed' });
    expect(run?.actions.map((action) => action.phase)).toEqual(['failed', 'waiting']);
  });

  it('does not run twice: a busy host is told, with who holds it', async () => {
    const lab = await fakeLab();
    const text = { id: 'sedang dipakai ani@kelas', en: 'in use by ani@class' };
    lab.ends.set('A1/one', new Trouble('job-busy', text, text, 'vm-docker', 3));
    const [run] = await runStep(lab.session, createActiveSteps(), 'A1', ['vm-docker']);
    expect(run?.actions[0]).toMatchObject({ phase: 'failed', trouble: { code: 'job-busy', what: text } });
    expect(lab.started).toEqual([]);
  });

  it('says unreachable, not failed, when the host did not answer whether there is anything to do', async () => {
    const lab = await fakeLab();
    lab.linkStatus = { kind: 'connecting', attempt: 2 };
    lab.answers.set('A1/one', { exit: null, error: { id: 'putus', en: 'cut' } });
    const [run] = await runStep(lab.session, createActiveSteps(), 'A1', ['vm-docker']);
    expect(run?.actions[0]).toMatchObject({ phase: 'unreachable', trouble: { what: { en: 'cut' } } });
  });

  it('runs the variant that was chosen, with the original backed up first', async () => {
    const lab = await fakeLab();
    await runStep(lab.session, createActiveSteps(), 'A1', ['vm-docker'], {
      variants: { 'A1/two': 'runbook' },
    });
    const spec = lab.started.find((one) => one.action === 'two');
    expect(spec?.variant).toBe('runbook');
    expect(spec?.script).toContain('tb_backup /etc/two');
    expect(spec?.script).toMatch(/tb_backup \/etc\/two[\s\S]*echo original vm-docker/);
    expect(spec?.script).not.toContain('echo two');
  });

  it('shows output line by line, also when it comes in pieces', async () => {
    const lab = await fakeLab();
    await runStep(lab.session, createActiveSteps(), 'A1', ['vm-docker']);
    const lines = lab.session.logs.tail('vm-docker', 10).map((line) => `${line.source} ${line.text}`);
    expect(lines).toContain('A1/two half a line');
  });

  it('a cancelled run stops before the next action and stays cancelled', async () => {
    const lab = await fakeLab();
    const active = createActiveSteps();
    lab.whileFollowing = () => cancelStep(lab.session, active, 'A1', ['vm-docker']);
    const [run] = await runStep(lab.session, active, 'A1', ['vm-docker']);
    expect(run?.phase).toBe('cancelled');
    expect(lab.started).toHaveLength(1);
    expect(active.keys()).toEqual([]);
  });

  it('a cancel while it is still looking whether there is anything to do starts nothing', async () => {
    const lab = await fakeLab();
    const active = createActiveSteps();
    lab.whileAsking = (id) => {
      if (id === 'A1/one') active.cancel('A1@vm-docker');
    };
    const [run] = await runStep(lab.session, active, 'A1', ['vm-docker']);
    expect(run?.phase).toBe('cancelled');
    expect(lab.started).toEqual([]);
  });

  it('starts a job once more with the same id when the link is lost while it is started', async () => {
    const lab = await fakeLab();
    const text = { id: 'putus', en: 'cut' };
    lab.failStarts.push(new Trouble('link-lost', text, text, 'vm-docker', 3));
    const [run] = await runStep(lab.session, createActiveSteps(), 'A1', ['vm-docker']);
    expect(run?.actions.map((action) => action.phase)).toEqual(['ok', 'ok']);
    expect(lab.startedIds.slice(0, 2)).toEqual([lab.startedIds[0], lab.startedIds[0]]);
  });

  it('leaves the job alone when the program stops following', async () => {
    const lab = await fakeLab();
    const stop = new AbortController();
    lab.whileFollowing = () => {
      stop.abort();
      return Promise.reject(new Error('aborted'));
    };
    const [run] = await runStep(lab.session, createActiveSteps(), 'A1', ['vm-docker'], {
      signal: stop.signal,
    });
    expect(run?.phase).toBe('running');
    expect(run?.actions[0]?.phase).toBe('running');
    expect(lab.entries.filter((entry) => entry.kind === 'job')).toEqual([]);
  });

  it('undoes in reverse, and only what has an undo', async () => {
    const lab = await fakeLab();
    const [run] = await undoStep(lab.session, createActiveSteps(), 'A1', ['vm-docker']);
    expect(run?.purpose).toBe('undo');
    expect(lab.started.map((spec) => [spec.action, spec.purpose])).toEqual([['one', 'undo']]);
    expect(lab.started[0]?.script).toContain('echo undo one');
  });

  it('logs in anew after an action that asks for it, when it is undone as well as when it is run', async () => {
    const lab = await fakeLab();
    const { session } = lab;
    const renewed: string[] = [];
    const asking: Session = {
      ...session,
      runbook: {
        ...session.runbook,
        phases: session.runbook.phases.map((phase) => ({
          ...phase,
          steps: phase.steps.map((step) => ({
            ...step,
            actions: step.actions.map((one) => ({ ...one, reconnect: one.id === 'one' })),
          })),
        })),
      },
      links: {
        ...session.links,
        link: (host) => ({
          ...session.links.link(host),
          renew: () => {
            renewed.push(`${host} after ${lab.started.at(-1)?.purpose} of ${lab.started.at(-1)?.action}`);
            return Promise.resolve();
          },
        }),
      },
    };
    await runStep(asking, createActiveSteps(), 'A1', ['vm-docker']);
    await undoStep(asking, createActiveSteps(), 'A1', ['vm-docker']);
    expect(renewed).toEqual(['vm-docker after run of one', 'vm-docker after undo of one']);
  });
});

describe('coming back', () => {
  const left: JobRecord = {
    id: 'j1',
    host: 'vm-docker',
    step: 'A1',
    action: 'one',
    variant: 'ours',
    purpose: 'run',
    by: 'me@here',
    startedAt: 5,
    endedAt: null,
    end: null,
    outputBytes: 3,
  };

  it('follows a job that an earlier run left, shows its output, journals its end, asks its gates, starts nothing', async () => {
    const lab = await fakeLab();
    green(lab);
    lab.onHost.push(left);
    const runs: StepRun[] = [];
    await reattach(lab.session, { onRun: (run) => runs.push(run) });
    expect(runs[0]).toMatchObject({ step: 'A1', host: 'vm-docker', reattached: true, phase: 'running' });
    expect(runs.at(-1)).toMatchObject({ phase: 'done' });
    expect(lab.started).toEqual([]);
    expect(lab.entries.find((entry) => entry.kind === 'job')).toMatchObject({
      job: 'j1',
      outputTail: 'from j1\nhalf a line',
    });
    expect(lab.session.memory.results.get('A1.first@vm-docker')?.verdict).toBe('pass');
  });

  it('does not show the secrets of a job that another run of the program gave it', async () => {
    const lab = await fakeLab();
    lab.onHost.push(left);
    const order: string[] = [];
    const session = {
      ...lab.session,
      hide: (text: string) => void order.push(`hide ${text}`),
      jobs: {
        ...lab.session.jobs,
        secrets: () => Promise.resolve(['hush-hush\nand a second line\n']),
        follow: (...args: Parameters<typeof lab.session.jobs.follow>) => {
          order.push('follow');
          return lab.session.jobs.follow(...args);
        },
      },
    };
    await reattach(session);
    expect(order).toEqual([
      'hide hush-hush\nand a second line',
      'hide hush-hush',
      'hide and a second line',
      'follow',
    ]);
  });

  it('judges what a lost job left: never green by having been started', async () => {
    const lab = await fakeLab();
    lab.onHost.push({ ...left, end: { kind: 'lost', reason: 'rebooted' } });
    const runs: StepRun[] = [];
    await reattach(lab.session, { onRun: (run) => runs.push(run) });
    expect(runs.at(-1)).toMatchObject({
      phase: 'failed',
      actions: [{ phase: 'lost' }, { phase: 'waiting' }],
    });
    expect(lab.session.memory.results.get('A1.first@vm-docker')?.verdict).toBe('fail');
  });

  it('does not tell twice what the journal already has', async () => {
    const lab = await fakeLab();
    lab.onHost.push({ ...left, end: { kind: 'exited', exit: 0 } });
    await reattach(lab.session);
    const before = lab.entries.length;
    await reattach(lab.session);
    expect(lab.entries).toHaveLength(before);
  });

  it('does not tell what another person ran to its end, but shows what they run now', async () => {
    const lab = await fakeLab();
    const theirs = { ...left, by: 'ani@class' };
    lab.onHost.push({ ...theirs, id: 'j2', end: { kind: 'exited', exit: 0 } }, { ...theirs, id: 'j3' });
    const ended = await reattach(lab.session);
    expect(ended.map((job) => job.id)).toEqual(['j3']);
  });

  it('tells of the newest step only, where the journal of all others is not here', async () => {
    const lab = await fakeLab();
    const done = { ...left, end: { kind: 'exited', exit: 0 } } as const;
    // Newest first, as a host lists them.
    lab.onHost.push(
      { ...done, id: 'j3', startedAt: left.startedAt + 3 },
      { ...done, id: 'j2', step: 'B1', startedAt: left.startedAt + 2 },
      { ...done, id: 'j1', startedAt: left.startedAt + 1 },
    );
    expect((await reattach(lab.session)).map((job) => job.id)).toEqual(['j3']);
    // Nor does the next start tell of those that are older still.
    expect(await reattach(lab.session)).toEqual([]);
  });

  it('does not pick up a job that this very program has started', async () => {
    const lab = await fakeLab();
    lab.onHost.push(left);
    lab.session.ownJobs.add(left.id);
    expect(await reattach(lab.session)).toEqual([]);
    expect(lab.entries).toEqual([]);
  });

  it('does not call a step done whose later actions never began', async () => {
    const lab = await fakeLab();
    lab.onHost.push(left);
    const runs: StepRun[] = [];
    await reattach(lab.session, { onRun: (run) => runs.push(run) });
    expect(runs.at(-1)?.phase).toBe('failed');
    expect(runs.at(-1)?.actions.map((action) => action.phase)).toEqual(['ok', 'waiting']);
  });

  it('keeps what a failed save could not write, and says that it failed', async () => {
    const lab = await fakeLab();
    lab.failSaves = 2;
    lab.session.memory.waive({
      key: 'A1.first@vm-k8s',
      reason: 'r',
      by: 'me',
      until: '2999-01-01',
      madeAt: 0,
    });
    await expect(lab.session.memory.settled()).rejects.toThrow('disk');
    await lab.session.memory.settled();
    expect(lab.saved.waivers).toHaveLength(1);
    expect(lab.session.memory.waivers.size).toBe(1);
  });

  it('two programs on one lab do not undo what the other saved', async () => {
    const screen = await fakeLab();
    const command = await fakeLab();
    green(screen);
    green(command);
    command.answers.delete('A1.first@vm-docker/vm-docker');
    await verdicts(screen);
    await screen.session.memory.settled();
    command.saved = screen.saved;
    // Asked twice, so that by its own clock the command comes later.
    await verdicts(command);
    await verdicts(command);
    command.session.memory.waive({
      key: 'A1.first@vm-k8s',
      reason: 'r',
      by: 'me',
      until: '2999-01-01',
      madeAt: 0,
    });
    await command.session.memory.settled();
    screen.saved = command.saved;
    screen.session.memory.place({ 'A1/two': 'runbook' }, null);
    await screen.session.memory.settled();
    expect(screen.saved.waivers).toHaveLength(1);
    expect(screen.saved.variants).toEqual({ 'A1/two': 'runbook' });
    const docker = screen.saved.results.find((one) => one.gate === 'A1.first' && one.subject === 'vm-docker');
    expect(docker?.verdict).toBe('fail');
    const { results, waivers } = await screen.session.memory.refresh();
    expect([...results, ...waivers]).toEqual([]);
    command.saved = screen.saved;
    command.session.memory.unwaive('A1.first@vm-k8s');
    await command.session.memory.settled();
    expect(command.saved.waivers).toEqual([]);
    expect(command.saved.variants).toEqual({ 'A1/two': 'runbook' });
    await verdicts(command);
    await command.session.memory.settled();
    screen.saved = command.saved;
    const news = await screen.session.memory.refresh();
    expect([...news.waivers]).toEqual([['A1.first@vm-k8s', null]]);
    expect(news.results.map((one) => `${one.gate}@${one.subject}`)).toContain('A1.first@vm-docker');
    expect(screen.session.memory.waivers.size).toBe(0);
  });

  it('remembers results, waivers, choices and the cursor', async () => {
    const lab = await fakeLab();
    green(lab);
    await verdicts(lab);
    lab.session.memory.waive({
      key: 'A1.first@vm-k8s',
      reason: 'r',
      by: 'me',
      until: '2999-01-01',
      madeAt: 0,
    });
    lab.session.memory.place({ 'A1/two': 'runbook' }, { phase: 'A', step: 'A1' });
    await lab.session.memory.settled();
    const again = await fakeLab(lab.saved);
    expect(again.session.memory.results.size).toBe(5);
    expect(again.session.memory.waivers.size).toBe(1);
    expect(again.session.memory.variants).toEqual({ 'A1/two': 'runbook' });
    expect(again.session.memory.cursor).toEqual({ phase: 'A', step: 'A1' });
  });
});
