/** Steps on hosts, one after the other; jobs that an earlier run left are followed first and not run a second time. */
import type { GateResult } from '../gates/types.js';
import type { HostName } from '../lab/types.js';
import type { Variant } from '../runbook/types.js';
import { reattach } from '../services/engine/pick-up.js';
import { keysOfStep } from '../services/engine/gates.js';
import { createActiveSteps, runStep, undoStep, type StepOptions } from '../services/engine/steps.js';
import type { LabSession } from '../services/engine/assemble.js';
import type { JobRecord } from '../services/ports.js';
import type { StepRun } from '../state/types.js';
import { talk, worse, type CommandContext, type ExitCode } from './context.js';
import type { Narrator } from './narrate.js';
import type { PlannedStep } from './rendered.js';
import { checkedGates, exitOf, type CheckedGate } from './verdicts.js';

export type Purpose = 'run' | 'undo';

export interface Outcome {
  readonly exit: ExitCode;
  /** Jobs found on the hosts that have ended. */
  readonly left: readonly JobRecord[];
  readonly runs: readonly StepRun[];
  /** Steps that were not begun. */
  readonly notRun: readonly string[];
  readonly gates: readonly CheckedGate[];
}

/** Carries out steps in order and stops at the first one that is not green. */
export async function carryOut(
  context: CommandContext,
  session: LabSession,
  narrator: Narrator,
  purpose: Purpose,
  steps: readonly PlannedStep[],
  variants: Readonly<Record<string, Variant>>,
): Promise<Outcome> {
  const { signal, line } = context;
  const force = line.options.has('force');
  const results = new Map<string, GateResult>();
  const last = new Map<string, StepRun>();
  const options: StepOptions = {
    signal,
    variants,
    force,
    onRun(one) {
      last.set(`${one.step}@${one.host}`, one);
      narrator.onRun(one);
    },
    onResult: (result) => results.set(`${result.gate}@${result.subject}`, result),
    onUnwritten: context.problem,
  };
  const hosts = [...new Set(steps.flatMap((one) => one.hosts))];
  const wasRunning = new Set<string>();
  const onFoundAtWork = ({ id }: JobRecord): void => void wasRunning.add(id);
  const left = await reattach(session, { ...options, hosts, onFoundAtWork });
  const runs: StepRun[] = [];
  const notRun: string[] = [];
  let exit: ExitCode = 0;
  for (const planned of steps) {
    const { step, hosts: own } = planned;
    if (exit !== 0 || signal.aborted) {
      notRun.push(step.id);
      continue;
    }
    const finished = force || purpose === 'undo' ? [] : finishedRuns(planned, last, results, wasRunning);
    for (const { host } of finished) tellFinished(context, step.id, host);
    const open = own.filter((host) => !finished.some((one) => one.host === host));
    const work = purpose === 'run' ? runStep : undoStep;
    const done = open.length === 0 ? [] : await work(session, createActiveSteps(), step.id, open, options);
    runs.push(...finished, ...done);
    for (const one of done) exit = worse(exit, exitOfRun(one));
    if (signal.aborted || purpose === 'undo') continue;
    const keys: readonly string[] = keysOfStep(session, step.id, own);
    const asked = [...results.values()].filter((one) => keys.includes(`${one.gate}@${one.subject}`));
    exit = worse(exit, exitOf(checkedGates(session, asked)));
  }
  if (signal.aborted) tellLeft(context, purpose, [...last.values()]);
  return { exit, left, runs, notRun, gates: checkedGates(session, [...results.values()]) };
}

/**
 * Hosts where the jobs left from before were the last of the step, went well, and left the host's own gates green: they would
 * be done twice otherwise. Anything less certain is run again, which scripts are made for. So is what had ended before it was
 * found: the lab file may be another since.
 *
 * @param wasRunning ids of jobs that were still running when they were found
 */
function finishedRuns(
  { step, actions, hosts }: PlannedStep,
  last: ReadonlyMap<string, StepRun>,
  results: ReadonlyMap<string, GateResult>,
  wasRunning: ReadonlySet<string>,
): readonly StepRun[] {
  return hosts.flatMap((host) => {
    const found = last.get(`${step.id}@${host}`);
    if (found?.reattached !== true || found.purpose !== 'run' || found.phase !== 'done') return [];
    const end = actions.findLast(({ on }) => on.some((one) => one.host === host));
    const whole = found.actions.every(({ phase }) => phase === 'ok' || phase === 'satisfied');
    const ending = found.actions.at(-1);
    if (!whole || ending?.action !== end?.action.id || !wasRunning.has(ending?.job ?? '')) return [];
    const asked = step.gates.flatMap((gate) => results.get(`${gate.fullId}@${host}`) ?? []);
    const green = asked.length > 0 && asked.every(({ verdict }) => verdict === 'pass' || verdict === 'warn');
    return green ? [found] : [];
  });
}

function tellFinished(context: CommandContext, step: string, host: HostName): void {
  talk(context, {
    id: `${step}@${host} baru saja selesai oleh pekerjaan tadi; tidak diulang (--force mengulangnya).`,
    en: `${step}@${host} has just been finished by the job left from before; not done again (--force does).`,
  });
}

/** How one host's part of a step ended. */
function exitOfRun(one: StepRun): ExitCode {
  if (one.phase === 'done') return 0;
  const unclear = one.actions.some(
    ({ phase, trouble }) => phase === 'unreachable' || phase === 'running' || trouble?.code === 'job-busy',
  );
  return unclear ? 3 : 1;
}

function tellLeft(context: CommandContext, purpose: Purpose, runs: readonly StepRun[]): void {
  for (const { step, host, actions } of runs) {
    const going = actions.find((action) => action.phase === 'running');
    if (going === undefined) continue;
    const job = `${step}/${going.action}@${host}`;
    talk(context, {
      id: `${job} tetap berjalan di host. \`threebody-tui ${purpose} ${step}\` mengikutinya lagi; \`threebody-tui cancel ${step}\` menghentikannya.`,
      en: `${job} goes on on the host. \`threebody-tui ${purpose} ${step}\` follows it again; \`threebody-tui cancel ${step}\` ends it.`,
    });
  }
}
