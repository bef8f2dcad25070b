/** What the program keeps of a person's habits between two starts, for all labs: the language, for now. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LANGUAGES, type Language } from '../../lab/types.js';
import { PRIVATE_FILE, replaceFile } from './atomic.js';

export interface Preferences {
  readonly language: Language | null;
}

function preferencesFile(stateRoot: string): string {
  return join(stateRoot, 'preferences.json');
}

function languageIn(data: unknown): Language | null {
  if (typeof data !== 'object' || data === null || !('language' in data)) return null;
  return LANGUAGES.find((one) => one === data.language) ?? null;
}

/**
 * What was kept; nothing when there is no such file, or when it cannot be read or understood: a habit is not worth an error.
 * @param stateRoot absolute path of the directory under which labs have their state
 */
export async function readPreferences(stateRoot: string): Promise<Preferences> {
  try {
    return { language: languageIn(JSON.parse(await readFile(preferencesFile(stateRoot), 'utf8'))) };
  } catch {
    return { language: null };
  }
}

/**
 * Replaces what was kept; the file is for its owner only.
 * @throws Trouble `file-not-written`
 */
export async function writePreferences(stateRoot: string, preferences: Preferences): Promise<void> {
  await replaceFile(preferencesFile(stateRoot), `${JSON.stringify(preferences)}\n`, PRIVATE_FILE);
}
