/** The account of a lab: how its gates stand, what was run, what was waived, which symptoms were seen. And it as JSON. */
import type { GateResult, Standing, Waiver } from '../../gates/types.js';
import { HOST_NAMES, type Lab, type Text } from '../../lab/types.js';
import type { RenderedGate } from '../../runbook/types.js';
import { maskEntry } from '../../services/journal/mask-entry.js';
import type { JobEnd, JournalEntry } from '../../services/ports.js';
import type { CheckedGate, CheckReport } from '../verdicts.js';
import { instant, jsonDocument } from './document.js';

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

export interface Account {
  readonly version: string;
  readonly lab: Lab;
  readonly by: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly gates: readonly AccountGate[];
  /** Oldest first. */
  readonly entries: readonly JournalEntry[];
  /** Lines of the journal that could not be read. */
  readonly damaged: number;
  readonly symptoms: readonly AccountSymptom[];
}

/** How a job ended, as one word or two; the same in both languages, since it is what logs say. */
export function endWord(end: JobEnd): string {
  switch (end.kind) {
    case 'exited':
      return end.exit === 0 ? 'ok' : `exit ${end.exit}`;
    case 'timed-out':
    case 'flooded':
    case 'cancelled':
      return end.kind;
    case 'lost':
      return `lost (${end.reason})`;
  }
}

/** `2026-11-22 02:10:07`, UTC. @param at milliseconds since the epoch */
export function when(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}

/** Waivers that hold or held, newest word for each gate. */
export function waiversOf(account: Account): readonly Extract<JournalEntry, { readonly kind: 'waiver' }>[] {
  return account.entries.flatMap((entry) => (entry.kind === 'waiver' ? [entry] : []));
}

/**
 * Symptoms that verdicts and fixes name: pure, so that a report asks no host.
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

/**
 * The account without secrets. Done before anything is written, text by text: in a finished document a secret may be
 * escaped past recognition, and what is masked there may cut into the markup.
 */
export function maskAccount(account: Account, mask: (text: string) => string): Account {
  const maskWaiver = (waiver: Waiver): Waiver => ({
    ...waiver,
    reason: mask(waiver.reason),
    by: mask(waiver.by),
  });
  const maskResult = (result: GateResult): GateResult => {
    const masked = maskEntry({ kind: 'gate', at: result.judgedAt, result }, mask);
    return masked.kind === 'gate' ? masked.result : result;
  };
  return {
    ...account,
    lab: { ...account.lab, name: mask(account.lab.name) },
    gates: account.gates.map(({ result, waiver, ...rest }) => ({
      ...rest,
      result: result === null ? null : maskResult(result),
      waiver: waiver === null ? null : maskWaiver(waiver),
    })),
    entries: account.entries.map((entry) => maskEntry(entry, mask)),
  };
}

const NEVER: Text = { id: 'belum pernah ditanya', en: 'never asked' };

/** The account as a check, for the forms that only know tests. What was never asked is there, as something left out. */
export function accountAsCheck({ version, lab, at, gates }: Account): CheckReport {
  const checked = gates.map(({ gate, result, waiver, standing }): CheckedGate => ({
    gate,
    standing,
    waiver: standing === 'waived' ? waiver : null,
    result: result ?? {
      gate: gate.gate,
      subject: gate.subject,
      verdict: 'unknown',
      say: NEVER,
      hints: [],
      symptom: null,
      evidence: [],
      blockedBy: [],
      judgedAt: at,
    },
  }));
  const asked = gates.flatMap(({ result }) => (result === null ? [] : [result.judgedAt]));
  const { name, file, practice } = lab;
  return {
    version,
    lab: { name, file, practice },
    startedAt: asked.length === 0 ? at : Math.min(...asked),
    finishedAt: at,
    attempts: 1,
    gates: checked,
    exit: 0,
  };
}

/** @param mask hides secrets */
export function reportJson(account: Account, mask: (text: string) => string): string {
  const { lab } = account;
  return jsonDocument(
    'report',
    {
      tool: { name: 'threebody-tui', version: account.version },
      lab: { name: lab.name, file: lab.file, practice: lab.practice },
      hosts: HOST_NAMES.map((name) => ({ name, address: lab.hosts[name].address })),
      writtenAt: instant(account.at),
      writtenBy: account.by,
      gates: account.gates.map(({ gate, result, waiver, standing }) => ({
        key: gate.key,
        title: gate.title,
        standing,
        say: result?.say ?? null,
        judgedAt: result === null ? null : instant(result.judgedAt),
        waiver,
        verdict: result?.verdict ?? null,
        symptom: result?.symptom ?? null,
        evidence: (result?.evidence ?? []).map(({ startedAt, ...one }) => ({
          ...one,
          startedAt: instant(startedAt),
        })),
      })),
      symptoms: account.symptoms.map(({ firstSeen, lastSeen, fixes, ...one }) => ({
        ...one,
        firstSeen: firstSeen === null ? null : instant(firstSeen),
        lastSeen: lastSeen === null ? null : instant(lastSeen),
        fixes: fixes.map(({ at, ...fix }) => ({ ...fix, at: instant(at) })),
      })),
      journal: account.entries,
      damagedJournalLines: account.damaged,
    },
    mask,
  );
}
