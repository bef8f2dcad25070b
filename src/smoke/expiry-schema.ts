/** The shape of assets/expiry.yaml: what runs out, and what renews it. */
import { z } from 'zod';
import { HOST_NAMES } from '../lab/types.js';
import { say, slug } from '../runbook/schema.js';

const renewSchema = z.strictObject({
  step: z.string().optional(),
  command: z.string().optional(),
  say,
});
const entry = {
  id: slug,
  title: say,
  about: say.optional(),
  on: z.array(z.enum(HOST_NAMES)).min(1),
  read: z.string().min(1),
  warn: z.number().int().min(0).max(730).describe('days before the end from which it is told'),
  renew: renewSchema,
};
const datedSchema = z.strictObject({
  ...entry,
  harmless: say.optional().describe('why its end hurts nothing; then it is told and counts for nothing'),
});
const supportedSchema = z.strictObject({
  ...entry,
  source: z.url(),
  last: z
    .record(z.string(), z.iso.date().nullable())
    .describe('version → last day of support, null: not announced'),
});
export const calendarSchema = z.strictObject({
  asOf: z.iso.date().describe('when the tables were looked up'),
  dates: z.array(datedSchema),
  ends: z.array(supportedSchema),
});
export type Calendar = z.infer<typeof calendarSchema>;
export type Dated = z.infer<typeof datedSchema>;
export type Supported = z.infer<typeof supportedSchema>;
export type Renewal = z.infer<typeof renewSchema>;
