/** How much a person downloads who types `npx threebody-tui`. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import { ROOT } from '../test/support/cli.js';
import type { Row } from './statistics.js';

const packedSchema = z.array(
  z.object({ size: z.number(), unpackedSize: z.number(), entryCount: z.number() }),
);

export async function measureSize(): Promise<readonly Row[]> {
  const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--ignore-scripts', '--json'], {
    cwd: ROOT,
  });
  const [packed] = packedSchema.parse(JSON.parse(stdout));
  if (packed === undefined) throw new Error('npm pack reported no package');
  const how = `${packed.entryCount} files, ${(packed.unpackedSize / 1e6).toFixed(1)} MB unpacked, no dependencies`;
  return [{ what: 'package, packed', value: packed.size / 1e6, unit: 'MB', target: 3, how }];
}
