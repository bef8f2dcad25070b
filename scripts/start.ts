/** `npm start`: builds when a source is newer than the bundle, then runs the program with the arguments after `--`. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** Milliseconds since the epoch of the newest of these files, and of all files in these directories. */
async function newest(paths: readonly string[]): Promise<number> {
  const times = await Promise.all(
    paths.map(async (path) => {
      const found = await stat(path);
      if (!found.isDirectory()) return found.mtimeMs;
      const names = await readdir(path);
      return newest(names.map((name) => join(path, name)));
    }),
  );
  return Math.max(0, ...times);
}

async function isStale(): Promise<boolean> {
  const sources = ['src', 'assets', 'scripts', 'package.json', 'package-lock.json'].map((name) =>
    join(root, name),
  );
  const built = await newest([join(root, 'dist', 'main.js')]).catch(() => 0);
  return (await newest(sources)) > built;
}

if (await isStale()) {
  const build = spawnSync(process.execPath, [join(root, 'scripts', 'build.ts')], { stdio: 'inherit' });
  if (build.status !== 0) process.exit(build.status ?? 1);
}
createRequire(import.meta.url)('../bin/load.cjs');
