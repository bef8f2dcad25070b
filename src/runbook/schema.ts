/**
 * The shape of assets/runbook/*.yaml, as zod schemas. The JSON Schema for editors is made from these.
 * Everything a teacher can write is here; what it becomes after checking is in types.ts.
 */
import { z } from 'zod';
import { HOST_NAMES } from '../lab/types.js';
import { bilingual } from '../lab/yaml.js';
import { fileSchema, parameterName } from './file-schema.js';

export const say = z
  .strictObject({ id: z.string().min(1), en: z.string().min(1) })
  .describe('The same sentence in Indonesian and English.');
const hostName = z.enum(HOST_NAMES);
export const place = z.enum([...HOST_NAMES, 'operator']);
const stepId = z.string().regex(/^[A-Z][0-9]{0,2}[a-z]?$/, 'a step id is a letter and a number, like A2');
export const slug = z.string().regex(/^[a-z][a-z0-9-]*$/, 'lower-case words joined by hyphens');
const seconds = z.number().int().min(1).max(14_400);
const trap = z.string().regex(/^T[0-9]{2}$/);
const symptom = z.string().regex(/^S[0-9]{2}$/);

/** What one text or number must be like. Several keys in one matcher must all hold. */
export const valueMatcherSchema = z.strictObject({
  is: z.union([z.string(), z.number()]).optional().describe('equal, after trimming white space at both ends'),
  contains: z.string().optional(),
  matches: z.string().optional().describe('a JavaScript regular expression, multi-line mode'),
  'one-of': z
    .array(z.union([z.string(), z.number()]))
    .min(1)
    .optional(),
  line: z.string().optional().describe('one of the lines is exactly this, after trimming'),
  empty: z.boolean().optional(),
  number: z
    .strictObject({ min: z.number().optional(), max: z.number().optional() })
    .optional()
    .describe('the first number in the text lies in this range, both ends included'),
  json: z
    .strictObject({
      path: z.string(),
      is: z.union([z.string(), z.number(), z.boolean(), z.null()]).optional(),
      exists: z.boolean().optional(),
    })
    .optional()
    .describe('the text is JSON, and the value at this dotted path (a.b.0.c) is so'),
});
export type ValueMatcher = z.infer<typeof valueMatcherSchema>;

/** A condition over what a probe brought back. */
export interface Condition {
  exit?: number | number[] | undefined;
  stdout?: ValueMatcher | undefined;
  stderr?: ValueMatcher | undefined;
  'slower-than-ms'?: number | undefined;
  /** compare only: the condition holds at every place. */
  each?: Condition | undefined;
  /** compare only: the condition holds at one place at least. */
  some?: Condition | undefined;
  /** compare only: no two places answer the same (trimmed stdout). */
  distinct?: boolean | undefined;
  /** compare only: all places answer the same. */
  same?: boolean | undefined;
  /** compare only: numbers in stdout; the greatest distance from the median lies in this range. */
  spread?: { min?: number | undefined; max?: number | undefined } | undefined;
  /** Any network (CIDR, one a line of stdout, at any place) overlaps one of these. */
  overlaps?: string[] | undefined;
  all?: Condition[] | undefined;
  any?: Condition[] | undefined;
  not?: Condition | undefined;
}
export const conditionSchema: z.ZodType<Condition> = z.lazy(() =>
  z.strictObject({
    exit: z.union([z.number().int(), z.array(z.number().int()).min(1)]).optional(),
    stdout: valueMatcherSchema.optional(),
    stderr: valueMatcherSchema.optional(),
    'slower-than-ms': z.number().optional(),
    each: conditionSchema.optional(),
    some: conditionSchema.optional(),
    distinct: z.boolean().optional(),
    same: z.boolean().optional(),
    spread: z.strictObject({ min: z.number().optional(), max: z.number().optional() }).optional(),
    overlaps: z.array(z.string()).min(1).optional(),
    all: z.array(conditionSchema).min(1).optional(),
    any: z.array(conditionSchema).min(1).optional(),
    not: conditionSchema.optional(),
  }),
);

export const outcomeSchema = z.strictObject({
  when: conditionSchema
    .optional()
    .describe('the first outcome whose condition holds wins; the last one has none'),
  verdict: z.enum(['pass', 'warn', 'fail', 'unknown']),
  say: say
    .optional()
    .describe('may quote what was seen: {{seen}} is the trimmed stdout, {{seen.vm-k8s}} that of one place'),
  hints: z.array(say).optional().describe('mildest first; {{param.NAME}} is filled in'),
  symptom: symptom.optional(),
});
export type OutcomeSource = z.infer<typeof outcomeSchema>;

const commandProbe = z.strictObject({
  command: z.string().min(1).describe('bash; reads only, changes nothing; placeholders as in scripts'),
  as: z.enum(['root', 'user']).default('user'),
  timeout: seconds.default(15),
});
const httpProbe = z.strictObject({
  http: z.string().min(1),
  method: z.enum(['GET', 'HEAD']).default('GET'),
  insecure: z.boolean().default(false),
  timeout: seconds.default(10),
});
const tcpProbe = z.strictObject({
  tcp: z.string().min(1).describe('host:port, dialled from the operator'),
  timeout: seconds.default(5),
});
const dnsProbe = z.strictObject({
  dns: z.string().min(1).describe('name, resolved on the operator'),
  timeout: seconds.default(5),
});
const compareProbe = z.strictObject({
  compare: z.strictObject({
    command: z.string().min(1).optional().describe('asked on every host in `on`'),
    operator: z
      .enum(['routes', 'clock', 'hosts-file'])
      .optional()
      .describe(
        'what the operator adds: routed networks (one CIDR a line), seconds since the epoch, or its hosts file',
      ),
    on: z.array(place).min(2),
  }),
  as: z.enum(['root', 'user']).default('user'),
  timeout: seconds.default(15),
});
export const probeSchema = z.union([commandProbe, httpProbe, tcpProbe, dnsProbe, compareProbe]);
export type ProbeSource = z.infer<typeof probeSchema>;

export const gateSchema = z.strictObject({
  id: slug,
  title: say,
  probe: probeSchema,
  hosts: z
    .array(hostName)
    .min(1)
    .optional()
    .describe('default: the hosts of the step; a compare gate has one verdict for all'),
  needs: z
    .array(z.string())
    .default([])
    .describe('gates that must be green on the same host first: `name` in this step or `A2.name`'),
  fresh: seconds.default(900).describe('seconds after which a verdict is too old to count'),
  outcomes: z.array(outcomeSchema).min(2),
  runbook: z.string().optional().describe("the runbook's own check, when ours differs"),
  differs: say.optional(),
});
export type GateSource = z.infer<typeof gateSchema>;

export const actionSchema = z.strictObject({
  id: slug,
  say: say.describe('one sentence: the plan is the list of these'),
  risk: z.enum(['safe', 'config', 'destroys']),
  as: z.enum(['root', 'user']).default('root'),
  hosts: z.array(hostName).min(1).optional().describe('default: the hosts of the step'),
  files: z.array(fileSchema).default([]),
  satisfied: z.string().optional().describe('bash; exit 0 = nothing to do, say so and do not run'),
  script: z.string().min(1).describe('exactly what runs, bash with errexit, nounset, pipefail; re-runnable'),
  explain: z
    .array(z.strictObject({ part: z.string().min(1), id: z.string().min(1), en: z.string().min(1) }))
    .default([]),
  runbook: z.string().optional().describe("the runbook's own lines, when ours differ"),
  differs: say.optional().describe('why ours differs'),
  trap: z.array(trap).default([]),
  keep: z
    .string()
    .optional()
    .describe(
      "bash; runs before the runbook's own lines, and keeps what undo needs: tb_backup FILE, tb_remember …",
    ),
  undo: z.string().optional(),
  'undo-destroys': z
    .literal(true)
    .optional()
    .describe('the undo removes what cannot be brought back: a cluster, data; its name has to be typed'),
  restores: say.optional().describe('one sentence: what undo puts back'),
  timeout: seconds.default(600),
  reconnect: z.boolean().default(false).describe('the login must be made anew afterwards (group changes)'),
});
export type ActionSource = z.infer<typeof actionSchema>;

export const stepSchema = z.strictObject({
  id: stepId,
  title: say,
  hosts: z.array(hostName).min(1),
  needs: z.array(stepId).default([]),
  minutes: z.number().positive().optional().describe('how long it usually takes'),
  optional: z.boolean().default(false).describe('the lab is complete without it: `run --all` leaves it out'),
  why: say,
  effect: say,
  success: say,
  pitfalls: z
    .array(z.strictObject({ id: z.string().min(1), en: z.string().min(1), trap: trap.optional() }))
    .default([]),
  terms: z.array(slug).default([]).describe('glossary terms worth knowing here'),
  repeats: z
    .array(stepId)
    .default([])
    .describe(
      'steps whose actions and gates are done here too, on the hosts of this step, before its own; `systemd-cgroup` of C2 is then `c2-systemd-cgroup`',
    ),
  actions: z.array(actionSchema).default([]),
  gates: z.array(gateSchema).default([]),
});
export type StepSource = z.infer<typeof stepSchema>;

const stepFile = z
  .string()
  .regex(/^[a-z0-9-]+(?:\/[a-z0-9-]+)*\.yaml$/)
  .describe('a file with one step, beside this one, like b/b1.yaml');

export const phaseSchema = z.strictObject({
  id: z.string().regex(/^[A-Z]$/),
  title: say,
  about: say,
  hosts: z.array(hostName).min(1),
  steps: z.array(z.union([stepFile, stepSchema])).default([]),
});
export type PhaseSource = z.infer<typeof phaseSchema>;

export const PARAMETER_TYPES = [
  'word',
  'hostname',
  'ipv4',
  'cidr',
  'port',
  'version',
  'path',
  'url',
  'boolean',
  'integer',
  'hostname-list',
  'ipv4-list',
  'cidr-list',
  'choice',
  'secret',
] as const;
export const parameterSchema = z
  .strictObject({
    name: parameterName,
    type: z.enum(PARAMETER_TYPES),
    choices: z.array(z.string()).optional(),
    default: z
      .union([z.string(), z.number(), z.boolean(), z.array(z.string())])
      .optional()
      .describe('may be left out only when optional, and never stands in a secret'),
    optional: z.boolean().default(false).describe("may be empty: '' in scripts, an absent file in `files`"),
    generate: z
      .union([z.boolean(), z.literal('base64-32')])
      .default(false)
      .describe(
        'secret only: made by the program when nobody gave one, and kept; true: 24 letters and digits, base64-32: `base64:` and 32 random bytes in Base64',
      ),
    about: say,
  })
  .superRefine((parameter, context) => {
    const wrong = (key: string, id: string, en: string): void =>
      context.addIssue({ code: 'custom', path: [key], message: bilingual(id, en) });
    const secret = parameter.type === 'secret';
    if (secret && parameter.default !== undefined)
      wrong('default', 'rahasia tidak punya nilai bawaan', 'a secret has no default');
    if (!secret && !parameter.optional && parameter.default === undefined)
      wrong(
        'default',
        'belum diisi (atau tambahkan `optional: true`)',
        'is missing (or add `optional: true`)',
      );
    if (!secret && parameter.generate !== false)
      wrong('generate', 'hanya untuk tipe secret', 'is for type secret only');
    if (parameter.generate !== false && parameter.optional)
      wrong('optional', 'yang dibuat sendiri tidak pernah kosong', 'what is generated is never empty');
  });
export type ParameterSource = z.infer<typeof parameterSchema>;

/** track.yaml: the order of phases and what differs between labs. Phases stand in files of their own, `phase-a.yaml` …. */
export const trackSchema = z.strictObject({
  id: slug,
  title: say,
  about: say,
  phases: z.array(z.string().regex(/^[a-z0-9-]+\.yaml$/)).min(1),
  parameters: z.array(parameterSchema).default([]),
});
export type TrackSource = z.infer<typeof trackSchema>;

export const glossarySchema = z.array(
  z.strictObject({
    id: slug,
    term: z.string().min(1),
    also: z.array(z.string()).default([]),
    text: say,
    see: z.array(slug).default([]),
  }),
);
