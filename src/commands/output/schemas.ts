/** The shapes of our JSON documents, published in assets/schema/: what stands here stays, what is new is added. */
import { z } from 'zod';
import { manifestSchema } from '../../services/bundle/format.js';
import {
  evidence,
  exit,
  gates,
  host,
  instant,
  jobEnd,
  lab,
  standing,
  subject,
  summary,
  text,
  tool,
  verdict,
  version,
} from './schema-parts.js';

/** `check --json` */
export const checkDocument = z.object({
  schemaVersion: version,
  kind: z.literal('check'),
  tool,
  lab,
  startedAt: instant,
  finishedAt: instant,
  attempts: z.number().int(),
  exit,
  summary,
  gates,
});

/** One line of `check --watch --json`. */
export const watchLine = z.discriminatedUnion('kind', [
  z.object({
    schemaVersion: version,
    kind: z.literal('watch-gate'),
    at: instant,
    key: z.string(),
    gate: z.string(),
    subject,
    from: standing.nullable().describe('null: seen for the first time'),
    verdict: standing,
    say: text,
    symptom: z.string().nullable(),
  }),
  z.object({
    schemaVersion: version,
    kind: z.literal('watch-host'),
    at: instant,
    host,
    up: z.boolean(),
    say: text.nullable().describe('why it is down'),
  }),
]);

/** `report --json` */
export const reportDocument = z.object({
  schemaVersion: version,
  kind: z.literal('report'),
  tool,
  lab,
  hosts: z.array(z.object({ name: host, address: z.string() })),
  writtenAt: instant,
  writtenBy: z.string(),
  gates: z.array(
    z.object({
      key: z.string(),
      title: text,
      standing,
      say: text.nullable(),
      judgedAt: instant.nullable(),
      waiver: z.looseObject({ reason: z.string(), by: z.string(), until: z.iso.date() }).nullable(),
      verdict: verdict.nullable(),
      symptom: z.string().nullable(),
      evidence: z.array(evidence),
    }),
  ),
  symptoms: z.array(
    z.object({
      id: z.string(),
      title: text,
      gates: z.array(z.string()),
      firstSeen: instant.nullable(),
      lastSeen: instant.nullable(),
      open: z.boolean(),
      fixes: z.array(
        z.object({ fix: z.string(), host: z.string(), end: jobEnd, by: z.string(), at: instant }),
      ),
    }),
  ),
  journal: z.array(z.looseObject({ kind: z.string(), at: z.number() })),
  damagedJournalLines: z.number().int(),
});

/** `bundle --json` */
export const bundleDocument = z.object({
  schemaVersion: version,
  kind: z.literal('bundle'),
  path: z.string(),
  bytes: z.number().int(),
  manifest: manifestSchema.describe('manifest.json in the archive'),
});
