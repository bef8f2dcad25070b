/** What differs after a reboot, most telling first. */
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDiaryFile } from '../../../src/services/files/diary-file.js';
import { diarySchema } from '../../../src/smoke/diary-schema.js';
import { compareDiary, type DiaryEntry, type DiarySection } from '../../../src/smoke/diary.js';
import { pairsOf } from '../../../src/smoke/lines.js';

const title = { id: 'a', en: 'a' };
const content = diarySchema.parse({
  kinds: [
    { id: 'swap', title, on: ['vm-k8s', 'vm-worker'], read: 'x' },
    { id: 'unit', title, on: ['vm-k8s', 'vm-worker'], read: 'x' },
    { id: 'kernel', title, on: ['vm-k8s', 'vm-worker'], read: 'x' },
  ],
});
const entry = (bootId: string, sections: readonly DiarySection[]): DiaryEntry => ({
  at: 1000,
  by: 'cikal@laptop',
  boots: [{ host: 'vm-k8s', bootId, bootedAt: 500 }],
  parts: ['cluster'],
  sections,
});
const section = (kind: string, facts: Readonly<Record<string, string>>): DiarySection => ({
  host: 'vm-k8s',
  kind,
  facts,
});

describe('the comparison', () => {
  it('tells swap before a unit, and a unit before the kernel', () => {
    const before = entry('a', [
      section('kernel', { kernel: '6.8' }),
      section('unit', { kubelet: 'active enabled' }),
      section('swap', {}),
    ]);
    const now = entry('b', [
      section('kernel', { kernel: '6.9' }),
      section('unit', { kubelet: 'activating enabled' }),
      section('swap', { '/swap.img': 'on' }),
    ]);
    const found = compareDiary(content, before, now);
    expect(found.rebooted.map(({ host }) => host)).toEqual(['vm-k8s']);
    expect(found.differences.map(({ kind, name, before: old, after }) => [kind, name, old, after])).toEqual([
      ['swap', '/swap.img', null, 'on'],
      ['unit', 'kubelet', 'active enabled', 'activating enabled'],
      ['kernel', 'kernel', '6.8', '6.9'],
    ]);
  });

  it('tells what is gone', () => {
    const found = compareDiary(
      content,
      entry('a', [section('unit', { kubelet: 'active' })]),
      entry('a', [section('unit', {})]),
    );
    expect(found.differences).toMatchObject([{ name: 'kubelet', before: 'active', after: null }]);
    expect(found.rebooted).toEqual([]);
  });

  it('says nothing about what could not be read', () => {
    const found = compareDiary(content, entry('a', [section('unit', { kubelet: 'active' })]), entry('a', []));
    expect(found.differences).toEqual([]);
    expect(found.unread).toEqual(['vm-k8s']);
  });

  it('is not misled by names that objects have by nature', () => {
    const found = compareDiary(
      content,
      entry('a', [section('unit', {})]),
      entry('a', [section('unit', { constructor: 'x' })]),
    );
    expect(found.differences).toMatchObject([{ name: 'constructor', before: null, after: 'x' }]);
  });
});

it('reads lines of a name and a value, and passes over all others', () => {
  expect(pairsOf('a|1\nnonsense\n|2\nb c|d | e\n')).toEqual([
    { name: 'a', value: '1' },
    { name: 'b c', value: 'd | e' },
  ]);
});

describe('the file', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'threebody-diary-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('keeps the last green state for its owner alone', async () => {
    const file = createDiaryFile(join(directory, 'lab'));
    expect(await file.read()).toBeNull();
    await file.write(entry('a', [section('swap', {})]));
    expect(await file.read()).toEqual(entry('a', [section('swap', {})]));
    expect((await stat(join(directory, 'lab', 'diary.json'))).mode & 0o777).toBe(0o600);
  });

  it('sets a damaged one aside', async () => {
    await writeFile(join(directory, 'diary.json'), '{"version":1,"green":');
    expect(await createDiaryFile(directory).read()).toBeNull();
    expect(await readdir(directory)).toEqual(['diary.json.damaged']);
  });
});
