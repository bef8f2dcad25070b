/** What was done to live things outlives the program, without secrets. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createJournal } from '../../../src/services/journal/journal.js';
import type { JournalEntry } from '../../../src/services/ports.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'threebody-live-journal-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const ACT: JournalEntry = {
  kind: 'act',
  at: 1000,
  by: 'guru@meja-1',
  host: null,
  act: 'delete-pod',
  about: 'threebody-prod/go-1',
  say: { id: 'Hapus pod threebody-prod/go-1', en: 'Delete pod threebody-prod/go-1' },
  endedAt: 1200,
  trouble: { id: 'ditolak: hunter2', en: 'refused: hunter2' },
};

it('is read back as it was written, but for secrets', async () => {
  const journal = createJournal(directory, { mask: (text) => text.replaceAll('hunter2', '***') });
  await journal.append(ACT);
  const { entries, damaged } = await journal.read();
  expect(damaged).toBe(0);
  expect(entries).toEqual([{ ...ACT, trouble: { id: 'ditolak: ***', en: 'refused: ***' } }]);
  expect((await journal.read({ step: 'A1' })).entries).toEqual([]);
});
