/** A step that another program is running is followed from action to action, and called interrupted only when it is. */
import { describe, expect, it } from 'vitest';
import { reattach } from '../../../src/services/engine/pick-up.js';
import type { JobRecord, JournalEntry } from '../../../src/services/ports.js';
import type { StepRun } from '../../../src/state/types.js';
import { fakeLab, type FakeLab } from './fakes.js';

const ONE: JobRecord = {
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
const TWO: JobRecord = { ...ONE, id: 'j2', action: 'two', startedAt: 900 };

/** What the program that started the job writes at its end: it knows the script. */
function toldBy(job: JobRecord): JournalEntry {
  const { host, step, action, variant, purpose, by, startedAt } = job;
  const what = { by, host, step, action, variant, purpose, startedAt } as const;
  return {
    kind: 'job',
    at: 999,
    ...what,
    job: job.id,
    scriptHash: 'abc',
    endedAt: 999,
    end: { kind: 'exited', exit: 0 },
    outputTail: '',
  };
}

function green(lab: FakeLab): void {
  for (const id of ['first', 'second'])
    lab.answers.set(`A1.${id}@vm-docker/vm-docker`, { exit: 0, stdout: 'good' });
}

/** Phases of the run as they were told, without repetitions. */
function phases(runs: readonly StepRun[]): readonly string[] {
  return runs.map((run) => run.phase).filter((phase, i, all) => phase !== all[i - 1]);
}

async function follow(lab: FakeLab, wait: () => void = () => undefined): Promise<readonly StepRun[]> {
  const runs: StepRun[] = [];
  lab.onHost.push(ONE);
  await reattach(lab.session, {
    hosts: ['vm-docker'],
    onRun: (run) => runs.push(run),
    wait: () => Promise.resolve(wait()),
  });
  return runs;
}

describe('a step that another program runs', () => {
  it('goes on with the next action as soon as the other program has begun it', async () => {
    const lab = await fakeLab();
    green(lab);
    lab.whileFollowing = (id) => {
      if (id === 'j1') lab.onHost.push(TWO);
      return Promise.resolve();
    };
    const runs = await follow(lab);
    expect(phases(runs)).toEqual(['running', 'gating', 'done']);
    expect(runs.at(-1)?.actions.map(({ action, phase }) => [action, phase])).toEqual([
      ['one', 'ok'],
      ['two', 'ok'],
    ]);
  });

  it('is looked at once more after its gates: the next action may have begun meanwhile', async () => {
    const lab = await fakeLab();
    lab.whileAsking = () => {
      if (!lab.onHost.includes(TWO)) lab.onHost.push(TWO);
      green(lab);
    };
    const runs = await follow(lab);
    expect(phases(runs)).toEqual(['running', 'gating', 'running', 'gating', 'done']);
  });

  it('is waited for while the other program brings what the next action needs', async () => {
    const lab = await fakeLab();
    green(lab);
    lab.whileFollowing = (id) => {
      if (id === 'j1') lab.entries.push(toldBy(ONE));
      return Promise.resolve();
    };
    let looks = 0;
    const runs = await follow(lab, () => {
      looks += 1;
      if (looks === 5) lab.onHost.push(TWO);
    });
    expect(looks).toBeGreaterThanOrEqual(5);
    expect(phases(runs)).toEqual(['running', 'gating', 'done']);
    // Both programs saw the first job end; it is told once.
    expect(lab.entries.filter((entry) => entry.kind === 'job' && entry.job === 'j1')).toHaveLength(1);
  });

  it('passes over what the other program found satisfied', async () => {
    const lab = await fakeLab();
    green(lab);
    lab.whileFollowing = () => {
      const { host, step, by } = ONE;
      lab.entries.push(toldBy(ONE), { kind: 'satisfied', at: 2_000_000, by, host, step, action: 'two' });
      return Promise.resolve();
    };
    const runs = await follow(lab);
    expect(runs.at(-1)?.phase).toBe('done');
    expect(runs.at(-1)?.actions.map(({ phase }) => phase)).toEqual(['ok', 'satisfied']);
  });

  it('is interrupted when the other program is heard of no more', async () => {
    const lab = await fakeLab();
    lab.whileFollowing = () => {
      lab.entries.push(toldBy(ONE));
      return Promise.resolve();
    };
    const runs = await follow(lab);
    expect(phases(runs)).toEqual(['running', 'gating', 'failed']);
    expect(runs.at(-1)?.actions.map(({ phase }) => phase)).toEqual(['ok', 'waiting']);
  });

  it('is not waited for when the program that began it is gone', async () => {
    const lab = await fakeLab();
    let looks = 0;
    const runs = await follow(lab, () => {
      looks += 1;
    });
    expect(looks).toBe(0);
    expect(runs.at(-1)?.phase).toBe('failed');
  });
});

describe('a step that was left in the middle', () => {
  const here = (runs: readonly StepRun[]): readonly (readonly string[])[] =>
    (runs.at(-1)?.actions ?? []).map(({ action, phase }) => [action, phase]);
  async function leftInTwo(...known: readonly JournalEntry[]): Promise<readonly StepRun[]> {
    const lab = await fakeLab();
    green(lab);
    lab.entries.push(...known);
    lab.onHost.push({ ...ONE, endedAt: 9, end: { kind: 'exited', exit: 0 }, by: 'ani@class' }, TWO);
    const runs: StepRun[] = [];
    await reattach(lab.session, { hosts: ['vm-docker'], onRun: (run) => runs.push(run) });
    return runs;
  }

  it('is counted with the actions that were done before', async () => {
    const runs = await leftInTwo(toldBy(ONE));
    expect(runs[0]?.actions.map(({ phase }) => phase)).toEqual(['ok', 'running']);
    expect(runs[0]?.actions[0]).toMatchObject({ job: 'j1', startedAt: 5, endedAt: 999 });
    expect(here(runs)).toEqual([
      ['one', 'ok'],
      ['two', 'ok'],
    ]);
  });

  it('is counted with those that were passed over, and those that only somebody else has on record', async () => {
    const { host, step, by } = ONE;
    const passed = { kind: 'satisfied', at: 800, by, host, step, action: 'one' } as const;
    for (const known of [[toldBy(ONE), passed], []])
      expect(here(await leftInTwo(...known))).toEqual([
        ['one', 'satisfied'],
        ['two', 'ok'],
      ]);
  });
});
