/** The shape of assets/smoke.yaml: the checklist after a restart, as an order of gates that the runbook already has. */
import { z } from 'zod';
import { HOST_NAMES } from '../lab/types.js';
import { say, slug } from '../runbook/schema.js';

const host = z.enum(HOST_NAMES);
const seconds = z.number().int().min(1).max(7200);
const gate = z
  .string()
  .regex(/^[A-Z][0-9]{0,2}[a-z]?\.[a-z0-9-]+$/, 'a gate is named by step and gate, like R2.docker');
const pattern = z.string().refine(isPattern, 'not a regular expression');

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'm') instanceof RegExp;
  } catch {
    return false;
  }
}

const partSchema = z.strictObject({
  id: slug,
  title: say,
  steps: z
    .array(z.string())
    .min(1)
    .describe('steps that make it; one that was done from here proves the part'),
  on: host,
  there: z.string().min(1).describe('ends with 0 when the host has it; run as root'),
});
const checksSchema = z.strictObject({
  part: slug.optional().describe('only when this part of the lab is there'),
  with: z.array(slug).default([]).describe('… and these as well'),
  steady: z.array(gate).default([]).describe('what does not get better by waiting'),
  rising: z.array(gate).default([]).describe('what comes up by itself'),
  pace: seconds.optional().describe('seconds between two askings of the same gate'),
});
const stageSchema = z.strictObject({
  id: slug,
  title: say,
  hosts: z.array(host).min(1),
  settles: seconds.describe(
    'seconds after the boot of the youngest host in which a red one may be on its way',
  ),
  checks: z.array(checksSchema).min(1),
});
export const checklistSchema = z.strictObject({
  boot: z.string().min(1),
  arrives: seconds,
  lingers: seconds,
  starting: z.array(pattern).min(1),
  over: z.array(pattern).min(1),
  parts: z.array(partSchema),
  stages: z.array(stageSchema).min(1),
});
export type Checklist = z.infer<typeof checklistSchema>;
export type Part = z.infer<typeof partSchema>;
export type Stage = z.infer<typeof stageSchema>;
