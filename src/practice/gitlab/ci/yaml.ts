/** .gitlab-ci.yml, read and checked: what stands in it that GitLab would not take is said in its words. */
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { unreadable } from './conditions.js';

/** `script: one` and `script: [one, [two, three]]`. */
const lines = z
  .union([z.string(), z.array(z.union([z.string(), z.array(z.string())]))])
  .transform((value) => (typeof value === 'string' ? [value] : value.flat()));
const words = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (typeof value === 'string' ? [value] : value));
const variable = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.strictObject({
    value: z.union([z.string(), z.number()]),
    description: z.string().optional(),
    expand: z.boolean().optional(),
    options: z.array(z.string()).optional(),
  }),
]);
const variables = z
  .record(z.string(), variable)
  .transform(
    (all) =>
      new Map(
        Object.entries(all).map(([key, one]) => [key, String(typeof one === 'object' ? one.value : one)]),
      ),
  );
const when = z.enum(['on_success', 'on_failure', 'always', 'manual', 'never', 'delayed']);
const rule = z.strictObject({
  if: z.string().optional(),
  changes: z
    .union([
      z.array(z.string()),
      z.strictObject({ paths: z.array(z.string()), compare_to: z.string().optional() }),
    ])
    .optional(),
  exists: z.array(z.string()).optional(),
  when: when.optional(),
  allow_failure: z.boolean().optional(),
  variables: variables.optional(),
  needs: z.array(z.unknown()).optional(),
});
export type Rule = z.infer<typeof rule>;
const only = z.union([
  z.array(z.string()),
  z.string().transform((one) => [one]),
  z
    .strictObject({
      refs: z.array(z.string()).optional(),
      variables: z.array(z.string()).optional(),
      changes: z.array(z.string()).optional(),
    })
    .transform((one) => one.refs ?? ['branches', 'tags']),
]);
const need = z.union([
  z.string(),
  z
    .strictObject({ job: z.string(), artifacts: z.boolean().optional(), optional: z.boolean().optional() })
    .transform((one) => one.job),
]);
const image = z.union([z.string(), z.looseObject({ name: z.string() })]);
const shared = {
  image: image.optional(),
  services: z.array(z.unknown()).optional(),
  before_script: lines.optional(),
  after_script: lines.optional(),
  cache: z.unknown().optional(),
  artifacts: z
    .strictObject({
      paths: z.array(z.string()).optional(),
      exclude: z.array(z.string()).optional(),
      name: z.string().optional(),
      when: z.enum(['on_success', 'on_failure', 'always']).optional(),
      expire_in: z.string().optional(),
      expose_as: z.string().optional(),
      reports: z.record(z.string(), z.unknown()).optional(),
      untracked: z.boolean().optional(),
      access: z.string().optional(),
      public: z.boolean().optional(),
    })
    .optional(),
  tags: words.optional(),
  interruptible: z.boolean().optional(),
  timeout: z.string().optional(),
  retry: z.union([z.number(), z.looseObject({ max: z.number().optional() })]).optional(),
  id_tokens: z.unknown().optional(),
  hooks: z.unknown().optional(),
} as const;
const job = z.strictObject({
  ...shared,
  stage: z.string().optional(),
  script: lines.optional(),
  extends: words.optional(),
  variables: variables.optional(),
  rules: z.array(rule).optional(),
  only: only.optional(),
  except: only.optional(),
  when: when.optional(),
  needs: z.array(need).optional(),
  dependencies: z.array(z.string()).optional(),
  allow_failure: z
    .union([z.boolean(), z.strictObject({ exit_codes: z.union([z.number(), z.array(z.number())]) })])
    .optional(),
  environment: z.union([z.string(), z.looseObject({ name: z.string() })]).optional(),
  resource_group: z.string().optional(),
  coverage: z.string().optional(),
  parallel: z.unknown().optional(),
  release: z.unknown().optional(),
  secrets: z.unknown().optional(),
  inherit: z.unknown().optional(),
  start_in: z.string().optional(),
  manual_confirmation: z.string().optional(),
});
export type JobText = z.infer<typeof job>;
const globals = z.looseObject({
  stages: z.array(z.string()).optional(),
  workflow: z
    .strictObject({
      name: z.string().optional(),
      rules: z.array(rule).optional(),
      auto_cancel: z.unknown().optional(),
    })
    .optional(),
  variables: variables.optional(),
  default: z.strictObject(shared).optional(),
  image: image.optional(),
  services: z.unknown().optional(),
  cache: z.unknown().optional(),
  before_script: lines.optional(),
  after_script: lines.optional(),
});
const GLOBAL_KEYS = [
  'stages',
  'workflow',
  'variables',
  'default',
  'image',
  'services',
  'cache',
  'before_script',
  'after_script',
  'spec',
];

export interface CiFile {
  readonly stages: readonly string[];
  readonly workflow: readonly Rule[] | null;
  readonly variables: ReadonlyMap<string, string>;
  readonly defaults: z.infer<typeof globals>['default'];
  readonly beforeScript: readonly string[];
  readonly afterScript: readonly string[];
  readonly jobs: ReadonlyMap<string, JobText>;
}
/** Why GitLab makes no jobs of a file, one reason a line. */
export class CiError extends Error {
  override readonly name = 'CiError';
}

function reasons(where: string, error: z.ZodError): readonly string[] {
  return error.issues.map((issue) => {
    const path = [where, ...issue.path.map(String)].filter((part) => part !== '').join(':');
    if (issue.code === 'unrecognized_keys')
      return `${path} config contains unknown keys: ${issue.keys.join(', ')}`;
    if (issue.path.at(-1) === 'script' || issue.path.at(-1) === 'before_script')
      return `${path} config should be a string or a nested array of strings up to 10 levels deep`;
    return `${path} config ${issue.message.replace(/^Invalid/, 'has an invalid')}`;
  });
}
function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
/** A job with what it extends below it: maps are merged, everything else is replaced. */
function extended(
  all: Readonly<Record<string, unknown>>,
  name: string,
  seen: readonly string[],
): Readonly<Record<string, unknown>> {
  const own = all[name];
  if (!isRecord(own))
    throw new CiError(`jobs ${name} config should implement the script:, run:, or trigger: keyword`);
  const parents = own['extends'];
  const names = typeof parents === 'string' ? [parents] : Array.isArray(parents) ? parents.map(String) : [];
  if (names.some((one) => seen.includes(one)))
    throw new CiError(`${name}: circular dependency detected in \`extends\``);
  let merged: Readonly<Record<string, unknown>> = {};
  for (const one of names) {
    if (all[one] === undefined) throw new CiError(`${name}: unknown keys in \`extends\` (${one})`);
    merged = merge(merged, extended(all, one, [...seen, name]));
  }
  const { extends: _gone, ...rest } = merge(merged, own);
  return rest;
}
function merge(
  under: Readonly<Record<string, unknown>>,
  over: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const made: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const old = made[key];
    made[key] = isRecord(old) && isRecord(value) ? merge(old, value) : value;
  }
  return made;
}

/** @throws CiError with GitLab's reasons */
export function readCiFile(text: string): CiFile {
  const document = parseDocument(text, {
    merge: true,
    customTags: [{ tag: '!reference', collection: 'seq' }],
  });
  const [problem] = document.errors;
  if (problem !== undefined) {
    const at = problem.linePos?.[0];
    throw new CiError(
      `Invalid configuration format: (<unknown>): ${problem.message.split('\n')[0] ?? ''}${at === undefined ? '' : ` at line ${at.line} column ${at.col}`}`,
    );
  }
  const raw: unknown = document.toJS();
  if (!isRecord(raw)) throw new CiError('Invalid configuration format');
  if (raw['include'] !== undefined) throw new CiError('include is not simulated in the practice lab');
  const found: string[] = [];
  const top = globals.safeParse(raw);
  if (!top.success) found.push(...reasons('', top.error));
  const jobs = new Map<string, JobText>();
  for (const name of Object.keys(raw)) {
    if (GLOBAL_KEYS.includes(name) || name.startsWith('.')) continue;
    if (!isRecord(raw[name])) {
      found.push(`jobs ${name} config should implement the script:, run:, or trigger: keyword`);
      continue;
    }
    const parsed = job.safeParse(extended(raw, name, []));
    if (!parsed.success) found.push(...reasons(`jobs:${name}`, parsed.error));
    else if (parsed.data.script === undefined)
      found.push(`jobs:${name} config should implement the script:, run:, or trigger: keyword`);
    else if (
      parsed.data.rules !== undefined &&
      (parsed.data.only !== undefined || parsed.data.except !== undefined)
    )
      found.push(
        `jobs:${name} config key may not be used with \`rules\`: ${parsed.data.only === undefined ? 'except' : 'only'}`,
      );
    else {
      const { rules = [], only: wanted = [], except = [] } = parsed.data;
      found.push(...unreadable(`jobs:${name}`, rules, { only: wanted, except }));
      jobs.set(name, parsed.data);
    }
  }
  if (!top.success) throw new CiError(found.join('\n'));
  found.push(...unreadable('workflow', top.data.workflow?.rules ?? []));
  const stages = ['.pre', ...(top.data.stages ?? ['build', 'test', 'deploy']), '.post'];
  for (const [name, one] of jobs) {
    const stage = one.stage ?? 'test';
    if (!stages.includes(stage))
      found.push(
        `${name} job: chosen stage ${stage} does not exist; available stages are ${stages.join(', ')}`,
      );
    for (const wanted of one.needs ?? [])
      if (!jobs.has(wanted))
        found.push(`'${name}' job needs '${wanted}' job, but '${wanted}' is not in any previous stage`);
  }
  if (jobs.size === 0 && found.length === 0)
    found.push('jobs config should contain at least one visible job');
  if (found.length > 0) throw new CiError(found.join('\n'));
  return {
    stages,
    workflow: top.data.workflow?.rules ?? null,
    variables: top.data.variables ?? new Map(),
    defaults: top.data.default,
    beforeScript: top.data.before_script ?? top.data.default?.before_script ?? [],
    afterScript: top.data.after_script ?? top.data.default?.after_script ?? [],
    jobs,
  };
}
