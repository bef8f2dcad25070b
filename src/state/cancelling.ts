/** Cancelling is told at once, and so is that it came too late. */
import { form } from '../i18n/text.js';
import type { HostName, Text } from '../lab/types.js';
import type { StepId } from '../runbook/types.js';
import type { Transition } from './messages.js';
import { runKey } from './standing.js';
import type { AppState, StepRun, StepRunKey } from './types.js';

const told = {
  asked: form<{ what: string }>(
    (p) => `${p.what}: sedang dibatalkan …`,
    (p) => `${p.what}: being cancelled …`,
  ),
  late: form<{ what: string }>(
    (p) => `${p.what}: perintahnya sudah selesai sebelum pembatalan sampai; tidak ada yang dihentikan`,
    (p) => `${p.what}: its commands ended before the cancel got there; nothing was stopped`,
  ),
};

/** The one sentence for a cancel that found nothing to stop. */
export function lateText(run: Pick<StepRun, 'step' | 'host'>): Text {
  return told.late({ what: `${run.step} ${run.host}` });
}

function marked(
  state: AppState,
  marks: Readonly<Partial<Record<StepRunKey, 'asked' | 'late'>>>,
  text: Text,
): AppState {
  const notice = { tone: 'plain', text, at: state.now } as const;
  return { ...state, cancelling: { ...state.cancelling, ...marks }, ui: { ...state.ui, notice } };
}

/** Asks for the end of a step on hosts; hosts whose commands have ended meanwhile are told of instead. */
export function cancelOn(state: AppState, step: StepId, hosts: readonly HostName[]): Transition {
  const running = hosts.filter((host) => state.runs[runKey(step, host)]?.phase === 'running');
  const late = hosts.filter((host) => !running.includes(host));
  let next = state;
  if (late.length > 0) {
    const gating = late.filter((host) => state.runs[runKey(step, host)]?.phase === 'gating');
    const marks = Object.fromEntries(gating.map((host) => [runKey(step, host), 'late' as const]));
    next = marked(next, marks, told.late({ what: `${step} ${late.join(', ')}` }));
  }
  if (running.length === 0) return [next, []];
  const marks = Object.fromEntries(running.map((host) => [runKey(step, host), 'asked' as const]));
  next = marked(next, marks, told.asked({ what: `${step} ${running.join(', ')}` }));
  return [next, [{ type: 'step.cancel', step, hosts: running }]];
}

/** True while the end of a run was asked for and has not come. */
export function isCancelling(state: AppState, run: Pick<StepRun, 'step' | 'host'>): boolean {
  return state.cancelling[runKey(run.step, run.host)] === 'asked';
}

/** A run as it is shown while its end is awaited: what runs is being cancelled. */
export function asCancelling(run: StepRun): StepRun {
  const actions = run.actions.map((one) =>
    one.phase === 'running' || one.phase === 'checking' ? { ...one, phase: 'cancelling' as const } : one,
  );
  return { ...run, actions };
}

/** True when all commands of a run had ended by themselves, whatever the run itself is called. */
export function allRan(run: StepRun): boolean {
  return (
    run.actions.length > 0 && run.actions.every((one) => one.phase === 'ok' || one.phase === 'satisfied')
  );
}
