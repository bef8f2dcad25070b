/** state.json of a lab: what the program remembers between two runs. */
import { readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SavedState, StateFile } from '../ports.js';
import { Trouble } from '../../lab/types.js';
import { ensurePrivateDirectory, errorCode, fileReason, PRIVATE_FILE, replaceFile } from './atomic.js';
import { whileLocked } from './lab-lock.js';
import { savedStateSchema, STATE_VERSION } from './saved-state-schema.js';
import { watchFile } from './watch-file.js';

const EMPTY: SavedState = {
  version: STATE_VERSION,
  results: [],
  waivers: [],
  variants: {},
  cursor: null,
};

/**
 * The state file in a lab's state directory.
 * @param stateDir absolute path; made when needed
 * @param now epoch milliseconds, for the name of a file set aside
 */
export function createStateFile(stateDir: string, now: () => number = Date.now): StateFile {
  const path = join(stateDir, 'state.json');
  /** Which writing of the file was our own: `inode@mtime`. */
  let own = '';

  const load = async (): ReturnType<StateFile['load']> => {
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return null;
      throw unreadable(path, error);
    });
    if (text === null) return { state: EMPTY, setAside: null };
    const data = parseJson(text);
    const checked = savedStateSchema.safeParse(data);
    if (checked.success) return { state: checked.data, setAside: null };
    const setAside = await freeName(`${path}.${isNewer(data) ? 'newer' : 'damaged'}-${stamp(now())}`);
    await rename(path, setAside);
    return { state: EMPTY, setAside };
  };
  const written = async (): Promise<string> => {
    const facts = await stat(path).catch(() => null);
    return facts === null ? '' : `${facts.ino}@${facts.mtimeMs}`;
  };

  return {
    load,
    async update(change) {
      await ensurePrivateDirectory(stateDir);
      await whileLocked(path, async () => {
        const { state } = await load();
        await replaceFile(path, `${JSON.stringify(change(state))}\n`, PRIVATE_FILE);
        own = await written();
      });
    },
    onOthers: (listener) =>
      // Where a file system cannot be watched, others' work is seen at the next save or start.
      watchFile(path, () => {
        void written().then((seen) => {
          if (seen !== own && seen !== '') listener();
        });
      }),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isNewer(data: unknown): boolean {
  return (
    typeof data === 'object' &&
    data !== null &&
    'version' in data &&
    typeof data.version === 'number' &&
    data.version > STATE_VERSION
  );
}

/** `20261122T014500Z`: sorts by time, needs no quoting. */
function stamp(at: number): string {
  return new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, '');
}

async function freeName(path: string): Promise<string> {
  for (let count = 1; ; count += 1) {
    const candidate = count === 1 ? path : `${path}-${count}`;
    const taken = await stat(candidate).catch(() => null);
    if (taken === null) return candidate;
  }
}

function unreadable(path: string, error: unknown): Trouble {
  const reason = fileReason(error);
  return new Trouble(
    'state-unreadable',
    {
      id: `catatan keadaan lab tidak dapat dibaca: ${reason.id}`,
      en: `the lab's saved state cannot be read: ${reason.en}`,
    },
    { id: `Periksa izinnya: ls -l ${path}`, en: `Check its permissions: ls -l ${path}` },
    path,
    2,
    { cause: error },
  );
}
