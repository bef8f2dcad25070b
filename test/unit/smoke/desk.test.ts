/** The smoke test behind the screen: what is told as it goes, that it can be given up, and that it never leaves anything half said. */
import { describe, expect, it, vi } from 'vitest';
import { openSmokeDesk, type SmokeDesk } from '../../../src/services/engine/smoke-desk.js';
import type { DiaryEntry } from '../../../src/smoke/diary.js';
import { diarySchema } from '../../../src/smoke/diary-schema.js';
import { calendarSchema } from '../../../src/smoke/expiry-schema.js';
import { checklistSchema } from '../../../src/smoke/schema.js';
import type { ServiceMessage } from '../../../src/state/types.js';
import { fakeLab, type FakeLab } from '../engine/fakes.js';

const text = { id: 'a', en: 'a' };
const FIRST = 'A1.first@vm-docker/vm-docker';
const CONTENT = {
  checklist: checklistSchema.parse({
    boot: 'echo boot',
    arrives: 60,
    lingers: 30,
    starting: ['activating'],
    over: ['^failed$'],
    parts: [{ id: 'part', title: text, steps: ['A1'], on: 'vm-docker', there: 'test -e /part' }],
    stages: [
      { id: 'docker', title: text, hosts: ['vm-docker'], settles: 60, checks: [{ rising: ['A1.first'] }] },
    ],
  }),
  diary: diarySchema.parse({ kinds: [{ id: 'unit', title: text, on: ['vm-docker'], read: 'echo units' }] }),
  calendar: calendarSchema.parse({
    asOf: '2026-11-22',
    dates: [{ id: 'key', title: text, on: ['vm-docker'], read: 'echo key', warn: 3, renew: { say: text } }],
    ends: [],
  }),
};

interface Opened {
  readonly lab: FakeLab;
  readonly desk: SmokeDesk;
  readonly told: ServiceMessage[];
  readonly written: DiaryEntry[];
  readonly working: number[];
  readonly close: () => void;
}
async function open(load: () => Promise<typeof CONTENT> = () => Promise.resolve(CONTENT)): Promise<Opened> {
  const lab = await fakeLab();
  for (const host of ['vm-docker', 'vm-k8s', 'vm-worker'])
    lab.answers.set(`boot/${host}`, { exit: 0, stdout: 'boot-id aaaaaaaa\nup 9000\n' });
  lab.answers.set('unit@vm-docker', { exit: 0, stdout: 'docker|active enabled\n' });
  const told: ServiceMessage[] = [];
  const written: DiaryEntry[] = [];
  const working: number[] = [];
  const stop = new AbortController();
  const desk = openSmokeDesk(lab.session, {
    dispatch: (message) => told.push(message),
    signal: stop.signal,
    loadContent: load,
    file: {
      read: () => Promise.resolve(written.at(-1) ?? null),
      write: (entry) => {
        written.push(entry);
        return Promise.resolve();
      },
      onWritten: () => () => undefined,
    },
    loadCatalogue: () => Promise.reject(new Error('a green lab needs no catalogue')),
    onUnwritten: () => undefined,
    working: (by) => working.push(by),
  });
  return { lab, desk, told, written, working, close: () => stop.abort() };
}
const kinds = (told: readonly ServiceMessage[]): readonly string[] => [
  ...new Set(told.map(({ type }) => type)),
];

describe('a smoke test from the screen', () => {
  it('tells its plan before the first answer, then answers, then the verdict; a green one is written down', async () => {
    const { lab, desk, told, written, working } = await open();
    lab.answers.set(FIRST, { exit: 0, stdout: 'good' });
    await desk.carryOut({ type: 'smoke.start' });
    const [begun, planned] = told;
    expect(begun).toMatchObject({ type: 'smoke.begun', parts: [{ id: 'part' }] });
    expect(planned).toMatchObject({ type: 'smoke.progress', progress: { attempts: 0 } });
    expect(kinds(told)).toEqual([
      'smoke.begun',
      'smoke.progress',
      'gates.running',
      'gate.judged',
      'smoke.concluding',
      'smoke.ended',
    ]);
    expect(told.at(-1)).toMatchObject({ outcome: { verdict: 'green', recorded: true, first: null } });
    expect(written).toHaveLength(1);
    expect(working).toEqual([1, -1]);
  });

  it('tells what differs since the green one before', async () => {
    const { lab, desk, told } = await open();
    lab.answers.set(FIRST, { exit: 0, stdout: 'good' });
    await desk.carryOut({ type: 'smoke.start' });
    lab.answers.set('unit@vm-docker', { exit: 0, stdout: 'docker|failed enabled\n' });
    await desk.carryOut({ type: 'smoke.diary' });
    expect(told.at(-2)).toMatchObject({
      type: 'smoke.diary',
      read: { comparison: { differences: [{ name: 'docker', after: 'failed enabled' }] } },
    });
    expect(told.at(-1)).toEqual({ type: 'smoke.unread', what: 'diary' });
  });

  it('is given up by a person: no verdict, nothing written, no gate left as being asked', async () => {
    const { desk, told, written, working } = await open();
    const test = desk.carryOut({ type: 'smoke.start' });
    // Red, and the host is up for long: asked again until it is clear, or until somebody has enough of it.
    await vi.waitFor(() => expect(kinds(told)).toContain('gate.judged'), { timeout: 20_000 });
    await desk.carryOut({ type: 'smoke.stop' });
    await test;
    expect(told.at(-1)).toMatchObject({ type: 'smoke.ended', outcome: null });
    expect(written).toEqual([]);
    expect(working).toEqual([1, -1]);
  });

  it('runs once at a time', async () => {
    const { lab, desk, told } = await open();
    lab.answers.set(FIRST, { exit: 0, stdout: 'good' });
    await Promise.all([desk.carryOut({ type: 'smoke.start' }), desk.carryOut({ type: 'smoke.start' })]);
    expect(told.filter(({ type }) => type === 'smoke.begun')).toHaveLength(1);
  });

  it('says nothing more once its lab was left', async () => {
    const { desk, told, close } = await open();
    close();
    await desk.carryOut({ type: 'smoke.start' });
    expect(told).toEqual([]);
  });
});

describe('content with a mistake', () => {
  it('ends the test without a verdict, and is read again by the next one', async () => {
    const load = vi.fn<() => Promise<typeof CONTENT>>(() => Promise.resolve(CONTENT));
    load.mockRejectedValueOnce(new Error('smoke.yaml:3:1'));
    const { lab, desk, told } = await open(load);
    lab.answers.set(FIRST, { exit: 0, stdout: 'good' });
    await expect(desk.carryOut({ type: 'smoke.start' })).rejects.toThrow('smoke.yaml:3:1');
    expect(told.at(-1)).toMatchObject({ type: 'smoke.ended', outcome: null });
    await desk.carryOut({ type: 'smoke.start' });
    expect(told.at(-1)).toMatchObject({ outcome: { verdict: 'green' } });
  });
});

it('reads what runs out, and says what gave no answer', async () => {
  const { lab, desk, told } = await open();
  lab.answers.set('key@vm-docker', { exit: 0, stdout: 'abc|2000000\n' });
  await desk.carryOut({ type: 'smoke.calendar' });
  expect(told).toMatchObject([
    { type: 'smoke.calendar', read: { asOf: '2026-11-22', rows: [{ name: 'abc' }] } },
    { type: 'smoke.unread', what: 'calendar' },
  ]);
});
