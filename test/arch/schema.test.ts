import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { jsonSchemas } from '../../scripts/schema.js';
import { ROOT } from './imports.js';

it.each(Object.entries(jsonSchemas()))(
  'assets/schema/%s is what the schemas in src/ say',
  async (name, text) => {
    const written = await readFile(join(ROOT, 'assets', 'schema', name), 'utf8').catch(() => '(missing)');
    expect(written, 'run `npm run schema`').toBe(text);
  },
);
