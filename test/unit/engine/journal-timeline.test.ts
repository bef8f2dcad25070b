/** The timeline knows what another program did, and what was before this one began. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { followJournal } from '../../../src/services/engine/journal-timeline.js';
import { createJournal } from '../../../src/services/journal/journal.js';
import type { JobEnd, JournalEntry } from '../../../src/services/ports.js';
import { createLiveBook } from '../../../src/state/live/book.js';
import { fakeLab } from './fakes.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'threebody-journal-timeline-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const journalHere = () => createJournal(directory, { mask: (text) => text });
function job(at: number, end: JobEnd, id = `job-${at}`): JournalEntry {
  return {
    kind: 'job',
    at,
    by: 'ana@laptop',
    host: 'vm-docker',
    step: 'B1',
    action: 'engine',
    variant: 'ours',
    purpose: 'run',
    job: id,
    scriptHash: 'abc',
    startedAt: at - 102_000,
    endedAt: at,
    end,
    outputTail: '',
  };
}
function gate(at: number, verdict: 'pass' | 'fail'): JournalEntry {
  const say = { id: 'mati', en: 'down' };
  const none = { hints: [], symptom: null, evidence: [], blockedBy: [] };
  return {
    kind: 'gate',
    at,
    result: { gate: 'B1.daemon', subject: 'vm-docker', verdict, say, ...none, judgedAt: at },
  };
}

it('tells the past and what other programs do, not twice what this one did', async () => {
  const theirs = journalHere();
  const T = 1_000_000;
  for (const entry of [
    gate(T, 'pass'),
    gate(T + 1, 'fail'),
    gate(T + 2, 'fail'),
    job(T + 3, { kind: 'exited', exit: 0 }),
    gate(T + 4, 'pass'),
  ])
    await theirs.append(entry);
  const ours = journalHere();
  const { session } = await fakeLab();
  const book = createLiveBook();
  const fail = (error: unknown): never => {
    throw error;
  };
  const stop = followJournal({ ...session, journal: ours }, book, fail, () => undefined);
  const seen = () => book.events().map(({ at, about, what, health }) => [at - T, about, what, health]);
  const past = [
    [1, 'B1.daemon', 'fail', 'bad'],
    [3, 'B1/engine', 'done', 'good'],
    [4, 'B1.daemon', 'pass', 'good'],
  ];
  await vi.waitFor(() => expect(seen()).toEqual(past));
  expect(book.events()[1]?.say).toEqual({
    id: 'tindakan selesai setelah 1 mnt 42 dtk, oleh ana@laptop',
    en: 'action done after 1 min 42 s, by ana@laptop',
  });

  // This program tells of its own work as it goes on; a job that it started and another one journalled is its own too.
  await ours.append(job(T + 5, { kind: 'exited', exit: 0 }));
  session.ownJobs.add('mine');
  await theirs.append(job(T + 6, { kind: 'exited', exit: 0 }, 'mine'));
  await theirs.append(gate(T + 7, 'fail'));
  await theirs.append(job(T + 8, { kind: 'exited', exit: 7 }));
  await vi.waitFor(() => expect(seen()).toEqual([...past, [8, 'B1/engine', 'failed', 'bad']]));
  expect(book.events().at(-1)?.say?.en).toContain('failed (exit 7)');
  stop();
});

it('hears of what others break on purpose and take back, and of nothing that they did before', async () => {
  const act = (name: 'heal-fault' | 'scale', at: number): JournalEntry => ({
    kind: 'act',
    at,
    by: 'ana@laptop',
    host: null,
    act: name,
    about: 'edge-stopped',
    say: { id: 'edge mati', en: 'the edge is stopped' },
    endedAt: at,
    trouble: null,
  });
  const [theirs, ours] = [journalHere(), journalHere()];
  await theirs.append(act('heal-fault', 1));
  const { session } = await fakeLab();
  const book = createLiveBook();
  const heard = vi.fn<() => void>();
  const fail = (error: unknown): never => {
    throw error;
  };
  const stop = followJournal({ ...session, journal: ours }, book, fail, heard);
  await vi.waitFor(() => expect(book.events()).toHaveLength(1));
  await theirs.append(act('scale', 2));
  await vi.waitFor(() => expect(book.events()).toHaveLength(2));
  expect(heard).not.toHaveBeenCalled();
  await theirs.append(act('heal-fault', 3));
  await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(1));
  stop();
});
