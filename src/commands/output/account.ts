/** The account of a lab: how its gates stand, what was run, what was waived, which symptoms were seen. And it as JSON. */
import type { GateResult, Waiver } from '../../gates/types.js';
import { HOST_NAMES, type Lab, type Text } from '../../lab/types.js';
import { maskEntry } from '../../services/journal/mask-entry.js';
import type { JobEnd, JournalEntry } from '../../services/ports.js';
import type { AccountGate, AccountSymptom } from '../../state/account.js';
import type { CheckedGate, CheckReport } from '../verdicts.js';
import { instant, jsonDocument } from './document.js';

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
