/** The published package: small, complete, and in need of nothing but Node. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../support/cli.js';

const run = promisify(execFile);
const MEGABYTE = 1024 * 1024;

describe('the package', () => {
  let directory = '';
  let tarball = '';
  let bin = '';
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'threebody-pack-'));
    await run('npm', ['pack', '--ignore-scripts', '--pack-destination', directory], { cwd: ROOT });
    tarball = join(directory, (await readdir(directory)).find((name) => name.endsWith('.tgz')) ?? '');
    await writeFile(join(directory, 'package.json'), '{"private":true}');
    await run('npm', ['install', '--offline', '--no-audit', '--no-fund', tarball], { cwd: directory });
    bin = join(directory, 'node_modules', '.bin', 'threebody-tui');
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('is at most 3 MB', async () => {
    expect((await stat(tarball)).size).toBeLessThanOrEqual(3 * MEGABYTE);
  });

  it('installs nothing else', async () => {
    const installed = (await readdir(join(directory, 'node_modules'))).filter(
      (name) => !name.startsWith('.'),
    );
    expect(installed).toEqual(['threebody-tui']);
  });

  it('carries the licences of what is in it, and no sources of ours', async () => {
    const dist = join(directory, 'node_modules', 'threebody-tui', 'dist');
    const licences = await readFile(join(dist, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
    for (const name of ['ink', 'react', 'yaml', 'zod', 'ssh2', 'just-bash']) {
      expect(licences).toMatch(new RegExp(`^${name} \\d`, 'm'));
    }
    const files = await readdir(join(directory, 'node_modules', 'threebody-tui'), { recursive: true });
    expect(files.filter((name) => /\.(?:map|tsx?)$/.test(name))).toEqual([]);
  });

  it('tells its version, and lists the steps from the content it carries', async () => {
    const manifest = await readFile(join(ROOT, 'package.json'), 'utf8');
    const version = (await run(bin, ['--version'])).stdout.trim().split(' ').at(-1);
    expect(manifest).toContain(`"version": "${version}"`);
    const { stdout } = await run(bin, ['list', 'steps', '--json'], {
      maxBuffer: 32 * MEGABYTE,
      cwd: directory,
    });
    expect(JSON.parse(stdout)).toHaveProperty('schemaVersion');
    expect(stdout).toContain('"A1"');
  });

  it('says on a Node that is too old which one is needed, in the language of the person', async () => {
    // The launcher asks process.versions; an older Node answers there with less.
    const old = join(directory, 'old.cjs');
    await writeFile(
      old,
      `Object.defineProperty(process.versions, 'node', { value: '12.22.0' });
       require(${JSON.stringify(join(directory, 'node_modules', 'threebody-tui', 'bin', 'threebody-tui.cjs'))});`,
    );
    const ask = (lang: string) =>
      run(process.execPath, [old], { env: { ...process.env, LANG: lang, LC_ALL: lang } }).then(
        () => 'it started',
        (error: { readonly code: number; readonly stderr: string }) => `${error.code}: ${error.stderr}`,
      );
    for (const [lang, words] of [
      ['id_ID.UTF-8', 'memerlukan Node.js 22.19'],
      ['C', 'needs Node.js 22.19'],
    ] as const) {
      const said = await ask(lang);
      expect(said).toContain(words);
      expect(said).toContain('npx -p node@24 -p threebody-tui threebody-tui');
      expect(said).toMatch(/^2: /);
    }
  });
});
