/** Running, undoing and cancelling steps. One host's actions go one after the other; hosts go side by side. */
import type { HostName } from '../../lab/types.js';
import { renderActions } from '../../runbook/render.js';
import type { RenderedAction, StepId, Variant } from '../../runbook/types.js';
import type { ActionRun, StepRun, StepRunKey } from '../../state/types.js';
import { oneAction } from './action.js';
import { checkGates, keysOfStep, type CheckOptions } from './gates.js';
import { stepOf, type Session } from './session.js';
import { stillRunning } from './step-troubles.js';

export interface StepOptions extends CheckOptions {
  /** Run actions even when they say there is nothing to do. */
  readonly force?: boolean;
  readonly variants?: Readonly<Record<string, Variant>>;
  /** Called with every change of every host's run. */
  readonly onRun?: (run: StepRun) => void;
}

/** One step on one host, from its first action to its last. */
export interface ActiveStep {
  readonly cancelled: () => boolean;
  /** Fires when the step is cancelled: for what is done before there is a job to end. */
  readonly signal: AbortSignal;
  readonly leave: () => void;
}

/** A step under way in this program, so that it can be cancelled. */
export interface ActiveSteps {
  readonly keys: () => readonly StepRunKey[];
  enter(key: StepRunKey): ActiveStep;
  /** Marks a run as cancelled; true when it is one of ours. */
  cancel(key: StepRunKey): boolean;
}

export function createActiveSteps(): ActiveSteps {
  const active = new Map<StepRunKey, AbortController>();
  return {
    keys: () => [...active.keys()],
    enter(key) {
      const entry = new AbortController();
      active.set(key, entry);
      const { signal } = entry;
      return { cancelled: () => signal.aborted, signal, leave: () => void active.delete(key) };
    },
    cancel(key) {
      const entry = active.get(key);
      entry?.abort();
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
      const ended = await oneAction(session, action, purpose, options, entry, (patch) =>
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
