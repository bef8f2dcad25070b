/** What the journal tells of the lab's timeline: steps and acts of other programs, and all that was before this one. */
import { duration } from '../../i18n/format.js';
import { form } from '../../i18n/text.js';
import { gateKey, type GateKey, type Verdict } from '../../gates/types.js';
import { HOST_NAMES, type Text } from '../../lab/types.js';
import type { LiveBook } from '../../state/live/book.js';
import type { Health, LabEvent } from '../../state/live/rows.js';
import type { JobEnd, JournalEntry } from '../ports.js';
import { phaseOfEnd } from './follow.js';
import { verdictTurn } from './live-events.js';
import type { Session } from './session.js';

type Told = Omit<LabEvent, 'seq'>;
type JobEntry = Extract<JournalEntry, { kind: 'job' }>;
type ActEntry = Extract<JournalEntry, { kind: 'act' }>;

const HEALTH = {
  ok: 'good',
  failed: 'bad',
  'timed-out': 'bad',
  cancelled: 'warn',
  lost: 'bad',
} as const satisfies Record<ReturnType<typeof phaseOfEnd>, Health>;

interface JobWords {
  readonly entry: JobEntry;
}
const time = (lang: 'id' | 'en', { startedAt, endedAt }: JobEntry): string =>
  duration(lang, endedAt - startedAt);
const jobTold = {
  run: form<JobWords>(
    ({ entry }) => `tindakan ${endWord(entry.end).id} setelah ${time('id', entry)}, oleh ${entry.by}`,
    ({ entry }) => `action ${endWord(entry.end).en} after ${time('en', entry)}, by ${entry.by}`,
  ),
  undo: form<JobWords>(
    ({ entry }) => `pengembalian ${endWord(entry.end).id} setelah ${time('id', entry)}, oleh ${entry.by}`,
    ({ entry }) => `undoing ${endWord(entry.end).en} after ${time('en', entry)}, by ${entry.by}`,
  ),
};
const actTold = form<{ entry: ActEntry }>(
  ({ entry }) => `${entry.say.id}${entry.trouble === null ? '' : `: ${entry.trouble.id}`} (oleh ${entry.by})`,
  ({ entry }) => `${entry.say.en}${entry.trouble === null ? '' : `: ${entry.trouble.en}`} (by ${entry.by})`,
);

function endWord(end: JobEnd): Text {
  const phase = phaseOfEnd(end);
  switch (phase) {
    case 'ok':
      return { id: 'selesai', en: 'done' };
    case 'failed':
      return end.kind === 'exited'
        ? { id: `gagal (exit ${end.exit})`, en: `failed (exit ${end.exit})` }
        : { id: 'gagal', en: 'failed' };
    case 'timed-out':
      return { id: 'lewat waktu', en: 'timed out' };
    case 'cancelled':
      return { id: 'dibatalkan', en: 'cancelled' };
    case 'lost':
      return { id: 'terputus', en: 'lost' };
  }
}

function ofJob(entry: JobEntry): Told {
  const phase = phaseOfEnd(entry.end);
  return {
    at: entry.endedAt,
    source: 'step',
    host: entry.host,
    health: HEALTH[phase],
    about: `${entry.step}/${entry.action}`,
    what: phase === 'ok' ? 'done' : phase,
    text: '',
    say: jobTold[entry.purpose]({ entry }),
    count: 1,
  };
}

function ofAct(entry: ActEntry): Told {
  return {
    at: entry.endedAt,
    source: 'step',
    host: entry.host,
    health: entry.trouble === null ? 'good' : 'bad',
    about: entry.about,
    what: entry.act,
    text: '',
    say: actTold({ entry }),
    count: 1,
  };
}

/** By the names that `fault-hands.ts` writes. */
function isFault(entry: JournalEntry): boolean {
  return entry.kind === 'act' && (entry.act === 'fault' || entry.act === 'heal-fault');
}

/** Gates that turned red, or green again, in the order of the journal. */
function ofGate(
  { result }: Extract<JournalEntry, { kind: 'gate' }>,
  verdicts: Map<GateKey, Verdict>,
): readonly Told[] {
  const key = gateKey(result.gate, result.subject);
  const health = verdictTurn(verdicts.get(key), result.verdict);
  verdicts.set(key, result.verdict);
  if (health === null) return [];
  return [
    {
      at: result.judgedAt,
      source: 'gate',
      host: HOST_NAMES.find((host) => host === result.subject) ?? null,
      health,
      about: result.gate,
      what: result.verdict,
      text: '',
      say: result.say,
      count: 1,
    },
  ];
}

/**
 * Writes into the timeline what the journal knows and the program has not seen itself.
 * @param onError what keeps the journal from being read
 * @param onFault told when another program has broken something on purpose, or taken that back
 * @returns stops it
 */
export function followJournal(
  session: Session,
  book: LiveBook,
  onError: (error: unknown) => void,
  onFault: () => void,
): () => void {
  const verdicts = new Map<GateKey, Verdict>();
  const told = (entry: JournalEntry, past: boolean): readonly Told[] => {
    switch (entry.kind) {
      case 'job':
        return session.ownJobs.has(entry.job) ? [] : [ofJob(entry)];
      case 'act':
        return [ofAct(entry)];
      case 'gate':
        // Verdicts of other programs come with the saved state while the lab is open.
        return past ? ofGate(entry, verdicts) : [];
      case 'satisfied':
      case 'waiver':
        return [];
    }
  };
  return session.journal.follow({
    onError,
    onEntries(entries, past) {
      for (const entry of entries) for (const event of told(entry, past)) book.addEvent(event);
      if (!past && entries.some(isFault)) onFault();
    },
  });
}
