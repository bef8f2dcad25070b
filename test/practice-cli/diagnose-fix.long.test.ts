/** A fix by the command line, and taking it back: on a practice lab, with the records that hosts keep of it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { startPracticeLab, type PracticeLab } from '../../src/practice/lab.js';
import { conforms } from '../support/documents.js';
import { createDesk, type Desk, type Ended } from '../unit/commands/program.js';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const mended = z.object({
  kind: z.literal('diagnose'),
  after: z.array(z.object({ key: z.string(), verdict: z.string() })),
  fixed: z.array(
    z.object({ symptom: z.string(), fix: z.string(), carriedOut: z.boolean(), helped: z.boolean() }),
  ),
});
const undone = z.object({
  kind: z.literal('fix-undo'),
  exit: z.number(),
  fix: z
    .object({
      symptom: z.string(),
      id: z.string(),
      files: z.array(z.object({ host: z.string(), path: z.string() })),
    })
    .nullable(),
  declined: z.boolean(),
  carriedOut: z.boolean(),
  runs: z.array(z.object({ host: z.string(), purpose: z.string(), phase: z.string() })),
  gates: z.array(z.object({ key: z.string(), verdict: z.string() })),
});

let desk: Desk;
let lab: PracticeLab;
let file: string;
const tui = (...args: readonly string[]): Promise<Ended> => desk.run([...args, '--lab', file]);
async function json<Shape>(
  shape: z.ZodType<Shape>,
  ...args: readonly string[]
): Promise<Shape & { code: number | null }> {
  const { code, stdout, stderr } = await tui(...args, '--json');
  expect(stdout, stderr).not.toBe('');
  conforms(stdout);
  return { ...shape.parse(JSON.parse(stdout)), code };
}
const HOSTS_OF_WORKER = { host: 'vm-worker', path: '/etc/hosts' };

beforeAll(async () => {
  desk = await createDesk();
  lab = await startPracticeLab({ timeScale: 0.05, secrets: [], stateDir: desk.home });
  file = join(desk.home, 'lab.yaml');
  await writeFile(file, lab.labFileText, { mode: 0o600 });
  for (const words of [
    ['connect', '--accept-host-keys'],
    ['run', 'A3', '--yes'],
  ]) {
    const { code, stderr } = await tui(...words);
    if (code !== 0) throw new Error(stderr);
  }
});
afterAll(async () => {
  await lab.close();
  await desk.clear();
});

describe('a fix and its undo', () => {
  it('have nothing to put back before there was one', async () => {
    expect(await json(undone, 'diagnose', '--undo', '--yes')).toMatchObject({
      code: 0,
      fix: null,
      carriedOut: false,
    });
  });

  it('mends by the fix that is named, and writes it down', async () => {
    await lab.inject('hosts-wrong');
    const unasked = await tui('diagnose', 'S11', '--fix', '--with', 'write-block');
    expect([unasked.code, unasked.stderr]).toEqual([2, expect.stringContaining('--yes')]);
    const unknown = await tui('diagnose', 'S11', '--fix', '--with', 'write-blok', '--yes');
    expect(unknown.stderr).toContain('write-block');

    const { fixed, after } = await json(mended, 'diagnose', 'S11', '--fix', '--with', 'write-block', '--yes');
    expect(fixed).toEqual([{ symptom: 'S11', fix: 'write-block', carriedOut: true, helped: true }]);
    expect(after.filter(({ key }) => key.startsWith('A3.')).map(({ verdict }) => verdict)).not.toContain(
      'fail',
    );
    const record = await tui('report');
    expect(record.stdout).toContain('S11');
  });

  it('are shown, asked about, and put back', async () => {
    const unasked = await tui('diagnose', '--undo');
    expect([unasked.code, unasked.stderr]).toEqual([2, expect.stringContaining('--yes')]);
    expect(unasked.stderr).toContain('S11/write-block');

    const put = await json(undone, 'diagnose', '--undo', '--yes');
    expect(put).toMatchObject({
      code: 0,
      exit: 0,
      fix: { symptom: 'S11', id: 'write-block' },
      declined: false,
      carriedOut: true,
    });
    expect(put.fix?.files).toContainEqual(HOSTS_OF_WORKER);
    expect(put.runs).toContainEqual({ host: 'vm-worker', purpose: 'undo', phase: 'done' });
    expect(put.gates).toContainEqual({ key: 'A3.names@vm-worker', verdict: 'fail' });
    expect(await json(undone, 'diagnose', '--undo', '--yes')).toMatchObject({ code: 0, fix: null });
  });

  it('cannot go together with a fix', async () => {
    const both = await tui('diagnose', '--undo', '--fix');
    expect([both.code, both.stderr]).toEqual([
      2,
      expect.stringContaining('--undo cannot go together with --fix'),
    ]);
  });
});
