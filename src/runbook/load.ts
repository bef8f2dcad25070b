/** Reads the runbook's files: ours from assets/, with those of a person's own pack laid over them. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseRunbook, type ParsedRunbook, type RunbookSource } from './parse.js';

interface SourceFile {
  readonly name: string;
  readonly text: string;
}

/**
 * Loads and checks the runbook. A pack may hold `runbook/*.yaml`, `templates/*` and `glossary.yaml`; a file of the same
 * name replaces ours, all others stay.
 * @param assets directory with `runbook/`, `templates/`, `glossary.yaml`
 * @param pack directory given by `--runbook`, laid out in the same way
 * @throws NodeJS.ErrnoException when a directory that must exist cannot be read
 */
export async function loadRunbook(assets: string, pack: string | null = null): Promise<ParsedRunbook> {
  const roots = pack === null ? [assets] : [assets, pack];
  const files: Record<string, SourceFile> = {};
  const templates: Record<string, string> = {};
  let glossary: SourceFile | null = null;
  for (const root of roots) {
    const required = root === assets;
    for (const file of await textsOf(join(root, 'runbook'), '.yaml', required)) files[file.base] = file;
    for (const file of await textsOf(join(root, 'templates'), '', required)) templates[file.base] = file.text;
    const terms = (await textsOf(root, 'glossary.yaml', false)).find((file) => file.base === 'glossary.yaml');
    if (terms !== undefined) glossary = terms;
  }
  const source: RunbookSource = { files, glossary, templates };
  return parseRunbook(source);
}

async function textsOf(
  directory: string,
  suffix: string,
  required: boolean,
): Promise<readonly (SourceFile & { readonly base: string })[]> {
  let entries;
  try {
    entries = await readdir(directory, { withFileTypes: true });
  } catch (error) {
    if (!required && error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
  const names = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(suffix))
    .map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (base) => {
      const name = join(directory, base);
      return { base, name, text: await readFile(name, 'utf8') };
    }),
  );
}
