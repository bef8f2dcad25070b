/** `npm run build`: bundles src/main.ts into dist/, with the licences of what is in it. Needs no argument. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundle } from './bundle.ts';
import { thirdPartyLicences } from './licences.ts';

const root = join(import.meta.dirname, '..');
try {
  const metafile = await bundle(root);
  await writeFile(join(root, 'dist', 'THIRD-PARTY-LICENSES.txt'), await thirdPartyLicences(root, metafile));
} catch (error) {
  process.stderr.write(`build: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
