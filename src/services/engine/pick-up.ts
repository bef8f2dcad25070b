/** Picking up what another run of the program began: jobs it left, and a step that it is still running. */
import type { HostName } from '../../lab/types.js';
import { HOST_NAMES } from '../../lab/types.js';
import type { ActionRun, StepRun } from '../../state/types.js';
import type { JobRecord, JournalEntry } from '../ports.js';
import { nextElsewhere, type Elsewhere } from './elsewhere.js';
import { followJob, phaseOfEnd } from './follow.js';
import { checkGates, keysOfStep, type CheckOptions } from './gates.js';
import type { Session } from './session.js';
import { hideContents } from './stage.js';

export interface PickUpOptions extends CheckOptions, Elsewhere {
  readonly onRun?: (run: StepRun) => void;
  /** A job that was still running when it was found. */
  readonly onFoundAtWork?: (job: JobRecord) => void;
}

/**
 * Looks on every host for jobs that another run of the program began: those still running are followed, and with them
 * what that program goes on with in the same step; those of the newest step that ended meanwhile are shown and journalled.
 * Afterwards the gates of their steps are asked. Nothing is started.
 */
export async function reattach(
  session: Session,
  options: PickUpOptions & { readonly hosts?: readonly HostName[] } = {},
): Promise<readonly JobRecord[]> {
  const found = await Promise.all(
    (options.hosts ?? HOST_NAMES).map((host) => reattachHost(session, host, options)),
  );
  return found.flat();
}

async function reattachHost(
  session: Session,
  host: HostName,
  options: PickUpOptions,
): Promise<readonly JobRecord[]> {
  const found = await session.jobs.list(host);
  // Read after the list: a job that ends in between is then in the journal of whoever followed it.
  const { entries } = await session.journal.read();
  const known = new Set(entries.flatMap((entry) => (entry.kind === 'job' ? [entry.job] : [])));
  const isKnown = (job: JobRecord): boolean => known.has(job.id) || session.ownJobs.has(job.id);
  const newestKnown = Math.max(0, ...found.filter(isKnown).map((job) => job.startedAt));
  // What others ran and finished is theirs to tell; what they are running now concerns everyone.
  const left = found.filter(
    (job) => !isKnown(job) && (job.end === null || (job.by === session.by && job.startedAt > newestKnown)),
  );
  const groups = byStep(left.toReversed());
  // A program that was killed left one step of a host untold, the newest. Older ones are in another journal: that of
  // another home directory, or one that was thrown away.
  const untold = groups.filter(
    (jobs, index) => index === groups.length - 1 || jobs.some((job) => job.end === null),
  );
  const ended: JobRecord[] = [];
  for (const jobs of untold) {
    const followed = await pickUp(session, host, jobs, doneBefore(session, host, jobs, entries), options);
    ended.push(...followed);
    if (followed.length < jobs.length) break;
  }
  return ended;
}

/** Jobs that follow one another and belong to one step: they are told as one run, and its gates are asked once. */
function byStep(jobs: readonly JobRecord[]): readonly (readonly JobRecord[])[] {
  const groups: JobRecord[][] = [];
  for (const job of jobs) {
    const last = groups.at(-1);
    const [first] = last ?? [];
    if (last !== undefined && first?.step === job.step && first.purpose === job.purpose) last.push(job);
    else groups.push([job]);
  }
  return groups;
}

/**
 * @param before actions that were done before the first of the jobs
 * @returns the jobs that came to their end; fewer than given when the signal fired
 */
async function pickUp(
  session: Session,
  host: HostName,
  jobs: readonly JobRecord[],
  before: readonly ActionRun[],
  options: PickUpOptions,
): Promise<readonly JobRecord[]> {
  const [first] = jobs;
  if (first === undefined) return [];
  const { step, purpose, startedAt } = first;
  let run: StepRun = {
    step,
    host,
    purpose,
    actions: [...before, ...jobs.map(foundRunning), ...notReached(session, host, jobs)],
    phase: 'running',
    startedAt,
    endedAt: null,
    reattached: true,
  };
  const tell = (patch: Partial<StepRun>): void => {
    run = { ...run, ...patch };
    options.onRun?.(run);
  };
  const patchJob = (job: JobRecord, patch: Partial<ActionRun>): void =>
    tell({ actions: run.actions.map((one) => (one.job === job.id ? { ...one, ...patch } : one)) });
  const satisfied = (actions: readonly string[]): void => {
    if (actions.length > 0) tell({ actions: run.actions.map((one) => passedOver(one, actions)) });
  };
  tell({});
  const ended: JobRecord[] = [];
  const follow = async (job: JobRecord): Promise<boolean> => {
    if (job.end === null) {
      options.onFoundAtWork?.(job);
      // What the program that started it had fetched, or was told by a person, is not known to this one.
      for (const text of await session.jobs.secrets(host, job.id)) hideContents(session, text);
    }
    const record = await followJob(session, job.id, host, {
      source: `${step}/${job.action}`,
      script: null,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    if (record === null || record.end === null) return false;
    ended.push(record);
    const { end } = record;
    patchJob(job, { phase: phaseOfEnd(end), end, endedAt: record.endedAt ?? session.now() });
    return true;
  };

  for (const job of jobs) if (!(await follow(job))) return ended;
  /** What the other program does next, as long as it does anything. @returns false when the signal fired */
  const goOn = async (patient: boolean): Promise<boolean> => {
    for (;;) {
      const last = ended.at(-1);
      if (last === undefined || !mayGoOn(run)) return true;
      const next = await nextElsewhere(session, last, patient, options);
      satisfied(next.satisfied);
      if (options.signal?.aborted === true) return false;
      if (next.job === null) return true;
      tell({ actions: withJob(run.actions, next.job), phase: 'running' });
      if (!(await follow(next.job))) return false;
    }
  };
  if (!(await goOn(true))) return ended;
  let seen: number;
  let green: boolean;
  do {
    seen = ended.length;
    tell({ phase: 'gating' });
    const results = session.gates.some((gate) => gate.step === step)
      ? await checkGates(session, keysOfStep(session, step, [host]), options)
      : [];
    green = results.length > 0 && results.every((one) => one.verdict === 'pass' || one.verdict === 'warn');
    // While the gates were asked the other program may have begun its next action.
    if (!(await goOn(false))) return ended;
  } while (ended.length > seen);
  const phases = run.actions.map((action) => action.phase);
  const ran = (one: ActionRun['phase']): boolean => one === 'ok' || one === 'satisfied';
  // A step whose last actions never began is done only when its gates say so: somebody else may have finished it.
  const whole = phases.every(ran) || (green && phases.every((one) => ran(one) || one === 'waiting'));
  const outcome = whole ? 'done' : phases.includes('cancelled') ? 'cancelled' : 'failed';
  tell({ phase: outcome, endedAt: session.now() });
  return ended;
}

/** Actions are left, and the one before went well: whoever runs the step would begin the next. */
function mayGoOn(run: StepRun): boolean {
  const bad = run.actions.some((one) => !['ok', 'satisfied', 'waiting'].includes(one.phase));
  return !bad && (run.purpose === 'undo' || run.actions.some((one) => one.phase === 'waiting'));
}

function passedOver(action: ActionRun, satisfied: readonly string[]): ActionRun {
  return action.phase === 'waiting' && satisfied.includes(action.action)
    ? { ...action, phase: 'satisfied' }
    : action;
}

/** A job in the place of the action that was waited for; what comes before it was passed over. */
function withJob(actions: readonly ActionRun[], job: JobRecord): readonly ActionRun[] {
  const at = actions.findIndex((one) => one.phase === 'waiting' && one.action === job.action);
  if (at < 0) return [...actions, foundRunning(job)];
  return actions.map((one, i) => {
    if (i === at) return foundRunning(job);
    return i < at && one.phase === 'waiting' ? { ...one, phase: 'satisfied' } : one;
  });
}

/** The actions of a job's step on a host, in their order; none for an undo, or for what is no step of the runbook. */
function actionsOf(session: Session, host: HostName, job: JobRecord | undefined): readonly string[] {
  const step = session.runbook.phases.flatMap((phase) => phase.steps).find((one) => one.id === job?.step);
  if (step === undefined || job?.purpose !== 'run') return [];
  return step.actions
    .filter((action) => (action.hosts ?? step.hosts).includes(host))
    .map((action) => action.id);
}

/**
 * The step's actions before the first one that a job was found for, as the journal tells of them: whoever ran the step came
 * to that one only because they were done, or there was nothing to do.
 */
function doneBefore(
  session: Session,
  host: HostName,
  [first]: readonly JobRecord[],
  entries: readonly JournalEntry[],
): readonly ActionRun[] {
  const all = actionsOf(session, host, first);
  const reached = all.findIndex((action) => action === first?.action);
  return all.slice(0, Math.max(0, reached)).map((action): ActionRun => {
    const last = entries.findLast(
      (one) =>
        (one.kind === 'satisfied' || (one.kind === 'job' && one.purpose === 'run')) &&
        one.host === host &&
        one.step === first?.step &&
        one.action === action,
    );
    if (last?.kind !== 'job' || phaseOfEnd(last.end) !== 'ok')
      return { ...notBegun(action), phase: 'satisfied' };
    const { variant, job, startedAt, endedAt, end } = last;
    return { action, phase: 'ok', variant, job, startedAt, endedAt, end, trouble: null };
  });
}

/** The step's actions after the last one that a job was found for: an interrupted run never came to them. */
function notReached(session: Session, host: HostName, jobs: readonly JobRecord[]): readonly ActionRun[] {
  const last = jobs.at(-1);
  const all = actionsOf(session, host, last);
  return all.slice(all.findIndex((action) => action === last?.action) + 1).map(notBegun);
}

function notBegun(action: string): ActionRun {
  return {
    action,
    phase: 'waiting',
    variant: 'ours',
    job: null,
    startedAt: null,
    endedAt: null,
    end: null,
    trouble: null,
  };
}

function foundRunning(job: JobRecord): ActionRun {
  const { action, variant, id, startedAt } = job;
  return { action, phase: 'running', variant, job: id, startedAt, endedAt: null, end: null, trouble: null };
}
