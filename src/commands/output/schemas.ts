/** The shapes of our JSON documents, published in assets/schema/: what stands here stays, what is new is added. */
import { z } from 'zod';
import { manifestSchema } from '../../services/bundle/format.js';
import { VERDICTS, type Standing } from '../../gates/types.js';
import { HOST_NAMES } from '../../lab/types.js';
import { SCHEMA_VERSION } from './document.js';

const version = z.literal(SCHEMA_VERSION);
const text = z.object({ id: z.string(), en: z.string() }).describe('a sentence in both languages');
const instant = z.iso.datetime();
const place = z.enum([...HOST_NAMES, 'operator']);
const subject = z.enum([...HOST_NAMES, 'operator', 'lab']);
const verdict = z.enum(VERDICTS);
const standing = z.enum([...VERDICTS, 'stale', 'never', 'running'] as const satisfies readonly Standing[]);
const tool = z.object({ name: z.literal('threebody-tui'), version: z.string() });
const lab = z.object({ name: z.string(), file: z.string().nullable(), practice: z.boolean() });

const evidence = z.object({
  place,
  asked: z.string(),
  exit: z.number().nullable(),
  excerpt: z.string(),
  startedAt: instant,
  durationMs: z.number(),
});

const checkedGate = z.object({
  key: z.string().describe('<step>.<gate>@<subject>'),
  gate: z.string(),
  step: z.string(),
  subject,
  title: text,
  verdict: standing.describe('what counts: with waivers'),
  judged: verdict.describe('what was seen: without waivers'),
  say: text,
  hints: z.array(text),
  symptom: z.string().nullable(),
  blockedBy: z.array(z.string()),
  waiver: z.object({ reason: z.string(), by: z.string(), until: z.iso.date(), madeAt: instant }).nullable(),
  judgedAt: instant,
  evidence: z.array(evidence),
});

/** `check --json` */
export const checkDocument = z.object({
  schemaVersion: version,
  kind: z.literal('check'),
  tool,
  lab,
  startedAt: instant,
  finishedAt: instant,
  attempts: z.number().int(),
  exit: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]),
  summary: z.record(verdict, z.number().int()),
  gates: z.array(checkedGate),
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
    host: z.enum(HOST_NAMES),
    up: z.boolean(),
    say: text.nullable().describe('why it is down'),
  }),
]);

const end = z.looseObject({ kind: z.enum(['exited', 'timed-out', 'flooded', 'cancelled', 'lost']) });

/** `report --json` */
export const reportDocument = z.object({
  schemaVersion: version,
  kind: z.literal('report'),
  tool,
  lab,
  hosts: z.array(z.object({ name: z.enum(HOST_NAMES), address: z.string() })),
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
      fixes: z.array(z.object({ fix: z.string(), host: z.string(), end, by: z.string(), at: instant })),
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
