/** Pieces that our JSON documents share: what stands here stays, what is new is added. */
import { z } from 'zod';
import { VERDICTS, type Standing } from '../../gates/types.js';
import { HOST_NAMES } from '../../lab/types.js';
import { SCHEMA_VERSION } from './document.js';

export const version = z.literal(SCHEMA_VERSION);
export const text = z.object({ id: z.string(), en: z.string() }).describe('a sentence in both languages');
export const instant = z.iso.datetime();
export const host = z.enum(HOST_NAMES);
export const place = z.enum([...HOST_NAMES, 'operator']);
export const subject = z.enum([...HOST_NAMES, 'operator', 'lab']);
export const verdict = z.enum(VERDICTS);
export const standing = z.enum([
  ...VERDICTS,
  'stale',
  'never',
  'running',
] as const satisfies readonly Standing[]);
export const tool = z.object({ name: z.literal('threebody-tui'), version: z.string() });
export const lab = z.object({ name: z.string(), file: z.string().nullable(), practice: z.boolean() });

export const evidence = z.object({
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

/** What counts of every gate together. */
export const summary = z.record(verdict, z.number().int()).describe('how many gates stand so');
export const gates = z.array(checkedGate);
/** How a call ended, as its exit status says it. */
export const exit = z
  .union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)])
  .describe('0 all green, 1 something fails, 2 usage or lab file wrong, 3 something could not be checked');
export const jobEnd = z
  .looseObject({ kind: z.enum(['exited', 'timed-out', 'flooded', 'cancelled', 'lost']) })
  .describe('exited: `exit` is its status; cancelled: `left` is what still ran; lost: `reason` says why');
export const trouble = z
  .object({ code: z.string(), what: text, remedy: text, where: z.string().nullable() })
  .describe('what happened, what to do now, and where');

/** A fault, wherever it is listed. */
export const faultAbout = {
  id: z.string(),
  layer: z.string(),
  title: text,
  breaks: text,
  metBy: z.array(z.string()).describe('steps: it shows only when one of them is run; empty: by itself'),
};
