/** Taking a fix back: hosts keep what it changed as it was just before, by the prelude's tb_begin_fix and tb_for_fix. */
import type { GateKey, GateResult, ProbeRequest } from '../../gates/types.js';
import { HOST_NAMES, type HostName } from '../../lab/types.js';
import type { RenderedAction } from '../../runbook/types.js';
import { shellWord } from '../../runbook/shell.js';
import { foundOf, renderFoundScript } from '../../symptoms/render.js';
import type { Catalogue, FixSource, Symptom } from '../../symptoms/types.js';
import type { StepRun } from '../../state/types.js';
import { runOne, untilGreen, type FixOptions } from './diagnose-fix.js';
import { RECORD_NAME, RECORDS, type As } from './fix-record.js';
import type { Session } from './session.js';

const BOTH: readonly As[] = ['root', 'user'];

/** Of one fix on one host, as one user. */
interface FixTrace {
  readonly host: HostName;
  readonly as: As;
  /** `STEP.ACTION` of all that was carried out. */
  readonly actions: readonly string[];
  /** Files of which the earlier state is kept. */
  readonly files: readonly string[];
}

/** A fix that was carried out on this lab, by whichever computer. */
interface FixDone {
  /** Names its record on the hosts: `20261122T150155Z-S59.anew`. */
  readonly id: string;
  readonly symptom: string;
  readonly fix: string;
  /** epoch ms */
  readonly at: number;
  readonly traces: readonly FixTrace[];
}

/** What taking a fix back comes to. */
export interface PlannedUndo {
  readonly done: FixDone;
  readonly symptom: Symptom;
  readonly fix: FixSource;
  readonly actions: readonly RenderedAction[];
  readonly files: readonly { readonly host: HostName; readonly path: string }[];
  /** `STEP.ACTION@host` that kept nothing: what they did in the cluster or to a service stays. */
  readonly stays: readonly string[];
}

function question(as: As): string {
  return `for fix in ${RECORDS[as]}/*/; do
  for store in "$fix"*/; do
    if [ ! -d "$store" ]; then continue; fi
    printf 'at|%s|%s\\n' "$(basename "$fix")" "$(basename "$store")"
    for kind in "$store"*.kind; do
      if [ -e "$kind" ]; then printf 'file|%s|%s\\n' "$(basename "$fix")" "$(basename "$kind" .kind | tr '%' '/')"; fi
    done
  done
done
true`;
}

/** Fixes of which the hosts keep a record, the newest first. Hosts that do not answer have none. */
export async function fixesDone(session: Session, signal?: AbortSignal): Promise<readonly FixDone[]> {
  const asked = HOST_NAMES.flatMap((host) => BOTH.map((as) => ({ host, as })));
  const requests = asked.map(({ host, as }): ProbeRequest => ({
    id: `${host}/${as}`,
    probe: { kind: 'command', on: host, script: question(as), as, timeoutMs: 20_000 },
  }));
  const answers = await session.probes.run(requests, signal === undefined ? {} : { signal });
  const found = new Map<string, FixTrace[]>();
  for (const { host, as } of asked) {
    const lines = (answers.get(`${host}/${as}`)?.stdout ?? '').split('\n').map((one) => one.split('|'));
    const of = (kind: string, id: string): readonly string[] =>
      lines.flatMap(([what, name, value]) =>
        what === kind && name === id && value !== undefined ? [value] : [],
      );
    for (const id of new Set(
      lines.flatMap(([what, name]) => (what === 'at' && name !== undefined ? [name] : [])),
    ))
      found.set(id, [...(found.get(id) ?? []), { host, as, actions: of('at', id), files: of('file', id) }]);
  }
  return [...found]
    .flatMap(([id, traces]) => {
      const parts = RECORD_NAME.exec(id);
      if (parts === null) return [];
      const [, year, month, day, hour, minute, second, symptom = '', fix = ''] = parts;
      const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
      return [{ id, symptom, fix, at, traces }];
    })
    .toSorted((a, b) => b.at - a.at || b.id.localeCompare(a.id));
}

/** @returns null when nothing of it was kept, or the catalogue knows it no more */
export function planUndo(session: Session, catalogue: Catalogue, done: FixDone): PlannedUndo | null {
  const symptom = catalogue.byId.get(done.symptom);
  const fix = symptom?.fixes.find((one) => one.id === done.fix);
  if (symptom === undefined || fix === undefined) return null;
  const actions = done.traces
    .filter((one) => one.files.length > 0 || fix.undo !== undefined)
    .map((one) => undoAction(session, symptom, fix, done.id, one));
  if (actions.length === 0) return null;
  const files = done.traces.flatMap(({ host, files: paths }) => paths.map((path) => ({ host, path })));
  const stays = done.traces
    .filter((one) => one.files.length === 0 && fix.undo === undefined)
    .flatMap(({ host, actions: names }) => names.map((name) => `${name}@${host}`));
  return { done, symptom, fix, actions, files, stays };
}

/** What taking back the newest fix comes to. @param symptoms whose fix is meant; none = any */
export async function newestUndo(
  session: Session,
  catalogue: Catalogue,
  symptoms: readonly string[],
  signal?: AbortSignal,
): Promise<PlannedUndo | null> {
  for (const done of await fixesDone(session, signal)) {
    if (symptoms.length > 0 && !symptoms.includes(done.symptom)) continue;
    const planned = planUndo(session, catalogue, done);
    if (planned !== null) return planned;
  }
  return null;
}

/** The same for one record; null when it is not there any more. */
export async function undoOf(
  session: Session,
  catalogue: Catalogue,
  record: string,
  signal?: AbortSignal,
): Promise<PlannedUndo | null> {
  const done = (await fixesDone(session, signal)).find(({ id }) => id === record);
  return done === undefined ? null : planUndo(session, catalogue, done);
}

function undoAction(
  session: Session,
  symptom: Symptom,
  fix: FixSource,
  record: string,
  { host, as }: FixTrace,
): RenderedAction {
  const own =
    fix.undo === undefined ? '' : renderFoundScript(fix.undo, session.context, host, foundOf([])).trimEnd();
  // Its own undo knows the store of the script; what the record holds besides is put back after it.
  const undo = [own, `export TB_BACKUPS=${RECORDS[as]}/${shellWord(record)}`, 'tb_end_fix'];
  return {
    step: symptom.id,
    action: fix.id,
    host,
    variant: 'ours',
    as,
    risk: fix['undo-destroys'] === true ? 'destroys' : 'config',
    say: fix.restores ?? fix.say,
    script: '',
    satisfied: null,
    undo: undo.filter((line) => line !== '').join('\n'),
    files: [],
    keep: null,
    runbookScript: null,
    timeoutMs: fix.timeout * 1000,
    reconnect: fix.reconnect,
  };
}

/** What came of it. */
export interface Undone {
  readonly carriedOut: boolean;
  readonly runs: readonly StepRun[];
  /** The gates of the fix and of its symptom, asked once afterwards: what is red now is what the fix had mended. */
  readonly results: readonly GateResult[];
}

/** Takes a fix back, host by host, and stops at the first that fails. Jobs are journalled as any undo. */
export async function carryOutUndo(
  session: Session,
  { actions, fix, symptom }: PlannedUndo,
  options: FixOptions = {},
): Promise<Undone> {
  const runs: StepRun[] = [];
  for (const action of actions) {
    const run = await runOne(session, action, options, 'undo');
    runs.push(run);
    if (run.phase !== 'done') return { carriedOut: false, runs, results: [] };
  }
  const named = new Set([...fix.gates, ...symptom.gates]);
  const keys: readonly GateKey[] = session.gates.filter((one) => named.has(one.gate)).map((one) => one.key);
  return { carriedOut: true, runs, results: await untilGreen(session, keys, 0, options) };
}
