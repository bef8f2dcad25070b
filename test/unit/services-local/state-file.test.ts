import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createStateFile } from '../../../src/services/files/state-file.js';
import type { SavedState } from '../../../src/services/ports.js';
import { scratch, troubleOf } from './support.js';

const FULL: SavedState = {
  version: 1,
  results: [
    {
      gate: 'A2.hostname',
      subject: 'vm-docker',
      verdict: 'blocked',
      say: { id: 'a', en: 'b' },
      hints: [{ id: 'c', en: 'd' }],
      symptom: null,
      evidence: [{ place: 'operator', asked: 'x', exit: null, excerpt: '', startedAt: 1, durationMs: 0.5 }],
      blockedBy: ['A0.clock@lab'],
      judgedAt: 2,
    },
  ],
  waivers: [{ key: 'A0.sizes@vm-k8s', reason: 'r', by: 'ana@laptop', until: '2026-12-31', madeAt: 3 }],
  variants: { 'A3/write-block': 'runbook' },
  cursor: { phase: 'A', step: null },
};

describe('the state file', () => {
  it('is empty at first, and gives back what was saved, privately', async () => {
    const dir = join(await scratch(), 'lab');
    const file = createStateFile(dir);
    expect(await file.load()).toEqual({
      state: { version: 1, results: [], waivers: [], variants: {}, cursor: null },
      setAside: null,
    });
    await file.update(() => FULL);
    expect(await file.load()).toEqual({ state: FULL, setAside: null });
    expect((await stat(join(dir, 'state.json'))).mode & 0o777).toBe(0o600);
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
  });

  it('loses no change of several programs that write at once, and leaves nothing else behind', async () => {
    const dir = await scratch();
    const waiver = (name: string): SavedState['waivers'][number] => ({
      key: `A0.${name}@lab`,
      reason: 'r',
      by: 'ana@laptop',
      until: '2026-12-31',
      madeAt: 3,
    });
    const programs = Array.from({ length: 4 }, () => createStateFile(dir));
    await Promise.all(
      programs.map(async (file, program) => {
        for (let count = 0; count < 5; count += 1)
          await file.update((disk) => ({
            ...disk,
            waivers: [...disk.waivers, waiver(`p${program}-${count}`)],
          }));
      }),
    );
    const { state } = await createStateFile(dir).load();
    expect(new Set(state.waivers.map((one) => one.key)).size).toBe(20);
    expect(await readdir(dir)).toEqual(['state.json']);
  });

  it('tells when another program has written it, not when this one has', async () => {
    const dir = await scratch();
    const [mine, theirs] = [createStateFile(dir), createStateFile(dir)];
    await mine.update(() => FULL);
    let told = 0;
    const stop = mine.onOthers(() => {
      told += 1;
    });
    onTestFinished(stop);
    await mine.update((disk) => disk);
    await theirs.update((disk) => ({ ...disk, cursor: null }));
    await vi.waitFor(() => expect(told).toBe(1), { timeout: 5_000 });
    await mine.update((disk) => disk);
    await theirs.update((disk) => disk);
    await vi.waitFor(() => expect(told).toBe(2), { timeout: 5_000 });
  });

  it.each([
    ['not JSON', '{"version":1,', 'damaged'],
    ['empty', '', 'damaged'],
    ['of another shape', '{"version":1,"results":"x"}', 'damaged'],
    [
      'with a verdict that does not exist',
      JSON.stringify({ ...FULL, results: [{ ...FULL.results[0], verdict: 'green' }] }),
      'damaged',
    ],
    ['of a newer version', '{"version":2,"results":[]}', 'newer'],
  ])('%s is set aside, not lost', async (_name, text, word) => {
    const dir = await scratch();
    const path = join(dir, 'state.json');
    const file = createStateFile(dir, () => Date.UTC(2026, 10, 22, 1, 45));
    for (const suffix of ['', '-2']) {
      await writeFile(path, text);
      const { state, setAside } = await file.load();
      expect(state.results).toEqual([]);
      expect(setAside).toBe(`${path}.${word}-20261122T014500Z${suffix}`);
      expect(await readFile(setAside ?? '', 'utf8')).toBe(text);
    }
    expect((await file.load()).setAside).toBeNull();
  });

  it('says so when it cannot be read or written', async () => {
    const dir = await scratch();
    await mkdir(join(dir, 'state.json'));
    const file = createStateFile(dir);
    expect((await troubleOf(file.load())).code).toBe('state-unreadable');
    await troubleOf(file.update(() => FULL));
    await writeFile(join(dir, 'blocked'), '');
    expect((await troubleOf(createStateFile(join(dir, 'blocked/lab')).update(() => FULL))).code).toBe(
      'file-not-written',
    );
  });
});
