import { appendFile, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createJournal } from '../../../src/services/journal/journal.js';
import { createProgramLog } from '../../../src/services/files/program-log.js';
import { createRedactor } from '../../../src/services/redaction/redactor.js';
import type { JournalEntry } from '../../../src/services/ports.js';
import { scratch, troubleOf } from './support.js';

const same = (text: string): string => text;
function job(at: number, step = 'A1', outputTail = 'ok\n'): JournalEntry {
  return {
    kind: 'job',
    at,
    by: 'ana@laptop',
    host: 'vm-k8s',
    step,
    action: 'stop-updates',
    variant: 'ours',
    purpose: 'run',
    job: `job-${at}`,
    scriptHash: 'abc',
    startedAt: at,
    endedAt: at,
    end: { kind: 'exited', exit: 0 },
    outputTail,
  };
}
const gate: JournalEntry = {
  kind: 'gate',
  at: 2,
  result: {
    gate: 'A2.hostname',
    subject: 'vm-k8s',
    verdict: 'fail',
    say: { id: 'rahasia99', en: 'rahasia99' },
    hints: [{ id: 'x', en: 'rahasia99' }],
    symptom: 'S01',
    evidence: [
      {
        place: 'vm-k8s',
        asked: 'echo rahasia99',
        exit: 1,
        excerpt: 'rahasia99',
        startedAt: 1,
        durationMs: 1,
      },
    ],
    blockedBy: [],
    judgedAt: 2,
  },
};
const waiver: JournalEntry = {
  kind: 'waiver',
  at: 3,
  withdrawn: false,
  waiver: { key: 'A2.hostname@vm-k8s', reason: 'pw rahasia99', by: 'ana', until: '2026-12-31', madeAt: 3 },
};

describe('the journal', () => {
  it('gives back what was appended, oldest first, of one step or the last ones', async () => {
    const dir = join(await scratch(), 'lab');
    const journal = createJournal(dir, { mask: same });
    expect(await journal.read()).toEqual({ entries: [], damaged: 0 });
    const all = [job(1), gate, waiver, job(4, 'A2')];
    await Promise.all(all.map((entry) => journal.append(entry)));
    expect((await journal.read()).entries).toEqual(all);
    expect((await journal.read({ step: 'A2' })).entries).toEqual([gate, waiver, job(4, 'A2')]);
    expect((await journal.read({ step: 'A2', limit: 1 })).entries).toEqual([job(4, 'A2')]);
    expect((await journal.read({ limit: 0 })).entries).toEqual([]);
    expect((await stat(join(dir, 'journal.jsonl'))).mode & 0o777).toBe(0o600);
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
  });

  it('tells a job once whose end two programs saw, by the one that knows its script', async () => {
    const journal = createJournal(await scratch(), { mask: same });
    const seen: JournalEntry = { ...job(1), by: 'beside', scriptHash: '' } as JournalEntry;
    await journal.append(seen);
    await journal.append(job(1));
    await journal.append(seen);
    expect((await journal.read()).entries).toEqual([job(1)]);
  });

  it('never holds a secret', async () => {
    const dir = await scratch();
    const journal = createJournal(dir, { mask: createRedactor(['rahasia99']).mask });
    await journal.append(job(1, 'A1', `x`.repeat(40_000) + 'rahasia99'));
    await journal.append({ ...job(7), end: { kind: 'cancelled', left: 'sleep rahasia99' } } as JournalEntry);
    await journal.append(gate);
    await journal.append(waiver);
    const text = await readFile(join(dir, 'journal.jsonl'), 'utf8');
    expect(text).not.toContain('rahasia99');
    expect(text.length).toBeLessThan(25_000);
    expect((await journal.read()).entries).toHaveLength(4);
  });

  it('skips and counts damaged lines, and a line cut short by a crash takes no other with it', async () => {
    const dir = await scratch();
    const path = join(dir, 'journal.jsonl');
    await writeFile(
      path,
      `nonsense\n{"kind":"job"}\n{"kind":"unheard of","at":1}\n${JSON.stringify(job(1)).slice(0, 80)}`,
    );
    const journal = createJournal(dir, { mask: same });
    await journal.append(job(2));
    await appendFile(path, '\n\n');
    expect(await journal.read()).toEqual({ entries: [job(2)], damaged: 4 });
  });

  it('sets large files aside and keeps the last ones', async () => {
    const dir = await scratch();
    const journal = createJournal(dir, { mask: same, maxBytes: 1000, keep: 2 });
    for (let at = 1; at <= 40; at += 1) await journal.append(job(at));
    expect((await readdir(dir)).toSorted()).toEqual(['journal.1.jsonl', 'journal.2.jsonl', 'journal.jsonl']);
    const { entries, damaged } = await journal.read();
    expect(damaged).toBe(0);
    expect(entries.length).toBeGreaterThan(3);
    expect(entries.map((one) => one.at)).toEqual(entries.map((_, index) => 41 - entries.length + index));
  });

  it('takes the lines of two programs at once', async () => {
    const dir = await scratch();
    const [one, two] = [createJournal(dir, { mask: same }), createJournal(dir, { mask: same })];
    await Promise.all(
      Array.from({ length: 60 }, (_, at) =>
        (at % 2 === 0 ? one : two).append(job(at, 'A1', 'y'.repeat(9000))),
      ),
    );
    const { entries, damaged } = await one.read();
    expect(damaged).toBe(0);
    expect(entries.map((entry) => entry.at).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 60 }, (_, at) => at),
    );
  });

  it('says why it cannot write', async () => {
    const dir = await scratch();
    await mkdir(join(dir, 'journal.jsonl'));
    expect((await troubleOf(createJournal(dir, { mask: same }).append(job(1)))).code).toBe(
      'journal-not-written',
    );
  });
});

describe('the program log', () => {
  it('holds stacks and causes, masked and private, notes only when debugging', async () => {
    const dir = join(await scratch(), 'lab');
    const { mask } = createRedactor(['rahasia99']);
    const quiet = createProgramLog(dir, { debug: false, mask });
    quiet.note('not to be seen');
    quiet.failure(new Error('outer rahasia99', { cause: new Error('inner') }), 'reading');
    createProgramLog(dir, { debug: true, mask }).note('seen');
    const text = await readFile(quiet.path, 'utf8');
    expect(text).toMatch(/reading: Error: outer \*\*\*\n\s+at /);
    expect(text).toContain('inner');
    expect(text).toContain('seen');
    expect(text).not.toMatch(/rahasia99|not to be/);
    expect((await stat(quiet.path)).mode & 0o777).toBe(0o600);
  });

  it('never fails', async () => {
    const dir = await scratch();
    await writeFile(join(dir, 'file'), '');
    expect(() => createProgramLog(join(dir, 'file'), { debug: true, mask: same }).note('x')).not.toThrow();
  });
});
