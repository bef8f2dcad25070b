/**
 * `npm run schema`: writes the JSON Schemas of what is below assets/ (runbook, symptoms, faults, glossary …) for editors,
 * and those of the JSON documents that commands print (out-*.json) for programs that read them.
 * `jsonSchemas` is what test/unit compares the written files with.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { DOCUMENTS } from '../src/commands/output/documents.js';
import { watchLine } from '../src/commands/output/schemas.js';
import { pathSchema } from '../src/runbook/path-schema.js';
import { glossarySchema, phaseSchema, stepSchema, trackSchema } from '../src/runbook/schema.js';
import { diarySchema } from '../src/smoke/diary-schema.js';
import { calendarSchema } from '../src/smoke/expiry-schema.js';
import { checklistSchema } from '../src/smoke/schema.js';
import { faultSchema } from '../src/symptoms/fault-schema.js';
import { symptomSchema } from '../src/symptoms/schema.js';

const SOURCES: Readonly<Record<string, z.ZodType>> = {
  path: pathSchema,
  track: trackSchema,
  phase: phaseSchema,
  step: stepSchema,
  glossary: glossarySchema,
  symptom: symptomSchema,
  fault: faultSchema,
  smoke: checklistSchema,
  diary: diarySchema,
  expiry: calendarSchema,
  'out-watch': watchLine,
  ...Object.fromEntries(Object.entries(DOCUMENTS).map(([kind, schema]) => [`out-${kind}`, schema] as const)),
};

/** File name below assets/schema → its text, as prettier leaves it. */
export function jsonSchemas(): Readonly<Record<string, string>> {
  const entries = Object.entries(SOURCES).map(([name, schema]) => {
    const json = z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12', reused: 'ref' });
    return [`${name}.json`, `${JSON.stringify(json, null, 2)}\n`] as const;
  });
  return Object.fromEntries(entries);
}

async function write(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  const files = Object.entries(jsonSchemas());
  await Promise.all(files.map(([name, text]) => writeFile(join(directory, name), text)));
}

if (import.meta.main) await write(join(import.meta.dirname, '..', 'assets', 'schema'));
