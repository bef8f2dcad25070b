import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
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
  following: [{ job: 'j', host: 'vm-worker', step: 'A1', action: 'stop', bytes: 12 }],
  cursor: { phase: 'A', step: null },
};

describe('the state file', () => {
  it('is empty at first, and gives back what was saved, privately', async () => {
    const dir = join(await scratch(), 'lab');
    const file = createStateFile(dir);
    expect(await file.load()).toEqual({
      state: { version: 1, results: [], waivers: [], variants: {}, following: [], cursor: null },
      setAside: null,
    });
    await file.save(FULL);
    expect(await file.load()).toEqual({ state: FULL, setAside: null });
    expect((await stat(join(dir, 'state.json'))).mode & 0o777).toBe(0o600);
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
  });

  it('keeps the newest of many saves at once, whole, and leaves nothing else behind', async () => {
    const dir = await scratch();
    const file = createStateFile(dir);
    const saves = Array.from({ length: 200 }, (_, bytes) =>
      file.save({ ...FULL, following: FULL.following.map((one) => ({ ...one, bytes })) }),
    );
    await Promise.all(saves);
    expect((await file.load()).state.following[0]?.bytes).toBe(199);
    expect(await readdir(dir)).toEqual(['state.json']);
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
    await troubleOf(file.save(FULL));
    await writeFile(join(dir, 'blocked'), '');
    expect((await troubleOf(createStateFile(join(dir, 'blocked/lab')).save(FULL))).code).toBe(
      'file-not-written',
    );
  });
});
