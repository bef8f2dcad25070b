/** Reads the files of assets/symptoms: ours, with those of a person's own pack laid over them. */
import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Runbook } from '../runbook/types.js';
import { parseSymptoms, type ParsedSymptoms } from './parse.js';

/**
 * Loads and checks the catalogue of symptoms.
 * @param directories laid out like assets/: ours first, then a person's pack, whose files replace ours of the same name
 * @throws NodeJS.ErrnoException when a file cannot be read; a directory without symptoms is none
 */
export async function loadSymptoms(
  directories: readonly string[],
  runbook: Runbook,
): Promise<ParsedSymptoms> {
  const files = new Map<string, string>();
  for (const directory of directories) {
    const folder = join(directory, 'symptoms');
    // A track of its own is another lab: the steps and gates that our symptoms speak of are not there.
    if (await isThere(join(directory, 'runbook', 'track.yaml'))) files.clear();
    for (const name of await namesIn(folder)) files.set(name, join(folder, name));
  }
  let texts = await Promise.all(
    [...files.values()].map(async (name) => ({ name, text: await readFile(name, 'utf8') })),
  );
  const ours = join(directories[0] ?? '', 'symptoms');
  for (;;) {
    const parsed = parseSymptoms(texts, runbook);
    const wrong = new Set(parsed.diagnostics.flatMap(({ place }) => place?.file ?? []));
    // What a pack has changed our symptoms cannot speak of: those that do are left out, and what refers to them.
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
