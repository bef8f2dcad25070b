import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readPreferences, writePreferences } from '../../../src/services/files/preferences.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'preferences-'));
});
afterEach(() => rm(dir, { recursive: true }));

describe('the preferences', () => {
  it('come back as they were kept, in a file for its owner only', async () => {
    const root = join(dir, 'state', 'threebody-tui');
    await writePreferences(root, { language: 'id' });
    expect(await readPreferences(root)).toEqual({ language: 'id' });
    await writePreferences(root, { language: 'en' });
    expect(await readPreferences(root)).toEqual({ language: 'en' });
    const { mode } = await stat(join(root, 'preferences.json'));
    expect(mode & 0o777).toBe(0o600);
  });

  it.each(['', '{', 'null', '[]', '{"language":"klingon"}', '{"language":7}'])(
    'are none when the file holds %j, and that is no error',
    async (text) => {
      await writeFile(join(dir, 'preferences.json'), text);
      expect(await readPreferences(dir)).toEqual({ language: null });
      // Looking does not change it.
      expect(await readFile(join(dir, 'preferences.json'), 'utf8')).toBe(text);
    },
  );

  it('are none when there is no such file', async () => {
    expect(await readPreferences(join(dir, 'nowhere'))).toEqual({ language: null });
  });
});
