/** What a push makes of .gitlab-ci.yml: a pipeline with the jobs whose rules fit, one that failed, or none. */
import { filesOf, compare } from '../../git/changes.js';
import { globExpression } from '../../git/ignore.js';
import { NO_ID, subjectOf } from '../../git/objects.js';
import { resolve } from '../../git/revisions.js';
import type { Update } from '../../git/transport.js';
import type { Project, Variable } from '../project.js';
import type { Gitlab } from '../server.js';
import { ExpressionError, isTrue, refPattern } from './expression.js';
import { Job, Pipeline, type JobSpec, type PipelineHead, type When } from './pipeline.js';
import { visible } from './variables.js';
import { CiError, readCiFile, type CiFile, type JobText, type Rule } from './yaml.js';

const FILE = '.gitlab-ci.yml';
const HOUR = 3600;

interface Push {
  readonly project: Project;
  readonly sha: string;
  readonly before: string;
  readonly branch: string;
  readonly variables: ReadonlyMap<string, string>;
}
/** The branch's name as it may stand in a host name. */
export const slug = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 63);

/** Variables that conditions see before there is a job. */
export function commitVariables(project: Project, sha: string, branch: string): Map<string, string> {
  const commit = project.repository.commit(sha);
  const title = subjectOf(commit.message);
  return new Map([
    ['CI', 'true'],
    ['GITLAB_CI', 'true'],
    ['CI_SERVER', 'yes'],
    ['CI_SERVER_NAME', 'GitLab'],
    ['CI_SERVER_HOST', 'gitlab.com'],
    ['CI_SERVER_PORT', '443'],
    ['CI_SERVER_PROTOCOL', 'https'],
    ['CI_SERVER_URL', 'https://gitlab.com'],
    ['CI_API_V4_URL', 'https://gitlab.com/api/v4'],
    ['CI_COMMIT_SHA', sha],
    ['CI_COMMIT_SHORT_SHA', sha.slice(0, 8)],
    ['CI_COMMIT_REF_NAME', branch],
    ['CI_COMMIT_REF_SLUG', slug(branch)],
    ['CI_COMMIT_BRANCH', branch],
    ['CI_COMMIT_TITLE', title],
    ['CI_COMMIT_MESSAGE', commit.message],
    ['CI_COMMIT_AUTHOR', `${commit.author.name} <${commit.author.email}>`],
    [
      'CI_COMMIT_TIMESTAMP',
      new Date(commit.committer.seconds * 1000).toISOString().replace('.000Z', '+00:00'),
    ],
    ['CI_COMMIT_REF_PROTECTED', String(project.rule(branch) !== undefined)],
    ['CI_DEFAULT_BRANCH', project.defaultBranch ?? 'main'],
    ['CI_PIPELINE_SOURCE', 'push'],
    ['CI_PROJECT_ID', String(project.id)],
    ['CI_PROJECT_NAME', project.name],
    ['CI_PROJECT_TITLE', project.name],
    ['CI_PROJECT_NAMESPACE', project.namespace],
    ['CI_PROJECT_PATH', project.path],
    ['CI_PROJECT_PATH_SLUG', slug(project.path)],
    ['CI_PROJECT_URL', project.webUrl],
    ['CI_PROJECT_VISIBILITY', 'private'],
    ['CI_CONFIG_PATH', FILE],
    ['GITLAB_USER_LOGIN', 'praktik'],
    ['GITLAB_USER_NAME', 'Praktik'],
    ['GITLAB_USER_EMAIL', 'praktik@example.com'],
  ]);
}
function hits(push: Push, patterns: readonly string[]): boolean {
  const { repository } = push.project;
  // A branch that is new has changed everywhere.
  if (push.before === NO_ID || !repository.has(push.before)) return true;
  const expressions = patterns.map((one) => globExpression(one));
  return compare(filesOf(repository, push.before), filesOf(repository, push.sha)).some((one) =>
    expressions.some((expression) => expression.test(one.path)),
  );
}
function applies(push: Push, rule: Rule, variables: ReadonlyMap<string, string>): boolean {
  if (rule.if !== undefined && !isTrue(rule.if, variables)) return false;
  const changes =
    rule.changes === undefined || Array.isArray(rule.changes) ? rule.changes : rule.changes.paths;
  if (changes !== undefined && !hits(push, changes)) return false;
  const files = rule.exists === undefined ? [] : [...filesOf(push.project.repository, push.sha).keys()];
  return rule.exists?.some((one) => files.some((path) => globExpression(one).test(path))) ?? true;
}
const named = (refs: readonly string[], branch: string): boolean =>
  refs.some((one) => {
    if (one === 'branches' || one === 'pushes') return true;
    return refPattern(one)?.test(branch) ?? one.split('@')[0] === branch;
  });

interface Turn {
  readonly when: When;
  readonly allowFailure: boolean;
  readonly variables: ReadonlyMap<string, string>;
}
/** Whether and how a job takes part in a pipeline; null when not. */
function turn(push: Push, job: JobText, variables: ReadonlyMap<string, string>): Turn | null {
  const allowed =
    job.allow_failure === undefined
      ? undefined
      : job.allow_failure === true || typeof job.allow_failure === 'object';
  if (job.rules !== undefined) {
    const rule = job.rules.find((one) => applies(push, one, variables));
    const when = rule?.when ?? job.when ?? 'on_success';
    if (rule === undefined || when === 'never') return null;
    return {
      when,
      allowFailure: rule.allow_failure ?? allowed ?? false,
      variables: rule.variables ?? new Map(),
    };
  }
  if (!named(job.only ?? ['branches', 'tags'], push.branch)) return null;
  if (job.except !== undefined && named(job.except, push.branch)) return null;
  const when = job.when ?? 'on_success';
  return when === 'never' ? null : { when, allowFailure: allowed ?? when === 'manual', variables: new Map() };
}
/** `1h 30m`, `20 minutes`, `600`. */
function secondsOf(text: string | undefined): number {
  if (text === undefined) return HOUR;
  let total = 0;
  for (const [, number = '0', unit = 's'] of text.matchAll(/(\d+)\s*([a-z]*)/gi)) {
    const size = /^h/i.test(unit) ? HOUR : /^m/i.test(unit) ? 60 : /^d/i.test(unit) ? 24 * HOUR : 1;
    total += Number(number) * size;
  }
  return total === 0 ? HOUR : total;
}
function specOf(file: CiFile, name: string, job: JobText, found: Turn): JobSpec {
  const { environment } = job;
  return {
    name,
    stage: job.stage ?? 'test',
    tags: job.tags ?? file.defaults?.tags ?? [],
    beforeScript: job.before_script ?? file.beforeScript,
    script: job.script ?? [],
    afterScript: job.after_script ?? file.afterScript,
    variables: new Map([...file.variables, ...(job.variables ?? []), ...found.variables]),
    when: found.when,
    allowFailure: found.allowFailure,
    needs: job.needs ?? null,
    artifacts: job.artifacts?.paths ?? [],
    environment:
      environment === undefined ? null : typeof environment === 'string' ? environment : environment.name,
    resourceGroup: job.resource_group ?? null,
    timeoutSeconds: secondsOf(job.timeout ?? file.defaults?.timeout),
  };
}

/**
 * Null when a push makes no pipeline: no file, or rules of the workflow that do not fit.
 * @param given variables of a pipeline that somebody starts through the API, which win over all others
 */
export function pipelineFor(
  gitlab: Gitlab,
  project: Project,
  update: Update,
  options: readonly string[],
  given: readonly Variable[] | null = null,
): Pipeline | null {
  if (update.after === NO_ID) return null;
  const sha = project.repository.peel(update.after);
  const blob = sha === null ? null : resolve(project.repository, `${sha}:${FILE}`);
  if (sha === null || blob === null) return null;
  const branch = update.ref.slice(11);
  const { message } = project.repository.commit(sha);
  const skipped = /\[(ci skip|skip ci)\]/i.test(message) || options.includes('ci.skip');
  const base = commitVariables(project, sha, branch);
  if (given !== null) base.set('CI_PIPELINE_SOURCE', 'api');
  const push: Push = { project, sha, before: update.before, branch, variables: base };
  const make = (rest: Partial<PipelineHead>): Pipeline =>
    new Pipeline({
      id: gitlab.nextId(),
      iid: project.pipelines.length + 1,
      project,
      sha,
      before: update.before,
      ref: branch,
      createdAt: gitlab.now(),
      stages: [],
      variables: base,
      given: given ?? [],
      yamlErrors: null,
      skipped,
      ...rest,
    });
  try {
    const file = readCiFile(project.repository.read(blob, 'blob').toString('utf8'));
    const asked = new Map((given ?? []).map((one) => [one.key, one.value]));
    const known = new Map([...base, ...file.variables, ...visible(project, branch), ...asked]);
    if (file.workflow !== null) {
      const rule = file.workflow.find((one) => applies(push, one, known));
      if (rule === undefined || rule.when === 'never') return null;
      for (const [key, value] of rule.variables ?? []) known.set(key, value);
    }
    const pipeline = make({ stages: file.stages });
    if (skipped) return pipeline;
    for (const stage of file.stages)
      for (const [name, job] of file.jobs) {
        if ((job.stage ?? 'test') !== stage) continue;
        const found = turn(push, job, new Map([...known, ...(job.variables ?? []), ...asked]));
        if (found !== null)
          pipeline.jobs.push(
            new Job(gitlab.nextId(), pipeline, specOf(file, name, job, found), gitlab.now()),
          );
      }
    const names = pipeline.jobs.map((job) => job.name);
    const lost = pipeline.jobs.flatMap((job) =>
      (job.spec.needs ?? []).filter((one) => !names.includes(one)).map((one) => [job.name, one] as const),
    );
    const [first] = lost;
    if (first !== undefined)
      return make({
        yamlErrors: `'${first[0]}' job needs '${first[1]}' job, but '${first[1]}' does not exist in the pipeline`,
      });
    return pipeline.jobs.length === 0 ? null : pipeline;
  } catch (error) {
    if (error instanceof CiError || error instanceof ExpressionError)
      return make({ yamlErrors: error.message });
    throw error;
  }
}
