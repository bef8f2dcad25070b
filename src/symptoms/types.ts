/** The words of troubleshooting: what is observed, what is recognised, what a check answered. Plain data. */
import type { Evidence, RenderedProbe } from '../gates/types.js';
import type { Place, SourcePlace, Text } from '../lab/types.js';
import type { Condition } from '../runbook/schema.js';
import type { CauseSource, CheckSource, FixSource, Layer, Source, SymptomSource } from './schema.js';

export type SymptomId = string;
export type CauseId = string;
export type CheckId = string;

export type FieldValue = string | number | boolean;
/** Where something was observed: a place of the lab, or the cluster as a whole. */
export type ObservedPlace = Place | 'cluster';

/** One thing that was seen, in the same shape whatever it came from. Text is cleaned and masked before it gets here. */
export interface Observation {
  readonly source: Source;
  readonly place: ObservedPlace;
  /** Name of what was seen: `ns/pod/container`, a unit, a URL, a gate's key; null for pasted text. */
  readonly object: string | null;
  readonly text: string;
  readonly fields: Readonly<Record<string, FieldValue>>;
  /** Epoch ms, operator's clock. */
  readonly at: number;
}

/** A symptom as written, with where it stands. */
export interface Symptom extends SymptomSource {
  readonly place: SourcePlace;
}
/** All symptoms by their order of ids. */
export interface Catalogue {
  readonly symptoms: readonly Symptom[];
  readonly byId: ReadonlyMap<SymptomId, Symptom>;
}

/** One observation that speaks for a symptom. */
export interface FoundEvidence {
  readonly observation: Observation;
  /** The line of its text that matched, bounded; the whole text when fields decided. */
  readonly line: string;
  /** Cause that it speaks for. */
  readonly hints: CauseId | null;
}
/** A symptom that was recognised. */
export interface Finding {
  readonly symptom: Symptom;
  readonly evidence: readonly FoundEvidence[];
  /** Findings that this one explains. */
  readonly folded: readonly Finding[];
}
/** What was seen and is meant to be so. */
export interface Expected {
  readonly symptom: SymptomId;
  readonly observation: Observation;
  readonly say: Text;
}
export interface Recognition {
  /** Lowest layer first. */
  readonly findings: readonly Finding[];
  readonly expected: readonly Expected[];
}

/** What scripts of checks and fixes may quote of the evidence: `{{found.pod}}`; empty when it is not known. */
export const FOUND_NAMES = [
  'object',
  'namespace',
  'pod',
  'container',
  'node',
  'image',
  'unit',
  'app',
] as const;
export type FoundName = (typeof FOUND_NAMES)[number];
export type Found = Readonly<Record<FoundName, string>>;

/** A check with every value filled in. */
export interface RenderedCheck {
  readonly symptom: SymptomId;
  readonly check: CheckSource;
  /** Place → probe; a compare has several, any other one. */
  readonly probes: Readonly<Partial<Record<Place, RenderedProbe>>>;
  readonly outcomes: readonly { readonly when: Condition | undefined; readonly index: number }[];
}

/** What came of asking a check. */
export interface Answer {
  readonly check: CheckId;
  /** Index of its outcome; null when it could not be asked. */
  readonly outcome: number | null;
  /** What it means, or why it could not be asked. */
  readonly say: Text;
  readonly evidence: readonly Evidence[];
  /** Epoch ms. */
  readonly at: number;
}

export type CauseStanding = 'proved' | 'open' | 'ruled-out';
export interface StandingCause {
  readonly cause: CauseSource;
  readonly standing: CauseStanding;
  /** Evidence that was recognised speaks for it. */
  readonly hinted: boolean;
  /** The check that decided. */
  readonly by: CheckId | null;
}
/** How a walk stands, and how it ends. */
export interface Walk {
  readonly symptom: Symptom;
  readonly causes: readonly StandingCause[];
  /** What to ask now; null at the end. */
  readonly next: CheckSource | null;
  readonly end: WalkEnd | null;
}
export type WalkEnd =
  | { readonly kind: 'proved'; readonly cause: CauseSource; readonly fixes: readonly FixSource[] }
  /** No check is left that could tell: `open` were not ruled out, `unasked` could not be asked. */
  | {
      readonly kind: 'unknown';
      readonly open: readonly CauseSource[];
      readonly ruledOut: readonly CauseSource[];
      readonly unasked: readonly CheckId[];
    };

export type { CauseSource, CheckSource, FixSource, Layer, Source };
