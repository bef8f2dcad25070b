/** Who breaks a lab, and takes that back: whoever made it, from inside; or scripts over SSH, as jobs. */
import type { HostName } from '../../lab/types.js';
import { renderScript } from '../../runbook/render.js';
import type { RenderedAction } from '../../runbook/types.js';
import type { BrokenFault, FaultResult } from '../../state/faults-types.js';
import type { Fault, FaultTold } from '../../symptoms/fault-schema.js';
import { runOne, type FixOptions } from './diagnose-fix.js';
import type { Session } from './session.js';
import { troubleView } from './trouble.js';

/** Faults that whoever made a lab gives it directly. */
export interface OwnFaults {
  readonly ids: readonly string[];
  inject(id: string): Promise<void>;
  heal(id: string): Promise<void>;
}

export type FaultOptions = Pick<FixOptions, 'signal' | 'onRun'>;

export interface FaultHand {
  /** The lab's name is to be typed before anything is broken: what stands there may be dear to somebody. */
  readonly asksName: boolean;
  can(fault: Fault): boolean;
  /** What the fault is found as where this hand gives it; null while nobody knows. */
  told(fault: Fault): FaultTold | null;
  /** What is done over SSH. */
  actions(fault: Fault): readonly { readonly on: HostName; readonly say: Fault['title'] }[];
  /** @returns `begun`: something of it may have been done, though not all */
  give(
    fault: Fault,
    broken: BrokenFault,
    options?: FaultOptions,
  ): Promise<FaultResult & { readonly begun: boolean }>;
  takeBack(fault: Fault, broken: BrokenFault, options?: FaultOptions): Promise<FaultResult>;
}

/** Where hosts keep what a fault changed: apart from the steps' own originals, which `drift` compares. */
const KEPT = '/var/lib/threebody/faults';
/** Longest that one script may take, ms. */
const TIMEOUT_MS = 300_000;

/** From inside: nothing is at stake there, and nothing is run on a host. */
export function ownHand(session: Session, own: OwnFaults): FaultHand {
  const done = async (
    fault: Fault,
    { name, hidden }: BrokenFault,
    act: 'fault' | 'heal-fault',
    work: () => Promise<void>,
  ): Promise<FaultResult> => {
    const at = session.now();
    let result: FaultResult = { done: true, trouble: null };
    try {
      await work();
    } catch (error) {
      result = { done: false, trouble: troubleView(error) };
    }
    const drill = { id: 'Latihan: satu gangguan tanpa nama.', en: 'A drill: one fault, unnamed.' };
    await session.journal.append({
      kind: 'act',
      at,
      by: session.by,
      host: null,
      act,
      about: name,
      say: hidden && act === 'fault' ? drill : fault.breaks,
      endedAt: session.now(),
      trouble: result.trouble?.what ?? null,
    });
    return result;
  };
  return {
    asksName: false,
    can: (fault) => own.ids.includes(fault.id),
    told: ({ practice }) => (practice === undefined || practice === 'untold' ? null : practice),
    actions: () => [],
    async give(fault, broken) {
      const result = await done(fault, broken, 'fault', () => own.inject(fault.id));
      return { ...result, begun: result.done };
    },
    takeBack: (fault, broken) => done(fault, broken, 'heal-fault', () => own.heal(fault.id)),
  };
}

/** Over SSH, as jobs: journalled, locked and followed like those of fixes. */
export function scriptHand(session: Session): FaultHand {
  return {
    asksName: true,
    can: (fault) => fault.hosts !== undefined,
    told: (fault) => fault.hosts ?? null,
    actions: (fault) => fault.hosts?.actions ?? [],
    async give(fault, broken, options = {}) {
      let begun = false;
      for (const action of faultActions(session, fault, broken)) {
        const run = await runOne(session, action, options, 'run');
        begun ||= run.actions.some((one) => one.job !== null);
        if (run.phase !== 'done') return { ...failed(run), begun };
      }
      return { done: true, trouble: null, begun };
    },
    async takeBack(fault, broken, options = {}) {
      for (const action of faultActions(session, fault, broken).toReversed()) {
        const run = await runOne(session, action, options, 'undo');
        if (run.phase !== 'done') return failed(run);
      }
      return { done: true, trouble: null };
    },
  };
}

function failed(run: Awaited<ReturnType<typeof runOne>>): FaultResult {
  return { done: false, trouble: run.actions.find((one) => one.trouble !== null)?.trouble ?? null };
}

/**
 * What a fault comes to on this lab.
 * @throws RangeError when fault and runbook do not belong together
 */
function faultActions(
  session: Session,
  fault: Fault,
  { name, hidden }: BrokenFault,
): readonly RenderedAction[] {
  return (fault.hosts?.actions ?? []).map(({ on, say, script, undo = '' }, index) => {
    const render = (text: string): string => renderScript(text, { ...session.context, host: on }).trimEnd();
    const body = render(script);
    return {
      step: 'fault',
      action: `${name}-${index + 1}`,
      host: on,
      variant: 'ours',
      as: 'root',
      risk: 'destroys',
      say,
      // What is left of a time when somebody else mended it is no original. The output of a drill would stand in the host's log, for all to read.
      script: `export TB_BACKUPS=${KEPT}\nrm -rf "$(tb_store)"\n${hidden ? `{\n${body}\n} >/dev/null` : body}`,
      satisfied: null,
      // What was kept of it is of no use to the next time that this is broken.
      undo: [`export TB_BACKUPS=${KEPT}`, render(undo), 'rm -rf "$(tb_store)"']
        .filter((one) => one !== '')
        .join('\n'),
      files: [],
      keep: null,
      runbookScript: null,
      timeoutMs: TIMEOUT_MS,
      reconnect: false,
    };
  });
}
