/** What another program, which runs a step on a host, does after an action of it has ended. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobRecord } from '../ports.js';
import { isEndOf, RECENT_ENTRIES } from './follow.js';
import type { Session } from './session.js';

export interface Elsewhere {
  readonly signal?: AbortSignal;
  /** Waits between two looks, ms; must not reject. Default: a timer that the signal ends. */
  readonly wait?: (ms: number) => Promise<void>;
}

export interface Next {
  /** The job that the other program has started; null when none came. */
  readonly job: JobRecord | null;
  /** Actions that it found satisfied, and did not run. */
  readonly satisfied: readonly string[];
}

const LOOK_MS = 1000;
/**
 * Looks without news after which the other program counts as gone. Before a job it asks whether there is anything to do (half
 * a minute at most) and brings its files, of which only large uploads take longer.
 */
const PATIENCE_LOOKS = 90;

/**
 * The job that follows one that has just ended, in the same step on the same host. Where the program that started the last
 * one is there (it has journalled its end) and `patient` is set, its next one is waited for; otherwise this is one look.
 */
export async function nextElsewhere(
  session: Session,
  last: JobRecord,
  patient: boolean,
  { signal, wait = timer(signal) }: Elsewhere,
): Promise<Next> {
  let satisfied: readonly string[] = [];
  let quiet = 0;
  for (;;) {
    const job = await startedAfter(session, last);
    const told = await toldSince(session, last);
    const news = (told ?? []).length - satisfied.length;
    satisfied = told ?? satisfied;
    quiet = news > 0 ? 0 : quiet + 1;
    const awaited = patient && told !== null && quiet <= PATIENCE_LOOKS;
    if (job !== null || !awaited || signal?.aborted === true || nothingLeft(session, last, satisfied))
      return { job, satisfied };
    await wait(LOOK_MS);
  }
}

/** Actions that were found satisfied after the job; null when the program that started it has not told its end. */
async function toldSince(session: Session, { id, step, host }: JobRecord): Promise<readonly string[] | null> {
  const { entries } = await session.journal.read({ limit: RECENT_ENTRIES });
  const at = entries.findIndex((entry) => isEndOf(entry, id));
  if (at < 0) return null;
  return entries
    .slice(at)
    .flatMap((entry) =>
      entry.kind === 'satisfied' && entry.step === step && entry.host === host ? [entry.action] : [],
    );
}

async function startedAfter(session: Session, last: JobRecord): Promise<JobRecord | null> {
  const jobs = await session.jobs.list(last.host);
  const newer = jobs.filter(
    (job) =>
      job.id !== last.id &&
      job.step === last.step &&
      job.purpose === last.purpose &&
      job.startedAt > last.startedAt &&
      !session.ownJobs.has(job.id),
  );
  return newer.toSorted((a, b) => a.startedAt - b.startedAt)[0] ?? null;
}

/** The last action of the step has been passed over too: no job will come. */
function nothingLeft(session: Session, { step, host }: JobRecord, satisfied: readonly string[]): boolean {
  const found = session.runbook.phases.flatMap((phase) => phase.steps).find((one) => one.id === step);
  const here = (found?.actions ?? []).filter((one) => (one.hosts ?? found?.hosts ?? []).includes(host));
  const final = here.at(-1);
  return final !== undefined && satisfied.includes(final.id);
}

function timer(signal: AbortSignal | undefined): (ms: number) => Promise<void> {
  return (ms) => sleep(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
}
