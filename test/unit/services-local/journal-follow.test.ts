/** What other programs write into the journal of a lab is told as it comes. */
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { createJournal } from '../../../src/services/journal/journal.js';
import type { Journal, JournalEntry } from '../../../src/services/ports.js';
import { scratch } from './support.js';

const same = (text: string): string => text;
function act(at: number, about = 'kubelet.service'): JournalEntry {
  const say = { id: `Mulai ulang ${about}`, en: `Restart ${about}` };
  return {
    kind: 'act',
    at,
    by: 'ana@laptop',
    host: 'vm-k8s',
    act: 'restart-unit',
    about,
    say,
    endedAt: at,
    trouble: null,
  };
}

interface Heard {
  readonly at: number;
  readonly past: boolean;
}
function listen(journal: Journal): { readonly heard: Heard[]; readonly stop: () => void } {
  const heard: Heard[] = [];
  const stop = journal.follow({
    onEntries: (entries, past) => heard.push(...entries.map(({ at }) => ({ at, past }))),
    onError(error) {
      throw error;
    },
  });
  return { heard, stop };
}

it('tells what is there, then what another program appends, and nothing of its own', async () => {
  const dir = await scratch();
  const [ours, theirs] = [createJournal(dir, { mask: same }), createJournal(dir, { mask: same })];
  await theirs.append(act(1));
  const { heard, stop } = listen(ours);
  await vi.waitFor(() => expect(heard).toEqual([{ at: 1, past: true }]));
  await ours.append(act(2));
  await theirs.append(act(3));
  await vi.waitFor(() => expect(heard.at(-1)).toEqual({ at: 3, past: false }));
  expect(heard).toHaveLength(2);
  stop();
  await theirs.append(act(4));
  const { heard: again, stop: stopAgain } = listen(ours);
  // Of a program that was there before us everything is the past, also what this one wrote earlier.
  await vi.waitFor(() => expect(again.map(({ at }) => at)).toEqual([1, 2, 3, 4]));
  expect(heard).toHaveLength(2);
  stopAgain();
});

it('goes on in the new file when the old one is set aside, and loses no line', async () => {
  const dir = await scratch();
  const ours = createJournal(dir, { mask: same });
  const theirs = createJournal(dir, { mask: same, maxBytes: 2000 });
  await theirs.append(act(0));
  const { heard, stop } = listen(ours);
  await vi.waitFor(() => expect(heard).toHaveLength(1));
  for (let last = 5; last <= 30; last += 5) {
    for (let at = last - 4; at <= last; at += 1) await theirs.append(act(at));
    // One file at a time is set aside, as it is when a person works.
    await vi.waitFor(() => expect(heard.at(-1)?.at).toBe(last));
  }
  expect(heard.map(({ at }) => at)).toEqual(Array.from({ length: 31 }, (_, at) => at));
  stop();
});

it('waits for the end of a line, and passes over what it cannot read', async () => {
  const dir = await scratch();
  const path = join(dir, 'journal.jsonl');
  await writeFile(path, 'nonsense\n');
  const { heard, stop } = listen(createJournal(dir, { mask: same }));
  const line = JSON.stringify(act(7, 'é'.repeat(40)));
  const bytes = Buffer.from(`${line}\n`);
  await appendFile(path, bytes.subarray(0, 220));
  await appendFile(path, `${bytes.subarray(220).toString('latin1')}`, 'latin1');
  await vi.waitFor(() => expect(heard.map(({ at }) => at)).toEqual([7]));
  stop();
});

it('begins with the last half megabyte', async () => {
  const dir = await scratch();
  const lines = Array.from({ length: 3000 }, (_, at) => `${JSON.stringify(act(at, 'x'.repeat(200)))}\n`);
  await writeFile(join(dir, 'journal.jsonl'), lines.join(''));
  const { heard, stop } = listen(createJournal(dir, { mask: same }));
  await vi.waitFor(() => expect(heard.at(-1)?.at).toBe(2999));
  expect(heard.length).toBeGreaterThan(500);
  expect(heard.length).toBeLessThan(2000);
  stop();
});
