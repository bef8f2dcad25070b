/** Running, undoing and cancelling steps. One host's actions go one after the other; hosts go side by side. */
import { Trouble, type HostName } from '../../lab/types.js';
import { renderActions } from '../../runbook/render.js';
import type { RenderedAction, StepId, Variant } from '../../runbook/types.js';
import type { ActionPhase, ActionRun, StepRun, StepRunKey, TroubleView } from '../../state/types.js';
import type { JobEnd, JobSpec } from '../ports.js';
import { composeRun, composeSatisfied, composeUndo } from './compose.js';
import { followJob, phaseOfEnd } from './follow.js';
import { checkGates, keysOfStep, type CheckOptions } from './gates.js';
import { stepOf, type Session } from './session.js';
import { floodedTrouble, linkLost, notFoundOut, stillRunning } from './step-troubles.js';
import { troubleView } from './trouble.js';

export interface StepOptions extends CheckOptions {
  /** Run actions even when they say there is nothing to do. */
  readonly force?: boolean;
  readonly variants?: Readonly<Record<string, Variant>>;
  /** Called with every change of every host's run. */
  readonly onRun?: (run: StepRun) => void;
}

/** Times a job is started when the link is lost while it is. */
const START_ATTEMPTS = 3;

/** A step under way in this program, so that it can be cancelled. */
export interface ActiveSteps {
  readonly keys: () => readonly StepRunKey[];
  enter(key: StepRunKey): { readonly cancelled: () => boolean; readonly leave: () => void };
  /** Marks a run as cancelled; true when it is one of ours. */
  cancel(key: StepRunKey): boolean;
}

export function createActiveSteps(): ActiveSteps {
  const active = new Map<StepRunKey, { cancelled: boolean }>();
  return {
    keys: () => [...active.keys()],
    enter(key) {
      const entry = { cancelled: false };
      active.set(key, entry);
      return { cancelled: () => entry.cancelled, leave: () => void active.delete(key) };
    },
    cancel(key) {
      const entry = active.get(key);
      if (entry !== undefined) entry.cancelled = true;
      return entry !== undefined;
    },
  };
}

/**
 * Runs a step's actions on the hosts, then asks the step's gates there.
 * Never throws for what happens on a host: that is in the runs that come back, one a host.
 */
export async function runStep(
  session: Session,
  active: ActiveSteps,
  step: StepId,
  hosts: readonly HostName[],
  options: StepOptions = {},
): Promise<readonly StepRun[]> {
  return onHosts(session, active, step, hosts, 'run', options);
}

/** Undoes a step: each action's undo, last action first. Actions without one are left out. */
export async function undoStep(
  session: Session,
  active: ActiveSteps,
  step: StepId,
  hosts: readonly HostName[],
  options: StepOptions = {},
): Promise<readonly StepRun[]> {
  return onHosts(session, active, step, hosts, 'undo', options);
}

/** Ends the jobs of a step on the hosts: those of this program and those found there. */
export async function cancelStep(
  session: Session,
  active: ActiveSteps,
  step: StepId,
  hosts: readonly HostName[],
): Promise<void> {
  await Promise.all(
    hosts.map(async (host) => {
      active.cancel(`${step}@${host}`);
      const jobs = await session.jobs.list(host);
      const running = jobs.filter((job) => job.step === step && job.end === null);
      const ended = await Promise.all(running.map((job) => session.jobs.cancel(host, job.id)));
      const stuck = ended.find((job) => job.end === null);
      if (stuck !== undefined) throw stillRunning(stuck.action, host);
    }),
  );
}

async function onHosts(
  session: Session,
  active: ActiveSteps,
  step: StepId,
  hosts: readonly HostName[],
  purpose: 'run' | 'undo',
  options: StepOptions,
): Promise<readonly StepRun[]> {
  const runs = await Promise.all(hosts.map((host) => onHost(session, active, step, host, purpose, options)));
  if (options.signal?.aborted === true) return runs;
  // A link that was lost just as the last job ended is given one try, so that the gates are asked and not only unknown.
  const { signal } = options;
  const settled = runs.filter((run) => run.phase === 'gating').map((run) => session.links.link(run.host));
  await Promise.allSettled(settled.map((link) => link.open(signal === undefined ? {} : { signal })));
  await checkGates(session, keysOfStep(session, step, hosts), options);
  return runs.map((run) => {
    if (run.phase !== 'gating') return run;
    const done: StepRun = { ...run, phase: 'done', endedAt: session.now() };
    options.onRun?.(done);
    return done;
  });
}

async function onHost(
  session: Session,
  active: ActiveSteps,
  stepId: StepId,
  host: HostName,
  purpose: 'run' | 'undo',
  options: StepOptions,
): Promise<StepRun> {
  const rendered = renderActions(
    session.runbook,
    session.context,
    stepOf(session.runbook, stepId),
    host,
    options.variants ?? session.memory.variants,
  );
  const actions =
    purpose === 'run' ? rendered : rendered.filter((action) => action.undo !== null).toReversed();
  const track = createTrack(session, stepId, host, purpose, actions, options);
  const entry = active.enter(`${stepId}@${host}`);
  try {
    for (const [index, action] of actions.entries()) {
      if (entry.cancelled()) return track.end('cancelled');
      const ended = await oneAction(session, action, purpose, options, entry.cancelled, (patch) =>
        track.action(index, patch),
      );
      if (ended === 'left') return track.run;
      if (entry.cancelled() || ended === 'cancelled') return track.end('cancelled');
      if (ended !== 'ok' && ended !== 'satisfied') return track.end('failed');
    }
    return track.phase('gating');
  } finally {
    entry.leave();
  }
}

interface Track {
  readonly run: StepRun;
  action(index: number, patch: Partial<ActionRun>): void;
  phase(phase: StepRun['phase']): StepRun;
  end(phase: 'failed' | 'cancelled'): StepRun;
}

function createTrack(
  session: Session,
  step: StepId,
  host: HostName,
  purpose: 'run' | 'undo',
  actions: readonly RenderedAction[],
  options: StepOptions,
): Track {
  let run: StepRun = {
    step,
    host,
    purpose,
    actions: actions.map((action) => waiting(action.action, action.variant)),
    phase: 'running',
    startedAt: session.now(),
    endedAt: null,
    reattached: false,
  };
  const set = (next: StepRun): StepRun => {
    run = next;
    options.onRun?.(run);
    return run;
  };
  set(run);
  return {
    get run() {
      return run;
    },
    action(index, patch) {
      set({ ...run, actions: run.actions.map((one, i) => (i === index ? { ...one, ...patch } : one)) });
    },
    phase: (phase) => set({ ...run, phase }),
    end: (phase) => set({ ...run, phase, endedAt: session.now() }),
  };
}

function waiting(action: string, variant: Variant): ActionRun {
  return {
    action,
    phase: 'waiting',
    variant,
    job: null,
    startedAt: null,
    endedAt: null,
    end: null,
    trouble: null,
  };
}

type Ended = Exclude<ActionPhase, 'waiting' | 'checking' | 'running' | 'cancelling'> | 'left';

/** Runs one action to its end. `left` = this program stops following; the job goes on and is found again at the next start. */
async function oneAction(
  session: Session,
  action: RenderedAction,
  purpose: 'run' | 'undo',
  options: StepOptions,
  cancelled: () => boolean,
  report: (patch: Partial<ActionRun>) => void,
): Promise<Ended> {
  const { host } = action;
  const finish = (phase: Exclude<Ended, 'left'>, end: JobEnd | null, trouble: TroubleView | null): Ended => {
    report({ phase, end, trouble, endedAt: session.now() });
    return phase;
  };
  report({ phase: 'checking', startedAt: session.now() });
  try {
    if (purpose === 'run' && options.force !== true && action.satisfied !== null) {
      const satisfied = await isSatisfied(session, action, action.satisfied, options.signal);
      if (satisfied) {
        session.logs.append(
          host,
          `${action.step}/${action.action}`,
          'nothing to do: satisfied already',
          session.now(),
        );
        await session.journal.append({
          kind: 'satisfied',
          at: session.now(),
          by: session.by,
          host,
          step: action.step,
          action: action.action,
        });
        return finish('satisfied', null, null);
      }
    }
    if (options.signal?.aborted === true) return 'left';
    if (cancelled()) return finish('cancelled', null, null);
    const spec = jobSpec(session, action, purpose);
    session.ownJobs.add(spec.id);
    await startSurely(session, spec, options.signal);
    // A cancel that came while the job was being started found no job to end.
    if (cancelled()) await session.jobs.cancel(host, spec.id);
    report({ phase: 'running', job: spec.id, startedAt: session.now() });
    const record = await followJob(session, spec.id, host, {
      source: `${action.step}/${action.action}`,
      script: spec.script,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    if (record === null || record.end === null) return 'left';
    if (action.reconnect && purpose === 'run') await session.links.link(host).renew(options.signal);
    const flooded = record.end.kind === 'flooded' ? troubleView(floodedTrouble(host)) : null;
    return finish(phaseOfEnd(record.end), record.end, flooded);
  } catch (error) {
    if (options.signal?.aborted === true) return 'left';
    const trouble = troubleView(error);
    return finish(
      trouble.code.startsWith('ssh-') || trouble.code === 'link-lost' ? 'unreachable' : 'failed',
      null,
      trouble,
    );
  }
}

/**
 * Starts a job, and once more when the link was lost in between: a second start of the same id finds the first one, so
 * that nothing runs twice and nothing is left running unseen.
 */
async function startSurely(session: Session, spec: JobSpec, signal?: AbortSignal): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await session.jobs.start(spec);
      return;
    } catch (error) {
      const lost = error instanceof Trouble && (error.code === 'link-lost' || error.code === 'ssh-channel');
      if (!lost || attempt === START_ATTEMPTS || signal?.aborted === true) throw error;
      await session.links.link(spec.host).open(signal === undefined ? {} : { signal });
    }
  }
}

async function isSatisfied(
  session: Session,
  action: RenderedAction,
  satisfied: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const id = `${action.step}/${action.action}`;
  const script = composeSatisfied(session.runbook, action, satisfied);
  const probe = { kind: 'command', on: action.host, script, as: action.as, timeoutMs: 30_000 } as const;
  const recording = (await session.probes.run([{ id, probe }], signal === undefined ? {} : { signal })).get(
    id,
  );
  if (recording === undefined || recording.exit === null) {
    const reason = recording?.error ?? { id: 'tidak ada jawaban', en: 'no answer' };
    const up = session.links.link(action.host).status().kind === 'up';
    throw up ? notFoundOut(action.host, reason) : linkLost(action.host, reason);
  }
  return recording.exit === 0;
}

function jobSpec(session: Session, action: RenderedAction, purpose: 'run' | 'undo'): JobSpec {
  const at = session.now();
  const stamp = new Date(at).toISOString().replaceAll(/[-:]|\.\d+Z$/g, '');
  const script =
    purpose === 'undo' && action.undo !== null
      ? composeUndo(session.runbook, action, action.undo)
      : composeRun(session.runbook, action);
  return {
    id: `${stamp}-${action.step}.${action.action}-${Math.random().toString(36).slice(2, 6).padEnd(4, '0')}`,
    host: action.host,
    step: action.step,
    action: action.action,
    variant: action.variant,
    purpose,
    as: action.as,
    script,
    files: action.files,
    timeoutMs: action.timeoutMs,
    by: session.by,
  };
}
