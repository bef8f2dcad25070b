/** How much a person downloads who types `npx threebody-tui`. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { bundle } from '../scripts/bundle.js';
import { thirdPartyLicences } from '../scripts/licences.js';
import { ROOT } from '../test/support/cli.js';
import type { Row } from './statistics.js';

const packedSchema = z.array(
  z.object({ size: z.number(), unpackedSize: z.number(), entryCount: z.number() }),
);

/** What `npm publish` would take. In a directory of its own: dist/ may hold parts of the build before. */
async function pack(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'threebody-size-'));
  try {
    for (const name of ['package.json', 'README.md', 'README.id.md', 'LICENSE', 'bin', 'assets'])
      await cp(join(ROOT, name), join(directory, name), { recursive: true });
    const dist = join(directory, 'dist');
    const metafile = await bundle(ROOT, dist);
    await writeFile(join(dist, 'THIRD-PARTY-LICENSES.txt'), await thirdPartyLicences(ROOT, metafile));
    const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--ignore-scripts', '--json'], {
      cwd: directory,
    });
    return stdout;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

export async function measureSize(): Promise<readonly Row[]> {
  const [packed] = packedSchema.parse(JSON.parse(await pack()));
  if (packed === undefined) throw new Error('npm pack reported no package');
  const how = `${packed.entryCount} files, ${(packed.unpackedSize / 1e6).toFixed(1)} MB unpacked, no dependencies`;
  return [{ what: 'package, packed', value: packed.size / 1e6, unit: 'MB', target: 3, how }];
}
