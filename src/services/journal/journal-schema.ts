/** The shape of one journal line, for reading it back with suspicion. */
import { z } from 'zod';
import {
  gateResultSchema,
  hostSchema,
  instantSchema,
  textSchema,
  variantSchema,
  waiverSchema,
} from '../files/saved-state-schema.js';
import type { JobEnd, JournalEntry } from '../ports.js';

const jobEndSchema: z.ZodType<JobEnd> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('exited'), exit: z.number().int() }),
  z.object({ kind: z.literal('timed-out') }),
  z.object({ kind: z.literal('flooded') }),
  z.object({ kind: z.literal('cancelled'), left: z.string() }),
  z.object({ kind: z.literal('lost'), reason: z.enum(['rebooted', 'killed']) }),
]);

const what = {
  at: instantSchema,
  by: z.string(),
  host: hostSchema,
  step: z.string().min(1),
  action: z.string().min(1),
};

export const journalEntrySchema: z.ZodType<JournalEntry> = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('job'),
    ...what,
    variant: variantSchema,
    purpose: z.enum(['run', 'undo']),
    job: z.string().min(1),
    scriptHash: z.string(),
    startedAt: instantSchema,
    endedAt: instantSchema,
    end: jobEndSchema,
    outputTail: z.string(),
  }),
  z.object({ kind: z.literal('satisfied'), ...what }),
  z.object({ kind: z.literal('gate'), at: instantSchema, result: gateResultSchema }),
  z.object({
    kind: z.literal('waiver'),
    at: instantSchema,
    waiver: waiverSchema,
    withdrawn: z.boolean(),
  }),
  z.object({
    kind: z.literal('act'),
    at: instantSchema,
    by: z.string(),
    host: hostSchema.nullable(),
    act: z.string().min(1),
    about: z.string(),
    say: textSchema,
    endedAt: instantSchema,
    trouble: textSchema.nullable(),
  }),
]);
