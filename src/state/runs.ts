/** Slice: steps being run, undone or cancelled. */
import { duration } from '../i18n/format.js';
import { form } from '../i18n/text.js';
import { variantKey } from '../runbook/render.js';
import { allRan, asCancelling, lateText } from './cancelling.js';
import { askCancel, askRun, askUndo, saveEffect, withUi } from './dialogs.js';
import type { Message, Transition } from './messages.js';
import { gateStanding, isRunning, runKey, stepGates } from './standing.js';
import type { AppState, Notice, StepRun, StepRunKey } from './types.js';

export type RunsMessage = Extract<
  Message,
  { type: 'run' | 'ask.run' | 'ask.undo' | 'ask.cancel' | 'variant.toggle' }
>;

const ended = {
  run: form<{ what: string; ms: number }>(
    (p) => `${p.what}: selesai dalam ${duration('id', p.ms)}`,
    (p) => `${p.what}: done in ${duration('en', p.ms)}`,
  ),
  red: form<{ what: string; count: number }>(
    (p) => `${p.what}: perintahnya selesai, tetapi ${p.count} gate belum hijau. g menunjukkannya`,
    (p) => `${p.what}: its commands are done, but ${p.count} gates are not green. g shows them`,
  ),
  undo: form<{ what: string; ms: number }>(
    (p) => `${p.what}: sudah dikembalikan (${duration('id', p.ms)})`,
    (p) => `${p.what}: put back (${duration('en', p.ms)})`,
  ),
  satisfied: form<{ what: string }>(
    (p) => `${p.what}: semua sudah terpenuhi, tidak ada yang dijalankan`,
    (p) => `${p.what}: all satisfied already, nothing was run`,
  ),
  failed: form<{ what: string }>(
    (p) => `${p.what}: gagal. Buka langkah untuk melihat keluarannya`,
    (p) => `${p.what}: failed. Open the step to see its output`,
  ),
  interrupted: form<{ what: string; done: number; all: number }>(
    (p) =>
      `${p.what}: terputus setelah tindakan ${p.done} dari ${p.all}. r melanjutkan; yang sudah beres dilewati`,
    (p) => `${p.what}: interrupted after action ${p.done} of ${p.all}. r goes on; what is done is skipped`,
  ),
  cancelled: form<{ what: string }>(
    (p) => `${p.what}: dibatalkan. Periksa gate untuk tahu keadaannya`,
    (p) => `${p.what}: cancelled. Check the gates to see what it left`,
  ),
};

/** One sentence on a run that has just ended; null while it goes on. */
function noticeOf(state: AppState, run: StepRun, late: boolean): Notice | null {
  const { now } = state;
  const what = `${run.step} ${run.host}`;
  const ms = (run.endedAt ?? now) - run.startedAt;
  switch (run.phase) {
    case 'running':
      return null;
    case 'gating':
      return late ? { tone: 'plain', text: lateText(run), at: now } : null;
    case 'failed': {
      const done = run.actions.filter(({ phase }) => phase === 'ok' || phase === 'satisfied').length;
      const rest = run.actions.filter((action) => action.phase === 'waiting').length;
      if (run.reattached && done + rest === run.actions.length)
        return { tone: 'bad', text: ended.interrupted({ what, done, all: run.actions.length }), at: now };
      return { tone: 'bad', text: ended.failed({ what }), at: now };
    }
    case 'cancelled':
      if (allRan(run)) return { tone: 'plain', text: lateText(run), at: now };
      return { tone: 'plain', text: ended.cancelled({ what }), at: now };
    case 'done': {
      const idle = run.actions.length > 0 && run.actions.every((action) => action.phase === 'satisfied');
      const count = run.purpose === 'run' ? redGates(state, run) : 0;
      if (late) return { tone: count > 0 ? 'bad' : 'plain', text: lateText(run), at: now };
      if (count > 0) return { tone: 'bad', text: ended.red({ what, count }), at: now };
      if (idle) return { tone: 'plain', text: ended.satisfied({ what }), at: now };
      return { tone: 'good', text: (run.purpose === 'undo' ? ended.undo : ended.run)({ what, ms }), at: now };
    }
  }
}

/** Gates of the step that speak of the run's host, or of the whole lab, and are red after it. */
function redGates(state: AppState, run: StepRun): number {
  return stepGates(state, run.step)
    .filter((gate) => gate.subject === run.host || gate.subject === 'lab')
    .filter((gate) => ['fail', 'unknown', 'blocked'].includes(gateStanding(state, gate))).length;
}

/** What is still to be said of a cancel when a run has gone on or ended. */
function marksAfter(state: AppState, key: StepRunKey, run: StepRun): AppState['cancelling'] {
  if (run.phase === 'running') return state.cancelling;
  const rest = { ...state.cancelling };
  if (run.phase === 'gating') rest[key] = 'late';
  else delete rest[key];
  return rest;
}

export function runs(state: AppState, message: RunsMessage): Transition {
  switch (message.type) {
    case 'run': {
      const key = runKey(message.run.step, message.run.host);
      const asked = state.cancelling[key];
      const run =
        asked === 'asked' && message.run.phase === 'running' ? asCancelling(message.run) : message.run;
      const before = state.runs[key];
      const next: AppState = {
        ...state,
        runs: { ...state.runs, [key]: run },
        cancelling: asked === undefined ? state.cancelling : marksAfter(state, key, run),
      };
      const news =
        before === undefined || isRunning(before) ? noticeOf(next, run, asked !== undefined) : null;
      return [news === null ? next : withUi(next, { notice: news }), []];
    }
    case 'ask.run':
      return [askRun(state, message.step, message.force), []];
    case 'ask.undo':
      return [askUndo(state, message.step), []];
    case 'ask.cancel':
      return askCancel(state, message.step);
    case 'variant.toggle': {
      const key = variantKey(message.step, message.action);
      const variants = { ...state.variants };
      if (variants[key] === 'runbook') delete variants[key];
      else variants[key] = 'runbook';
      const next = { ...state, variants };
      return [next, [saveEffect(next)]];
    }
  }
}
