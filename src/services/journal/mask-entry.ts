/** Takes secrets out of a journal entry. Only what people and hosts wrote is touched: ids and verdicts must stay what they are. */
import type { GateResult } from '../../gates/types.js';
import type { Text } from '../../lab/types.js';
import type { JobEnd, JournalEntry } from '../ports.js';

/** Characters kept of a job's output: the end, where the reason of a failure stands. */
const TAIL = 16_384;

export function maskEntry(entry: JournalEntry, mask: (text: string) => string): JournalEntry {
  switch (entry.kind) {
    case 'job':
      return { ...entry, end: maskEnd(entry.end, mask), outputTail: mask(entry.outputTail).slice(-TAIL) };
    case 'satisfied':
      return entry;
    case 'gate':
      return { ...entry, result: maskResult(entry.result, mask) };
    case 'waiver':
      return { ...entry, waiver: { ...entry.waiver, reason: mask(entry.waiver.reason) } };
    case 'act': {
      const { trouble } = entry;
      return { ...entry, trouble: trouble === null ? null : { id: mask(trouble.id), en: mask(trouble.en) } };
    }
  }
}

function maskEnd(end: JobEnd, mask: (text: string) => string): JobEnd {
  return end.kind === 'cancelled' ? { ...end, left: mask(end.left) } : end;
}

function maskResult(result: GateResult, mask: (text: string) => string): GateResult {
  const both = (text: Text): Text => ({ id: mask(text.id), en: mask(text.en) });
  return {
    ...result,
    say: both(result.say),
    hints: result.hints.map(both),
    evidence: result.evidence.map((one) => ({
      ...one,
      asked: mask(one.asked),
      excerpt: mask(one.excerpt),
    })),
  };
}
