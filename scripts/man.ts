/** `npm run man`: writes the manual pages from the table of commands. A test compares the written files with it. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { manPage } from '../src/commands/man-page.js';

const ROOT = join(import.meta.dirname, '..');

/** File name below docs/ → its text. */
export async function manPages(): Promise<Readonly<Record<string, string>>> {
  const manifest: unknown = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest
      ? String(manifest.version)
      : '';
  return {
    'threebody-tui.1': manPage('en', version),
    'threebody-tui.id.1': manPage('id', version),
  };
}

if (import.meta.main)
  for (const [name, text] of Object.entries(await manPages()))
    await writeFile(join(ROOT, 'docs', name), text);
