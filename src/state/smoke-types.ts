/** The smoke test as the state holds it: the test under way or the last one, the diary, the calendar. Plain data. */
import type { GateKey } from '../gates/types.js';
import type { Text } from '../lab/types.js';
import type { Comparison } from '../smoke/diary.js';
import type { ExpiryRead } from '../smoke/expiry.js';
import type { JudgedCheck, SmokeProgress, SmokeVerdict } from '../smoke/progress.js';
import type { Part } from '../smoke/schema.js';
import type { StepId } from '../runbook/types.js';
import type { SymptomId } from '../symptoms/types.js';

/** What a test that was carried to its end came to. */
export interface SmokeOutcome {
  readonly verdict: SmokeVerdict;
  /** The first check in boot order that is not green. */
  readonly first: JudgedCheck | null;
  /** What that check shows, though it may not name it itself. */
  readonly symptom: { readonly id: SymptomId; readonly title: Text } | null;
  /** The first broken hop of each flow that has one. */
  readonly hops: readonly { readonly flow: Text; readonly hop: Text; readonly say: Text }[];
  /** This state is the last green one now. */
  readonly recorded: boolean;
}

/** `concluding`: all is asked, the verdict is being put together · `stopped`: a person gave it up. */
export type SmokePhase = 'asking' | 'concluding' | 'ended' | 'stopped';
export interface SmokeTest {
  readonly phase: SmokePhase;
  /** Epoch ms, operator's clock; so are all other times here. */
  readonly startedAt: number;
  /** When it gives up waiting. */
  readonly deadline: number;
  readonly endedAt: number | null;
  /** Every part that a lab may have. */
  readonly parts: readonly Part[];
  /** null: it is not known yet what this lab has. */
  readonly progress: SmokeProgress | null;
  /** null until it has ended by itself. */
  readonly outcome: SmokeOutcome | null;
}

/** What the hosts are like now beside the last green state. */
export interface DiaryRead {
  /** When the hosts were read. */
  readonly at: number;
  /** null: no green state was ever written down. */
  readonly comparison: Comparison | null;
}
export interface CalendarRead extends ExpiryRead {
  readonly at: number;
  /** When the ends of support were looked up, ISO date. */
  readonly asOf: string;
}

export interface SmokeState {
  /** The one under way, or the last one; null: none since the lab was opened. */
  readonly test: SmokeTest | null;
  /** null: not read yet. */
  readonly diary: DiaryRead | null;
  readonly calendar: CalendarRead | null;
  /** What is being read of the hosts now. */
  readonly reading: readonly SmokeReading[];
}
export type SmokeReading = 'diary' | 'calendar';
export const NO_SMOKE: SmokeState = { test: null, diary: null, calendar: null, reading: [] };

/** What the engine reports. */
export type SmokeServiceMessage =
  | {
      readonly type: 'smoke.begun';
      readonly startedAt: number;
      readonly deadline: number;
      readonly parts: readonly Part[];
    }
  | { readonly type: 'smoke.progress'; readonly progress: SmokeProgress }
  | { readonly type: 'smoke.concluding' }
  /** `outcome` null: it was given up. */
  | { readonly type: 'smoke.ended'; readonly at: number; readonly outcome: SmokeOutcome | null }
  | { readonly type: 'smoke.diary'; readonly read: DiaryRead }
  | { readonly type: 'smoke.calendar'; readonly read: CalendarRead }
  /** Nothing of that kind is read any more. */
  | { readonly type: 'smoke.unread'; readonly what: SmokeReading };

/** What a person does on the screen. */
export type SmokeUiMessage =
  /** Opens the screen and starts a test, unless one is under way or has only just ended. */
  | { readonly type: 'smoke.open' }
  | { readonly type: 'smoke.run' }
  | { readonly type: 'smoke.stop' }
  | { readonly type: 'smoke.tab'; readonly by: 1 | -1 }
  /** Reads diary or calendar again: whichever is looked at. */
  | { readonly type: 'smoke.read' }
  /** Opens the symptom that a check shows. */
  | { readonly type: 'smoke.symptom'; readonly gate: GateKey; readonly symptom: SymptomId }
  | { readonly type: 'smoke.step'; readonly step: StepId }
  /** Folds or unfolds a stage. */
  | { readonly type: 'smoke.fold'; readonly stage: string; readonly open: boolean };

/** What update() asks of the engine. */
export type SmokeEffect =
  | { readonly type: 'smoke.start' }
  | { readonly type: 'smoke.stop' }
  | { readonly type: 'smoke.diary' }
  | { readonly type: 'smoke.calendar' };
