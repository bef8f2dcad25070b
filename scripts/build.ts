/**
 * `npm run build`: bundles src/main.ts into dist/, with the licences of what is in it. `--clean` leaves nothing of the
 * build before in dist/: for the package.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundle } from './bundle.ts';
import { MAKING, putInPlace } from './dist.ts';
import { thirdPartyLicences } from './licences.ts';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
await mkdir(dist, { recursive: true });
const fresh = await mkdtemp(join(dist, MAKING));
try {
  const metafile = await bundle(root, fresh);
  await writeFile(join(fresh, 'THIRD-PARTY-LICENSES.txt'), await thirdPartyLicences(root, metafile));
  await putInPlace(fresh, dist, { keepLast: !process.argv.includes('--clean') });
} catch (error) {
  await rm(fresh, { recursive: true, force: true });
  process.stderr.write(`build: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
