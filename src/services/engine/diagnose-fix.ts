/** Carrying out a fix: the runbook's own actions again, or a script of the symptom, as jobs; then the gates that were red. */
import type { GateKey, GateResult } from '../../gates/types.js';
import { HOST_NAMES, type HostName, type Text } from '../../lab/types.js';
import { renderActions, renderText } from '../../runbook/render.js';
import type { FileSource } from '../../runbook/file-schema.js';
import type { RenderedAction, RenderedFile } from '../../runbook/types.js';
import { foundAt, foundOf, renderFoundScript, withFound } from '../../symptoms/render.js';
import type { FixSource } from '../../symptoms/types.js';
import type { ActionRun, StepRun } from '../../state/types.js';
import { oneAction } from './action.js';
import type { Inquiry } from './diagnose.js';
import { fixRecord, recorded } from './fix-record.js';
import { checkGates, type CheckOptions } from './gates.js';
import { stepOf, type Session } from './session.js';
import { createActiveSteps, type StepOptions } from './steps.js';

/** What a fix comes to on this lab. */
export interface PlannedFix {
  /** The symptom that it belongs to. */
  readonly symptom: string;
  readonly fix: FixSource;
  /** In the order in which they run; empty when only a person can do it. */
  readonly actions: readonly RenderedAction[];
  readonly risk: 'safe' | 'config' | 'destroys';
  /** What a person has to do; null when the program can. */
  readonly byHand: Text | null;
  /** Names to be typed before it runs: `S49/start-harbor`, of every action that destroys. */
  readonly dangerous: readonly string[];
}

const RISKS = ['safe', 'config', 'destroys'] as const;

/** @throws RangeError when the catalogue and the runbook do not belong together */
export function planFix(session: Session, inquiry: Inquiry, fix: FixSource): PlannedFix {
  const where = foundAt(inquiry.evidence);
  const actions =
    fix.script === undefined
      ? (fix.steps ?? []).flatMap((name) => stepActions(session, fix, name, where))
      : scriptActions(session, inquiry, fix, fix.script, where);
  const worst = Math.max(0, ...actions.map((one) => RISKS.indexOf(one.risk)));
  return {
    symptom: inquiry.symptom.id,
    fix,
    actions,
    risk: RISKS[worst] ?? 'destroys',
    byHand: fix['by-hand'] ?? null,
    dangerous: [
      ...new Set(actions.filter((one) => one.risk === 'destroys').map((one) => `${one.step}/${one.action}`)),
    ],
  };
}

/** Hosts of a fix: only the one where it was seen, when it follows the evidence and that is one of them. */
function hostsFor(fix: FixSource, hosts: readonly HostName[], seen: HostName | null): readonly HostName[] {
  const wanted = HOST_NAMES.filter((host) => hosts.includes(host) && (fix.hosts?.includes(host) ?? true));
  if (fix.follows !== true || seen === null) return wanted;
  return wanted.filter((host) => host === seen);
}

function stepActions(
  session: Session,
  fix: FixSource,
  name: string,
  seen: HostName | null,
): readonly RenderedAction[] {
  const [stepId = '', actionId = ''] = name.split('/');
  const step = stepOf(session.runbook, stepId);
  const action = step.actions.find((one) => one.id === actionId);
  if (action === undefined) throw new RangeError(`no action ${name}`);
  return hostsFor(fix, action.hosts ?? step.hosts, seen).flatMap((host) =>
    renderActions(session.runbook, session.context, step, host, {}).filter((one) => one.action === actionId),
  );
}

function scriptActions(
  session: Session,
  { symptom, evidence }: Inquiry,
  fix: FixSource,
  script: string,
  seen: HostName | null,
): readonly RenderedAction[] {
  const found = foundOf(evidence);
  const context = withFound(session.context, found);
  const render = (text: string | undefined, host: HostName): string | null =>
    text === undefined ? null : renderFoundScript(text, session.context, host, found).trimEnd();
  return hostsFor(fix, fix.hosts ?? HOST_NAMES, seen).map((host) => ({
    step: symptom.id,
    action: fix.id,
    host,
    variant: 'ours',
    as: fix.as,
    risk: fix.risk ?? 'config',
    say: fix.say,
    script: renderFoundScript(script, session.context, host, found).trimEnd(),
    satisfied: render(fix.satisfied, host),
    undo: render(fix.undo, host),
    files: fix.files.flatMap((file) =>
      renderFile(file, (text) => renderText(text, { ...context, host }), session),
    ),
    keep: null,
    runbookScript: null,
    timeoutMs: fix.timeout * 1000,
    reconnect: fix.reconnect,
  }));
}

/** A fix brings templates and secrets; whatever else a step needs is a step's own. */
function renderFile(
  file: FileSource,
  fill: (text: string) => string,
  session: Session,
): readonly RenderedFile[] {
  if (file.secret !== undefined)
    return [{ name: file.name, source: { kind: 'secret', parameter: file.secret } }];
  if (file.template === undefined) return [];
  const content = fill(session.runbook.templates[file.template] ?? '');
  return [{ name: file.name, source: { kind: 'template', template: file.template, content } }];
}

export interface FixOptions extends Pick<StepOptions, 'signal' | 'onRun'> {
  /** Wait between two looks at gates that are not green yet, ms. */
  readonly pauseMs?: number;
  readonly onResult?: CheckOptions['onResult'];
}

/** What came of a fix. */
export interface Fixed {
  /** Every action ended well. */
  readonly carriedOut: boolean;
  readonly runs: readonly StepRun[];
  /** The gates that were asked afterwards. */
  readonly results: readonly GateResult[];
  /** Carried out, and every gate that was red is green. */
  readonly helped: boolean;
}

/**
 * Runs a planned fix, one action after the other, and stops at the first that fails; then asks the gates until they are
 * green or the fix's own time is up. Jobs are journalled as any action; files are backed up by the scripts themselves.
 * @param red gates that were red, and are asked again besides those that the fix names
 */
export async function carryOutFix(
  session: Session,
  planned: PlannedFix,
  red: readonly GateKey[],
  options: FixOptions = {},
): Promise<Fixed> {
  const runs: StepRun[] = [];
  const record = fixRecord(planned.symptom, planned.fix.id, session.now());
  for (const action of planned.actions) {
    const run = await runOne(session, recorded(action, record), options, 'run');
    runs.push(run);
    if (run.phase !== 'done') return { carriedOut: false, runs, results: [], helped: false };
  }
  const results = await untilGreen(
    session,
    gatesOf(session, planned.fix, red),
    planned.fix.wait * 1000,
    options,
  );
  const green =
    results.length > 0 && results.every(({ verdict }) => verdict === 'pass' || verdict === 'warn');
  return { carriedOut: true, runs, results, helped: green };
}

function gatesOf(session: Session, fix: FixSource, red: readonly GateKey[]): readonly GateKey[] {
  const named = session.gates.filter((one) => fix.gates.includes(one.gate)).map((one) => one.key);
  return [...new Set([...red, ...named])];
}

/** One action as a run of its own. */
export async function runOne(
  session: Session,
  action: RenderedAction,
  options: FixOptions,
  purpose: StepRun['purpose'],
): Promise<StepRun> {
  const active = createActiveSteps();
  const entry = active.enter(`${action.step}@${action.host}`);
  let run: StepRun = {
    step: action.step,
    host: action.host,
    purpose,
    actions: [
      {
        action: action.action,
        phase: 'waiting',
        variant: action.variant,
        job: null,
        startedAt: null,
        endedAt: null,
        end: null,
        trouble: null,
      },
    ],
    phase: 'running',
    startedAt: session.now(),
    endedAt: null,
    reattached: false,
  };
  const set = (patch: Partial<StepRun>): void => {
    run = { ...run, ...patch };
    options.onRun?.(run);
  };
  const report = (patch: Partial<ActionRun>): void =>
    set({ actions: run.actions.map((one) => ({ ...one, ...patch })) });
  try {
    // Done again although it was satisfied once: what it made is broken now.
    const stepOptions = { force: true, ...(options.signal === undefined ? {} : { signal: options.signal }) };
    const ended = await oneAction(session, action, purpose, stepOptions, entry, report);
    if (ended === 'left') return run;
    const well = ended === 'ok' || ended === 'satisfied';
    set({ phase: well ? 'done' : ended === 'cancelled' ? 'cancelled' : 'failed', endedAt: session.now() });
    return run;
  } finally {
    entry.leave();
  }
}

const PAUSE_MS = 3000;

/**
 * Everything that was red or waited for it, asked again until it is green or the time is up: what the fixes came to.
 * @param waitMs milliseconds
 */
export async function askAgain(
  session: Session,
  before: readonly GateResult[],
  waitMs: number,
  options: FixOptions = {},
): Promise<readonly GateResult[]> {
  const keys = before
    .filter(({ verdict }) => verdict === 'fail' || verdict === 'blocked' || verdict === 'unknown')
    .map(({ gate, subject }): GateKey => `${gate}@${subject}`);
  return keys.length === 0 ? [] : untilGreen(session, keys, waitMs, options);
}

/** Asks gates until none of them is red or the time is up. @param waitMs milliseconds */
export async function untilGreen(
  session: Session,
  keys: readonly GateKey[],
  waitMs: number,
  { signal, onResult, pauseMs = PAUSE_MS }: FixOptions,
): Promise<readonly GateResult[]> {
  const deadline = session.now() + waitMs;
  const options = {
    ...(signal === undefined ? {} : { signal }),
    ...(onResult === undefined ? {} : { onResult }),
  };
  for (;;) {
    const results = await checkGates(session, keys, options);
    const asked = results.filter(({ gate, subject }) => keys.includes(`${gate}@${subject}`));
    const green = asked.every(({ verdict }) => verdict === 'pass' || verdict === 'warn');
    if (green || session.now() >= deadline || signal?.aborted === true) return asked;
    await pause(pauseMs, signal);
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
