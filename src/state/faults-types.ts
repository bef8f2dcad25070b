/** Faults as the state holds them: what can be given to the lab, what is broken, what came of a drill. Plain data. */
import type { GateId } from '../gates/types.js';
import type { HostName, Text } from '../lab/types.js';
import type { Layer } from '../symptoms/schema.js';
import type { TroubleView } from './types.js';

/** A fault that this lab can be given. */
export interface FaultRow {
  readonly id: string;
  readonly layer: Layer;
  readonly title: Text;
  readonly breaks: Text;
  /** What is done over SSH, in order; empty where whoever made the lab breaks it from inside. */
  readonly actions: readonly { readonly on: HostName; readonly say: Text }[];
  /** Gates of the symptom that it is found as: what has to be there for it to break anything. */
  readonly gates: readonly GateId[];
  /** It shows only when one of these steps is run. */
  readonly metBy: readonly string[];
}

/** A fault that is in force. */
export interface BrokenFault {
  readonly fault: string;
  /** Names what it left on the hosts, in logs and in the journal; says nothing of a drill. */
  readonly name: string;
  /** A drill: nobody is told which one, until it is taken back. */
  readonly hidden: boolean;
  /** epoch ms */
  readonly at: number;
}

/** What a fault was, once it is taken back. */
export interface FaultTruth {
  readonly id: string;
  readonly title: Text;
  readonly breaks: Text;
  readonly hidden: boolean;
  /** What it is found as; null while no test has shown that. */
  readonly found: {
    readonly symptom: string;
    /** Title of that symptom. */
    readonly title: Text;
    /** The cause as a sentence. */
    readonly cause: Text;
  } | null;
  /** How long it was in force, ms. */
  readonly lasted: number;
  /** epoch ms */
  readonly at: number;
}

/** What is under way; one thing at a time. */
interface FaultDoing {
  readonly kind: 'breaking' | 'healing';
  /** null: a drill. */
  readonly fault: string | null;
}

export interface FaultsState {
  /** Lowest layer first; null: not read yet. */
  readonly known: readonly FaultRow[] | null;
  /** The lab's name is typed before anything is broken: it could be somebody's own. */
  readonly asksName: boolean;
  readonly broken: readonly BrokenFault[];
  readonly doing: FaultDoing | null;
  readonly truth: FaultTruth | null;
}

export const NO_FAULTS: FaultsState = { known: null, asksName: true, broken: [], doing: null, truth: null };

/** What is reported of faults. */
export type FaultsServiceMessage =
  | {
      readonly type: 'faults.known';
      readonly known: readonly FaultRow[];
      readonly asksName: boolean;
      readonly broken: readonly BrokenFault[];
    }
  | {
      readonly type: 'faults.broke';
      /** null: a drill. */
      readonly fault: string | null;
      readonly result: FaultResult;
      readonly broken: readonly BrokenFault[];
    }
  | {
      readonly type: 'faults.healed';
      readonly name: string;
      readonly result: FaultResult;
      readonly truth: FaultTruth | null;
      readonly broken: readonly BrokenFault[];
    };
export interface FaultResult {
  readonly done: boolean;
  readonly trouble: TroubleView | null;
}

/** What a person does. */
export type FaultsUiMessage =
  /** Opens the chooser. */
  | { readonly type: 'faults.choose' }
  /** Takes back the newest one. */
  | { readonly type: 'faults.heal' };

/** What update() asks for. */
export type FaultsEffect =
  /** Answered by `faults.known`. */
  | { readonly type: 'faults.look' }
  /** One of these is broken: a drill chooses by itself, and does not say which. */
  | { readonly type: 'faults.break'; readonly among: readonly string[]; readonly hidden: boolean }
  | { readonly type: 'faults.heal'; readonly name: string };

/** Questions around faults. */
export type FaultDialog =
  | {
      readonly kind: 'choose-fault';
      readonly input: string;
      /** Row of what is left of the list. */
      readonly cursor: number;
    }
  /** `row` is null for a drill: one of `among`. */
  | { readonly kind: 'confirm-fault'; readonly row: FaultRow | null; readonly among: readonly string[] }
  | {
      readonly kind: 'typed-fault';
      readonly row: FaultRow | null;
      readonly among: readonly string[];
      readonly expected: string;
      readonly input: string;
    }
  | { readonly kind: 'confirm-heal'; readonly broken: BrokenFault };
