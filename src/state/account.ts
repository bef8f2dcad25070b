/** What a lab's verdicts and its journal say of symptoms: pure, so that neither a report nor a screen asks a host. */
import type { GateResult, Standing, Waiver } from '../gates/types.js';
import type { Text } from '../lab/types.js';
import type { RenderedGate } from '../runbook/types.js';
import type { JobEnd, JournalEntry } from '../services/ports.js';

/** One gate of the account. */
export interface AccountGate {
  readonly gate: RenderedGate;
  readonly result: GateResult | null;
  readonly waiver: Waiver | null;
  readonly standing: Standing;
}

/** A symptom that verdicts or fixes of the journal name. */
export interface AccountSymptom {
  readonly id: string;
  readonly title: Text;
  /** Gates that named it, newest verdicts of the account and turns of the journal. */
  readonly gates: readonly string[];
  /** Epoch ms, when a verdict first and last named it; null when only fixes did. */
  readonly firstSeen: number | null;
  readonly lastSeen: number | null;
  /** Whether a gate names it now. */
  readonly open: boolean;
  readonly fixes: readonly {
    readonly fix: string;
    readonly host: string;
    readonly at: number;
    readonly end: JobEnd;
    readonly by: string;
  }[];
}

/**
 * Symptoms that verdicts and fixes name.
 * @param titleOf title of a symptom, null when the catalogue has none of this id
 */
export function symptomsOf(
  gates: readonly AccountGate[],
  entries: readonly JournalEntry[],
  titleOf: (id: string) => Text | null,
): readonly AccountSymptom[] {
  const sightings = [
    ...entries.flatMap((entry) => (entry.kind === 'gate' ? [entry.result] : [])),
    ...gates.flatMap(({ result }) => (result === null ? [] : [result])),
  ].flatMap((result) =>
    result.symptom === null
      ? []
      : [{ id: result.symptom, key: `${result.gate}@${result.subject}`, at: result.judgedAt }],
  );
  const fixes = entries.flatMap((entry) =>
    entry.kind === 'job' && titleOf(entry.step) !== null ? [entry] : [],
  );
  const ids = [...new Set([...sightings.map((one) => one.id), ...fixes.map((one) => one.step)])].toSorted();
  return ids.map((id) => {
    const seen = sightings.filter((one) => one.id === id);
    const times = seen.map((one) => one.at);
    return {
      id,
      title: titleOf(id) ?? { id, en: id },
      gates: [...new Set(seen.map((one) => one.key))],
      firstSeen: times.length === 0 ? null : Math.min(...times),
      lastSeen: times.length === 0 ? null : Math.max(...times),
      open: gates.some(({ result }) => result?.symptom === id),
      fixes: fixes
        .filter((one) => one.step === id)
        .map(({ action, host, startedAt, end, by }) => ({ fix: action, host, at: startedAt, end, by })),
    };
  });
}
