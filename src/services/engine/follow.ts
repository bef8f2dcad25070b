/** Following a job to its end: output into the log, the end into the journal. */
import type { HostName } from '../../lab/types.js';
import type { JobEnd, JobId, JobRecord, JournalEntry } from '../ports.js';
import { hashOf } from './compose.js';
import type { Session } from './session.js';

const TAIL_CHARACTERS = 4000;
/** The end of a job stands among these, however many gates were journalled beside it. */
export const RECENT_ENTRIES = 500;

/** Cuts a stream of text into whole lines; what has no newline yet is held back until it has, or until `flush`. */
function createLineCutter(emit: (lines: string) => void): { push(text: string): void; flush(): void } {
  let held = '';
  return {
    push(text) {
      const all = held + text;
      const cut = all.lastIndexOf('\n');
      held = all.slice(cut + 1);
      if (cut >= 0) emit(all.slice(0, cut));
    },
    flush() {
      if (held !== '') emit(held);
      held = '';
    },
  };
}

/**
 * Follows a job and journals its end, unless the program that started it has done so.
 * @param options.script what was started; null when another program did that
 * @returns the job as it ended; null when the signal fired first (the job goes on)
 */
export async function followJob(
  session: Session,
  id: JobId,
  host: HostName,
  options: { readonly source: string; readonly script: string | null; readonly signal?: AbortSignal },
): Promise<JobRecord | null> {
  let tail = '';
  const cutter = createLineCutter((lines) => session.logs.append(host, options.source, lines, session.now()));
  const record = await session.jobs.follow(host, id, {
    fromByte: 0,
    signal: options.signal ?? new AbortController().signal,
    onOutput(text) {
      tail = (tail + text).slice(-TAIL_CHARACTERS);
      cutter.push(text);
    },
  });
  cutter.flush();
  if (record.end === null) return null;
  if (options.script === null) {
    const { entries } = await session.journal.read({ limit: RECENT_ENTRIES });
    if (entries.some((entry) => isEndOf(entry, id))) return record;
  }
  await session.journal.append({
    kind: 'job',
    at: session.now(),
    by: record.by,
    host,
    step: record.step,
    action: record.action,
    variant: record.variant,
    purpose: record.purpose,
    job: id,
    scriptHash: options.script === null ? '' : hashOf(options.script),
    startedAt: record.startedAt,
    endedAt: record.endedAt ?? session.now(),
    end: record.end,
    outputTail: tail,
  });
  return record;
}

/** What a job's end means for its action. */
export function phaseOfEnd(end: JobEnd): 'ok' | 'failed' | 'timed-out' | 'cancelled' | 'lost' {
  switch (end.kind) {
    case 'exited':
      return end.exit === 0 ? 'ok' : 'failed';
    case 'flooded':
      return 'failed';
    case 'timed-out':
    case 'cancelled':
    case 'lost':
      return end.kind;
  }
}

/** Whether an entry is the end of a job as the program that started it has told it: others do not know the script. */
export function isEndOf(entry: JournalEntry, id: JobId): boolean {
  return entry.kind === 'job' && entry.job === id && entry.scriptHash !== '';
}
