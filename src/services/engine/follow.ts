/** Following a job to its end: output into the log, the end into the journal. Also picks up what an earlier run of the program left. */
import type { HostName } from '../../lab/types.js';
import { HOST_NAMES } from '../../lab/types.js';
import type { ActionRun, StepRun } from '../../state/types.js';
import type { JobEnd, JobId, JobRecord } from '../ports.js';
import { hashOf } from './compose.js';
import { checkGates, keysOfStep, type CheckOptions } from './gates.js';
import type { Session } from './session.js';
import { hideContents } from './stage.js';

const TAIL_CHARACTERS = 4000;

/** Cuts a stream of text into whole lines; what has no newline yet is held back until it has, or until `flush`. */
function createLineCutter(emit: (lines: string) => void): { push(text: string): void; flush(): void } {
  let held = '';
  return {
    push(text) {
      const all = held + text;
      const cut = all.lastIndexOf('\n');
      held = all.slice(cut + 1);
      if (cut >= 0) emit(all.slice(0, cut));
    },
    flush() {
      if (held !== '') emit(held);
      held = '';
    },
  };
}

/**
 * Follows a job and journals its end.
 * @returns the job as it ended; null when the signal fired first (the job goes on)
 */
export async function followJob(
  session: Session,
  id: JobId,
  host: HostName,
  options: { readonly source: string; readonly script: string | null; readonly signal?: AbortSignal },
): Promise<JobRecord | null> {
  let tail = '';
  const cutter = createLineCutter((lines) => session.logs.append(host, options.source, lines, session.now()));
  const record = await session.jobs.follow(host, id, {
    fromByte: 0,
    signal: options.signal ?? new AbortController().signal,
    onOutput(text) {
      tail = (tail + text).slice(-TAIL_CHARACTERS);
      cutter.push(text);
    },
  });
  cutter.flush();
  if (record.end === null) return null;
  await session.journal.append({
    kind: 'job',
    at: session.now(),
    by: record.by,
    host,
    step: record.step,
    action: record.action,
    variant: record.variant,
    purpose: record.purpose,
    job: id,
    scriptHash: options.script === null ? '' : hashOf(options.script),
    startedAt: record.startedAt,
    endedAt: record.endedAt ?? session.now(),
    end: record.end,
    outputTail: tail,
  });
  return record;
}

/**
 * Looks on every host for jobs that an earlier run of the program, now gone, left: those still running are followed
 * again, those that ended meanwhile are shown and journalled; afterwards the gates of their steps are asked.
 * Nothing is started.
 */
export async function reattach(
  session: Session,
  options: CheckOptions & {
    readonly onRun?: (run: StepRun) => void;
    readonly hosts?: readonly HostName[];
  } = {},
): Promise<readonly JobRecord[]> {
  const found = await Promise.all(
    (options.hosts ?? HOST_NAMES).map((host) => reattachHost(session, host, options)),
  );
  return found.flat();
}

async function reattachHost(
  session: Session,
  host: HostName,
  options: CheckOptions & { readonly onRun?: (run: StepRun) => void },
): Promise<readonly JobRecord[]> {
  const found = await session.jobs.list(host);
  // Read after the list: a job that ends in between is then in the journal of whoever followed it.
  const { entries } = await session.journal.read();
  const known = new Set(entries.flatMap((entry) => (entry.kind === 'job' ? [entry.job] : [])));
  // What others ran and finished is theirs to tell; what they are running now concerns everyone.
  const left = found.filter(
    (job) =>
      !known.has(job.id) && !session.ownJobs.has(job.id) && (job.end === null || job.by === session.by),
  );
  const ended: JobRecord[] = [];
  for (const jobs of byStep(left.toReversed())) {
    const followed = await pickUp(session, host, jobs, options);
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

/** @returns the jobs that came to their end; fewer than given when the signal fired */
async function pickUp(
  session: Session,
  host: HostName,
  jobs: readonly JobRecord[],
  options: CheckOptions & { readonly onRun?: (run: StepRun) => void },
): Promise<readonly JobRecord[]> {
  const [first] = jobs;
  if (first === undefined) return [];
  const { step, purpose, startedAt } = first;
  let run: StepRun = {
    step,
    host,
    purpose,
    actions: [...jobs.map(foundRunning), ...notReached(session, host, jobs)],
    phase: 'running',
    startedAt,
    endedAt: null,
    reattached: true,
  };
  const tell = (patch: Partial<StepRun>): void => {
    run = { ...run, ...patch };
    options.onRun?.(run);
  };
  tell({});
  const ended: JobRecord[] = [];
  for (const [index, job] of jobs.entries()) {
    // What the program that started it had fetched, or was told by a person, is not known to this one.
    if (job.end === null)
      for (const text of await session.jobs.secrets(host, job.id)) hideContents(session, text);
    const record = await followJob(session, job.id, host, {
      source: `${step}/${job.action}`,
      script: null,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    if (record?.end === null || record === null) return ended;
    ended.push(record);
    const patch = {
      phase: phaseOfEnd(record.end),
      end: record.end,
      endedAt: record.endedAt ?? session.now(),
    };
    tell({ actions: run.actions.map((one, i) => (i === index ? { ...one, ...patch } : one)) });
  }
  tell({ phase: 'gating' });
  const results = session.gates.some((gate) => gate.step === step)
    ? await checkGates(session, keysOfStep(session, step, [host]), options)
    : [];
  const phases = run.actions.map((action) => action.phase);
  // A step whose last actions never began is done only when its gates say so: somebody else may have finished it.
  const green =
    results.length > 0 && results.every((one) => one.verdict === 'pass' || one.verdict === 'warn');
  const whole =
    phases.every((one) => one === 'ok') ||
    (green && phases.every((one) => one === 'ok' || one === 'waiting'));
  const outcome = whole ? 'done' : phases.includes('cancelled') ? 'cancelled' : 'failed';
  tell({ phase: outcome, endedAt: session.now() });
  return ended;
}

/** The step's actions after the last one that a job was found for: an interrupted run never came to them. */
function notReached(session: Session, host: HostName, jobs: readonly JobRecord[]): readonly ActionRun[] {
  const last = jobs.at(-1);
  const step = session.runbook.phases.flatMap((phase) => phase.steps).find((one) => one.id === last?.step);
  if (last === undefined || last.purpose === 'undo' || step === undefined) return [];
  const here = step.actions.filter((action) => (action.hosts ?? step.hosts).includes(host));
  const reached = here.findIndex((action) => action.id === last.action);
  return here.slice(reached + 1).map((action): ActionRun => ({
    action: action.id,
    phase: 'waiting',
    variant: 'ours',
    job: null,
    startedAt: null,
    endedAt: null,
    end: null,
    trouble: null,
  }));
}

function foundRunning(job: JobRecord): ActionRun {
  const { action, variant, id, startedAt } = job;
  return { action, phase: 'running', variant, job: id, startedAt, endedAt: null, end: null, trouble: null };
}

/** What a job's end means for its action. */
export function phaseOfEnd(end: JobEnd): 'ok' | 'failed' | 'timed-out' | 'cancelled' | 'lost' {
  switch (end.kind) {
    case 'exited':
      return end.exit === 0 ? 'ok' : 'failed';
    case 'flooded':
      return 'failed';
    case 'timed-out':
    case 'cancelled':
    case 'lost':
      return end.kind;
  }
}
