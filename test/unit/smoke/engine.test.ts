/** The smoke test's rounds: what is asked, what is not asked again, and when it ends. */
import { describe, expect, it } from 'vitest';
import { checkGates } from '../../../src/services/engine/gates.js';
import { bootsOf, runSmoke } from '../../../src/services/engine/smoke.js';
import { firstNotGreen, type SmokeProgress } from '../../../src/smoke/progress.js';
import { checklistSchema, type Checklist } from '../../../src/smoke/schema.js';
import { fakeLab, type FakeLab } from '../engine/fakes.js';

const text = { id: 'a', en: 'a' };
const FIRST = 'A1.first@vm-docker/vm-docker';
const SECOND = 'A1.second@vm-docker/vm-docker';

function checklist(more: Partial<Checklist> = {}): Checklist {
  return checklistSchema.parse({
    boot: 'echo boot',
    arrives: 60,
    lingers: 30,
    starting: ['activating'],
    over: ['^failed$'],
    parts: [{ id: 'part', title: text, steps: ['A1'], on: 'vm-docker', there: 'test -e /part' }],
    stages: [
      { id: 'docker', title: text, hosts: ['vm-docker'], settles: 60, checks: [{ rising: ['A1.first'] }] },
      {
        id: 'more',
        title: text,
        hosts: ['vm-docker'],
        settles: 60,
        checks: [{ part: 'part', rising: ['A1.second'] }],
      },
    ],
    ...more,
  });
}
async function lab(): Promise<FakeLab> {
  const made = await fakeLab();
  boot(made, 'aaaaaaaa', 9000);
  return made;
}
function boot(made: FakeLab, id: string, up: number): void {
  for (const host of ['vm-docker', 'vm-k8s', 'vm-worker'])
    made.answers.set(`boot/${host}`, { exit: 0, stdout: `boot-id ${id}\nup ${up}\n` });
}
const good = { exit: 0, stdout: 'good' };
const asked = (made: FakeLab, id: string): number => made.asked.filter((one) => one === id).length;
const run = (made: FakeLab, onProgress?: (progress: SmokeProgress) => void): Promise<SmokeProgress> =>
  runSmoke(made.session, checklist(), {
    waitMs: 60_000,
    before: null,
    ...(onProgress === undefined ? {} : { onProgress }),
  });
const states = ({ stages }: SmokeProgress): readonly string[] =>
  stages.flatMap(({ checks }) => checks.map(({ check, state }) => `${check.key} ${state}`));

describe('gates asked ahead', () => {
  it('are all in one round, and what stands on a red one is blocked though it answered', async () => {
    const made = await lab();
    made.answers.set(SECOND, good);
    const results = await checkGates(made.session, ['A1.second@vm-docker'], { ahead: true });
    expect(made.asked).toEqual([FIRST, SECOND]);
    expect(results.map(({ gate, verdict }) => `${gate} ${verdict}`)).toEqual([
      'A1.first fail',
      'A1.second blocked',
    ]);
    expect(made.session.memory.results.get('A1.second@vm-docker')?.verdict).toBe('blocked');
  });

  it('are not asked when they are known, and others stand on them', async () => {
    const made = await lab();
    made.answers.set(FIRST, good).set(SECOND, good);
    const [first] = await checkGates(made.session, ['A1.first@vm-docker']);
    if (first === undefined) throw new Error('no result');
    const results = await checkGates(made.session, ['A1.second@vm-docker'], {
      known: new Map([['A1.first@vm-docker', first]]),
    });
    expect(asked(made, FIRST)).toBe(1);
    expect(results.map(({ verdict }) => verdict)).toEqual(['pass']);
  });
});

describe('a smoke test', () => {
  it('ends after one round when all is green', async () => {
    const made = await lab();
    made.answers.set(FIRST, good);
    const end = await run(made);
    expect(states(end)).toEqual(['A1.first@vm-docker green']);
    expect([end.attempts, asked(made, FIRST)]).toEqual([1, 1]);
  });

  it('leaves out a part that the lab does not have, and takes in one that the host has', async () => {
    const made = await lab();
    made.answers.set(FIRST, good).set(SECOND, good);
    expect((await run(made)).parts.size).toBe(0);
    made.answers.set('part/part', { exit: 0 });
    expect(states(await run(made))).toEqual(['A1.first@vm-docker green', 'A1.second@vm-docker green']);
  });

  it('knows a part by the steps that were done from here, also when it is gone from the host', async () => {
    const made = await lab();
    made.answers.set(FIRST, good);
    made.entries.push({ kind: 'satisfied', at: 1, by: 'me', host: 'vm-docker', step: 'A1', action: 'one' });
    const end = await run(made);
    expect([...end.parts]).toEqual(['part']);
    expect(firstNotGreen(end.stages)?.check.key).toBe('A1.second@vm-docker');
  });

  it('asks a red one again, a green one not', async () => {
    const made = await lab();
    made.answers.set(FIRST, good).set('part/part', { exit: 0 });
    const end = await run(made, ({ attempts }) => {
      if (attempts === 1) made.answers.set(SECOND, good);
    });
    expect(states(end)).toEqual(['A1.first@vm-docker green', 'A1.second@vm-docker green']);
    expect([asked(made, FIRST), asked(made, SECOND)]).toEqual([1, 2]);
  });

  it('says broken once the same came back on a host that is up for long', async () => {
    const made = await lab();
    const end = await run(made);
    expect(states(end)).toEqual(['A1.first@vm-docker broken']);
    expect(end.attempts).toBe(2);
  });

  it('asks everything again on a host that was booted meanwhile', async () => {
    const made = await lab();
    made.answers.set(FIRST, good).set('part/part', { exit: 0 });
    const end = await run(made, ({ attempts }) => {
      if (attempts === 1) boot(made, 'bbbbbbbb', 5);
      // The boot is seen in the second round, so the third one asks the first gate anew.
      if (attempts === 2) made.answers.set(SECOND, good);
    });
    expect(asked(made, FIRST)).toBeGreaterThan(1);
    expect(states(end)).toEqual(['A1.first@vm-docker green', 'A1.second@vm-docker green']);
  });

  it('knows the boot of a host that came while the round ran, though nothing is left to ask', async () => {
    const made = await lab();
    made.answers.set(FIRST, good);
    made.failOpen = new Error('no route to host');
    made.linkStatus = { kind: 'idle' };
    made.whileAsking = (id) => {
      if (id !== FIRST) return;
      made.failOpen = null;
      made.linkStatus = { kind: 'up', since: 0, sudo: 'nopasswd' };
    };
    const end = await run(made);
    expect(states(end)).toEqual(['A1.first@vm-docker green']);
    expect(end.attempts).toBe(1);
    expect(bootsOf(end.arrivals).map(({ host, bootId }) => `${host} ${bootId}`)).toEqual([
      'vm-docker aaaaaaaa',
      'vm-k8s aaaaaaaa',
      'vm-worker aaaaaaaa',
    ]);
  });

  it('does not wait when it is told not to', async () => {
    const made = await lab();
    boot(made, 'aaaaaaaa', 1);
    const end = await runSmoke(made.session, checklist(), { waitMs: 0, before: null });
    expect(states(end)).toEqual(['A1.first@vm-docker rising']);
    expect(end.attempts).toBe(1);
  });

  it('stops when it is told to', async () => {
    const made = await lab();
    boot(made, 'aaaaaaaa', 1);
    const stop = new AbortController();
    const end = await runSmoke(made.session, checklist(), {
      waitMs: 600_000,
      before: null,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    expect(end.attempts).toBe(1);
  });
});
