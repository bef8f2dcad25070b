/**
 * The whole state of the program, what can happen to it (Message), and what it asks of the world (Effect, in effects.ts).
 * `update(state, message)` in update.ts is pure; the runner in services/engine carries effects out and dispatches
 * what came of them. Log text is not here but in logs.ts; the state holds revision numbers.
 */
import type { GateKey, GateResult, Waiver } from '../gates/types.js';
import type { HostName, Language, Parameters, Text } from '../lab/types.js';
import type { Runbook, StepId, Variant } from '../runbook/types.js';
import type { HostKey, JobEnd, JobId, JournalEntry, LinkStatus, Sample } from '../services/ports.js';
import type { FaultDialog, FaultsServiceMessage, FaultsState } from './faults-types.js';
import type { HopDialog } from './hop-choices.js';
import type { ContainerDialog } from './live/containers.js';
import type { ActDialog, LiveServiceMessage, LiveState } from './live/state.js';
import type { PathServiceMessage, PathState } from './path.js';
import type { ConnectField, FieldProblem, LabDraft, LoginTest, VagrantPlan } from './setup-types.js';
import type { ReportDialog } from './report-types.js';
import type { SmokeServiceMessage, SmokeState } from './smoke-types.js';
import type { FixDialog, TroublesServiceMessage, TroublesState, UndoFixDialog } from './troubles-types.js';

export type { Effect } from './effects.js';
export type { ConnectField, FieldProblem, LabDraft, LoginTest, VagrantPlan } from './setup-types.js';

// ---------------------------------------------------------------- slices

/** What screens may know of a lab: everything but its secrets. */
export interface LabView {
  readonly file: string | null;
  readonly name: string;
  readonly practice: boolean;
  readonly user: string;
  readonly addresses: Readonly<Record<HostName, string>>;
  readonly parameters: Parameters;
}

export interface HostView {
  readonly link: LinkStatus;
  readonly sample: Sample | null;
  /** Revision of the host's log buffer; changes at most 15 times a second. */
  readonly logRevision: number;
}

export interface GateView {
  readonly key: GateKey;
  readonly result: GateResult | null;
  readonly running: boolean;
  readonly waiver: Waiver | null;
}

export type ActionPhase =
  | 'waiting'
  | 'checking'
  | 'satisfied'
  | 'running'
  | 'ok'
  | 'failed'
  | 'cancelling'
  | 'cancelled'
  | 'timed-out'
  | 'lost'
  | 'unreachable';
export interface ActionRun {
  readonly action: string;
  readonly phase: ActionPhase;
  readonly variant: Variant;
  readonly job: JobId | null;
  /** epoch ms, operator's clock */
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly end: JobEnd | null;
  /** One sentence when something went wrong. */
  readonly trouble: TroubleView | null;
}
/** One step being run (or undone) on one host; the last one is kept to be looked at. */
export interface StepRun {
  readonly step: StepId;
  readonly host: HostName;
  readonly purpose: 'run' | 'undo';
  readonly actions: readonly ActionRun[];
  readonly phase: 'running' | 'gating' | 'done' | 'failed' | 'cancelled';
  readonly startedAt: number;
  readonly endedAt: number | null;
  /** True when it was found under way at start and followed again. */
  readonly reattached: boolean;
}
export type StepRunKey = `${StepId}@${HostName}`;

/** An error as shown: the three things a person needs. */
export interface TroubleView {
  readonly code: string;
  readonly what: Text;
  readonly remedy: Text;
  readonly where: string | null;
}

export interface TerminalView {
  readonly columns: number;
  readonly rows: number;
  readonly color: boolean;
  readonly ascii: boolean;
  readonly linear: boolean;
}

export type ScreenName =
  | 'welcome'
  | 'connect'
  | 'vagrant'
  | 'home'
  | 'step'
  | 'gates'
  | 'gate'
  | 'host'
  | 'glossary'
  | 'help'
  | 'journal'
  | 'entry'
  | 'describe'
  | 'stream'
  | 'events'
  | 'path'
  | 'troubles'
  | 'smoke';

/** What is asked of the person on top of a screen; everything else waits. */
export type Dialog =
  | { readonly kind: 'host-key'; readonly ask: number; readonly key: HostKey }
  | {
      readonly kind: 'confirm-run';
      readonly step: StepId;
      readonly hosts: readonly HostName[];
      readonly force: boolean;
    }
  | {
      readonly kind: 'typed-confirm';
      readonly step: StepId;
      readonly hosts: readonly HostName[];
      readonly purpose: 'run' | 'undo';
      readonly force: boolean;
      readonly expected: string;
      readonly input: string;
    }
  | { readonly kind: 'confirm-undo'; readonly step: StepId; readonly hosts: readonly HostName[] }
  | {
      readonly kind: 'waive';
      readonly key: GateKey;
      readonly field: 'reason' | 'until';
      readonly reason: string;
      readonly until: string;
      readonly problem: Text | null;
    }
  | {
      readonly kind: 'choose-host';
      readonly step: StepId;
      readonly purpose: 'run' | 'undo' | 'cancel';
      /** With `run`: also where everything is satisfied already. */
      readonly force: boolean;
      /** 0 = all of `hosts`, then one each. */
      readonly cursor: number;
      readonly hosts: readonly HostName[];
    }
  /** The file that would be written is there already. */
  | { readonly kind: 'confirm-replace'; readonly file: 'lab' | 'vagrant'; readonly path: string }
  /** A step needs a secret that nobody gave yet. */
  | {
      readonly kind: 'secret';
      readonly ask: number;
      readonly name: string;
      readonly about: Text;
      /** Where it is kept if the person wants so. */
      readonly file: string;
      /** May be left empty. */
      readonly optional: boolean;
      readonly input: string;
      readonly keep: boolean;
      readonly problem: Text | null;
    }
  | ActDialog
  | ContainerDialog
  | HopDialog
  | FixDialog
  | UndoFixDialog
  | FaultDialog
  | ReportDialog
  | { readonly kind: 'confirm-quit'; readonly running: readonly StepRunKey[] }
  | { readonly kind: 'trouble'; readonly trouble: TroubleView };

export interface Notice {
  readonly tone: 'good' | 'bad' | 'plain';
  readonly text: Text;
  readonly at: number;
  /** Why a key did nothing: of no use any more when the next one is pressed. */
  readonly refusal?: true;
}

export interface AppState {
  readonly lang: Language;
  readonly terminal: TerminalView;
  readonly runbook: Runbook;
  /** Milliseconds since the epoch, set by `clock` messages: coarse, so that ages can be shown without a timer in screens. */
  readonly now: number;
  readonly lab: LabView | null;
  /** Set while a lab is being opened. */
  readonly opening: { readonly practice: boolean; readonly since: number } | null;
  readonly hosts: Readonly<Record<HostName, HostView>>;
  readonly gates: Readonly<Partial<Record<GateKey, GateView>>>;
  readonly runs: Readonly<Partial<Record<StepRunKey, StepRun>>>;
  /** `<step>/<action>` → the variant the person chose; absent = ours. */
  readonly variants: Readonly<Record<string, Variant>>;
  readonly connect: {
    readonly draft: LabDraft;
    readonly tests: Readonly<Record<HostName, LoginTest>>;
    readonly problem: TroubleView | null;
    /** Fields that have been left, or submitted: from then on what is wrong with them is told. */
    readonly left: readonly ConnectField[];
    /** What is wrong with the key file of that path; null when it was not looked at, or is right. */
    readonly key: { readonly path: string; readonly problem: FieldProblem } | null;
  };
  readonly vagrant: {
    readonly plan: VagrantPlan;
    /** Whether the public key of the plan is there; null = not looked yet. */
    readonly keyFound: boolean | null;
    /** Absolute path of the Vagrantfile that was written on this visit. */
    readonly written: string | null;
  };
  /** Runs whose end was asked for: `late` when their commands had ended before. */
  readonly cancelling: Readonly<Partial<Record<StepRunKey, 'asked' | 'late'>>>;
  readonly live: LiveState;
  readonly path: PathState;
  readonly troubles: TroublesState;
  readonly smoke: SmokeState;
  readonly faults: FaultsState;
  readonly ui: UiState;
}

export interface UiState {
  /** Last is on top; never empty. */
  readonly stack: readonly ScreenName[];
  readonly dialog: Dialog | null;
  /** Questions that came while another one was open; asked in turn. */
  readonly waiting: readonly Dialog[];
  readonly notice: Notice | null;
  /** Path of the lab file that was open last, offered on the welcome screen. */
  readonly lastLab: string | null;
  /** `user@computer`, for waivers. */
  readonly operator: string;
  /** What the journal screen shows; null = not read yet. */
  readonly journal: { readonly entries: readonly JournalEntry[]; readonly damaged: number } | null;
  readonly focus: 'panes' | 'wizard' | 'gates';
  readonly focusedHost: HostName;
  readonly phase: string;
  readonly step: StepId | null;
  readonly gate: GateKey | null;
  /** Cursor or scroll position by a name that the screen chooses, e.g. `step.tab`, `glossary.cursor`, `log.vm-docker.offset`. */
  readonly positions: Readonly<Record<string, number>>;
  /** The item that the cursor of a list is on, by the list's name: it follows the item, not the row. */
  readonly picks: Readonly<Record<string, string>>;
  /** Text being typed by a name that the screen chooses, e.g. `search`, `connect.user`. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Name of the input that takes the keys, or null. */
  readonly typing: string | null;
  /** Caret position in that input, in code points. */
  readonly caret: number;
}

// ---------------------------------------------------------------- messages

/** What services report. */
export type ServiceMessage =
  | LiveServiceMessage
  | PathServiceMessage
  | TroublesServiceMessage
  | SmokeServiceMessage
  | FaultsServiceMessage
  | { readonly type: 'clock'; readonly now: number }
  | { readonly type: 'terminal'; readonly terminal: TerminalView }
  | {
      readonly type: 'lab.opened';
      readonly lab: LabView;
      readonly results: readonly GateResult[];
      readonly waivers: readonly Waiver[];
      readonly variants: Readonly<Record<string, Variant>>;
      readonly cursor: { readonly phase: string; readonly step: StepId | null } | null;
      readonly now: number;
    }
  | { readonly type: 'lab.failed'; readonly trouble: TroubleView }
  | { readonly type: 'lab.closed' }
  | { readonly type: 'link'; readonly host: HostName; readonly status: LinkStatus }
  | { readonly type: 'host-key.ask'; readonly ask: number; readonly key: HostKey }
  | {
      readonly type: 'secret.ask';
      readonly ask: number;
      readonly name: string;
      readonly about: Text;
      readonly file: string;
      readonly optional: boolean;
    }
  | { readonly type: 'sample'; readonly host: HostName; readonly sample: Sample }
  | { readonly type: 'logs'; readonly revisions: Readonly<Partial<Record<HostName, number>>> }
  | { readonly type: 'gates.running'; readonly keys: readonly GateKey[] }
  | { readonly type: 'gate.judged'; readonly result: GateResult }
  | { readonly type: 'gates.stopped'; readonly keys: readonly GateKey[] }
  | { readonly type: 'run'; readonly run: StepRun }
  | { readonly type: 'waiver'; readonly key: GateKey; readonly waiver: Waiver | null }
  | { readonly type: 'draft.test'; readonly host: HostName; readonly test: LoginTest }
  | { readonly type: 'draft.written'; readonly path: string }
  | { readonly type: 'draft.failed'; readonly trouble: TroubleView }
  /** How the key file of that path is; `submitted` when the form was sent with it. */
  | {
      readonly type: 'draft.key';
      readonly path: string;
      readonly problem: FieldProblem | null;
      readonly submitted: boolean;
    }
  /** The public key that a Vagrantfile would use; null when there is none. */
  | { readonly type: 'vagrant.key'; readonly found: string | null }
  | { readonly type: 'vagrant.written'; readonly path: string }
  | { readonly type: 'vagrant.exists'; readonly path: string }
  | { readonly type: 'journal'; readonly entries: readonly JournalEntry[]; readonly damaged: number }
  | { readonly type: 'notice'; readonly notice: Notice }
  | { readonly type: 'trouble'; readonly trouble: TroubleView };
