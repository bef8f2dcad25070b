/** A build put in place while programs run from the one before. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MAKING, putInPlace } from '../../../scripts/dist.js';

let dist = '';
beforeEach(async () => {
  dist = await mkdtemp(join(tmpdir(), 'threebody-dist-'));
});
afterEach(() => rm(dist, { recursive: true, force: true }));

async function build(files: Readonly<Record<string, string>>, keepLast = true): Promise<void> {
  const fresh = await mkdtemp(join(dist, MAKING));
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(fresh, name), text)));
  await putInPlace(fresh, dist, { keepLast });
}
const first = {
  'main.js': 'import"./a-1.js";',
  'a-1.js': "import('./b-1.js')",
  'b-1.js': 'const file="./data-1.json"',
  'data-1.json': '{}',
  'TEXT.txt': 'old',
};
const second = { 'main.js': 'import("./a-2.js")', 'a-2.js': '2', 'TEXT.txt': 'new' };
const third = { 'main.js': 'import("./a-3.js")', 'a-3.js': '3' };

it('keeps what the build before may still load, and nothing older', async () => {
  await build(first);
  await build(second);
  expect((await readdir(dist)).sort()).toEqual([
    'TEXT.txt',
    'a-1.js',
    'a-2.js',
    'b-1.js',
    'data-1.json',
    'main.js',
  ]);
  expect(await readFile(join(dist, 'main.js'), 'utf8')).toContain('a-2');
  expect(await readFile(join(dist, 'TEXT.txt'), 'utf8')).toBe('new');
  await build(third);
  expect((await readdir(dist)).sort()).toEqual(['a-2.js', 'a-3.js', 'main.js']);
});

it('keeps nothing but itself for the package, not even what a build left that failed', async () => {
  await build(first);
  await mkdir(join(dist, `${MAKING}failed`));
  await build(third, false);
  expect((await readdir(dist)).sort()).toEqual(['a-3.js', 'main.js']);
});

it('leaves a build alone that is being made at the same time', async () => {
  await mkdir(join(dist, `${MAKING}other`));
  await build(third);
  expect(await readdir(dist)).toContain(`${MAKING}other`);
});
