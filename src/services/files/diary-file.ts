/** diary.json of a lab: its last green state, for comparing after the next boot. */
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Trouble } from '../../lab/types.js';
import type { DiaryEntry } from '../../smoke/diary.js';
import { ensurePrivateDirectory, errorCode, fileReason, PRIVATE_FILE, replaceFile } from './atomic.js';
import { hostSchema, instantSchema } from './saved-state-schema.js';
import { watchFile } from './watch-file.js';

const entrySchema: z.ZodType<DiaryEntry> = z.object({
  at: instantSchema,
  by: z.string(),
  boots: z.array(z.object({ host: hostSchema, bootId: z.string(), bootedAt: z.number() })),
  parts: z.array(z.string()),
  sections: z.array(
    z.object({ host: hostSchema, kind: z.string(), facts: z.record(z.string(), z.string()) }),
  ),
});
const fileSchema = z.object({ version: z.literal(1), green: entrySchema });

export interface DiaryFile {
  /** The last green state; null when there is none. A file that cannot be understood is set aside, never deleted. */
  read(): Promise<DiaryEntry | null>;
  write(entry: DiaryEntry): Promise<void>;
  /** Calls back when it was written, by this program or another one. @returns stops it */
  onWritten(listener: () => void): () => void;
}

/** @param stateDir absolute path of the lab's state directory; made when needed */
export function createDiaryFile(stateDir: string): DiaryFile {
  const path = join(stateDir, 'diary.json');
  return {
    async read() {
      const text = await readFile(path, 'utf8').catch((error: unknown) => {
        if (errorCode(error) === 'ENOENT') return null;
        throw unreadable(path, error);
      });
      if (text === null) return null;
      const checked = fileSchema.safeParse(parseJson(text));
      if (checked.success) return checked.data.green;
      await rename(path, `${path}.damaged`);
      return null;
    },
    async write(entry) {
      await ensurePrivateDirectory(stateDir);
      await replaceFile(path, `${JSON.stringify({ version: 1, green: entry })}\n`, PRIVATE_FILE);
    },
    onWritten: (listener) => watchFile(path, listener),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function unreadable(path: string, error: unknown): Trouble {
  const reason = fileReason(error);
  return new Trouble(
    'state-unreadable',
    {
      id: `buku harian lab tidak dapat dibaca: ${reason.id}`,
      en: `the lab's diary cannot be read: ${reason.en}`,
    },
    { id: `Periksa izinnya: ls -l ${path}`, en: `Check its permissions: ls -l ${path}` },
    path,
    2,
    { cause: error },
  );
}
