/**
 * The shape of assets/symptoms/*.yaml, as zod schemas. The JSON Schema for editors is made from these.
 * Probes, conditions and actions are the runbook's own; what is added is how a symptom is recognised and walked through.
 */
import { z } from 'zod';
import { HOST_NAMES } from '../lab/types.js';
import { actionSchema, conditionSchema, probeSchema } from '../runbook/schema.js';

export const say = z
  .strictObject({ id: z.string().min(1), en: z.string().min(1) })
  .describe('The same sentence in Indonesian and English.');
export const slug = z.string().regex(/^[a-z][a-z0-9-]*$/, 'lower-case words joined by hyphens');
export const symptomId = z.string().regex(/^S[0-9]{2}$/, 'a symptom id is S and two digits, like S49');
const trap = z.string().regex(/^T[0-9]{2}$/);
export const stepId = z.string().regex(/^[A-Z][0-9]{0,2}[a-z]?$/);
const gateId = z
  .string()
  .regex(/^[A-Z][0-9]{0,2}[a-z]?\.[a-z][a-z0-9-]*$/, 'a gate is STEP.name, like R3.api');
export const host = z.enum(HOST_NAMES);

/** Where the lab can be broken, lowest first: what is broken below explains what is red above. */
export const LAYERS = [
  'host',
  'system',
  'docker',
  'harbor',
  'kubernetes',
  'application',
  'edge',
  'delivery',
  'monitoring',
] as const;
export type Layer = (typeof LAYERS)[number];

/** What an observation can come from. docs of each: the table in the authoring guide. */
export const SOURCES = [
  'ssh',
  'host',
  'unit',
  'journal',
  'docker',
  'log',
  'node',
  'pod',
  'container',
  'event',
  'workload',
  'service',
  'volume',
  'http',
  'gate',
  'job',
  'pasted',
] as const;
export type Source = (typeof SOURCES)[number];

const scalar = z.union([z.string(), z.number(), z.boolean()]);
/** What one field of an observation must be like. A plain value means: equal to it. */
export const fieldMatcherSchema = z.union([
  scalar,
  z.strictObject({
    matches: z
      .string()
      .min(1)
      .optional()
      .describe('regular expression, no difference between capitals and small letters'),
    'one-of': z.array(scalar).min(1).optional(),
    not: scalar.optional(),
    min: z.number().optional(),
    max: z.number().optional(),
    exists: z.boolean().optional(),
  }),
]);
export type FieldMatcher = z.infer<typeof fieldMatcherSchema>;

const pattern = {
  sources: z.array(z.enum(SOURCES)).min(1).optional().describe('default: any'),
  places: z
    .array(z.enum([...HOST_NAMES, 'operator', 'cluster']))
    .min(1)
    .optional()
    .describe('default: any'),
  object: z.string().min(1).optional().describe('regular expression on the name of what was seen'),
  text: z
    .string()
    .min(1)
    .optional()
    .describe(
      'regular expression, no difference between capitals and small letters; looked for in each line',
    ),
  fields: z.record(z.string(), fieldMatcherSchema).optional(),
};
/** Which observations are meant. All that is written must hold. */
export const patternSchema = z.strictObject(pattern);
export type Pattern = z.infer<typeof patternSchema>;

/** An observation as written in an example: a line of text, or with more around it. */
export const exampleSchema = z.union([
  z.string().min(1),
  z.strictObject({
    source: z.enum(SOURCES).optional(),
    place: z.enum([...HOST_NAMES, 'operator', 'cluster']).optional(),
    object: z.string().optional(),
    text: z.string().default(''),
    fields: z.record(z.string(), scalar).default({}),
  }),
]);
export type Example = z.infer<typeof exampleSchema>;

export const signatureSchema = z.strictObject({
  ...pattern,
  hints: slug.optional().describe('the cause that this evidence speaks for: its checks come first'),
  examples: z.array(exampleSchema).min(2).describe('real messages that match, of different program versions'),
  'near-misses': z.array(exampleSchema).min(2).describe('messages that look alike and must not match'),
});
export type SignatureSource = z.infer<typeof signatureSchema>;

/** When what was seen is meant to be so. */
export const normalSchema = z.strictObject({
  when: patternSchema.describe('the evidence that is left out'),
  present: z.array(patternSchema).default([]).describe('only if each of these is among the observations'),
  absent: z.array(patternSchema).default([]).describe('only if none of these is among the observations'),
  say,
});

const explainSchema = z.union([
  symptomId,
  z.strictObject({
    symptom: symptomId,
    at: z.array(host).min(1).optional().describe('only when this symptom is seen at one of these hosts'),
    'same-place': z.literal(true).optional().describe('only what is seen at the same place'),
  }),
]);

export const causeSchema = z.strictObject({
  id: slug,
  say: say.describe('one sentence: what is broken'),
  symptom: symptomId.optional().describe('the same break seen further down: go on there'),
  traps: z.array(trap).default([]),
});
export type CauseSource = z.infer<typeof causeSchema>;

const outcomeSchema = z.strictObject({
  when: conditionSchema
    .optional()
    .describe('the first outcome whose condition holds wins; the last one has none'),
  proves: slug.optional().describe('the cause that is proved by this'),
  'rules-out': z.array(slug).default([]),
  next: slug.optional().describe('the check that this makes the next one'),
  unclear: z.literal(true).optional().describe('says nothing about any cause'),
  say: say.describe('what it means; {{seen}} is what was printed'),
});

export const checkSchema = z.strictObject({
  id: slug,
  say: say.describe('the question that it answers'),
  on: host
    .optional()
    .describe(
      'where a command runs; http, tcp and dns are asked from the operator, and it is what {{host.…}} means in them',
    ),
  follows: z
    .literal(true)
    .optional()
    .describe('runs where the evidence was seen when that is a host, else at `on`'),
  probe: probeSchema,
  'some-suffice': z
    .literal(true)
    .optional()
    .describe('of a compare: places that do not answer are left out, as long as one of them does'),
  expected: say.describe('what a healthy lab answers'),
  outcomes: z.array(outcomeSchema).min(2),
});
export type CheckSource = z.infer<typeof checkSchema>;

/** What a fix's script shares with an action of the runbook. */
const scriptKeys = actionSchema.pick({
  as: true,
  files: true,
  satisfied: true,
  explain: true,
  undo: true,
  'undo-destroys': true,
  restores: true,
  timeout: true,
  reconnect: true,
}).shape;
const rerun = z
  .string()
  .regex(/^[A-Z][0-9]{0,2}[a-z]?\/[a-z][a-z0-9-]*$/, 'an action is STEP/action, like C3/hosts-toml');
export const fixSchema = z.strictObject({
  id: slug,
  for: z.array(slug).min(1).describe('causes that it mends'),
  say: say.describe('one sentence: what it does'),
  hosts: z
    .array(host)
    .min(1)
    .optional()
    .describe('where it runs; with `step`, default: the hosts of the action'),
  follows: z
    .literal(true)
    .optional()
    .describe('only where the evidence was seen, when that is one of `hosts`'),
  steps: z
    .array(rerun)
    .min(1)
    .optional()
    .describe('actions of the runbook that are done again, in this order'),
  script: z
    .string()
    .min(1)
    .optional()
    .describe('bash with the prelude, errexit, nounset, pipefail; re-runnable'),
  'by-hand': say.optional().describe('what only a person can do: a VM that is off, a page of GitLab'),
  risk: z.enum(['safe', 'config', 'destroys']).optional().describe('of a script; that of a step is its own'),
  ...scriptKeys,
  gates: z.array(gateId).default([]).describe('asked again afterwards, besides those that were red'),
  wait: z
    .number()
    .int()
    .min(0)
    .max(900)
    .default(60)
    .describe('seconds that the gates may take to become green'),
});
export type FixSource = z.infer<typeof fixSchema>;

export const symptomSchema = z.strictObject({
  id: symptomId,
  layer: z.enum(LAYERS),
  title: say,
  sees: say.describe('what a person sees'),
  why: say.describe('why this happens, for a learner'),
  runbook: z.string().optional().describe("the runbook's own words on it"),
  signatures: z.array(signatureSchema).min(1),
  normal: z.array(normalSchema).default([]),
  explains: z.array(explainSchema).default([]).describe('what is folded below this one when both are seen'),
  causes: z.array(causeSchema).min(1).describe('most likely first'),
  checks: z
    .array(checkSchema)
    .min(1)
    .describe('in the order in which they are asked when nothing else is said'),
  fixes: z.array(fixSchema).default([]),
  steps: z.array(stepId).default([]).describe('steps of the runbook worth reading'),
  gates: z.array(gateId).default([]).describe('gates that are red with this symptom'),
  traps: z.array(trap).default([]),
  terms: z.array(slug).default([]).describe('glossary terms'),
});
export type SymptomSource = z.infer<typeof symptomSchema>;
