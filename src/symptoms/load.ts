/** Reads the files of assets/symptoms and assets/faults: ours, with those of a person's own pack laid over them. */
import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Diagnostic } from '../lab/types.js';
import type { SourceText } from '../runbook/steps.js';
import type { Runbook } from '../runbook/types.js';
import { parseFaults, type ParsedFaults } from './fault-parse.js';
import { parseSymptoms, type ParsedSymptoms } from './parse.js';
import type { Catalogue } from './types.js';

/**
 * Loads and checks the catalogue of symptoms.
 * @param directories laid out like assets/: ours first, then a person's pack, whose files replace ours of the same name
 * @throws NodeJS.ErrnoException when a file cannot be read; a directory without symptoms is none
 */
export async function loadSymptoms(
  directories: readonly string[],
  runbook: Runbook,
): Promise<ParsedSymptoms> {
  return withoutWrongOfOurs(directories, 'symptoms', (texts) => parseSymptoms(texts, runbook));
}

/**
 * Loads and checks the faults.
 * @param directories laid out like assets/: ours first, then a person's pack, whose files replace ours of the same name
 * @param catalogue the symptoms of the same directories
 * @throws NodeJS.ErrnoException when a file cannot be read; a directory without faults has none
 */
export async function loadFaults(
  directories: readonly string[],
  runbook: Runbook,
  catalogue: Catalogue,
): Promise<ParsedFaults> {
  return withoutWrongOfOurs(directories, 'faults', (texts) => parseFaults(texts, runbook, catalogue));
}

/** What a pack has changed ours cannot speak of: those that do are left out, and what refers to them. */
async function withoutWrongOfOurs<Parsed extends { readonly diagnostics: readonly Diagnostic[] }>(
  directories: readonly string[],
  kind: 'symptoms' | 'faults',
  parse: (texts: readonly SourceText[]) => Parsed,
): Promise<Parsed> {
  const files = new Map<string, string>();
  for (const directory of directories) {
    const folder = join(directory, kind);
    // A track of its own is another lab: the steps and gates that ours speak of are not there.
    if (await isThere(join(directory, 'runbook', 'track.yaml'))) files.clear();
    for (const name of await namesIn(folder)) files.set(name, join(folder, name));
  }
  let texts = await Promise.all(
    [...files.values()].map(async (name) => ({ name, text: await readFile(name, 'utf8') })),
  );
  const ours = join(directories[0] ?? '', kind);
  for (;;) {
    const parsed = parse(texts);
    const wrong = new Set(parsed.diagnostics.flatMap(({ place }) => place?.file ?? []));
    const left = texts.filter(({ name }) => !(name.startsWith(ours) && wrong.has(name)));
    if (directories.length === 1 || left.length === texts.length) return parsed;
    texts = left;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith('.yaml')).toSorted();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
