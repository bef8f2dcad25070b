/** Giving a lab a fault and taking it back, with what is broken remembered beside the lab's other state. */
import type { BrokenFault, FaultResult, FaultRow, FaultTruth } from '../../state/faults-types.js';
import type { Fault } from '../../symptoms/fault-schema.js';
import type { Catalogue } from '../../symptoms/types.js';
import type { FaultsFile } from '../files/faults-file.js';
import type { FaultHand, FaultOptions } from './fault-hands.js';
import type { Session } from './session.js';

export interface FaultContent {
  readonly faults: readonly Fault[];
  readonly catalogue: Catalogue;
}

export interface FaultWork {
  /** What this lab can be given, lowest layer first. */
  readonly rows: readonly FaultRow[];
  readonly asksName: boolean;
  /** What is in force, the oldest first. */
  broken(): Promise<readonly BrokenFault[]>;
  /**
   * Breaks it. What was begun is remembered before anything is done, so that it can be taken back whatever happens.
   * @throws RangeError when this lab cannot be given it
   */
  give(id: string, how: FaultOptions & { readonly hidden: boolean }): Promise<FaultResult>;
  /** @returns truth: what it was; null when that is not known any more */
  takeBack(
    broken: BrokenFault,
    options?: FaultOptions,
  ): Promise<FaultResult & { readonly truth: FaultTruth | null }>;
}

export function createFaultWork(
  session: Session,
  { faults, catalogue }: FaultContent,
  hand: FaultHand,
  file: FaultsFile,
): FaultWork {
  const possible = faults.filter((one) => hand.can(one));
  const truthOf = (fault: Fault, { hidden, at }: BrokenFault): FaultTruth => {
    const told = hand.told(fault);
    const symptom = told === null ? undefined : catalogue.byId.get(told.symptom);
    // A walk may have led further down, to a symptom of its own.
    const cause = [symptom, ...catalogue.symptoms]
      .flatMap((one) => one?.causes ?? [])
      .find((one) => one.id === told?.cause);
    const now = session.now();
    return {
      id: fault.id,
      title: fault.title,
      breaks: fault.breaks,
      hidden,
      found:
        symptom === undefined || cause === undefined
          ? null
          : { symptom: symptom.id, title: symptom.title, cause: cause.say },
      lasted: Math.max(0, now - at),
      at: now,
    };
  };
  return {
    asksName: hand.asksName,
    rows: possible.map((fault) => ({
      id: fault.id,
      layer: fault.layer,
      title: fault.title,
      breaks: fault.breaks,
      actions: hand.actions(fault).map(({ on, say }) => ({ on, say })),
      gates: catalogue.byId.get(hand.told(fault)?.symptom ?? '')?.gates ?? [],
      metBy: fault['met-by'] ?? [],
    })),
    broken: () => file.read(),
    async give(id, { hidden, ...options }) {
      const fault = possible.find((one) => one.id === id);
      if (fault === undefined) throw new RangeError(`this lab cannot be given ${id}`);
      const token = Math.random().toString(36).slice(2, 6).padEnd(4, '0');
      const broken: BrokenFault = {
        fault: id,
        name: hidden ? `drill-${token}` : id,
        hidden,
        at: session.now(),
      };
      await file.update((all) => [...all.filter((one) => one.name !== broken.name), broken]);
      const { begun, ...result } = await hand.give(fault, broken, options);
      if (!begun) await file.update((all) => all.filter((one) => one.name !== broken.name));
      return result;
    },
    async takeBack(broken, options) {
      const fault = faults.find((one) => one.id === broken.fault);
      const result =
        fault === undefined ? { done: true, trouble: null } : await hand.takeBack(fault, broken, options);
      if (result.done) await file.update((all) => all.filter((one) => one.name !== broken.name));
      return { ...result, truth: fault === undefined || !result.done ? null : truthOf(fault, broken) };
    },
  };
}
