import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { verifiedDocument } from '../../../scripts/verified.js';

it('docs/verified.md is what `npm run verified` makes of the runbook and of what was shown', async () => {
  const written = await readFile(join(import.meta.dirname, '../../../docs/verified.md'), 'utf8');
  expect(written).toBe(await verifiedDocument());
});
