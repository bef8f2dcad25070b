/** Walking from a symptom to its cause: which causes are proved, open or ruled out, and what to ask next. Pure. */
import { quoteSeen, silentPlace, toEvidence } from '../gates/judge.js';
import { holds } from '../gates/match.js';
import type { Recording } from '../gates/types.js';
import type { Place } from '../lab/types.js';
import type {
  Answer,
  CauseId,
  CheckId,
  CheckSource,
  FoundEvidence,
  RenderedCheck,
  StandingCause,
  Symptom,
  Walk,
} from './types.js';

/**
 * What an answer means. A place that did not answer makes it one that could not be asked: silence rules nothing out. Only
 * where some suffice it is left out, as long as another one answered.
 * @param now epoch ms
 */
export function judgeCheck(
  rendered: RenderedCheck,
  recordings: ReadonlyMap<Place, Recording>,
  now: number,
): Answer {
  const evidence = [...recordings.values()].map(toEvidence);
  const base = { check: rendered.check.id, evidence, at: now };
  const heard = rendered.check['some-suffice'] === true ? answering(recordings) : recordings;
  const silent = heard.size > 0 && heard !== recordings ? null : silentPlace(rendered, recordings);
  if (silent !== null) return { ...base, outcome: null, say: silent };
  const found = rendered.outcomes.find(({ when }) => when === undefined || holds(when, heard));
  const outcome = found === undefined ? undefined : rendered.check.outcomes[found.index];
  if (found === undefined || outcome === undefined)
    return { ...base, outcome: null, say: { id: 'tidak ada jawaban yang cocok', en: 'no outcome fits' } };
  return { ...base, outcome: found.index, say: quoteSeen(outcome.say, heard) };
}

/** What came from places that did answer. */
function answering(recordings: ReadonlyMap<Place, Recording>): ReadonlyMap<Place, Recording> {
  return new Map([...recordings].filter(([, one]) => one.error === null || one.exit !== null));
}

/**
 * How the walk stands after some answers.
 * @param answers in the order in which they came; of two to one check the later counts
 * @param hinted causes that the evidence speaks for: their checks come first
 */
export function walk(symptom: Symptom, answers: readonly Answer[], hinted: readonly CauseId[] = []): Walk {
  const latest = new Map<CheckId, Answer>();
  for (const answer of answers) {
    latest.delete(answer.check);
    latest.set(answer.check, answer);
  }
  const causes = standings(symptom, latest, hinted);
  const proved = causes.find((one) => one.standing === 'proved');
  if (proved !== undefined) {
    const { cause } = proved;
    const fixes = symptom.fixes.filter((fix) => fix.for.includes(cause.id));
    return { symptom, causes, next: null, end: { kind: 'proved', cause, fixes } };
  }
  const next = nextCheck(symptom, latest, causes);
  if (next !== null) return { symptom, causes, next, end: null };
  const of = (standing: StandingCause['standing']): readonly StandingCause['cause'][] =>
    causes.flatMap((one) => (one.standing === standing ? [one.cause] : []));
  const unasked = [...latest.values()].flatMap((one) => (one.outcome === null ? [one.check] : []));
  return {
    symptom,
    causes,
    next: null,
    end: { kind: 'unknown', open: of('open'), ruledOut: of('ruled-out'), unasked },
  };
}

/** Causes that what was recognised speaks for. */
export function hintsOf({ evidence }: { readonly evidence: readonly FoundEvidence[] }): readonly CauseId[] {
  return [...new Set(evidence.flatMap((one) => one.hints ?? []))];
}

/** Causes in the order in which they are worth looking at: those that the evidence speaks for, then as written. */
function standings(
  symptom: Symptom,
  latest: ReadonlyMap<CheckId, Answer>,
  hinted: readonly CauseId[],
): readonly StandingCause[] {
  const standing = new Map<CauseId, Pick<StandingCause, 'standing' | 'by'>>();
  for (const answer of latest.values()) {
    const outcome = outcomeOf(symptom, answer);
    if (outcome === undefined) continue;
    for (const id of outcome['rules-out'])
      if (standing.get(id)?.standing !== 'proved')
        standing.set(id, { standing: 'ruled-out', by: answer.check });
    if (outcome.proves !== undefined) standing.set(outcome.proves, { standing: 'proved', by: answer.check });
  }
  const all = symptom.causes.map((cause): StandingCause => ({
    cause,
    hinted: hinted.includes(cause.id),
    ...(standing.get(cause.id) ?? { standing: 'open', by: null }),
  }));
  return [...all.filter((one) => one.hinted), ...all.filter((one) => !one.hinted)];
}

function outcomeOf(symptom: Symptom, answer: Answer): CheckSource['outcomes'][number] | undefined {
  if (answer.outcome === null) return undefined;
  return symptom.checks.find((check) => check.id === answer.check)?.outcomes[answer.outcome];
}

/** The one that the last answer leads to; else the first unasked one that can say something about the likeliest open cause. */
function nextCheck(
  symptom: Symptom,
  latest: ReadonlyMap<CheckId, Answer>,
  causes: readonly StandingCause[],
): CheckSource | null {
  const unasked = (check: CheckSource): boolean => !latest.has(check.id);
  for (const answer of [...latest.values()].toReversed()) {
    const led = outcomeOf(symptom, answer)?.next;
    const check = symptom.checks.find((one) => one.id === led);
    if (check !== undefined && unasked(check)) return check;
  }
  for (const { cause, standing } of causes) {
    if (standing !== 'open') continue;
    const check = symptom.checks.find((one) => unasked(one) && speaksOf(one, cause.id));
    if (check !== undefined) return check;
  }
  return null;
}

/** Whether a check can prove or rule out a cause. */
export function speaksOf(check: CheckSource, cause: CauseId): boolean {
  return check.outcomes.some((one) => one.proves === cause || one['rules-out'].includes(cause));
}
