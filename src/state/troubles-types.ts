/** Troubleshooting as the state holds it: what was found, how far each walk came, what was mended. Plain data. */
import type { GateKey, GateResult } from '../gates/types.js';
import type { HostName, Text } from '../lab/types.js';
import type { RenderedAction, StepId } from '../runbook/types.js';
import type {
  Answer,
  Catalogue,
  CheckId,
  Expected,
  Finding,
  FixSource,
  FoundEvidence,
  SymptomId,
} from '../symptoms/types.js';
import type { StepRun } from './types.js';

export type { CauseStanding, Layer } from '../symptoms/types.js';

/** What one look at the whole lab came to. */
export interface Look {
  /** Deepest first. */
  readonly findings: readonly Finding[];
  readonly expected: readonly Expected[];
  /** Gates that failed and that no finding accounts for. */
  readonly unexplained: readonly GateResult[];
  /** Gates that speak of a break and not of a step that was never done. */
  readonly counted: readonly GateResult[];
  /** Hosts that gave no facts. */
  readonly silent: readonly HostName[];
  /** epoch ms */
  readonly at: number;
}

/** What a fix comes to on this lab: what is read before it is agreed to. */
export interface FixPlan {
  readonly symptom: SymptomId;
  readonly fix: FixSource;
  /** In the order in which they run; empty when only a person can do it. */
  readonly actions: readonly RenderedAction[];
  readonly risk: 'safe' | 'config' | 'destroys';
  /** What a person has to do; null when the program can. */
  readonly byHand: Text | null;
}

/** What a fix kept, and what taking it back comes to. */
export interface UndoPlan {
  /** The symptom at which it was asked for; null for none. */
  readonly root: SymptomId | null;
  readonly symptom: SymptomId;
  readonly fix: FixSource;
  /** Names its record on the hosts. */
  readonly record: string;
  /** When the fix was carried out, epoch ms. */
  readonly at: number;
  /** Put back as they were just before the fix. */
  readonly files: readonly { readonly host: HostName; readonly path: string }[];
  /** `STEP.ACTION@host` that kept nothing: what they did stays. */
  readonly stays: readonly string[];
}

/** A fix that was carried out, or could not be. */
export interface FixOutcome {
  readonly symptom: SymptomId;
  readonly fix: string;
  readonly say: Text;
  /** `carried-out`: there is no gate that could tell whether it helped. */
  readonly result: 'helped' | 'no-help' | 'carried-out' | 'failed' | 'not-run';
  /** Gates that were asked afterwards. */
  readonly results: readonly GateResult[];
  /** epoch ms */
  readonly at: number;
}

/** What is under way; one thing at a time. `root` is the symptom that is looked into, `symptom` may be one below it. */
export type Doing =
  | {
      readonly kind: 'asking';
      readonly root: SymptomId;
      readonly symptom: SymptomId;
      /** null: nothing was asked yet. */
      readonly check: CheckId | null;
    }
  | {
      readonly kind: 'undoing';
      readonly root: SymptomId;
      /** `S49/hosts-toml` */
      readonly what: string;
    }
  | {
      readonly kind: 'fixing';
      readonly root: SymptomId;
      readonly fix: FixSource;
      /** null: secrets are being asked for, or the gates. */
      readonly run: StepRun | null;
      /** The actions are done: gates are asked until they are green. */
      readonly gating: boolean;
    };

/** `<root>/<symptom>`: answers given while a symptom was looked into. */
export type WalkKey = `${SymptomId}/${SymptomId}`;

export interface TroublesState {
  /** null: not read yet. */
  readonly catalogue: Catalogue | null;
  readonly look: Look | null;
  /** Gates answered so far; null = no look is under way. */
  readonly gathering: { readonly done: number; readonly all: number } | null;
  /** Looked into or pasted: they stay in the list though they are not seen any more. */
  readonly kept: readonly Finding[];
  readonly answers: Readonly<Record<WalkKey, readonly Answer[]>>;
  readonly outcomes: Readonly<Record<SymptomId, readonly FixOutcome[]>>;
  readonly doing: Doing | null;
  /** What was pasted last, and whether it was recognised. */
  readonly pasted: { readonly text: string; readonly known: boolean } | null;
}

export const NO_TROUBLES: TroublesState = {
  catalogue: null,
  look: null,
  gathering: null,
  kept: [],
  answers: {},
  outcomes: {},
  doing: null,
  pasted: null,
};

/** What troubleshooting reports. */
export type TroublesServiceMessage =
  | { readonly type: 'troubles.catalogue'; readonly catalogue: Catalogue }
  | { readonly type: 'troubles.progress'; readonly done: number; readonly all: number }
  | { readonly type: 'troubles.looked'; readonly look: Look }
  /** Live facts have changed what is found since. */
  | {
      readonly type: 'troubles.live';
      readonly findings: readonly Finding[];
      readonly expected: readonly Expected[];
    }
  /** The look was given up. */
  | { readonly type: 'troubles.unlooked' }
  | {
      readonly type: 'troubles.asking';
      readonly root: SymptomId;
      readonly symptom: SymptomId;
      readonly check: CheckId;
    }
  | {
      readonly type: 'troubles.answer';
      readonly root: SymptomId;
      readonly symptom: SymptomId;
      readonly answer: Answer;
    }
  /** Nothing is asked or mended any more. */
  | { readonly type: 'troubles.idle' }
  | { readonly type: 'troubles.recognised'; readonly text: string; readonly findings: readonly Finding[] }
  | { readonly type: 'troubles.planned'; readonly root: Finding; readonly plan: FixPlan }
  | { readonly type: 'troubles.fixing'; readonly run: StepRun | null; readonly gating: boolean }
  | { readonly type: 'troubles.fixed'; readonly root: SymptomId; readonly outcome: FixOutcome }
  /** null: there is nothing to put back. */
  | { readonly type: 'troubles.undo-planned'; readonly plan: UndoPlan | null }
  | {
      readonly type: 'troubles.undone';
      readonly what: string;
      readonly result: 'undone' | 'failed' | 'not-run';
    };

/** How much of a walk is done at once. */
export type WalkHow = 'next' | 'all' | 'walk';

/** What a person does on the screen. */
export type TroublesUiMessage =
  /** Opens the screen; with a gate, at its symptom. */
  | { readonly type: 'troubles.open'; readonly gate: GateKey | null }
  | { readonly type: 'troubles.gather' }
  | { readonly type: 'troubles.ask'; readonly how: WalkHow }
  | { readonly type: 'troubles.stop' }
  | { readonly type: 'troubles.fix' }
  /** The next of several fixes, while one is being read. */
  | { readonly type: 'troubles.other-fix' }
  /** Takes back the newest fix. */
  | { readonly type: 'troubles.undo-fix' }
  | { readonly type: 'troubles.paste'; readonly text: string }
  | { readonly type: 'troubles.step'; readonly step: StepId }
  /** The list, or the walk of what is chosen in it. */
  | { readonly type: 'troubles.focus'; readonly walk: boolean }
  /** From the walk to the list; from a search to what was found. */
  | { readonly type: 'troubles.back' };

/** What update() asks of troubleshooting. */
export type TroublesEffect =
  /** Reads the catalogue; from now on live facts count. */
  | { readonly type: 'troubles.watch' }
  /** Nobody looks any more: what is asked is given up; a fix under way is carried to its end. */
  | { readonly type: 'troubles.leave' }
  | { readonly type: 'troubles.gather' }
  | {
      readonly type: 'troubles.ask';
      readonly how: WalkHow;
      readonly root: Finding;
      /** What was answered so far, by symptom. */
      readonly answers: Readonly<Record<SymptomId, readonly Answer[]>>;
    }
  | { readonly type: 'troubles.stop' }
  | { readonly type: 'troubles.paste'; readonly text: string }
  | {
      readonly type: 'troubles.plan';
      readonly root: Finding;
      readonly symptom: SymptomId;
      readonly fix: string;
    }
  | {
      readonly type: 'troubles.fix';
      readonly root: SymptomId;
      readonly evidence: readonly FoundEvidence[];
      readonly symptom: SymptomId;
      readonly fix: string;
      /** Gates that were red, and are asked again. */
      readonly red: readonly GateKey[];
    }
  | {
      readonly type: 'troubles.plan-undo';
      readonly root: SymptomId | null;
      /** Whose newest fix is meant; none = the newest of all. */
      readonly symptoms: readonly SymptomId[];
    }
  | {
      readonly type: 'troubles.undo';
      readonly record: string;
      readonly symptom: SymptomId;
      readonly fix: string;
    };

/** The question before a fix is taken back. */
export interface UndoFixDialog {
  readonly kind: 'confirm-undo-fix';
  readonly plan: UndoPlan;
}

/** Questions before a fix. */
export type FixDialog =
  | { readonly kind: 'confirm-fix'; readonly root: Finding; readonly plan: FixPlan }
  /** What cannot be taken back: the lab's name is typed. */
  | {
      readonly kind: 'typed-fix';
      readonly root: Finding;
      readonly plan: FixPlan;
      readonly expected: string;
      readonly input: string;
    };
