/** Reads assets/smoke.yaml, diary.yaml and expiry.yaml: ours, or a person's own pack's in their place. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import type { Diagnostic } from '../lab/types.js';
import { readYaml } from '../lab/yaml.js';
import type { Runbook } from '../runbook/types.js';
import { checkChecklist } from './checklist.js';
import { diarySchema, type DiaryContent } from './diary-schema.js';
import { calendarSchema, type Calendar } from './expiry-schema.js';
import { checklistSchema, type Checklist } from './schema.js';

export interface Loaded<T> {
  readonly value: T | null;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * The checklist of the smoke test.
 * @param directories laid out like assets/: ours first, then a person's pack
 * @param runbook what gates are looked up in; a pack that changes the runbook and brings no checklist leaves gates out of ours
 * @throws NodeJS.ErrnoException when a file cannot be read
 */
export async function loadChecklist(
  directories: readonly string[],
  runbook: Runbook,
): Promise<Loaded<Checklist>> {
  const { text, name, directory } = await lastOf(directories, 'smoke.yaml');
  const { value, diagnostics, placeOf } = readYaml(text, name, checklistSchema);
  if (value === null || directory !== directories.at(-1)) return { value, diagnostics };
  const wrong = checkChecklist(value, runbook, placeOf);
  return wrong.length > 0 ? { value: null, diagnostics: wrong } : { value, diagnostics };
}

/** What the reboot diary writes down. @throws NodeJS.ErrnoException */
export function loadDiary(directories: readonly string[]): Promise<Loaded<DiaryContent>> {
  return load(directories, 'diary.yaml', diarySchema);
}

/** What expires, and when. @throws NodeJS.ErrnoException */
export function loadCalendar(directories: readonly string[]): Promise<Loaded<Calendar>> {
  return load(directories, 'expiry.yaml', calendarSchema);
}

async function load<T>(
  directories: readonly string[],
  file: string,
  schema: z.ZodType<T>,
): Promise<Loaded<T>> {
  const { text, name } = await lastOf(directories, file);
  const { value, diagnostics } = readYaml(text, name, schema);
  return { value, diagnostics };
}

async function lastOf(
  directories: readonly string[],
  file: string,
): Promise<{ readonly text: string; readonly name: string; readonly directory: string }> {
  for (const directory of directories.toReversed()) {
    const name = join(directory, file);
    try {
      return { text: await readFile(name, 'utf8'), name, directory };
    } catch (error) {
      const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      if (!absent || directory === directories[0]) throw error;
    }
  }
  throw new RangeError('no directory of content was given');
}
