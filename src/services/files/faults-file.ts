/** faults.json of a lab: what it was given on purpose and has not been taken back, also after a restart of the program. */
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { BrokenFault } from '../../state/faults-types.js';
import { ensurePrivateDirectory, errorCode, PRIVATE_FILE, replaceFile } from './atomic.js';
import { instantSchema } from './saved-state-schema.js';

const slug = z.string().regex(/^[a-z][a-z0-9-]*$/);
const brokenSchema: z.ZodType<BrokenFault> = z.object({
  fault: slug,
  name: slug,
  hidden: z.boolean(),
  at: instantSchema,
});
const fileSchema = z.object({ version: z.literal(1), broken: z.array(brokenSchema) });

export interface FaultsFile {
  /** The oldest first. A file that cannot be understood is set aside, never deleted. */
  read(): Promise<readonly BrokenFault[]>;
  /** Changes what is there by now: another program may have written meanwhile. */
  update(change: (broken: readonly BrokenFault[]) => readonly BrokenFault[]): Promise<readonly BrokenFault[]>;
}

/**
 * @param stateDir absolute path of the lab's state directory; made when needed
 * @returns what rejects with the errors of the file system
 */
export function createFaultsFile(stateDir: string): FaultsFile {
  const path = join(stateDir, 'faults.json');
  const read = async (): Promise<readonly BrokenFault[]> => {
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return null;
      throw error;
    });
    if (text === null) return [];
    const checked = fileSchema.safeParse(parseJson(text));
    if (checked.success) return checked.data.broken;
    await rename(path, `${path}.damaged`);
    return [];
  };
  return {
    read,
    async update(change) {
      const broken = change(await read());
      await ensurePrivateDirectory(stateDir);
      await replaceFile(path, `${JSON.stringify({ version: 1, broken })}\n`, PRIVATE_FILE);
      return broken;
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
