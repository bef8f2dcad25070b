/** journal.jsonl of a lab: the append-only record of all that was run, judged and waived. */
import { constants, createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Trouble } from '../../lab/types.js';
import { ensurePrivateDirectory, errorCode, fileReason, PRIVATE_FILE } from '../files/atomic.js';
import { rotatedPath, rotateWhenLarge } from '../files/rotate.js';
import type { Journal, JournalEntry } from '../ports.js';
import { followLines } from './follow-lines.js';
import { journalEntrySchema } from './journal-schema.js';
import { maskEntry } from './mask-entry.js';

const MAX_BYTES = 5 * 1024 * 1024;
const KEEP = 5;
/** How much of the journal a follower is told first: some hundred entries. */
const PAST_BYTES = 512 * 1024;
/** More lines of our own than that are not waited for: where files cannot be watched they never come. */
const MOST_OWN = 1000;

/**
 * The journal in a lab's state directory. Each entry is one line written by one call in append mode, so that two programs
 * may write at once; files have mode 0600, are set aside at `maxBytes`, and the last `keep` are kept.
 * @param stateDir absolute path; made when needed
 * @param options.mask takes secrets out of a text
 */
export function createJournal(
  stateDir: string,
  options: {
    readonly mask: (text: string) => string;
    readonly maxBytes?: number;
    readonly keep?: number;
  },
): Journal {
  const path = join(stateDir, 'journal.jsonl');
  const keep = options.keep ?? KEEP;
  let last: Promise<void> = Promise.resolve();
  /** Lines of our own that followers have not met yet; only kept while there are followers. */
  const own = new Set<string>();
  let followers = 0;

  const write = async (line: string): Promise<void> => {
    try {
      await ensurePrivateDirectory(stateDir);
      rotateWhenLarge(path, options.maxBytes ?? MAX_BYTES, keep);
      await appendLine(path, line);
    } catch (error) {
      throw error instanceof Trouble ? error : notWritten(path, error);
    }
  };

  return {
    append(entry) {
      const line = JSON.stringify(maskEntry(entry, options.mask));
      if (followers > 0) rememberOwn(own, line);
      const done = last.then(() => write(line));
      last = done.catch(() => undefined);
      return done;
    },

    async read(filter = {}) {
      await last;
      const limit = filter.limit ?? Number.POSITIVE_INFINITY;
      const entries: JournalEntry[] = [];
      let damaged = 0;
      for (let age = keep; age >= 0; age -= 1)
        for await (const line of linesOf(rotatedPath(path, age))) {
          if (line.trim() === '') continue;
          const entry = parseLine(line);
          if (entry === null) damaged += 1;
          else if (filter.step === undefined || stepOf(entry) === filter.step) entries.push(entry);
          // Kept short while reading, so that asking for the last ten does not hold thirty megabytes.
          if (entries.length > limit * 2) entries.splice(0, entries.length - limit);
        }
      const told = withoutEchoes(entries);
      return { entries: limit === 0 ? [] : told.slice(-Math.min(limit, told.length)), damaged };
    },

    follow({ onEntries, onError }) {
      followers += 1;
      const stop = followLines(path, {
        pastBytes: PAST_BYTES,
        onError: (error) => onError(notRead(path, error)),
        onLines(lines, past) {
          // What is told as the past was there before; what was written meanwhile is known to who wrote it.
          const entries = lines.flatMap((line) => (own.has(line) ? [] : (parseLine(line) ?? [])));
          for (const line of lines) own.delete(line);
          const told = withoutEchoes(entries);
          if (told.length > 0) onEntries(told, past);
        },
      });
      return () => {
        followers -= 1;
        if (followers === 0) own.clear();
        stop();
      };
    },
  };
}

function rememberOwn(own: Set<string>, line: string): void {
  own.add(line);
  const [oldest] = own;
  if (own.size > MOST_OWN && oldest !== undefined) own.delete(oldest);
}

/** A job whose end two programs saw at once is told once, by the one that started it: it knows the script. */
function withoutEchoes(entries: readonly JournalEntry[]): readonly JournalEntry[] {
  const best = new Map<string, JournalEntry>();
  for (const entry of entries) {
    if (entry.kind !== 'job') continue;
    const known = best.get(entry.job);
    if (known?.kind !== 'job' || (known.scriptHash === '' && entry.scriptHash !== ''))
      best.set(entry.job, entry);
  }
  return entries.filter((entry) => entry.kind !== 'job' || best.get(entry.job) === entry);
}

/** Appends one line; after a line that a crash cut short, on a line of its own. */
async function appendLine(path: string, line: string): Promise<void> {
  const handle = await open(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT, PRIVATE_FILE);
  try {
    const { size, mode } = await handle.stat();
    if ((mode & 0o077) !== 0) await handle.chmod(PRIVATE_FILE);
    const torn = size > 0 && (await handle.read(Buffer.alloc(1), 0, 1, size - 1)).buffer[0] !== 0x0a;
    await handle.write(Buffer.from(`${torn ? '\n' : ''}${line}\n`, 'utf8'));
  } finally {
    await handle.close();
  }
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const stream = createReadStream(path, 'utf8');
  try {
    yield* createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw notRead(path, error);
  } finally {
    stream.destroy();
  }
}

function parseLine(line: string): JournalEntry | null {
  try {
    const checked = journalEntrySchema.safeParse(JSON.parse(line));
    return checked.success ? checked.data : null;
  } catch {
    return null;
  }
}

/** The step an entry belongs to, empty for none: gates are called `<step>.<gate>`. */
function stepOf(entry: JournalEntry): string {
  switch (entry.kind) {
    case 'job':
    case 'satisfied':
      return entry.step;
    case 'gate':
      return entry.result.gate.split('.', 1)[0] ?? '';
    case 'waiver':
      return entry.waiver.key.split('.', 1)[0] ?? '';
    case 'act':
      return '';
  }
}

function notWritten(path: string, error: unknown): Trouble {
  const reason = fileReason(error);
  return new Trouble(
    'journal-not-written',
    { id: `jurnal tidak dapat ditulis: ${reason.id}`, en: `the journal cannot be written: ${reason.en}` },
    {
      id: `Periksa izin dan ruang disk: ls -l ${path}; df -h ${path}`,
      en: `Check permissions and disk space: ls -l ${path}; df -h ${path}`,
    },
    path,
    3,
    { cause: error },
  );
}

function notRead(path: string, error: unknown): Trouble {
  const reason = fileReason(error);
  return new Trouble(
    'journal-not-read',
    { id: `jurnal tidak dapat dibaca: ${reason.id}`, en: `the journal cannot be read: ${reason.en}` },
    { id: `Periksa izinnya: ls -l ${path}`, en: `Check its permissions: ls -l ${path}` },
    path,
    3,
    { cause: error },
  );
}
