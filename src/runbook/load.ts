/** Reads the runbook's files: ours from assets/, with those of a person's own pack laid over them. */
import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { readProject } from '../project/read.js';
import { parseRunbook, type ParsedRunbook, type RunbookSource } from './parse.js';

interface SourceFile {
  readonly name: string;
  readonly text: string;
}

/**
 * Loads and checks the runbook. A pack may hold files below `runbook/`, `templates/` and `project/`, and `glossary.yaml`;
 * a file of the same name replaces ours, all others stay.
 * @param assets directory with `runbook/`, `templates/`, `project/`, `glossary.yaml`
 * @param pack directory given by `--runbook`, laid out in the same way
 * @throws NodeJS.ErrnoException when a directory that must exist cannot be read
 */
export async function loadRunbook(assets: string, pack: string | null = null): Promise<ParsedRunbook> {
  const roots = pack === null ? [assets] : [assets, pack];
  const files: Record<string, SourceFile> = {};
  const templates: Record<string, string> = {};
  let glossary: SourceFile | null = null;
  let foreignPath = false;
  for (const root of roots) {
    const required = root === assets;
    const own = await textsOf(join(root, 'runbook'), '.yaml', required);
    // A track of its own is another lab: the flows of ours are not those of that one.
    if (!required && own.some(({ base }) => base === 'track.yaml')) delete files['path.yaml'];
    foreignPath = !required && own.length > 0 && own.every(({ base }) => base !== 'path.yaml');
    for (const file of own) files[file.base] = file;
    for (const file of await textsOf(join(root, 'templates'), '', required)) templates[file.base] = file.text;
    const terms = await glossaryOf(root);
    if (terms !== null) glossary = terms;
  }
  const project = await readProject(roots);
  const source: RunbookSource = { files, glossary, templates, project, foreignPath };
  return parseRunbook(source);
}

async function glossaryOf(root: string): Promise<SourceFile | null> {
  const name = join(root, 'glossary.yaml');
  try {
    return { name, text: await readFile(name, 'utf8') };
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

async function textsOf(
  directory: string,
  suffix: string,
  required: boolean,
): Promise<readonly (SourceFile & { readonly base: string })[]> {
  let entries;
  try {
    entries = await readdir(directory, { withFileTypes: true, recursive: true });
  } catch (error) {
    if (!required && isAbsent(error)) return [];
    throw error;
  }
  const names = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(suffix))
    .map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    names.sort().map(async (name) => {
      const base = name.slice(join(directory, sep).length).replaceAll(sep, '/');
      return { base, name, text: await readFile(name, 'utf8') };
    }),
  );
}
