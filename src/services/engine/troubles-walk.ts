/** Going on with a walk from what was answered so far, down to the symptoms that it leads to. */
import type { Answer, Catalogue, CheckSource, Finding, Symptom } from '../../symptoms/types.js';
import { hintsOf, walk } from '../../symptoms/walk.js';
import { askCheck, type Inquiry } from './diagnose.js';
import type { Session } from './session.js';

/** Symptoms that one walk leads down to at most. */
const DEEPEST = 4;

/**
 * Asks what is next until a cause is proved, nothing is left to ask, or the signal fires.
 * @param given answers so far, by symptom
 * @param how.once one check only
 */
export async function walkOn(
  session: Session,
  catalogue: Catalogue,
  root: Finding,
  given: Readonly<Record<string, readonly Answer[]>>,
  how: {
    readonly once: boolean;
    readonly stop: AbortSignal;
    readonly onAsking: (symptom: Symptom, check: CheckSource) => void;
    readonly onAnswer: (symptom: Symptom, answer: Answer) => void;
  },
): Promise<void> {
  const hints = hintsOf(root);
  const seen = new Set<string>();
  let symptom: Symptom | undefined = root.symptom;
  while (symptom !== undefined && !seen.has(symptom.id) && seen.size < DEEPEST) {
    seen.add(symptom.id);
    const inquiry: Inquiry = { symptom, evidence: root.evidence };
    const answers = [...(given[symptom.id] ?? [])];
    let now = walk(symptom, answers, hints);
    while (now.next !== null) {
      if (how.stop.aborted) return;
      how.onAsking(symptom, now.next);
      const answer = await askCheck(session, inquiry, now.next, how.stop);
      answers.push(answer);
      how.onAnswer(symptom, answer);
      if (how.once) return;
      now = walk(symptom, answers, hints);
    }
    const deeper: string | undefined = now.end?.kind === 'proved' ? now.end.cause.symptom : undefined;
    symptom = deeper === undefined ? undefined : catalogue.byId.get(deeper);
  }
}
