/** JSON documents of commands against the shapes that are published for programs which read them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ROOT } from './cli.js';

const schemas = new Map<string, z.ZodType>();
const kindSchema = z.object({ kind: z.string().regex(/^[a-z-]+$/) });

/** The schema of a kind of document, from the file that programs are given. */
function publishedSchema(kind: string): z.ZodType {
  const known = schemas.get(kind);
  if (known !== undefined) return known;
  const text = readFileSync(join(ROOT, 'assets', 'schema', `out-${kind}.json`), 'utf8');
  const made = z.fromJSONSchema(JSON.parse(text));
  schemas.set(kind, made);
  return made;
}

/** Every place where a document is not as published; null when it is. @throws Error when it is no document of ours */
export function misfits(text: string): string | null {
  const document: unknown = JSON.parse(text);
  const { kind } = kindSchema.parse(document);
  const { error } = publishedSchema(kind).safeParse(document);
  return error === undefined ? null : `${kind}:\n${z.prettifyError(error)}`;
}

/** For whoever runs commands for others. @throws Error with every place where a document is not as published */
export function conforms(text: string): void {
  const wrong = misfits(text);
  if (wrong !== null) throw new Error(wrong);
}
