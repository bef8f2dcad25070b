/** What carrying out effects needs of the world. */
import type { Diagnostic, Lab, Language } from '../../lab/types.js';
import type { Runbook } from '../../runbook/types.js';
import type { LogBook } from '../../state/logs.js';
import type { ReportEffect } from '../../state/report-types.js';
import type { LabDraft, ServiceMessage, VagrantPlan } from '../../state/types.js';
import type { Catalogue } from '../../symptoms/types.js';
import type { AskHostKey } from '../ports.js';
import type { LabSession } from './assemble.js';
import type { OwnFaults } from './fault-hands.js';
import type { FaultContent } from './faults.js';
import type { LiveParts } from './live.js';
import type { SmokeContent } from './smoke-desk.js';

/** Given by the composition root. */
export interface RunnerParts {
  readonly runbook: Runbook;
  readonly logs: LogBook;
  /** Absent where nobody looks at live things. */
  readonly live?: LiveParts;
  readonly now: () => number;
  /** Reads the catalogue of symptoms, when somebody asks for it. */
  readonly loadSymptoms: () => Promise<Catalogue>;
  /** Reads what the smoke test, the diary and the calendar go by; absent where nobody asks for them. */
  readonly loadSmoke?: () => Promise<SmokeContent>;
  /** Reads and checks a lab file. */
  readonly readLab: (path: string) => Promise<Lab>;
  /** Reads what a lab can be broken with; absent where nobody breaks anything. */
  readonly loadFaults?: (catalogue: Catalogue) => Promise<FaultContent>;
  /** Starts the practice lab; `close` ends it, `faults` break it from inside. */
  readonly startPractice: () => Promise<{
    readonly lab: Lab;
    readonly faults: OwnFaults;
    readonly close: () => Promise<void>;
  }>;
  readonly openSession: (lab: Lab, askHostKey: AskHostKey) => Promise<LabSession>;
  /** Keeps other programs from working on the same lab's state; throws Trouble `lab-in-use`. */
  readonly lockLab: (stateDir: string) => Promise<{ readonly release: () => Promise<void> }>;
  /** A lab made of answers, not yet written. */
  readonly labOfDraft: (draft: LabDraft) => Lab;
  readonly writeDraft: (draft: LabDraft, replace: boolean) => Promise<string>;
  /** What is wrong with the private key file of a draft; null when nothing is. */
  readonly checkKey: (path: string) => Promise<Pick<Diagnostic, 'what' | 'remedy'> | null>;
  /** A public key of the operator that is there, `~/` for the home directory; null when there is none. */
  readonly findPublicKey: () => Promise<string | null>;
  readonly writeVagrantfile: (directory: string, plan: VagrantPlan, replace: boolean) => Promise<string>;
  /** Keeps the language for the next start. */
  readonly rememberLanguage: (language: Language) => Promise<void>;
  /** Remembers which lab file was open last. */
  readonly rememberLab: (path: string) => Promise<void>;
  /** Writes a report of a lab; absent where nobody asks for one. @returns the path */
  readonly writeReport?: (session: LabSession, effect: ReportEffect) => Promise<string>;
  readonly copy: (text: string) => void;
  /** Every error that is shown is also handed over here, with its stack, for the program's log. */
  readonly logError: (error: unknown) => void;
  readonly quit: () => void;
}

export type Dispatch = (message: ServiceMessage) => void;
