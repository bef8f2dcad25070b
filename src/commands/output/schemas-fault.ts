/** The shape of what `fault --json` prints. */
import { z } from 'zod';
import { exit, faultAbout, host, instant, lab, text, tool, trouble, version } from './schema-parts.js';

export const faultDocument = z.object({
  schemaVersion: version,
  kind: z.literal('fault'),
  tool,
  lab,
  at: instant,
  exit,
  can: z
    .array(
      z.object({
        ...faultAbout,
        actions: z.array(z.object({ on: host, say: text })),
      }),
    )
    .describe('what this lab can be given over SSH'),
  broken: z
    .array(
      z.object({ fault: z.string().nullable().describe('null: a drill, which is not told'), at: instant }),
    )
    .describe('what is in force, the oldest first'),
  done: z
    .object({
      act: z.enum(['break', 'heal']),
      fault: z.string(),
      done: z.boolean(),
      trouble: trouble.nullable(),
      found: z
        .object({ symptom: z.string(), title: text, cause: text })
        .nullable()
        .describe('after healing: what it is found as, where that is known'),
    })
    .nullable()
    .describe('what was done in this call'),
});
