/** One action on one host: asked whether there is anything to do, its files brought, its job started and followed. */
import { Trouble } from '../../lab/types.js';
import type { RenderedAction } from '../../runbook/types.js';
import type { ActionPhase, ActionRun, TroubleView } from '../../state/types.js';
import type { JobEnd, JobSpec, StagedFile } from '../ports.js';
import { composeRun, composeSatisfied, composeUndo } from './compose.js';
import { followJob, phaseOfEnd } from './follow.js';
import type { Session } from './session.js';
import { stageFiles } from './stage.js';
import { floodedTrouble, linkLost, notFoundOut } from './step-troubles.js';
import type { ActiveStep, StepOptions } from './steps.js';
import { troubleView } from './trouble.js';

/** Times a job is started when the link is lost while it is. */
const START_ATTEMPTS = 3;
/** What stands in the log for an action that was satisfied. */
export const NOTHING_TO_DO = 'nothing to do: satisfied already';

type Ended = Exclude<ActionPhase, 'waiting' | 'checking' | 'running' | 'cancelling'> | 'left';

/** Runs one action to its end. `left` = this program stops following; the job goes on and is found again at the next start. */
export async function oneAction(
  session: Session,
  action: RenderedAction,
  purpose: 'run' | 'undo',
  options: StepOptions,
  { cancelled, signal: cancelling }: ActiveStep,
  report: (patch: Partial<ActionRun>) => void,
): Promise<Ended> {
  const { host } = action;
  const source = `${action.step}/${action.action}`;
  const finish = (phase: Exclude<Ended, 'left'>, end: JobEnd | null, trouble: TroubleView | null): Ended => {
    report({ phase, end, trouble, endedAt: session.now() });
    return phase;
  };
  report({ phase: 'checking', startedAt: session.now() });
  try {
    if (purpose === 'run' && options.force !== true && action.satisfied !== null) {
      const satisfied = await isSatisfied(session, action, action.satisfied, options.signal);
      if (satisfied) {
        session.logs.append(host, source, NOTHING_TO_DO, session.now());
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
    const files = await stageFiles(session, action, purpose, {
      signal: AbortSignal.any([cancelling, ...(options.signal === undefined ? [] : [options.signal])]),
      log: (line) => session.logs.append(host, source, line, session.now()),
    });
    if (cancelled()) return finish('cancelled', null, null);
    const spec = jobSpec(session, action, purpose, files);
    session.ownJobs.add(spec.id);
    await startSurely(session, spec, options.signal);
    // A cancel that came while the job was being started found no job to end.
    if (cancelled()) await session.jobs.cancel(host, spec.id);
    report({ phase: 'running', job: spec.id, startedAt: session.now() });
    const record = await followJob(session, spec.id, host, {
      source,
      script: spec.script,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    if (record === null || record.end === null) return 'left';
    if (action.reconnect) await session.links.link(host).renew(options.signal);
    const flooded = record.end.kind === 'flooded' ? troubleView(floodedTrouble(host)) : null;
    return finish(phaseOfEnd(record.end), record.end, flooded);
  } catch (error) {
    if (options.signal?.aborted === true) return 'left';
    if (cancelled() && error instanceof Trouble && error.code === 'cancelled')
      return finish('cancelled', null, null);
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

function jobSpec(
  session: Session,
  action: RenderedAction,
  purpose: 'run' | 'undo',
  files: readonly StagedFile[],
): JobSpec {
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
    files,
    timeoutMs: action.timeoutMs,
    by: session.by,
  };
}
