/** What goes on by itself while a lab is open: links, telemetry, log revisions, the clock, and picking up what was left. */
import { gateKey, type GateResult } from '../../gates/types.js';
import { HOST_NAMES, type HostName } from '../../lab/types.js';
import type { ServiceMessage, StepRun } from '../../state/types.js';
import type { Sample } from '../ports.js';
import type { Beat } from './beat.js';
import { reattach } from './pick-up.js';
import { checkGates } from './gates.js';
import type { Session } from './session.js';
import type { ActiveSteps } from './steps.js';

/** Units worth showing on each host's pane; absent ones are left out there. */
const UNITS: Readonly<Record<HostName, readonly string[]>> = {
  'vm-docker': ['ssh', 'docker', 'gitlab-runner', 'systemd-resolved'],
  'vm-k8s': ['ssh', 'containerd', 'kubelet', 'systemd-resolved'],
  'vm-worker': ['ssh', 'containerd', 'kubelet', 'systemd-resolved'],
};
const SAMPLE_SECONDS = 5;
/** Elapsed times move every second while something runs; ages are told in minutes otherwise. */
const BUSY_TICK_MS = 1000;
const IDLE_TICK_MS = 15_000;

interface Tellers {
  readonly dispatch: (message: ServiceMessage) => void;
  readonly beat: Beat;
}

export interface LabWatch {
  /** Something was begun (+1) or ended (-1): the clock ticks faster meanwhile. */
  busy(by: 1 | -1): void;
  /** Resolves when everything has stopped after the signal fired. */
  readonly stopped: Promise<void>;
}

/**
 * Opens the links of a lab and keeps the state informed until the signal fires.
 * @param beat tells readings that merely moved
 * @param tell what goes wrong besides lost links, which are states, not errors
 */
export function watchLab(
  session: Session,
  active: ActiveSteps,
  { dispatch, beat }: Tellers,
  signal: AbortSignal,
  tell: (error: unknown) => void,
): LabWatch {
  const clock = startClock(session, beat, signal);
  const unsubscribe = session.logs.subscribe((revisions) => dispatch({ type: 'logs', revisions }));
  const works = HOST_NAMES.map((host) =>
    watchHost(session, active, host, { dispatch, beat }, signal, clock, tell),
  );
  const all = Promise.all(
    works.map((work) => work.catch((error: unknown) => (signal.aborted ? undefined : tell(error)))),
  );
  return { busy: clock.busy, stopped: all.then(unsubscribe) };
}

interface Clock {
  busy(by: 1 | -1): void;
}

function startClock(session: Session, beat: Beat, signal: AbortSignal): Clock {
  let busy = 0;
  let timer: NodeJS.Timeout | null = null;
  const plan = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(
      () => {
        beat.tell('clock', { type: 'clock', now: session.now() }, busy > 0);
        plan();
      },
      busy > 0 ? BUSY_TICK_MS : IDLE_TICK_MS,
    );
  };
  plan();
  signal.addEventListener('abort', () => timer !== null && clearTimeout(timer), { once: true });
  return {
    busy(by) {
      busy += by;
      if (!signal.aborted) plan();
    },
  };
}

async function watchHost(
  session: Session,
  active: ActiveSteps,
  host: HostName,
  { dispatch, beat }: Tellers,
  signal: AbortSignal,
  clock: Clock,
  tell: (error: unknown) => void,
): Promise<void> {
  const link = session.links.link(host);
  dispatch({ type: 'link', host, status: link.status() });
  const forget = link.onStatus((status) => dispatch({ type: 'link', host, status }));
  let before: Sample | null = null;
  const onSample = (sample: Sample): void => {
    if (before !== null && before.bootId !== sample.bootId) outdate(session, host, dispatch);
    beat.tell(
      `sample@${host}`,
      { type: 'sample', host, sample },
      before === null || !isSteady(before, sample),
    );
    before = sample;
  };
  const telemetry = session.telemetry.follow(host, {
    units: UNITS[host],
    intervalSeconds: SAMPLE_SECONDS,
    signal,
    onSample,
  });
  const comingBack = firstTimeUp(session, host, signal).then(async () => {
    if (!signal.aborted) await pickUp(session, active, host, dispatch, signal, clock, tell);
  });
  try {
    // Side by side, and each told by itself: a host without telemetry can still be worked on.
    await Promise.all(
      [telemetry, comingBack].map((work) =>
        work.catch((error: unknown) => (signal.aborted ? undefined : tell(error))),
      ),
    );
  } finally {
    forget();
  }
}

/** Whether a host is as it was, and only what always moves has moved. */
function isSteady(before: Sample, after: Sample): boolean {
  const lasting = ({
    at: _at,
    hostClock: _clock,
    uptimeSeconds: _uptime,
    load1: _load,
    memAvailableBytes: _memory,
    diskUsedBytes: _disk,
    ...rest
  }: Sample): string => JSON.stringify(rest);
  return lasting(before) === lasting(after);
}

/** Opens the link for good and waits until it is up for the first time, or the signal fires. */
async function firstTimeUp(session: Session, host: HostName, signal: AbortSignal): Promise<void> {
  const link = session.links.link(host);
  await new Promise<void>((resolve) => {
    const done = (): void => {
      stop();
      resolve();
    };
    const stop = link.onStatus((status) => status.kind === 'up' && done());
    signal.addEventListener('abort', done, { once: true });
    // A first attempt that fails is a state that has been published, and is retried with backoff.
    link.open({ keep: true, signal }).then(
      () => link.status().kind === 'up' && done(),
      () => undefined,
    );
  });
}

/** After the first contact: jobs that an earlier run left, then the gates that had been judged before. */
async function pickUp(
  session: Session,
  active: ActiveSteps,
  host: HostName,
  dispatch: (message: ServiceMessage) => void,
  signal: AbortSignal,
  clock: Clock,
  tell: (error: unknown) => void,
): Promise<void> {
  const reports = {
    signal,
    onRunning: (keys: readonly ReturnType<typeof gateKey>[]) => dispatch({ type: 'gates.running', keys }),
    onResult: (result: GateResult) => dispatch({ type: 'gate.judged', result }),
    onUnwritten: tell,
  };
  clock.busy(1);
  try {
    await reattach(session, { ...reports, hosts: [host], onRun: keepActive(active, dispatch) });
  } finally {
    clock.busy(-1);
  }
  const known = [...session.memory.results.values()].filter((result) => result.subject === host);
  if (known.length > 0 && !signal.aborted) {
    const keys = known.map((result) => gateKey(result.gate, result.subject));
    await checkGates(
      session,
      keys.filter((key) => session.gates.some((gate) => gate.key === key)),
      reports,
    );
  }
}

/** A run that is followed again counts as under way, like one that was started here. */
function keepActive(
  active: ActiveSteps,
  dispatch: (message: ServiceMessage) => void,
): (run: StepRun) => void {
  let leave: (() => void) | null = null;
  return (run) => {
    if (run.endedAt === null) leave ??= active.enter(`${run.step}@${run.host}`).leave;
    else {
      leave?.();
      leave = null;
    }
    dispatch({ type: 'run', run });
  };
}

/** A host that booted anew has to prove everything again: what was green is unknown until it is asked. */
function outdate(session: Session, host: HostName, dispatch: (message: ServiceMessage) => void): void {
  for (const result of [...session.memory.results.values()]) {
    if (result.subject !== host && result.subject !== 'lab') continue;
    const say = { id: `${host} baru saja boot: periksa lagi`, en: `${host} has booted since: check again` };
    const unknown: GateResult = {
      ...result,
      verdict: 'unknown',
      say,
      hints: [],
      evidence: [],
      judgedAt: session.now(),
    };
    session.memory.remember(unknown);
    dispatch({ type: 'gate.judged', result: unknown });
  }
}
