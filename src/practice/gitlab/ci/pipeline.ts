/** A pipeline and its jobs: which may begin, what a finished one means for those after it. */
import { randomBytes } from 'node:crypto';
import type { Project, Variable } from '../project.js';
import type { Runner } from '../server.js';

export type JobStatus =
  | 'created'
  | 'pending'
  | 'running'
  | 'success'
  | 'failed'
  | 'canceled'
  | 'skipped'
  | 'manual'
  | 'waiting_for_resource';
export type When = 'on_success' | 'on_failure' | 'always' | 'manual' | 'never' | 'delayed';
export const FINISHED: readonly JobStatus[] = ['success', 'failed', 'canceled', 'skipped'];

export interface JobSpec {
  readonly name: string;
  readonly stage: string;
  readonly tags: readonly string[];
  readonly beforeScript: readonly string[];
  readonly script: readonly string[];
  readonly afterScript: readonly string[];
  readonly variables: ReadonlyMap<string, string>;
  readonly when: When;
  readonly allowFailure: boolean;
  /** Names of jobs it waits for instead of all earlier stages; null without `needs`. */
  readonly needs: readonly string[] | null;
  /** Paths that GitLab would keep; the practice lab keeps none and says so in the job's log. */
  readonly artifacts: readonly string[];
  readonly environment: string | null;
  readonly resourceGroup: string | null;
  readonly timeoutSeconds: number;
}

export class Job {
  readonly id: number;
  readonly pipeline: Pipeline;
  readonly spec: JobSpec;
  readonly token = `glcbt-${randomBytes(10).toString('hex')}`;
  readonly createdAt: number;
  status: JobStatus = 'created';
  startedAt: number | null = null;
  finishedAt: number | null = null;
  failureReason: string | null = null;
  runner: Runner | null = null;
  trace = '';
  /** Told when somebody at GitLab ends it. */
  onEnd: (() => void) | null = null;
  /** A person started this manual job. */
  played = false;

  constructor(id: number, pipeline: Pipeline, spec: JobSpec, createdAt: number) {
    this.id = id;
    this.pipeline = pipeline;
    this.spec = spec;
    this.createdAt = createdAt;
  }
  get name(): string {
    return this.spec.name;
  }
  get tags(): readonly string[] {
    return this.spec.tags;
  }
  get finished(): boolean {
    return FINISHED.includes(this.status);
  }
  begin(runner: Runner, now: number): void {
    this.status = 'running';
    this.runner = runner;
    this.startedAt = now;
  }
  end(status: 'success' | 'failed' | 'canceled', now: number, reason: string | null = null): void {
    if (this.finished) return;
    this.status = status;
    this.finishedAt = now;
    this.failureReason = reason;
    if (status === 'canceled') this.onEnd?.();
    this.pipeline.advance();
  }
}

export interface PipelineHead {
  readonly id: number;
  readonly iid: number;
  readonly project: Project;
  readonly sha: string;
  readonly before: string;
  /** The branch. */
  readonly ref: string;
  readonly createdAt: number;
  readonly stages: readonly string[];
  readonly variables: ReadonlyMap<string, string>;
  /** What somebody who started it gave it: wins over the file's and the project's. */
  readonly given: readonly Variable[];
  /** Why no job could be made of .gitlab-ci.yml; null when it is fine. */
  readonly yamlErrors: string | null;
  readonly skipped: boolean;
}

export class Pipeline {
  readonly head: PipelineHead;
  readonly jobs: Job[] = [];
  constructor(head: PipelineHead) {
    this.head = head;
  }
  get id(): number {
    return this.head.id;
  }
  get project(): Project {
    return this.head.project;
  }
  get webUrl(): string {
    return `${this.project.webUrl}/-/pipelines/${this.id}`;
  }
  get status(): JobStatus {
    const { head, jobs } = this;
    if (head.yamlErrors !== null) return 'failed';
    if (head.skipped) return 'skipped';
    const all = jobs.filter((job) => !(job.status === 'manual' && job.spec.allowFailure));
    const some = (...statuses: readonly JobStatus[]) => all.some((job) => statuses.includes(job.status));
    const begun = some('success', 'failed', 'canceled', 'running');
    if (some('running')) return 'running';
    if (some('pending', 'waiting_for_resource')) return begun ? 'running' : 'pending';
    if (some('manual')) return 'manual';
    if (some('created')) return begun ? 'running' : 'created';
    if (all.some((job) => job.status === 'failed' && !job.spec.allowFailure)) return 'failed';
    if (some('canceled')) return 'canceled';
    return all.length > 0 && all.every((job) => job.status === 'skipped') ? 'skipped' : 'success';
  }
  /** Jobs that a job waits for. */
  #before(job: Job): readonly Job[] {
    const { needs } = job.spec;
    if (needs !== null) return this.jobs.filter((one) => needs.includes(one.name));
    const { stages } = this.head;
    return this.jobs.filter((one) => stages.indexOf(one.spec.stage) < stages.indexOf(job.spec.stage));
  }
  /** Lets those jobs begin whose turn it is, and skips those that will never have one. */
  advance(): void {
    for (let again = true; again;) {
      again = false;
      for (const job of this.jobs) {
        if (job.status === 'waiting_for_resource' && !this.#taken(job)) job.status = 'pending';
        if (job.status !== 'created') continue;
        const before = this.#before(job);
        const open = before.some(
          (one) => !one.finished && !(one.status === 'manual' && one.spec.allowFailure),
        );
        if (open) continue;
        const failed = before.some(
          (one) =>
            (one.status === 'failed' && !one.spec.allowFailure) ||
            one.status === 'canceled' ||
            (one.status === 'skipped' && !this.#skippedManually(one)),
        );
        job.status = this.#first(job, failed);
        again = true;
      }
    }
  }
  #skippedManually(job: Job): boolean {
    return job.spec.when === 'on_failure';
  }
  #first(job: Job, failed: boolean): JobStatus {
    const { when } = job.spec;
    if (failed ? when === 'on_success' || when === 'delayed' || when === 'manual' : when === 'on_failure')
      return 'skipped';
    if (when === 'manual' && !job.played) return 'manual';
    return this.#taken(job) ? 'waiting_for_resource' : 'pending';
  }
  #taken(job: Job): boolean {
    const group = job.spec.resourceGroup;
    return (
      group !== null &&
      this.project.pipelines.some((pipeline) =>
        pipeline.jobs.some(
          (one) =>
            one !== job && one.spec.resourceGroup === group && ['running', 'pending'].includes(one.status),
        ),
      )
    );
  }
  /** A person starts a manual job. False when it is not one that waits. */
  play(job: Job): boolean {
    if (job.status !== 'manual') return false;
    job.played = true;
    job.status = this.#taken(job) ? 'waiting_for_resource' : 'pending';
    return true;
  }
  cancel(now: number): void {
    for (const job of this.jobs) if (!job.finished) job.end('canceled', now);
  }
  /** One more try of a job that is over; those that were skipped because of it wait again. */
  retry(job: Job, id: number, now: number): Job {
    const made = new Job(id, this, job.spec, now);
    this.jobs.splice(this.jobs.indexOf(job), 1, made);
    made.played = true;
    for (const one of this.jobs) if (one.status === 'skipped') one.status = 'created';
    this.advance();
    return made;
  }
}
