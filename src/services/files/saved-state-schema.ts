/** Shapes of what is kept between two runs, for reading it back with suspicion. */
import { z } from 'zod';
import { VERDICTS, type GateResult, type Waiver } from '../../gates/types.js';
import { HOST_NAMES, LANGUAGES, type Language, type Text } from '../../lab/types.js';
import type { SavedState } from '../ports.js';

const PLACES = [...HOST_NAMES, 'operator'] as const;
const SUBJECTS = [...PLACES, 'lab'] as const;

export const hostSchema = z.enum(HOST_NAMES);
export const variantSchema = z.enum(['ours', 'runbook']);
export const textSchema: z.ZodType<Text> = z.record(
  z.enum(LANGUAGES satisfies readonly Language[]),
  z.string(),
);
const keySchema = z.templateLiteral([z.string().min(1), '@', z.enum(SUBJECTS)]);
/** Milliseconds since the epoch. */
export const instantSchema = z.number().nonnegative();

const evidenceSchema = z.object({
  place: z.enum(PLACES),
  asked: z.string(),
  exit: z.number().nullable(),
  excerpt: z.string(),
  startedAt: instantSchema,
  durationMs: z.number(),
});
export const gateResultSchema: z.ZodType<GateResult> = z.object({
  gate: z.string().min(1),
  subject: z.enum(SUBJECTS),
  verdict: z.enum(VERDICTS).exclude(['waived']),
  say: textSchema,
  hints: z.array(textSchema),
  symptom: z.string().nullable(),
  evidence: z.array(evidenceSchema),
  blockedBy: z.array(keySchema),
  judgedAt: instantSchema,
});
export const waiverSchema: z.ZodType<Waiver> = z.object({
  key: keySchema,
  reason: z.string(),
  by: z.string(),
  until: z.iso.date(),
  madeAt: instantSchema,
});

export const STATE_VERSION = 1;
export const savedStateSchema: z.ZodType<SavedState> = z.object({
  version: z.literal(STATE_VERSION),
  results: z.array(gateResultSchema),
  waivers: z.array(waiverSchema),
  variants: z.record(z.string(), variantSchema),
  cursor: z.object({ phase: z.string(), step: z.string().nullable() }).nullable(),
});
