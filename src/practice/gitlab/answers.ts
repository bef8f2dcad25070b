/** What the API says of things: the JSON that GitLab gives, as far as a runbook reads it. */
import { subjectOf } from '../git/objects.js';
import type { Job, Pipeline } from './ci/pipeline.js';
import type { ProtectedBranch, Project, Variable } from './project.js';
import type { SshKey } from './server.js';

export const instant = (ms: number | null): string | null =>
  ms === null ? null : new Date(ms).toISOString();
const duration = (from: number | null, to: number | null, now: number): number | null =>
  from === null ? null : Math.round(((to ?? now) - from) / 10) / 100;

export const projectJson = (project: Project) => ({
  id: project.id,
  name: project.name,
  path: project.name,
  path_with_namespace: project.path,
  default_branch: project.defaultBranch,
  empty_repo: project.repository.refs('refs/heads').size === 0,
  visibility: 'private',
  created_at: instant(project.createdAt),
  ssh_url_to_repo: `git@gitlab.com:${project.path}.git`,
  http_url_to_repo: `${project.webUrl}.git`,
  web_url: project.webUrl,
  namespace: {
    id: project.id + 1,
    name: project.namespace,
    path: project.namespace,
    kind: 'user',
    full_path: project.namespace,
  },
  permissions: { project_access: { access_level: 50, notification_level: 3 }, group_access: null },
  shared_runners_enabled: false,
  builds_access_level: 'enabled',
});
const level = (number: number) => ({
  access_level: number,
  access_level_description:
    number === 0 ? 'No one' : number === 30 ? 'Developers + Maintainers' : 'Maintainers',
});
export const protectedJson = (one: ProtectedBranch) => ({
  id: one.id,
  name: one.name,
  push_access_levels: [{ id: one.id, ...level(one.push), deploy_key_id: null }],
  merge_access_levels: [{ id: one.id, ...level(one.merge) }],
  allow_force_push: one.allowForcePush,
});
export const variableJson = (one: Variable) => ({
  variable_type: one.type,
  key: one.key,
  value: one.hidden ? null : one.value,
  hidden: one.hidden,
  protected: one.protected,
  masked: one.masked,
  raw: one.raw,
  environment_scope: one.scope,
  description: one.description,
});
export const keyJson = (one: SshKey) => ({
  id: one.id,
  title: one.title,
  key: one.key,
  usage_type: 'auth_and_signing',
});

function times(pipeline: Pipeline): { readonly started: number | null; readonly finished: number | null } {
  const starts = pipeline.jobs.flatMap((job) => job.startedAt ?? []);
  const ends = pipeline.jobs.flatMap((job) => job.finishedAt ?? []);
  const over = ['success', 'failed', 'canceled', 'skipped'].includes(pipeline.status);
  return {
    started: starts.length === 0 ? null : Math.min(...starts),
    finished: over && ends.length > 0 ? Math.max(...ends) : null,
  };
}
export function pipelineJson(pipeline: Pipeline, now: number, whole: boolean) {
  const { head } = pipeline;
  const { started, finished } = times(pipeline);
  return {
    id: head.id,
    iid: head.iid,
    project_id: head.project.id,
    sha: head.sha,
    ref: head.ref,
    status: pipeline.status,
    source: 'push',
    created_at: instant(head.createdAt),
    updated_at: instant(finished ?? started ?? head.createdAt),
    web_url: pipeline.webUrl,
    ...(whole
      ? {
          before_sha: head.before,
          tag: false,
          yaml_errors: head.yamlErrors,
          started_at: instant(started),
          finished_at: instant(finished),
          duration: duration(started, finished, now),
          queued_duration: null,
          coverage: null,
        }
      : {}),
  };
}
export function jobJson(job: Job, now: number) {
  const { pipeline } = job;
  const commit = pipeline.project.repository.commit(pipeline.head.sha);
  return {
    id: job.id,
    name: job.name,
    stage: job.spec.stage,
    status: job.status,
    ref: pipeline.head.ref,
    tag: false,
    allow_failure: job.spec.allowFailure,
    created_at: instant(job.createdAt),
    started_at: instant(job.startedAt),
    finished_at: instant(job.finishedAt),
    duration: duration(job.startedAt, job.finishedAt, now),
    ...(job.failureReason === null ? {} : { failure_reason: job.failureReason }),
    web_url: `${pipeline.project.webUrl}/-/jobs/${job.id}`,
    tag_list: job.tags,
    commit: {
      id: pipeline.head.sha,
      short_id: pipeline.head.sha.slice(0, 8),
      title: subjectOf(commit.message),
      message: commit.message,
      author_name: commit.author.name,
    },
    pipeline: pipelineJson(pipeline, now, false),
    runner:
      job.runner === null
        ? null
        : {
            id: job.runner.id,
            description: job.runner.description,
            active: true,
            paused: false,
            is_shared: false,
            online: true,
            status: 'online',
          },
    artifacts: [],
  };
}
