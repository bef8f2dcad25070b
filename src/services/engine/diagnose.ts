/** Walking a symptom on a real lab: its checks are asked one after the other over the same probes as gates. */
import type { Place } from '../../lab/types.js';
import type { ProbeRequest, Recording } from '../../gates/types.js';
import { renderCheck } from '../../symptoms/render.js';
import type { Answer, Catalogue, CheckSource, FoundEvidence, Symptom, Walk } from '../../symptoms/types.js';
import { hintsOf, judgeCheck, walk } from '../../symptoms/walk.js';
import type { Session } from './session.js';

/** What is being looked into: a symptom, and what was recognised of it (nothing when a person named it). */
export interface Inquiry {
  readonly symptom: Symptom;
  readonly evidence: readonly FoundEvidence[];
}

/** Asks one check where it is to be asked. Never throws for what happens on a host: that is in the answer. */
export async function askCheck(
  session: Session,
  { symptom, evidence }: Inquiry,
  check: CheckSource,
  signal?: AbortSignal,
): Promise<Answer> {
  const rendered = renderCheck(symptom, check, session.context, evidence);
  const requests = Object.values(rendered.probes).map((probe): ProbeRequest => ({
    id: `${symptom.id}.${check.id}/${probe.on}`,
    probe,
  }));
  const answers = await session.probes.run(requests, signal === undefined ? {} : { signal });
  const recordings = new Map<Place, Recording>();
  for (const { id, probe } of requests) {
    const recording = answers.get(id);
    if (recording !== undefined) recordings.set(probe.on, recording);
  }
  return judgeCheck(rendered, recordings, session.now());
}

/** Asks every check of a symptom once, whatever the answers say. */
export async function askAll(
  session: Session,
  inquiry: Inquiry,
  options: WalkOptions = {},
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (const check of inquiry.symptom.checks) {
    if (options.signal?.aborted === true) break;
    options.onAsking?.(inquiry.symptom, check);
    const answer = await askCheck(session, inquiry, check, options.signal);
    answers.push(answer);
    options.onAnswer?.(inquiry.symptom, answer);
  }
  return answers;
}

export interface WalkOptions {
  readonly signal?: AbortSignal;
  readonly onAsking?: (symptom: Symptom, check: CheckSource) => void;
  readonly onAnswer?: (symptom: Symptom, answer: Answer) => void;
}

/** A walk with all that was answered on it. */
export interface Walked extends Inquiry {
  readonly answers: readonly Answer[];
  readonly walk: Walk;
}

/** Walks one symptom until a cause is proved or nothing is left to ask. */
export async function walkToEnd(
  session: Session,
  inquiry: Inquiry,
  options: WalkOptions = {},
): Promise<Walked> {
  const answers: Answer[] = [];
  for (;;) {
    const now = walk(inquiry.symptom, answers, hintsOf(inquiry));
    if (now.next === null || options.signal?.aborted === true) return { ...inquiry, answers, walk: now };
    options.onAsking?.(inquiry.symptom, now.next);
    const answer = await askCheck(session, inquiry, now.next, options.signal);
    answers.push(answer);
    options.onAnswer?.(inquiry.symptom, answer);
  }
}

/** Symptoms that one walk leads down to at most. */
const DEEPEST = 4;

/**
 * Walks a symptom, and when its cause is a symptom further down, that one too: the last walk holds the deepest cause
 * that could be proved, the ones before it say how it shows above.
 */
export async function walkDown(
  session: Session,
  catalogue: Catalogue,
  inquiry: Inquiry,
  options: WalkOptions = {},
): Promise<readonly Walked[]> {
  const walks: Walked[] = [];
  let next: Inquiry | null = inquiry;
  while (next !== null && walks.length < DEEPEST && options.signal?.aborted !== true) {
    const done: Walked = await walkToEnd(session, next, options);
    walks.push(done);
    const end = done.walk.end;
    const deeper = end?.kind === 'proved' ? end.cause.symptom : undefined;
    const symptom: Symptom | undefined = deeper === undefined ? undefined : catalogue.byId.get(deeper);
    const known = walks.some((one) => one.symptom.id === symptom?.id);
    next = symptom === undefined || known ? null : { symptom, evidence: done.evidence };
  }
  return walks;
}
